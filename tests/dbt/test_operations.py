"""What is reconciled, counted and listed."""

from __future__ import annotations

import json
from contextlib import nullcontext
from datetime import date
from decimal import Decimal

import pytest
from dbt_world import World
from small_company import AS_OF, at, line, order, small_company


def test_every_dataset_of_every_source_is_reconciled(acme: World):
    rows = acme.query("select source_system, dataset, is_reconciled from marts.reconciliation")
    assert {(row["source_system"], row["dataset"]) for row in rows} == set(acme.rows)
    assert all(row["is_reconciled"] for row in rows)


def test_money_of_order_lines_is_counted_or_left_out_with_a_reason(acme: World):
    row = acme.one("select * from marts.reconciliation where dataset = 'order_lines'")
    amounts = {fate: row[f"{fate}_amount"] for fate in ("counted", "test", "not_a_sale", "unpriced")}
    assert amounts == {
        "counted": Decimal("652.8333"),
        "test": Decimal(999),
        "not_a_sale": Decimal(103),
        "unpriced": Decimal(40),
    }
    assert sum(amounts.values()) == row["lake_amount"] == row["read_amount"]


def test_refunds_after_a_cancellation_are_repayments(acme: World):
    row = acme.one("select * from marts.reconciliation where dataset = 'refunds'")
    assert (row["repayment_row_count"], row["repayment_amount"]) == (1, 75)
    assert row["warehouse_row_count"] == row["lake_row_count"] == 8


def test_unpriced_rows_are_listed_by_currency_and_day(acme: World):
    rows = acme.query("select * from marts.unpriced_rows order by all")
    assert [tuple(row.values()) for row in rows] == [
        ("deals", "GBP", date(2026, 1, 30), 1, Decimal(30)),
        ("order_lines", "GBP", date(2026, 1, 12), 1, Decimal(40)),
    ]


def test_a_row_that_the_load_did_not_report_stops_the_build(tmp_path):
    world = small_company(tmp_path)
    world.add("order_lines", line("plain", 9, world.rows["shop", "orders"][0]["ordered_at"], 1)).write()
    with pytest.raises(AssertionError, match="assert_reconciled"):
        world.build(AS_OF)
    row = world.one("select * from marts.reconciliation where dataset = 'order_lines'")
    assert (row["unexplained_lake_count"], row["unexplained_lake_amount"]) == (-1, -1)


@pytest.mark.parametrize(("subtotal", "ties"), [(230, True), (230.02, False), (None, True)])
def test_lines_are_held_against_the_totals_of_their_order_headers(tmp_path, subtotal, ties):
    world = World(tmp_path)
    world.add("orders", order("plain", at(5), subtotal_amount=subtotal))
    world.add("order_lines", line("plain", 1, at(5), 180), line("plain", 2, at(5), 50, line_kind="gift_card"))
    world.add("order_lines", line("plain", 3, at(5), 10, line_kind="shipping")).write()
    with nullcontext() if ties else pytest.raises(AssertionError, match="Got 1 result"):
        world.build(
            AS_OF,
            select="+assert_lines_tie_to_order_headers",
            options=("--indirect-selection", "empty", "--warn-error"),
        )


@pytest.mark.parametrize(("days", "status"), [((1, 2, 3), "pass"), ((1, 2, 4), "warn")])
def test_a_night_that_was_missed_is_warned_of_where_only_looking_tells_of_deals(tmp_path, days, status):
    world = World(tmp_path).add("deals", {"deal_id": "a", "stage": "Lead"}, source="crm")
    world.loads = [load for day in days for load in world.loaded(date(2026, 1, day)).loads]
    check = "assert_observed_deals_miss_no_night"
    world.write().build("2026-01-05", select=f"+{check}", options=("--indirect-selection", "empty"))
    [result] = [
        result
        for result in json.loads((world.target / "run_results.json").read_text())["results"]
        if check in result["unique_id"]
    ]
    assert result["status"] == status
