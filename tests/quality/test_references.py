from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from audit_world import World, at


def test_an_unknown_id_warns_and_is_named(world: World) -> None:
    world.stage("crm", "reps", [{"rep_id": "R1"}])
    world.stage("crm", "deals", [{"deal_id": "D1", "rep_id": "R1"}, {"deal_id": "D2", "rep_id": "R9"}])
    found = world.check("deals.rep_id.reference")
    assert (found.outcome, found.severity, found.unexpected_count) == ("fail", "warn", 1)
    assert found.sample == ["R9"]
    assert "1 of 2 rows name in rep_id what reps do not hold, such as R9." in found.message
    assert "identities" in found.message


def test_a_missing_id_is_no_unknown_id(world: World) -> None:
    world.stage("crm", "reps", [{"rep_id": "R1"}])
    world.stage("crm", "deals", [{"deal_id": "D1"}])
    assert world.troubles() == []


def test_the_gate_decides_what_an_unknown_id_means(world: World) -> None:
    world.stage("crm", "reps", [{"rep_id": "R1"}])
    world.stage("crm", "deals", [{"deal_id": "D1", "rep_id": "R9"}])
    assert world.check("deals.rep_id.reference", gates={"references_severity": "block"}).blocks
    assert world.troubles(gates={"references_severity": "off"}) == []


def test_references_to_a_dataset_that_nobody_feeds_are_not_judged(world: World) -> None:
    world.declare_empty("reps")
    world.stage("crm", "deals", [{"deal_id": "D1", "rep_id": "R9"}])
    assert "deals.rep_id.reference" not in {found.check for found in world.audit()}


def test_references_to_a_dataset_that_is_fed_nothing_are_unknown(world: World) -> None:
    world.stage("crm", "reps", [])
    world.stage("crm", "deals", [{"deal_id": "D1", "rep_id": "R9"}])
    assert world.troubles() == ["deals.rep_id.reference"]


def test_a_snapshot_stands_for_its_source_alone(world: World) -> None:
    world.hold("crm", "reps", [{"rep_id": "left-in-crm"}])
    world.hold("hr", "reps", [{"rep_id": "kept-in-hr"}])
    world.stage("crm", "reps", [{"rep_id": "new-in-crm"}])
    deals = [{"deal_id": r, "rep_id": r} for r in ("left-in-crm", "kept-in-hr", "new-in-crm")]
    world.stage("crm", "deals", deals)
    assert world.check("deals.rep_id.reference").sample == ["left-in-crm"]


def test_an_increment_adds_to_what_the_lake_holds_and_takes_away_what_it_deletes(world: World) -> None:
    world.hold("crm", "reps", [{"rep_id": "held"}, {"rep_id": "gone"}])
    world.stage("crm", "reps", [{"rep_id": "new"}], deleted=[{"rep_id": "gone"}], load="incremental")
    world.stage("crm", "deals", [{"deal_id": r, "rep_id": r} for r in ("held", "gone", "new")])
    assert world.check("deals.rep_id.reference").sample == ["gone"]


def test_rows_of_a_batch_may_refer_to_each_other(world: World) -> None:
    world.stage(
        "crm", "reps", [{"rep_id": "R1", "manager_rep_id": "R2"}, {"rep_id": "R2", "manager_rep_id": "R9"}]
    )
    assert world.check("reps.manager_rep_id.reference").sample == ["R9"]


def test_an_id_counts_as_known_where_identities_says_whom_this_source_means(world: World) -> None:
    world.stage("crm", "reps", [{"rep_id": "R1"}])
    identities = [
        {"entity": "rep", "system": "erp", "external_id": "778", "internal_id": "R1"},
        {"entity": "rep", "system": "other", "external_id": "779", "internal_id": "R1"},
        {"entity": "team", "system": "erp", "external_id": "780", "internal_id": "R1"},
        {"entity": "rep", "system": "erp", "external_id": "781", "internal_id": "R9"},
    ]
    world.stage("crm", "identities", identities)
    world.stage("erp", "orders", [{"order_id": r, "rep_id": r} for r in ("R1", "778", "779", "780", "781")])
    assert world.check("orders.rep_id.reference").sample == ["779", "780", "781"]


