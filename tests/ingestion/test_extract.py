from __future__ import annotations

import itertools
from datetime import date, datetime
from decimal import Decimal

import duckdb
import polars as pl
import pytest
from source_world import World

from daybook.errors import ContractViolation, SourceUnavailable
from ingestion.batch import read_summary
from ingestion.rows import Rows
from quality.contracts import load_contracts

LINES = "order_id,line_number,ordered_at,quantity,net_amount,currency_code"
at = datetime.fromisoformat


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_accepted_rows_lie_by_month_with_the_contract_s_columns_in_its_order(world):
    world.write(
        "order_lines.csv", LINES, "00042,1,2024-01-31T23:59:59,2,10.50,EUR", "00042,2,2024-02-01,1,3,EUR"
    )
    batch = world.extract("order_lines")
    contract = load_contracts()["order_lines"]
    files = sorted(file.relative_to(batch.folder).as_posix() for file in batch.folder.glob("data/*/*"))
    assert [file.split("/")[1] for file in files] == ["month=2024-01", "month=2024-02"]
    assert all(pl.read_parquet_schema(batch.folder / file) == dict(contract.schema) for file in files)
    assert batch.column("order_id") == ["00042", "00042"]
    assert batch.column("ordered_at") == [at("2024-01-31T23:59:59"), at("2024-02-01")]
    assert batch.column("net_amount") == [Decimal("10.5"), Decimal(3)]


def test_months_are_those_of_utc(world):
    world.timezone = "Europe/Paris"
    world.write("order_lines.csv", LINES, "1,1,2024-02-01T00:30:00,2,10.50,EUR")
    assert list(world.extract("order_lines").summary.months) == ["2024-01"]


def test_datasets_without_event_date_have_one_partition(world):
    world.write("teams.csv", "team_id,team_name", "1,North")
    assert list(world.extract("teams").summary.months) == ["all"]


def test_rows_without_event_date_have_a_partition_of_their_own(world):
    world.write("deals.csv", "deal_id,stage,created_on", "1,Won,2024-05-01", "2,Won,")
    assert sorted(world.extract("deals").summary.months) == ["2024-05", "none"]


def test_the_summary_tells_what_was_read_refused_and_staged(world):
    world.write(
        "order_lines.csv",
        LINES,
        "1,1,2024-01-05,2,10.50,EUR",
        "1,2,2024-02-05,2,0.25,EUR",
        "1,3,2024-02-06,two,100,EUR",
        "1,4,2024-02-06,2,ten,EUR",
    )
    batch = world.extract("order_lines")
    summary = batch.summary
    assert summary == read_summary(batch.folder)
    assert (summary.rows_read, summary.rows_accepted, summary.rows_quarantined) == (4, 2, 2)
    assert (summary.money_read, summary.money_accepted) == ("110.7500", "10.7500")
    assert {month: part.rows for month, part in summary.months.items()} == {"2024-01": 1, "2024-02": 1}
    (file,) = summary.files
    assert (file.path, file.rows_read) == ("data/order_lines.csv", 4)
    assert file.size_bytes == (world.folder / file.path).stat().st_size


def test_the_newest_value_of_the_latency_column_is_told(world):
    world.write("orders.csv", "order_id,ordered_at", "1,2024-05-01T10:00:00", "2,2024-05-03", "3,soon")
    assert world.extract("orders").summary.newest == "2024-05-03T00:00:00"


def test_money_is_summed_exactly(world):
    rows = [f"1,{number},2024-01-05,1,0.1,EUR" for number in range(1, 1001)]
    world.write("order_lines.csv", LINES, *rows)
    assert world.extract("order_lines").summary.money_accepted == "100.0000"


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        ("1,1,2024-01-05,12O,1,EUR", [("quantity", "not_a_number")]),
        ("1,1,2024-01-05,-1,1,EUR", [("quantity", "below_minimum")]),
        ("1,1,2024-01-05,1,1e-9,EUR", [("net_amount", "not_exact")]),
        ("1,1,2024-01-05,1,999999999999999,EUR", [("net_amount", "too_large")]),
        ("1,1,2024-02-30,1,1,EUR", [("ordered_at", "not_a_timestamp")]),
        ("1,1.5,2024-01-05,1,1,EUR", [("line_number", "not_an_integer")]),
        ("1,1,2024-01-05,1,1,eur", [("currency_code", "wrong_pattern")]),
        (",1,2024-01-05,1,1,EUR", [("order_id", "missing")]),
        ("1,1,,1,1,EUR", [("ordered_at", "missing")]),
        (
            ",x,,-1,,",
            [(c, "missing") for c in ("order_id", "ordered_at", "net_amount")]
            + [("line_number", "not_a_number"), ("quantity", "below_minimum")],
        ),
    ],
)
def test_a_row_that_breaks_its_contract_is_refused_with_every_reason(world, row, reasons):
    world.write("order_lines.csv", LINES, "1,9,2024-01-05,1,1,EUR", row)
    batch = world.extract("order_lines")
    assert sorted(batch.reasons) == sorted((2, *reason) for reason in reasons)
    assert batch.summary.rows_accepted == 1
    assert batch.raw[2] == dict(zip(LINES.split(","), row.split(","), strict=True))


