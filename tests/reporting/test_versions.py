"""Versions: listing, going back, keeping the last few, and surviving damage."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from published_world import World, as_before_reports, rows, run_of_reports

from daybook.errors import PublicationRefused, StateDamaged
from reporting.publication import Publication
from reporting.publish import publish
from reporting.versions import current_publication, damaged_part, list_publications, prune, rollback


@pytest.fixture
def world(compact_world: World) -> World:
    return compact_world


READ_RUN = "select run_id from meta.publication"


def publish_run(world: World, run: int, keep: int = 14) -> Publication:
    return publish(world.home, world.warehouse, world.config(keep=keep), world.context(run))


def run_ids(world: World) -> list[str]:
    return [publication.run_id for publication in list_publications(world.home)]


def test_nothing_is_published_at_first(world):
    assert list_publications(world.home) == []
    assert current_publication(world.home) is None


def test_versions_are_listed_latest_first(world):
    for run in (1, 2, 3):
        publish_run(world, run)
    assert run_ids(world) == ["run3", "run2", "run1"]


def test_rollback_gives_readers_the_version_before(world):
    for run in (1, 2, 3):
        publish_run(world, run)
    assert rollback(world.home).run_id == "run2"
    assert rows(world.home.pointer, READ_RUN) == [("run2",)]
    assert run_of_reports(world.home.reports) == "run2"
    assert rollback(world.home).run_id == "run1"
    assert run_ids(world) == ["run3", "run2", "run1"]


def test_rollback_to_a_named_version_may_also_go_forward(world):
    first, last = publish_run(world, 1), publish_run(world, 2)
    rollback(world.home, first.publication_id)
    rollback(world.home, last.publication_id)
    assert current_publication(world.home) == last


def test_rollback_without_an_earlier_version_is_refused(world):
    publish_run(world, 1)
    with pytest.raises(PublicationRefused, match="no publication before"):
        rollback(world.home)


def test_rollback_to_an_unknown_version_is_refused(world):
    publish_run(world, 1)
    with pytest.raises(PublicationRefused, match="no publication 2026-01-31-run9"):
        rollback(world.home, "2026-01-31-run9")


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
def test_rollback_to_a_damaged_version_is_refused_and_readers_keep_theirs(world, damage):
    first = publish_run(world, 1)
    publish_run(world, 2)
    first.path.chmod(0o644)
    content = bytearray(first.path.read_bytes())
    content[len(content) // 2] ^= 1
    if damage == "remove":
        first.path.unlink()
    else:
        first.path.write_bytes(content if damage == "flip" else content[: len(content) // 2])
    with pytest.raises(StateDamaged, match="not what was published"):
        rollback(world.home, first.publication_id)
    assert rows(world.home.pointer, READ_RUN) == [("run2",)]


def test_rollback_to_a_version_whose_reports_are_gone_is_refused_and_names_them(world):
    first = publish_run(world, 1)
    publish_run(world, 2)
    shutil.rmtree(first.reports)
    with pytest.raises(StateDamaged, match=f"{first.publication_id}/reports: .*not what was published"):
        rollback(world.home, first.publication_id)
    assert run_of_reports(world.home.reports) == "run2"


def test_a_lock_left_beside_a_workbook_does_not_make_a_version_damaged(world):
    publication = publish_run(world, 1)
    (publication.reports / "~$sales.xlsx").write_bytes(b"open")
    assert damaged_part(publication) is None


def test_a_version_without_reports_is_not_shown_with_those_of_another(world):
    publish(world.home, world.warehouse, world.config({"editions": []}), world.context(1))
    publish_run(world, 2)
    assert rollback(world.home).run_id == "run1"
    assert not world.home.reports.exists()
    rollback(world.home, "2026-01-31-run2")
    assert run_of_reports(world.home.reports) == "run2"


def test_one_link_moves_and_the_others_never_change(world):
    links = (world.home.pointer, world.home.reports)
    publish_run(world, 1)
    before = [(link.readlink(), link.lstat().st_ino) for link in links]
    assert world.home.standing.readlink() == Path("open/2026-01-31-run1")
    publish_run(world, 2)
    rollback(world.home)
    publish_run(world, 3)
    assert [(link.readlink(), link.lstat().st_ino) for link in links] == before
    assert [str(link.readlink()) for link in links] == ["current/sales.duckdb", "current/reports"]
    assert world.home.standing.readlink() == Path("open/2026-01-31-run3")


def test_a_link_that_led_to_the_file_directly_is_understood_and_replaced_at_the_next_swing(world):
    for run in (1, 2):
        publish_run(world, run)
    as_before_reports(world)
    assert world.home.pointer.readlink() == Path("open/2026-01-31-run2/sales.duckdb")
    assert current_publication(world.home).run_id == "run2"
    prune(world.home, keep=2)
    assert rows(world.home.pointer, READ_RUN) == [("run2",)]
    publish_run(world, 3)
    assert world.home.pointer.readlink() == Path("current/sales.duckdb")
    assert rows(world.home.pointer, READ_RUN) == [("run3",)]
    assert run_of_reports(world.home.reports) == "run3"
    assert rollback(world.home).run_id == "run2", "a version of before has no reports and is whole"
    assert not world.home.reports.exists()


def test_where_an_older_release_moved_its_own_link_since_that_link_is_what_readers_have(world):
    for run in (1, 2):
        publish_run(world, run)
    world.home.pointer.unlink()
    world.home.pointer.symlink_to("open/2026-01-31-run1/sales.duckdb")
    assert current_publication(world.home).run_id == "run1"
    publish_run(world, 3)
    assert rows(world.home.pointer, READ_RUN) == [("run3",)]


def test_the_stale_mark_is_among_the_pages_whichever_way_a_page_was_opened(world):
    publication = publish_run(world, 1)
    (world.home.published / "stale.js").write_text("stale")
    for reports in (world.home.reports, world.home.standing / "reports", publication.reports):
        assert (reports / "stale.js").read_text() == "stale"


def test_a_night_after_a_rollback_publishes_on(world):
    for run in (1, 2):
        publish_run(world, run)
    rollback(world.home)
    publish_run(world, 3)
    assert rows(world.home.pointer, READ_RUN) == [("run3",)]


def test_only_the_last_versions_are_kept_with_all_that_belongs_to_them(world):
    for run in range(1, 6):
        publish_run(world, run, keep=3)
    assert run_ids(world) == ["run5", "run4", "run3"]
    kept = {
        f"sales-2026-01-31-run{run}{end}"
        for run in (3, 4, 5)
        for end in (".duckdb", ".quality.html", ".manifest.json")
    }
    links = {"current", "sales.duckdb", "reports", "stale.js"}
    assert {path.name for path in world.home.published.iterdir()} == kept | links | {"open"}
    assert len(list(world.home.published.glob("open/*"))) == 3


def test_the_current_version_is_kept_however_old_it_is(world):
    for run in (1, 2, 3, 4):
        publish_run(world, run)
    rollback(world.home, "2026-01-31-run1")
    removed = prune(world.home, keep=2)
    assert [publication.run_id for publication in removed] == ["run2"]
    assert rows(world.home.pointer, READ_RUN) == [("run1",)]


def test_the_version_before_is_kept_for_readers_that_are_just_opening_it(world):
    for run in (1, 2, 3):
        publish_run(world, run, keep=1)
    assert run_ids(world) == ["run3", "run2"]


def test_a_reader_that_holds_a_removed_version_goes_on_reading_it(world):
    publish_run(world, 1)
    with duckdb.connect(str(world.home.pointer), read_only=True) as held:
        for run in (2, 3, 4):
            publish_run(world, run, keep=2)
        assert held.execute(READ_RUN).fetchall() == [("run1",)]
        assert held.execute("select count(*) from marts.daily_sales").fetchall() == [(20,)]
        assert rows(world.home.pointer, READ_RUN) == [("run4",)]


def test_files_of_others_in_the_folder_are_left_alone(world):
    publish_run(world, 1)
    others = [world.home.published / name for name in ("sales-forecast.duckdb", "notes.txt", "other.wal")]
    for other in others:
        other.write_text("mine")
    publish_run(world, 2)
    assert all(other.exists() for other in others)


def test_a_log_of_a_client_that_wrote_does_not_reach_the_next_version(world):
    publish_run(world, 1)
    log = world.home.published / "sales.duckdb.wal"
    log.write_bytes(b"what an old client left behind the pointer")
    publish_run(world, 2)
    assert not log.exists()


def test_versions_cannot_be_written_to_by_accident(world):
    publication = publish_run(world, 1)
    pages = [path for path in publication.reports.rglob("*") if path.is_file() and not path.is_symlink()]
    assert pages
    assert all(path.stat().st_mode & 0o222 == 0 for path in (publication.path, *pages))


def test_a_version_whose_manifest_cannot_be_read_is_neither_listed_nor_removed(world):
    first = publish_run(world, 1)
    publish_run(world, 2)
    first.path.with_name(f"{first.name}.manifest.json").write_text("{}")
    publish_run(world, 3)
    assert run_ids(world) == ["run3", "run2"]
    assert first.path.exists()


def test_publications_of_different_business_dates_stand_side_by_side(world):
    publish(world.home, world.warehouse, world.config(), world.context(1, date(2026, 1, 30)))
    publish(world.home, world.warehouse, world.config(), world.context(1, date(2026, 1, 31)))
    names = [publication.name for publication in list_publications(world.home)]
    assert names == ["sales-2026-01-31-run1", "sales-2026-01-30-run1"]