def test_identities_of_people_who_are_no_reps_are_no_trouble(world: World) -> None:
    world.stage("crm", "reps", [{"rep_id": "R1"}])
    world.stage(
        "hr", "identities", [{"entity": "rep", "system": "erp", "external_id": "9", "internal_id": "R9"}]
    )
    assert world.troubles() == []


SCOPES = [
    ("rep", "R9", "rep_reference"),
    ("team", "T9", "team_reference"),
    ("territory", "X9", "territory_reference"),
    ("product_category", "Cars", "product_category_reference"),
]


@pytest.mark.parametrize(("scope_type", "scope_id", "check"), SCOPES)
def test_a_target_must_be_for_somebody_known(
    world: World, scope_type: str, scope_id: str, check: str
) -> None:
    world.stage("crm", "reps", [{"rep_id": "R1"}])
    world.stage("crm", "teams", [{"team_id": "T1"}])
    world.stage("crm", "territories", [{"territory_id": "X1"}])
    world.stage("crm", "products", [{"product_id": "P1", "product_category": "Bicycles"}])
    known = {
        "rep": "R1",
        "team": "T1",
        "territory": "X1",
        "product_category": "Bicycles",
        "company": "company",
    }
    rows = [{"scope_type": kind, "scope_id": scope} for kind, scope in known.items()]
    world.stage("plan", "targets", [*rows, {"scope_type": scope_type, "scope_id": scope_id}])
    assert world.troubles() == [f"targets.scope_id.{check}"]
    assert world.check(f"targets.scope_id.{check}").sample == [scope_id]


def test_a_judgement_of_an_unknown_team_or_rep_is_named(world: World) -> None:
    world.stage("crm", "reps", [{"rep_id": "R1"}])
    world.stage("crm", "teams", [{"team_id": "T1"}])
    judged = {"company": "company", "team": "T1", "rep": "T1"}
    rows = [{"scope_type": kind, "scope_id": scope} for kind, scope in judged.items()]
    world.stage("plan", "forecast_adjustments", rows)
    assert world.troubles() == ["forecast_adjustments.scope_id.rep_reference"]


def test_targets_by_foreign_ids_are_known_by_way_of_identities(world: World) -> None:
    world.stage("crm", "reps", [{"rep_id": "274"}])
    world.stage(
        "crm",
        "identities",
        [{"entity": "rep", "system": "planning", "external_id": "502097814", "internal_id": "274"}],
    )
    world.stage("planning", "targets", [{"scope_type": "rep", "scope_id": "502097814"}])
    assert world.troubles() == []


LINES = [
    ([{"order_id": "O1"}], []),
    ([{"order_id": "O1", "ordered_at": at("2026-03-01T00:00")}], []),
    ([{"order_id": "O1", "ordered_at": at("2026-02-28T23:59")}], ["order_lines.ordered_at.month_of_order"]),
    ([{"order_id": "O9"}], ["order_lines.order_id.reference"]),
    (
        [{"order_id": "O9"}, {"order_id": "O1", "ordered_at": at("2026-02-28T23:59")}],
        ["order_lines.order_id.reference", "order_lines.ordered_at.month_of_order"],
    ),
]


@pytest.mark.parametrize(("lines", "troubles"), LINES)
def test_an_order_line_has_its_order_in_its_own_month(
    world: World, lines: list[dict[str, object]], troubles: list[str]
) -> None:
    world.stage("shop", "orders", [{"order_id": "O1"}])
    world.stage("shop", "order_lines", lines)
    assert world.troubles() == troubles


