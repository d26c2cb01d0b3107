"""Killed anywhere, a publication leaves the old version or the new one, and the next one cleans up."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import crashing
import duckdb
import pytest
from published_world import World, rows

from reporting.publish import publish
from reporting.versions import current_publication, is_intact, list_publications

pytestmark = pytest.mark.slow


@pytest.fixture
def published(world: World) -> Path:
    """A world with one publication, whose warehouse has changed since."""
    publish(world.home, world.warehouse, world.config(), world.context(1))
    world.change("insert into marts.daily_sales values (date '2026-01-31', 'r1', 1)")
    return world.root


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
    publish(world.home, world.warehouse, world.config(keep=2), world.context(9))
    assert assert_whole(world) == "run9"
    versions = {publication.name for publication in list_publications(world.home)}
    parts = {f"{name}{ending}" for name in versions for ending in (".duckdb", ".quality.html", ".manifest.json")}
    assert {path.name for path in world.home.published.iterdir()} == parts | {"open", "sales.duckdb"}
    opened = {f"sales-{folder.name}": [file.name for file in folder.iterdir()] for folder in world.home.published.glob("open/*")}
    assert opened == dict.fromkeys(versions, ["sales.duckdb"])


def copy_of(published: Path, name: str) -> World:
    return World(Path(shutil.copytree(published, published.parent / name, symlinks=True)))


@pytest.mark.parametrize(
    ("calls", "stride"),
    [(crashing.FILE_CALLS, 1), (crashing.DATABASE_CALLS, 10)],
    ids=["every-file-operation", "every-tenth-database-call"],
)
def test_a_kill_at_any_point_leaves_the_old_version_or_the_new_one(published, calls, stride):
    seen = []
    for position in range(1, 1000, stride):
        world = copy_of(published, f"killed{position}")
        if not crashing.publish_killed_before(world.root, 2, calls, position):
            break
        seen.append(assert_whole(world))
        assert_next_run_cleans_up(world)
        shutil.rmtree(world.root)
    assert len(seen) > 10
    assert seen == sorted(seen), "once readers have the new version they keep it"
    assert "run1" in seen


def test_a_kill_at_a_random_moment_leaves_the_old_version_or_the_new_one(published):
    moments = random.Random(20260131)  # noqa: S311 - reproducible moments, no secret
    world = copy_of(published, "random")
    for run in range(2, 22):
        child = crashing.start(world.root, run)
        child.join(moments.uniform(0.01, 0.5))
        child.kill()
        child.join()
        assert_whole(world)
    assert_next_run_cleans_up_after_many(world)


def assert_next_run_cleans_up_after_many(world: World) -> None:
    publish(world.home, world.warehouse, world.config(keep=2), world.context(99))
    assert not [path for path in world.home.published.iterdir() if path.name.startswith(".")]
    assert len(list_publications(world.home)) == 2


def test_a_kill_during_the_very_first_publication_leaves_nothing_or_all(tmp_path):
    template = World(tmp_path / "first")
    template.root.mkdir()
    template.build()
    for position in range(1, 1000, 5):
        world = copy_of(template.root, f"killed{position}")
        if not crashing.publish_killed_before(world.root, 1, crashing.FILE_CALLS, position):
            break
        if world.home.pointer.is_symlink():
            assert rows(world.home.pointer, "select count(*) from marts.daily_sales") == [(20,)]
        else:
            assert current_publication(world.home) is None
        publish(world.home, world.warehouse, world.config(), world.context(1))
        assert rows(world.home.pointer, "select run_id from meta.publication") == [("run1",)]
