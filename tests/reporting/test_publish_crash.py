"""Killed anywhere, a publication leaves the old version or the new one, and the next one cleans up."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import crashing
import duckdb
import pytest
from crashing import publish
from published_world import World, compact_nodes, rows

from reporting.versions import current_publication, is_intact, list_publications

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
        assert is_intact(publication)
        assert publication.quality_page.exists()
    with duckdb.connect(str(world.home.pointer), read_only=True) as reader:
        ((run_id,),) = reader.execute("select run_id from meta.publication").fetchall()
        counts = dict(reader.execute("select table_name, row_count from meta.tables").fetchall())
        found = {table: len(reader.execute(f"from marts.{table}").fetchall()) for table in counts}
    assert current_publication(world.home).run_id == run_id
    assert found == counts
    assert counts["daily_sales"] == {"run1": 20}.get(run_id, 21)
    return run_id


def assert_next_run_cleans_up(world: World) -> None:
    publish(world, 99)
    assert assert_whole(world) == "run99"
    names = {publication.name for publication in list_publications(world.home)}
    folder = world.home.published
    assert {path.name for path in folder.iterdir()} == {name + part for name in names for part in PARTS} | {
        "open",
        "sales.duckdb",
    }
    opened = {path.relative_to(folder).as_posix() for path in folder.glob("open/*/*")}
    assert opened == {f"open/{name.removeprefix('sales-')}/sales.duckdb" for name in names}


@pytest.mark.parametrize(
    ("counts", "stride"),
    [(crashing.changes_files, 1), (crashing.asks_database, 5)],
    ids=["every-file-operation", "every-fifth-database-call"],
)
def test_a_kill_at_any_point_leaves_the_old_version_or_the_new_one(published, counts, stride):
    seen, left = [], set()
    for position in range(1, 1000, stride):
        world = copy_of(published, f"killed{position}")
        if not crashing.publish_killed_before(world.root, 2, counts, position):
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
    for position in range(1, 1000, 5):
        world = copy_of(compact_world, f"killed{position}")
        if not crashing.publish_killed_before(world.root, 1, crashing.changes_files, position):
            break
        if world.home.pointer.is_symlink():
            assert rows(world.home.pointer, "select count(*) from marts.daily_sales") == [(20,)]
        else:
            assert current_publication(world.home) is None
        publish(world, 1)
        assert rows(world.home.pointer, "select run_id from meta.publication") == [("run1",)]