def test_a_value_that_is_not_listed_is_refused(world):
    world.write(
        "order_lines.csv", f"{LINES},line_kind", "1,1,2024-01-05,1,1,EUR,gift", "1,2,2024-01-05,1,1,EUR,tax"
    )
    batch = world.extract("order_lines")
    assert batch.reasons == [(1, "line_kind", "not_allowed")]
    assert batch.messages[1] == ["'gift' is not one of product, discrepancy, gift_card, shipping, tax, tip"]


def test_a_reason_shows_the_value_shortened_and_where_it_came_from(world):
    world.write(
        "order_lines.csv", f"{LINES},betrag", f"1,1,2024-01-05,1,1,EUR,{'9' * 50}", "1,2,2024-01-05,1,1,EUR,"
    )
    batch = world.extract("order_lines", columns={"net_amount": "betrag"})
    shown = "9" * 39
    assert batch.messages == {
        1: [f"'{shown}…' is too large for decimal(18,4) (from betrag)"],
        2: ["net_amount is required, and is missing (from betrag)"],
    }


def test_what_the_source_wrote_is_kept_also_where_nothing_maps_it(world):
    world.write("deals.csv", "deal_id,stage,amount,remark", '1,Won,many,"says ""hi"""')
    assert world.extract("deals").raw[1] == {
        "deal_id": "1",
        "stage": "Won",
        "amount": "many",
        "remark": 'says "hi"',
    }


def test_rows_of_several_files_know_their_file(world):
    world.write("a/deals.csv", "deal_id,stage", "1,Won", ",Won")
    world.write("b/deals.csv", "deal_id,stage", "2,Won", "3,Won", ",Won")
    batch = world.extract("deals", read=["*/deals.csv"])
    assert [(file.path, file.rows_read) for file in batch.summary.files] == [
        ("data/a/deals.csv", 2),
        ("data/b/deals.csv", 3),
    ]
    assert sorted(batch.refused.select("file", "row_number").rows()) == [
        ("data/a/deals.csv", 2),
        ("data/b/deals.csv", 3),
    ]


def test_a_row_that_cannot_be_split_is_read_and_refused(world):
    world.write("deals.csv", "deal_id,stage", "1,Won", "2,Won,much,more", "3,Won")
    batch = world.extract("deals")
    assert (batch.summary.rows_read, batch.summary.rows_quarantined) == (3, 1)
    assert batch.summary.files[0].rows_read == 3
    assert batch.column("deal_id") == ["1", "3"]


def test_every_identifier_and_nothing_else_carries_the_source_s_prefix(world):
    world.source = {"key_prefix": "eu-"}
    world.write("deals.csv", "deal_id,stage,rep_id,account_id,deal_name", "1,Won,7,,Big")
    (row,) = world.extract("deals").rows.iter_rows(named=True)
    assert (row["deal_id"], row["rep_id"], row["account_id"], row["deal_name"]) == (
        "eu-1",
        "eu-7",
        None,
        "Big",
    )


def test_a_file_with_a_header_only_is_an_empty_batch(world):
    world.write("order_lines.csv", LINES)
    batch = world.extract("order_lines")
    assert (batch.summary.rows_read, batch.summary.months, batch.summary.money_read) == (0, {}, "0.0000")
    assert batch.refused.is_empty()


def test_an_optional_source_may_have_nothing(world):
    batch = world.extract("teams", optional=True)
    assert (batch.summary.rows_read, batch.summary.files, batch.rows.height) == (0, [], 0)


def test_a_missing_file_is_a_source_that_did_not_answer(world):
    with pytest.raises(SourceUnavailable):
        world.extract("teams")


def test_a_refused_source_leaves_the_former_batch_as_it_was(world):
    world.write("teams.csv", "team_id,team_name", "1,North")
    before = world.extract("teams")
    world.write("teams.csv", "id,team_name", "1,South")
    with pytest.raises(ContractViolation):
        world.extract("teams")
    assert read_summary(before.folder) == before.summary
    assert before.column("team_name") == ["North"]
    assert [path.name for path in before.folder.parent.iterdir()] == ["teams"]


