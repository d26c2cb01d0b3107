from __future__ import annotations

import errno
import os
from datetime import date
from pathlib import Path

import pytest

from daybook.durable import fsync_path
from daybook.errors import CommitFailed, StateDamaged
from daybook.home import Home
from ingestion.generation import (
    Generation,
    GenerationState,
    committed_candidate,
    current_generation,
    open_candidate,
    promote,
    recover,
    write_state,
)

PART = Path("deals", "source=crm", "month=2024-01", "rows.parquet")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def build(home: Home, *, rows: str = "rows", day: int = 1) -> Generation:
    """A candidate as commit and dbt leave it; its one partition gets a new file."""
    candidate = open_candidate(home)
    part = candidate.lake / PART
    part.unlink(missing_ok=True)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(rows)
    candidate.warehouse.write_text(f"marts of {rows}")
    write_state(candidate, GenerationState(business_on=date(2024, 6, day)))
    return candidate


def grow(home: Home, nights: int) -> None:
    for night in range(1, nights + 1):
        promote(home, build(home, rows=f"rows {night}", day=night))


def numbers(home: Home) -> list[int]:
    return sorted(int(folder.name) for folder in home.generations.iterdir())


def test_before_the_first_night_there_is_no_current_generation(home):
    assert current_generation(home) is None


def test_the_first_candidate_is_empty_and_has_number_one(home):
    candidate = open_candidate(home)

    assert candidate.number == 1
    assert candidate.state == GenerationState()
    assert list(candidate.lake.iterdir()) == []
    assert not candidate.warehouse.exists()


def test_a_candidate_is_invisible_until_it_is_promoted(home):
    grow(home, 1)

    candidate = build(home, rows="rows 2", day=2)
    assert current_generation(home).number == 1

    promote(home, candidate)
    assert current_generation(home).number == 2
    assert current_generation(home).state.business_on == date(2024, 6, 2)


def test_a_candidate_starts_as_the_current_lake_and_warehouse(home):
    grow(home, 1)

    candidate = open_candidate(home)

    assert candidate.number == 2
    assert candidate.state == current_generation(home).state
    assert (candidate.lake / PART).read_text() == "rows 1"
    assert candidate.warehouse.read_text() == "marts of rows 1"


def test_a_candidate_shares_the_files_of_the_lake_but_not_the_warehouse(home):
    grow(home, 1)
    current = current_generation(home)

    candidate = open_candidate(home)

    assert (candidate.lake / PART).samefile(current.lake / PART)
    candidate.warehouse.write_text("half built")
    assert current.warehouse.read_text() == "marts of rows 1"


def test_what_dbt_has_not_yet_folded_into_the_warehouse_file_is_copied_with_it(home):
    candidate = build(home)
    candidate.warehouse.with_name("warehouse.duckdb.wal").write_text("last transaction")
    promote(home, candidate)

    assert open_candidate(home).warehouse.with_name("warehouse.duckdb.wal").read_text() == "last transaction"


def refuse(error: int):
    def call(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    return call


def test_where_the_file_system_cannot_link_files_are_copied(home, monkeypatch):
    grow(home, 1)
    monkeypatch.setattr(os, "link", refuse(errno.EXDEV))
    monkeypatch.setattr(os, "copy_file_range", refuse(errno.EXDEV))

    candidate = open_candidate(home)

    assert (candidate.lake / PART).read_text() == "rows 1"
    assert not (candidate.lake / PART).samefile(current_generation(home).lake / PART)
    assert candidate.warehouse.read_text() == "marts of rows 1"


@pytest.mark.parametrize("call", ["link", "copy_file_range"])
def test_a_full_disk_is_an_error_and_not_a_reason_to_copy(home, monkeypatch, call):
    grow(home, 1)
    monkeypatch.setattr(os, call, refuse(errno.ENOSPC))

    with pytest.raises(CommitFailed, match="No space left"):
        open_candidate(home)


def test_a_candidate_that_died_is_replaced_by_a_fresh_one(home):
    grow(home, 1)
    dead = build(home, rows="half a night")

    candidate = open_candidate(home)

    assert candidate.path == dead.path
    assert (candidate.lake / PART).read_text() == "rows 1"


def test_a_committed_candidate_can_be_taken_up_again(home):
    grow(home, 1)
    open_candidate(home)
    assert committed_candidate(home) is None

    build(home, day=2)

    assert committed_candidate(home).number == 2
    assert committed_candidate(home).state.business_on == date(2024, 6, 2)


def test_only_the_generation_before_the_current_one_is_kept(home):
    grow(home, 4)

    assert numbers(home) == [3, 4]


def test_the_generation_before_is_left_as_it_was(home):
    grow(home, 1)
    before = current_generation(home)

    promote(home, build(home, rows="rows 2"))

    assert (before.lake / PART).read_text() == "rows 1"
    assert before.warehouse.read_text() == "marts of rows 1"


def test_recovery_removes_leftovers_and_can_be_repeated(home):
    grow(home, 3)
    build(home, rows="half a night")
    (home.generations / "1").mkdir()
    home.current.with_name(".current.tmp").symlink_to("generations/4")

    recover(home)
    recover(home)

    assert numbers(home) == [2, 3]
    assert sorted(path.name for path in home.root.iterdir()) == ["current", "generations"]
    assert (current_generation(home).lake / PART).read_text() == "rows 3"


def test_recovery_after_a_first_night_that_died_starts_from_nothing(home):
    build(home)

    recover(home)

    assert numbers(home) == []


def test_a_lost_link_to_the_current_generation_removes_nothing(home):
    grow(home, 2)
    home.current.unlink()

    with pytest.raises(StateDamaged, match="which of them is current") as raised:
        open_candidate(home)

    assert "generations/" in raised.value.remedy
    assert numbers(home) == [1, 2]


@pytest.mark.parametrize("damage", ["missing", "cut short"])
def test_a_current_generation_that_cannot_be_read_is_named_and_kept(home, damage):
    grow(home, 2)
    state_file = current_generation(home).state_file
    state_file.unlink() if damage == "missing" else state_file.write_text('{"cursors":')

    with pytest.raises(StateDamaged, match="cannot be read"):
        open_candidate(home)

    assert numbers(home) == [1, 2]


def test_a_candidate_without_a_commit_cannot_be_promoted(home):
    candidate = open_candidate(home)

    with pytest.raises(ValueError, match="not been committed"):
        promote(home, candidate)


def test_a_candidate_cannot_be_promoted_over_a_later_generation(home):
    late = build(home)
    grow(home, 1)

    with pytest.raises(ValueError, match="does not follow"):
        promote(home, late)


def test_all_of_a_generation_is_on_disk_before_it_becomes_current(home, monkeypatch):
    candidate = build(home)
    synced: set[str] = set()
    when_switched: set[str] = set()

    def remember(path: Path) -> None:
        synced.add(str(path))
        fsync_path(path)

    real_replace = Path.replace

    def switch(path: Path, target: Path) -> Path:
        when_switched.update(synced)
        return real_replace(path, target)

    monkeypatch.setattr("daybook.durable.fsync_path", remember)
    monkeypatch.setattr("ingestion.generation.fsync_path", remember)
    monkeypatch.setattr(Path, "replace", switch)
    promote(home, candidate)

    everything = {str(path) for path in [candidate.path, *candidate.path.rglob("*"), home.generations]}
    assert everything <= when_switched
