"""Files of an incremental table that hold nothing new are not read again, and nothing is missed by that."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_world import World

from ingestion.batch import Taken

DAILY = {"read": "deals*.csv", "load": "incremental", "cursor": "updated_at", "overlap_days": 3}
HEADER = "deal_id,stage,updated_at"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    world.write("deals_1.csv", HEADER, "a,Won,2024-06-01", "b,Won,2024-06-02")
    world.write("deals_2.csv", HEADER, "c,Won,2024-06-09")
    return world


def after(batch) -> Taken:
    return Taken(batch.summary.cursor, batch.summary.marks)


def files(batch) -> list[str]:
    return [Path(file.path).name for file in batch.summary.files]


def test_a_file_that_ends_before_the_overlap_is_passed_over(world):
    first = world.extract("deals", **DAILY)
    second = world.extract("deals", after(first), **DAILY)
    assert files(first) == ["deals_1.csv", "deals_2.csv"]
    assert files(second) == ["deals_2.csv"]
    assert second.column("deal_id") == ["c"]
    third = world.extract("deals", after(second), **DAILY)
    assert files(third) == ["deals_2.csv"], "what was passed over once stays known"


def test_a_file_that_was_written_again_is_read_again(world):
    first = world.extract("deals", **DAILY)
    world.write("deals_1.csv", HEADER, "a,Won,2024-06-01", "b,Won,2024-06-02", "late,Won,2024-06-08")
    second = world.extract("deals", after(first), **DAILY)
    assert second.column("deal_id") == ["c", "late"]


def test_a_file_whose_size_alone_is_the_same_is_read_again(world):
    first = world.extract("deals", **DAILY)
    world.write("deals_1.csv", HEADER, "a,Won,2024-06-01", "z,Won,2024-06-08")
    os.utime(world.folder / "data" / "deals_1.csv", ns=(1, 1))
    assert world.extract("deals", after(first), **DAILY).column("deal_id") == ["c", "z"]


def test_a_file_with_a_row_without_a_cursor_is_read_every_time(world):
    world.write("deals_1.csv", HEADER, "a,Won,2024-06-01", "b,Won,")
    first = world.extract("deals", **DAILY)
    assert world.extract("deals", after(first), **DAILY).column("deal_id") == ["b", "c"]


def test_a_file_with_a_row_that_cannot_be_split_is_read_every_time(world):
    world.write("deals_1.csv", HEADER, "a,Won,2024-06-01", "b,Won,2024-06-02,surplus")
    first = world.extract("deals", **DAILY)
    second = world.extract("deals", after(first), **DAILY)
    assert (first.summary.rows_quarantined, second.summary.rows_quarantined) == (1, 1)


def test_another_mapping_reads_every_file_again(world):
    first = world.extract("deals", **DAILY)
    second = world.extract("deals", after(first), columns={"stage": "upper(stage)"}, **DAILY)
    assert files(second) == ["deals_1.csv", "deals_2.csv"]


def test_nothing_new_at_all_is_an_empty_batch_that_keeps_the_cursor(world):
    (world.folder / "data" / "deals_2.csv").unlink()
    first = world.extract("deals", **DAILY)
    later = Taken("2024-06-20T00:00:00", first.summary.marks)
    second = world.extract("deals", later, **DAILY)
    assert (second.summary.rows_read, second.summary.cursor) == (0, "2024-06-20T00:00:00")
    assert second.summary.marks == first.summary.marks


ROWS = st.lists(
    st.tuples(
        st.sampled_from("abcdef"),
        st.sampled_from(["Won", ""]),
        st.sampled_from(["", "soon", *(f"2024-06-{day:02d}" for day in range(1, 29, 3))]),
    ),
    max_size=5,
)
NIGHTS = st.lists(st.dictionaries(st.sampled_from("123"), ROWS, min_size=1), min_size=2, max_size=4)


@settings(max_examples=20, derandomize=True)
@given(nights=NIGHTS)
def test_passing_files_over_changes_neither_rows_nor_refusals(nights):
    with tempfile.TemporaryDirectory() as folder:
        world, taken = World(Path(folder)), Taken()
        for number, night in enumerate(nights):
            for name, rows in night.items():
                world.write(f"deals_{name}.csv", HEADER, *(",".join(row) for row in rows))
                os.utime(world.folder / "data" / f"deals_{name}.csv", ns=(number, number))
            whole = contents(world.extract("deals", Taken(taken.cursor), **DAILY))
            batch = world.extract("deals", taken, **DAILY)
            assert contents(batch) == whole
            taken = after(batch)


def contents(batch) -> tuple[object, ...]:
    rows = sorted(batch.rows.rows(), key=repr)
    refused = sorted(batch.refused.select("file", "row_number", "raw").rows(), key=repr)
    return rows, refused, batch.summary.rows_read, batch.summary.cursor, batch.summary.months
