from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from audit_world import World, at

TURNED = [
    (
        "deals",
        {"deal_id": "D", "created_on": date(2026, 3, 2), "closed_on": date(2026, 3, 1)},
        "closed_on.not_before_created_on",
    ),
    (
        "orders",
        {"order_id": "O", "cancelled_at": at("2026-03-09T11:59")},
        "cancelled_at.not_before_ordered_at",
    ),
    (
        "reps",
        {"rep_id": "R", "hired_on": date(2026, 1, 2), "left_on": date(2026, 1, 1)},
        "left_on.not_before_hired_on",
    ),
    (
        "territory_assignments",
        {"territory_id": "T", "rep_id": "R", "ended_on": date(2025, 12, 31)},
        "ended_on.not_before_assigned_on",
    ),
    (
        "process_feedback",
        {"feedback_id": "F", "submitted_on": date(2026, 1, 2), "answered_on": date(2026, 1, 1)},
        "answered_on.not_before_submitted_on",
    ),
]


@pytest.mark.parametrize(("dataset", "row", "check"), TURNED)
def test_dates_in_the_wrong_order_warn_unless_the_gate_says_otherwise(
    world: World, dataset: str, row: dict[str, object], check: str
) -> None:
    world.stage("src", dataset, [row])
    assert world.check(f"{dataset}.{check}").outcome == "fail"
    assert not world.check(f"{dataset}.{check}").blocks
    assert world.check(f"{dataset}.{check}", gates={"date_order_severity": "block"}).blocks
    assert world.troubles(gates={"date_order_severity": "off"}) == []


def test_dates_of_the_same_day_are_in_order(world: World) -> None:
    day = date(2026, 3, 1)
    world.stage("crm", "deals", [{"deal_id": "D", "created_on": day, "closed_on": day}])
    assert world.troubles() == []


def test_a_window_turned_round_blocks_whatever_the_gate_says(world: World) -> None:
    world.stage("plan", "targets", [{"period_end_on": date(2026, 2, 1)}])
    assert world.check(
        "targets.period_end_on.not_before_period_start_on", gates={"date_order_severity": "off"}
    ).blocks


def test_the_future_starts_two_local_midnights_after_the_business_date(world: World) -> None:
    last, first = at("2026-03-11T22:59:59.999999"), at("2026-03-11T23:00")
    world.stage("shop", "orders", [{"order_id": "O1", "ordered_at": last}])
    assert world.troubles() == []
    world.forget()
    world.stage("shop", "orders", [{"order_id": "O1", "ordered_at": first}])
    found = world.check("orders.ordered_at.not_ahead")
    assert found.blocks
    assert found.sample == ["order_id=O1, ordered_at=2026-03-11 23:00:00"]
    assert world.troubles(zone=ZoneInfo("UTC")) == []


def test_the_gate_decides_what_a_date_in_the_future_means(world: World) -> None:
    world.stage("shop", "orders", [{"order_id": "O1", "ordered_at": at("2030-01-01T00:00")}])
    assert not world.check("orders.ordered_at.not_ahead", gates={"future_severity": "warn"}).blocks
    assert world.troubles(gates={"future_severity": "off"}) == []


def test_in_a_backfill_rows_of_later_days_only_warn(world: World) -> None:
    world.stage("shop", "orders", [{"order_id": "O1", "ordered_at": at("2026-03-30T00:00")}])
    found = world.check("orders.ordered_at.not_ahead", is_backfill=True)
    assert (found.outcome, found.blocks) == ("fail", False)


def test_a_date_of_birth_of_the_epoch_in_a_dimension_is_nobodys_business(world: World) -> None:
    world.stage("crm", "accounts", [{"account_id": "A", "created_on": date(1970, 1, 1)}])
    assert world.troubles() == []


def test_a_cursor_from_the_future_is_found_before_it_hides_later_changes(world: World) -> None:
    world.stage("crm", "deals", [{"deal_id": "D", "updated_at": at("2062-03-10T00:00")}])
    assert world.troubles() == ["deals.updated_at.not_ahead"]


SPLITS = [
    (["1"], True),
    (["0.5", "0.5"], True),
    (["0.33333333", "0.33333333", "0.33333333"], True),
    (["0.33333334", "0.33333334", "0.33333333"], True),
    (["0.14285714"] * 7, False),
    (["0.6", "0.3"], False),
    (["0.6", "0.6"], False),
]


@pytest.mark.parametrize(("ratios", "adds_up"), SPLITS)
def test_the_splits_of_a_deal_add_up_to_one(world: World, ratios: list[str], adds_up: bool) -> None:
    rows = [{"deal_id": "D", "rep_id": f"R{n}", "split_ratio": Decimal(r)} for n, r in enumerate(ratios)]
    world.stage("crm", "deal_splits", rows)
    assert world.check("deal_splits.split_ratio.adds_up").outcome == ("pass" if adds_up else "fail")


def test_splits_are_added_up_with_what_the_lake_keeps(world: World) -> None:
    half = Decimal("0.5")
    world.hold(
        "crm", "deal_splits", [{"deal_id": d, "rep_id": "A", "split_ratio": half} for d in ("D1", "D2")]
    )
    tonight = [
        {"deal_id": "D1", "rep_id": "B", "split_ratio": half},
        {"deal_id": "D2", "rep_id": "A", "split_ratio": half},
    ]
    world.stage("crm", "deal_splits", tonight, load="incremental")
    found = world.check("deal_splits.split_ratio.adds_up")
    assert found.sample == ["deal_id=D2, sum=0.50000000"]


def test_a_split_that_is_deleted_is_missed(world: World) -> None:
    half = Decimal("0.5")
    world.hold("crm", "deal_splits", [{"deal_id": "D", "rep_id": r, "split_ratio": half} for r in "AB"])
    world.stage("crm", "deal_splits", [], deleted=[{"deal_id": "D", "rep_id": "A"}], load="incremental")
    assert world.check("deal_splits.split_ratio.adds_up").blocks
