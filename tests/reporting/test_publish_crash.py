"""Killed anywhere, a publication leaves the old version or the new one, and the next one cleans up."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import crashing
import duckdb
import pytest
from crashing import publish
from published_world import BUSINESS_ON, World, as_before_reports, compact_nodes, rows, run_of_reports

from reporting.staleness import mark_stale, read_stale_mark, remove_stale_mark, script
from reporting.versions import NOT_STALE, current_publication, damaged_part, list_publications, rollback
from tests.depth import times

pytestmark = pytest.mark.slow

PARTS = (".duckdb", ".quality.html", ".manifest.json")


@pytest.fixture
def published(compact_world: World) -> World:
    """A world with one publication, whose warehouse has changed since."""
    world = compact_world
    publish(world, 1)
    world.change("insert into marts.daily_sales values (date '2026-01-31', 'r1', 1)")
    return world


def copy_of(template: World, name: str) -> World:
    root = shutil.copytree(template.root, template.root.parent / name, symlinks=True)
    return World(Path(root), compact_nodes())


def assert_whole(world: World) -> str:
    """Readers and listings see whole versions only; returns the run that readers get."""
    for publication in list_publications(world.home):
        assert damaged_part(publication) is None
        assert publication.quality_page.exists()
    with duckdb.connect(str(world.home.pointer), read_only=True) as reader:
        ((run_id,),) = reader.execute("select run_id from meta.publication").fetchall()
        counts = dict(reader.execute("select table_name, row_count from meta.tables").fetchall())
        found = {table: len(reader.execute(f"from marts.{table}").fetchall()) for table in counts}
    assert current_publication(world.home).run_id == run_id
    assert found == counts
    assert_one_version(world)
    assert run_of_reports(world.home.reports) == run_id
    assert counts["daily_sales"] == {"run1": 20}.get(run_id, 21)
    return run_id


def assert_one_version(world: World) -> None:
    """File and reports lead into one folder, also where a version has no reports."""
    assert world.home.reports.resolve() == world.home.pointer.resolve().with_name("reports")


def assert_next_run_cleans_up(world: World) -> None:
    publish(world, 99)
    assert assert_whole(world) == "run99"
    names = {publication.name for publication in list_publications(world.home)}
    folder = world.home.published
    assert {path.name for path in folder.iterdir()} == {name + part for name in names for part in PARTS} | {
        "open",
        "current",
        "sales.duckdb",
        "reports",
        "stale.js",
    }
    assert {path.relative_to(folder).as_posix() for path in folder.glob("open/*/*")} == {
        f"open/{name.removeprefix('sales-')}/{part}" for name in names for part in ("sales.duckdb", "reports")
    }
    for name in names:
        assert run_of_reports(folder / "open" / name.removeprefix("sales-") / "reports")


def killed_everywhere(template: World, action: Callable[[World], object]) -> Iterator[World]:
    """The world after a kill before each file operation of an action in turn."""
    for position in range(1, 1000):
        world = copy_of(template, f"killed{position}")
        if not crashing.killed_before(world.root, action, crashing.changes_files, position):
            return
        yield world
        shutil.rmtree(world.root)


@pytest.mark.parametrize(
    ("counts", "stride"),
    [(crashing.changes_files, times(4, 1)), (crashing.asks_database, times(20, 5))],
    ids=["file-operations", "database-calls"],
)
def test_a_kill_at_any_point_leaves_the_old_version_or_the_new_one(published, counts, stride):
    seen, left = [], set()
    for position in range(1, 1000, stride):
        world = copy_of(published, f"killed{position}")
        if not crashing.killed_before(world.root, partial(publish, run=2), counts, position):
            break
        seen.append(assert_whole(world))
        leftovers = tuple(sorted(path.name for path in world.home.published.rglob("*")))
        if leftovers not in left:
            assert_next_run_cleans_up(world)
            left.add(leftovers)
        shutil.rmtree(world.root)
    assert "run1" in seen
    assert seen == sorted(seen), "once readers have the new version they keep it"
    assert len(seen) > 10


def test_a_kill_at_a_random_moment_leaves_the_old_version_or_the_new_one(published):
    moments = random.Random(20260131)
    for run in range(2, 22):
        child = crashing.start(published.root, run)
        child.join(moments.uniform(0.01, 0.5))
        child.kill()
        child.join()
        assert_whole(published)
    assert_next_run_cleans_up(published)


def test_a_kill_during_the_very_first_publication_leaves_nothing_or_all(compact_world):
    for position in range(1, 1000, times(15, 5)):
        world = copy_of(compact_world, f"killed{position}")
        if not crashing.killed_before(world.root, partial(publish, run=1), crashing.changes_files, position):
            break
        if world.home.pointer.exists():
            assert rows(world.home.pointer, "select count(*) from marts.daily_sales") == [(20,)]
            assert_one_version(world)
            assert run_of_reports(world.home.reports) == "run1"
        else:
            assert current_publication(world.home) is None
            assert not world.home.reports.exists()
        publish(world, 1)
        assert rows(world.home.pointer, "select run_id from meta.publication") == [("run1",)]


def roll_back(world: World) -> None:
    rollback(world.home)


def test_a_kill_while_going_back_leaves_file_and_reports_of_one_version(published):
    publish(published, 2)
    seen = [assert_whole(world) for world in killed_everywhere(published, roll_back)]
    assert set(seen) == {"run1", "run2"}
    assert seen == sorted(seen, reverse=True)


def test_a_kill_while_a_link_of_before_is_replaced_leaves_readers_what_they_had(published):
    publish(published, 2)
    as_before_reports(published)
    seen, left = [], set()
    for world in killed_everywhere(published, roll_back):
        ((run_id,),) = rows(world.home.pointer, "select run_id from meta.publication")
        assert current_publication(world.home).run_id == run_id
        assert not world.home.reports.exists(), "no version of before has any"
        seen.append(run_id)
        links = frozenset(path.name for path in world.home.published.iterdir() if path.is_symlink())
        if links not in left:
            publish(world, 3)
            assert assert_whole(world) == "run3"
            left.add(links)
    assert set(seen) == {"run1", "run2"}
    assert seen == sorted(seen, reverse=True)


def leave_mark(world: World) -> None:
    mark_stale(world.home, BUSINESS_ON + timedelta(days=1), "run9", world.context().published_at, ["gone"])


def take_mark_away(world: World) -> None:
    remove_stale_mark(world.home, BUSINESS_ON + timedelta(days=1))


def test_a_kill_never_leaves_pages_that_call_themselves_stale_without_a_mark(published):
    marked = copy_of(published, "marked")
    leave_mark(marked)
    left = [*killed_marks(published, leave_mark), *killed_marks(marked, take_mark_away)]
    assert {(False, False), (True, False), (True, True)} == set(left)


def killed_marks(template: World, action: Callable[[World], object]) -> Iterator[tuple[bool, bool]]:
    """Whether the mark, and what the pages read of it, are there after each kill."""
    for world in killed_everywhere(template, action):
        mark = read_stale_mark(world.home)
        told = (world.home.published / "stale.js").read_text(encoding="utf-8")
        if told != NOT_STALE:
            assert mark is not None
            assert told == script(mark)
        yield mark is not None, told != NOT_STALE