def test_a_batch_replaces_the_one_before(world):
    world.write("deals.csv", "deal_id,stage,created_on", "1,Won,2024-01-01")
    world.extract("deals")
    world.write("deals.csv", "deal_id,stage,created_on", "1,Won,2024-02-01")
    batch = world.extract("deals")
    assert [path.name for path in (batch.folder / "data").iterdir()] == ["month=2024-02"]
    assert sorted(path.name for path in batch.folder.iterdir()) == [
        "batch.json",
        "data",
        "quarantine.parquet",
    ]


def test_fingerprints_tell_content_and_not_order(world):
    rows = [
        "1,1,2024-01-05,1,1,EUR",
        "1,2,2024-01-05,1,1,EUR",
        "2,1,2024-01-06,1,,EUR",
        "2,2,2024-01-06,1,2,",
    ]
    digests = set()
    for order in itertools.islice(itertools.permutations(rows[:2] + rows[3:]), 4):
        world.write("order_lines.csv", LINES, *order)
        digests.add(world.extract("order_lines").summary.months["2024-01"].digest)
    assert len(digests) == 1
    world.write("order_lines.csv", LINES, rows[0], rows[1], "2,2,2024-01-06,1,2,USD")
    assert world.extract("order_lines").summary.months["2024-01"].digest not in digests


def test_a_source_with_types_of_its_own_keeps_them(world):
    (world.folder / "data").mkdir()
    frame = pl.DataFrame(
        {
            "deal_id": [7, 8],
            "stage": ["Won", "Won"],
            "amount": [0.1, float("nan")],
            "created_on": [date(2024, 1, 2), None],
            "updated_at": [at("2024-01-02T03:04:05"), at("2024-01-02T03:04:05")],
            "tags": [["a"], ["b"]],
        }
    )
    frame.write_parquet(world.folder / "data" / "deals.parquet")
    batch = world.extract("deals", read="deals.parquet")
    assert batch.reasons == [(2, "amount", "not_a_number")]
    (row,) = batch.rows.iter_rows(named=True)
    assert (row["deal_id"], row["amount"], row["created_on"]) == ("7", Decimal("0.1"), date(2024, 1, 2))
    assert batch.raw[2]["deal_id"] == "8"


def test_staged_files_read_the_same_in_duckdb(world):
    world.write("order_lines.csv", LINES, "00042,1,2024-01-31T23:59:59.123456,2,-10.0001,EUR")
    batch = world.extract("order_lines")
    columns = "order_id, line_number, ordered_at, net_amount, typeof(net_amount), product_id"
    (row,) = duckdb.read_parquet(str(batch.folder / "data" / "*" / "*.parquet")).project(columns).fetchall()
    assert row == ("00042", 1, at("2024-01-31T23:59:59.123456"), Decimal("-10.0001"), "DECIMAL(18,4)", None)


def test_fifty_thousand_rows_with_faults_among_them_all_arrive(world):
    rows = [f"{n},1,2024-01-{1 + n % 28:02d},{'x' if n % 1000 == 0 else 1},1,EUR" for n in range(50_000)]
    world.write("order_lines.csv", LINES, *rows)
    batch = world.extract("order_lines")
    assert (batch.summary.rows_read, batch.summary.rows_quarantined) == (50_000, 50)
    assert [row for row, _, _ in batch.reasons] == [n + 1 for n in range(0, 50_000, 1000)]
    assert batch.rows.height == 49_950


def test_every_row_is_converted_once(world, monkeypatch):
    seen = []
    stage = Rows.stage

    def watched(rows, frame):
        seen.append(frame.height)
        return stage(rows, frame)

    monkeypatch.setattr(Rows, "stage", watched)
    world.write("deals.csv", "deal_id,stage,gone", "1,Won,no", ",Won,no", "2,Won,yes", "3,Won,no")
    batch = world.extract("deals", deleted_when="gone")
    assert (batch.summary.rows_read, sum(seen)) == (4, 4)


def test_money_is_told_apart_by_what_became_of_its_rows(world):
    world.write(
        "deals.csv",
        "deal_id,stage,amount,updated_at,gone",
        "1,Won,100,2024-06-01,",
        "2,Won,40,2024-06-01,",
        "2,Won,30,2024-06-02,",
        ",Won,7,2024-06-02,",
        "3,Won,5,2024-06-02,yes",
        "4,Won,five,2024-06-02,",
    )
    table = {"load": "incremental", "cursor": "updated_at", "deleted_when": "gone = 'yes'"}
    summary = world.extract("deals", **table).summary
    parts = ("accepted", "quarantined", "superseded", "deleted")
    assert [getattr(summary, f"money_{part}") for part in parts] == [
        "130.0000",
        "7.0000",
        "40.0000",
        "5.0000",
    ]
    assert summary.money_read == "182.0000"
