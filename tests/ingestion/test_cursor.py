from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from source_world import World

from daybook.errors import ConfigurationError

INCREMENTAL = {"load": "incremental", "cursor": "updated_at", "overlap_days": 3}
at = datetime.fromisoformat


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def deals(world: World, **cursors: str) -> None:
    rows = [f"{key},Won,{cursor}" for key, cursor in cursors.items()]
    world.write("deals.csv", "deal_id,stage,updated_at", *rows)


def test_the_first_load_reads_everything_and_ends_at_the_highest_cursor(world):
    deals(world, a="2024-06-02T10:00:00", b="2024-06-09T10:00:00", c="2024-05-01")
    summary = world.extract("deals", **INCREMENTAL).summary
    assert (summary.load, summary.rows_read, summary.cursor) == ("incremental", 3, "2024-06-09T10:00:00")


def test_the_next_load_starts_some_days_before_the_last_cursor(world):
    deals(world, a="2024-06-05T23:59:59", b="2024-06-06T00:00:00", c="2024-06-12")
    batch = world.extract("deals", "2024-06-09T00:00:00", **INCREMENTAL)
    assert batch.column("deal_id") == ["b", "c"]
    assert (batch.summary.rows_read, batch.summary.files[0].rows_read) == (2, 2)
    assert batch.summary.cursor == "2024-06-12T00:00:00"


def test_a_snapshot_reads_everything_whatever_the_last_cursor(world):
    deals(world, a="2024-06-01", b="2024-06-12")
    assert world.extract("deals", "2024-06-09T00:00:00", cursor="updated_at").summary.rows_read == 2


def test_rows_whose_cursor_is_missing_or_unreadable_are_read_every_time(world):
    deals(world, a="2024-06-01", b="", c="soon")
    batch = world.extract("deals", "2024-06-09T00:00:00", **INCREMENTAL)
    assert batch.column("deal_id") == ["b"]
    assert batch.reasons == [(3, "updated_at", "not_a_timestamp")]


def test_an_old_row_is_not_read_even_if_it_would_be_refused(world):
    world.write("deals.csv", "deal_id,stage,updated_at", ",Won,2024-01-01", "1,Won,2024-06-10")
    summary = world.extract("deals", "2024-06-09T00:00:00", **INCREMENTAL).summary
    assert (summary.rows_read, summary.rows_quarantined) == (1, 0)


def test_the_cursor_stays_where_nothing_newer_came(world):
    deals(world, a="2024-06-08")
    assert (
        world.extract("deals", "2024-06-09T12:00:00", **INCREMENTAL).summary.cursor == "2024-06-09T12:00:00"
    )
    deals(world)
    assert (
        world.extract("deals", "2024-06-09T12:00:00", **INCREMENTAL).summary.cursor == "2024-06-09T12:00:00"
    )


def test_refused_rows_do_not_move_the_cursor(world):
    world.write("deals.csv", "deal_id,stage,updated_at", ",Won,2024-06-12", "1,Won,2024-06-10")
    assert world.extract("deals", **INCREMENTAL).summary.cursor == "2024-06-10T00:00:00"


def test_a_mistyped_year_does_not_carry_the_cursor_past_what_is_to_come(world):
    deals(world, a="2204-06-12", b="2024-06-29")
    batch = world.extract("deals", **INCREMENTAL)
    assert batch.summary.rows_accepted == 2
    assert batch.summary.cursor == "2024-06-29T00:00:00"


def test_deletion_marks_move_the_cursor(world):
    world.write("deals.csv", "deal_id,stage,updated_at,gone", "1,Won,2024-06-10,no", "2,,2024-06-12,yes")
    batch = world.extract("deals", deleted_when="gone = 'yes'", **INCREMENTAL)
    assert (batch.column("deal_id"), batch.deleted) == (["1"], [("2",)])
    assert batch.summary.cursor == "2024-06-12T00:00:00"
    assert (batch.summary.rows_read, batch.summary.rows_accepted, batch.summary.rows_deleted) == (2, 2, 1)


def test_a_deletion_mark_needs_its_key(world):
    world.write("deals.csv", "deal_id,stage,gone", ",,yes", "1,,yes", "2,,perhaps")
    batch = world.extract("deals", deleted_when="gone")
    assert batch.reasons == [
        (1, "deal_id", "missing"),
        (3, "deleted_when", "not_a_boolean"),
        (3, "stage", "missing"),
    ]
    assert batch.deleted == [("1",)]


def test_deleted_keys_carry_the_source_s_prefix(world):
    world.source = {"key_prefix": "eu-"}
    world.write("deals.csv", "deal_id,stage,gone", "1,,yes")
    assert world.extract("deals", deleted_when="gone").deleted == [("eu-1",)]


@pytest.mark.parametrize(("overlap", "read"), [(0, 1), (5, 2), (10, 3)])
def test_dates_make_cursors_too(world, overlap, read):
    world.write(
        "deals.csv", "deal_id,stage,created_on", "1,Won,2024-05-31", "2,Won,2024-06-08", "3,Won,2024-06-09"
    )
    table = {"load": "incremental", "cursor": "created_on", "overlap_days": overlap}
    batch = world.extract("deals", "2024-06-09", **table)
    assert batch.summary.rows_read == read
    assert batch.summary.cursor == "2024-06-09"


def test_whole_numbers_make_cursors_that_grow_as_numbers(world):
    world.write("accounts.csv", "account_id,account_name,employee_count", "1,A,9", "2,B,10", "3,C,100")
    table = {"load": "incremental", "cursor": "employee_count"}
    batch = world.extract("accounts", "10", **table)
    assert (batch.column("account_id"), batch.summary.cursor) == (["2", "3"], "100")


@pytest.mark.parametrize("zone", [None, "America/New_York"])
def test_what_the_source_s_types_show_to_be_old_is_not_read_at_all(world, zone):
    moments = [at("2024-01-01"), at("2024-06-05T23:00:00"), at("2024-06-10"), None]
    frame = pl.DataFrame({"deal_id": ["a", "b", "c", "d"], "stage": "Won", "updated_at": moments})
    if zone:
        frame = frame.with_columns(
            pl.col("updated_at").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        )
    (world.folder / "data").mkdir()
    frame.write_parquet(world.folder / "data" / "deals.parquet")
    batch = world.extract("deals", "2024-06-09T00:00:00", read="deals.parquet", **INCREMENTAL)
    assert batch.column("deal_id") == ["c", "d"]
    assert batch.column("updated_at") == [at("2024-06-10"), None]


@pytest.mark.parametrize("cursor", ["updatedat", "amount", "is_won", "created_on"])
def test_a_cursor_must_be_a_fed_column_that_can_be_put_in_order(world, cursor):
    world.write("deals.csv", "deal_id,stage,updated_at,amount,is_won", "1,Won,2024-06-10,1,true")
    with pytest.raises(ConfigurationError, match=r"cursor: .*deal_id, stage, updated_at"):
        world.extract("deals", load="incremental", cursor=cursor)


def test_a_night_of_the_past_takes_later_rows_without_moving_past_its_day(world):
    deals(
        world, a="2024-06-29", b=datetime(2024, 7, 5, tzinfo=UTC).isoformat(), c=date(2024, 6, 28).isoformat()
    )
    summary = world.extract("deals", **INCREMENTAL).summary
    assert (summary.rows_accepted, summary.cursor) == (3, "2024-06-29T00:00:00")