def test_a_line_in_another_month_than_its_order_blocks_and_one_without_order_warns(world: World) -> None:
    world.stage("shop", "orders", [{"order_id": "O1"}])
    world.stage(
        "shop", "order_lines", [{"order_id": "O9"}, {"order_id": "O1", "ordered_at": at("2025-03-09T12:00")}]
    )
    assert not world.check("order_lines.order_id.reference").blocks
    moved = world.check("order_lines.ordered_at.month_of_order")
    assert moved.blocks
    assert moved.sample == ["order_id=O1, line_number=1, ordered_at=2025-03-09 12:00:00"]


def test_late_lines_find_their_order_in_the_lake(world: World) -> None:
    world.hold("shop", "orders", [{"order_id": "O1", "ordered_at": at("2026-01-05T08:00")}])
    world.hold(
        "shop", "order_lines", [{"order_id": "O1", "line_number": 1, "ordered_at": at("2026-01-05T08:00")}]
    )
    world.stage("shop", "orders", [{"order_id": "O2"}], load="incremental")
    lines = [
        {"order_id": "O1", "line_number": 2, "ordered_at": at("2026-01-05T08:00")},
        {"order_id": "O2", "line_number": 1},
    ]
    world.stage("shop", "order_lines", lines, load="incremental")
    assert world.troubles() == []


def test_lines_follow_an_order_whose_date_tonight_corrects(world: World) -> None:
    world.hold("shop", "orders", [{"order_id": "O1", "ordered_at": at("2026-01-05T08:00")}])
    world.stage(
        "shop", "orders", [{"order_id": "O1", "ordered_at": at("2026-02-05T08:00")}], load="incremental"
    )
    world.stage("shop", "order_lines", [{"order_id": "O1", "ordered_at": at("2026-01-05T08:00")}])
    assert world.troubles() == ["order_lines.ordered_at.month_of_order"]


def test_two_sources_with_the_same_key_block_and_each_names_the_other(world: World) -> None:
    world.stage("crm_eu", "deals", [{"deal_id": "17"}, {"deal_id": "18"}])
    world.stage("crm_us", "deals", [{"deal_id": "17"}])
    other, found = [check for check in world.audit() if check.outcome != "pass"]
    assert (other.scope, other.check, other.blocks) == ("crm_eu.deals", "deals.deal_id.not_in_crm_us", True)
    assert (found.scope, found.check, found.blocks) == ("crm_us.deals", "deals.deal_id.not_in_crm_eu", True)
    assert found.message.startswith("1 of 1 keys of crm_us are also keys of crm_eu, such as deal_id=17.")
    assert "key_prefix" in found.message
    assert "identities" in found.message


def test_a_key_that_another_source_has_in_the_lake_blocks(world: World) -> None:
    world.hold("crm_us", "deal_splits", [{"deal_id": "17", "rep_id": "R", "split_ratio": Decimal(1)}])
    world.stage("crm_eu", "deal_splits", [{"deal_id": "17", "rep_id": "R", "split_ratio": Decimal(1)}])
    assert world.troubles() == ["deal_splits.deal_id+rep_id.not_in_crm_us"]


def test_a_key_that_another_source_brought_on_an_earlier_night_blocks_whoever_is_named_first(
    world: World,
) -> None:
    world.hold("shop", "orders", [{"order_id": "O1"}])
    world.stage("shop", "orders", [{"order_id": "O2"}], load="incremental")
    world.stage("partners", "orders", [{"order_id": "O1"}])
    assert world.troubles() == ["orders.order_id.not_in_shop"]


def test_parts_of_a_key_may_be_shared_between_sources(world: World) -> None:
    world.stage("bank_a", "exchange_rates", [{"currency_code": "USD", "rate_on": date(2026, 3, 9)}])
    world.stage("bank_b", "exchange_rates", [{"currency_code": "USD", "rate_on": date(2026, 3, 8)}])
    assert world.troubles() == []
