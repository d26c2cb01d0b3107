from __future__ import annotations

import polars as pl
import pytest
from source_world import World

from daybook.errors import SourceUnavailable
from ingestion import duplicates
from ingestion.rows import Rows

LINES = "order_id,line_number,ordered_at,quantity,net_amount"


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def deals(world: World, *rows: str) -> None:
    world.write("deals.csv", "deal_id,stage,amount,created_on,updated_at,gone", *rows)


def test_of_equal_rows_the_first_is_kept_and_the_others_are_refused(world):
    world.write(
        "order_lines.csv",
        LINES,
        "1,1,2024-01-05,1,10",
        "1,2,2024-01-05,1,20",
        "1,1,2024-01-05,1.0,10.00",
        "1,1,2024-01-05,1,10",
    )
    batch = world.extract("order_lines")
    assert batch.reasons == [(row, "order_id, line_number", "duplicate_key") for row in (3, 4)]
    assert batch.messages[4] == ["identical to row 1 of data/order_lines.csv"]
    assert batch.raw[3]["quantity"] == "1.0"
    assert batch.column("line_number") == [1, 2]
    assert (batch.summary.rows_read, batch.summary.rows_accepted, batch.summary.rows_quarantined) == (4, 2, 2)
    assert (batch.summary.money_read, batch.summary.money_accepted) == ("50.0000", "30.0000")


def test_rows_that_contradict_each_other_are_all_refused(world):
    world.write(
        "order_lines.csv",
        LINES,
        "1,1,2024-01-05,1,10",
        "1,1,2024-01-05,1,10",
        "2,1,2024-01-05,1,5",
        "1,1,2024-02-05,1,10",
    )
    batch = world.extract("order_lines")
    assert batch.messages == {
        1: ["conflicts with row 4 of data/order_lines.csv"],
        2: ["conflicts with row 4 of data/order_lines.csv"],
        4: ["conflicts with row 1 of data/order_lines.csv"],
    }
    assert batch.column("order_id") == ["2"]
    assert list(batch.summary.months) == ["2024-01"]
    assert [path.name for path in (batch.folder / "data").iterdir()] == ["month=2024-01"]


def test_a_missing_cell_contradicts_one_that_is_filled(world):
    world.write("order_lines.csv", f"{LINES},cost_amount", "1,1,2024-01-05,1,10,", "1,1,2024-01-05,1,10,4")
    assert world.extract("order_lines").summary.rows_quarantined == 2


def test_a_duplicate_in_another_file_is_told_with_that_file(world):
    world.write("a.csv", "team_id,team_name", "1,North")
    world.write("b.csv", "team_id,team_name", "2,South", "1,North")
    batch = world.extract("teams", read=["b.csv", "a.csv"])
    (row,) = batch.refused.iter_rows(named=True)
    assert (row["file"], row["row_number"]) == ("data/a.csv", 1)
    assert row["reasons"][0]["message"] == "identical to row 2 of data/b.csv"


def test_refused_rows_are_no_duplicates(world):
    world.write("order_lines.csv", LINES, "1,1,2024-01-05,many,10", "1,1,2024-01-05,1,10")
    batch = world.extract("order_lines")
    assert batch.reasons == [(1, "quantity", "not_a_number")]
    assert batch.column("order_id") == ["1"]


def test_with_a_cursor_the_latest_version_wins_whatever_its_place(world):
    deals(
        world,
        "1,Won,30,2024-01-05,2024-03-01,",
        "1,Open,10,2024-01-05,2024-01-01,",
        "1,Open,20,2024-02-05,2024-02-01,",
        "2,Open,1,2024-02-05,2024-01-01,",
    )
    batch = world.extract("deals", cursor="updated_at")
    assert batch.column("stage") == ["Won", "Open"]
    summary = batch.summary
    assert (summary.rows_read, summary.rows_accepted, summary.rows_superseded) == (4, 4, 2)
    assert {month: part.rows for month, part in summary.months.items()} == {"2024-01": 1, "2024-02": 1}
    assert (summary.money_read, summary.money_accepted) == ("61.0000", "31.0000")
    assert batch.refused.is_empty()


def test_of_versions_with_the_same_cursor_the_last_one_read_wins(world):
    world.write("a.csv", "deal_id,stage,updated_at", "1,Third,2024-01-01")
    world.write("b.csv", "deal_id,stage,updated_at", "1,First,2024-01-01", "1,Second,2024-01-01", "1,None,")
    assert world.extract("deals", read=["b.csv", "a.csv"], cursor="updated_at").column("stage") == ["Third"]
    assert world.extract("deals", read=["a.csv", "b.csv"], cursor="updated_at").column("stage") == ["Second"]


def test_a_deletion_that_is_the_latest_version_wins(world):
    deals(
        world,
        "1,Open,10,2024-01-05,2024-01-01,no",
        "1,,,,2024-02-01,yes",
        "2,Open,1,2024-01-05,2024-01-01,no",
    )
    batch = world.extract("deals", cursor="updated_at", deleted_when="gone")
    assert (batch.column("deal_id"), batch.deleted) == (["2"], [("1",)])
    assert (batch.summary.rows_superseded, batch.summary.rows_deleted) == (1, 1)


def test_a_key_that_came_back_is_not_deleted(world):
    deals(world, "1,,,,2024-01-01,yes", "1,Open,10,2024-01-05,2024-02-01,no", "3,,,,2024-01-01,yes")
    batch = world.extract("deals", cursor="updated_at", deleted_when="gone")
    assert (batch.column("deal_id"), batch.deleted) == (["1"], [("3",)])


def test_when_every_deletion_was_taken_back_none_is_left(world):
    deals(world, "1,,,,2024-01-01,yes", "1,Open,10,2024-01-05,2024-02-01,no")
    batch = world.extract("deals", cursor="updated_at", deleted_when="gone")
    assert (batch.column("deal_id"), batch.deleted) == (["1"], [])


def test_without_a_cursor_a_row_and_its_deletion_contradict_each_other(world):
    deals(world, "1,Open,10,2024-01-05,,no", "1,Open,10,2024-01-05,,yes", "2,,,,,yes", "2,,,,,yes")
    batch = world.extract("deals", deleted_when="gone")
    assert [row for row, _, _ in batch.reasons] == [1, 2, 4]
    assert batch.deleted == [("2",)]


def test_keys_that_only_hash_alike_are_no_duplicates(world, monkeypatch):
    monkeypatch.setattr(
        Rows, "key_hash", lambda rows: pl.col(*rows.contract.key).str.len_bytes().cast(pl.UInt64)
    )
    world.write("teams.csv", "team_id,team_name", "1,North", "2,South", "3,East", "3,East")
    batch = world.extract("teams")
    assert batch.reasons == [(4, "team_id", "duplicate_key")]
    assert batch.column("team_id") == ["1", "2", "3"]


def test_a_source_that_changes_under_the_reader_is_asked_again(world, monkeypatch):
    world.write("teams.csv", "team_id,team_name", "1,North", "1,North")
    find = duplicates._repeated_hashes

    def find_then_change(*arguments):
        found = find(*arguments)
        world.write("teams.csv", "team_id,team_name", "1,North", "2,North")
        return found

    monkeypatch.setattr(duplicates, "_repeated_hashes", find_then_change)
    with pytest.raises(SourceUnavailable, match="changed while it was read"):
        world.extract("teams")


def test_many_versions_of_many_keys_settle_without_loss(world):
    rows = [f"{n % 5000},S{n},1,2024-{1 + n % 12:02d}-01,2024-01-{1 + n // 1000:02d}," for n in range(20_000)]
    deals(world, *rows)
    batch = world.extract("deals", cursor="updated_at")
    assert (batch.summary.rows_superseded, batch.rows.height) == (15_000, 5000)
    assert set(batch.column("stage")) == {f"S{n}" for n in range(15_000, 20_000)}


def test_repeated_keys_are_found_in_any_number_of_shares(world, monkeypatch):
    monkeypatch.setattr(duplicates, "HASHES_AT_ONCE", 10)
    world.write("teams.csv", "team_id,team_name", *(f"{n % 90},North" for n in range(100)))
    batch = world.extract("teams")
    assert [row for row, _, _ in batch.reasons] == list(range(91, 101))
    assert batch.rows.height == 90
