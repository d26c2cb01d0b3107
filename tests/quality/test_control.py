from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from audit_world import TONIGHT, World, at

from ingestion.batch import BatchSummary


def control(day: date, rows: int | None, amount: str | None = None, **fields: Any) -> dict[str, Any]:
    declared = {"source_system": "shop", "dataset": "order_lines", "period_start_on": day, "row_count": rows}
    return declared | {"total_amount": None if amount is None else Decimal(amount)} | fields


def line(number: int, moment: str, amount: str = "10") -> dict[str, Any]:
    return {"order_id": "O", "line_number": number, "ordered_at": at(moment), "net_amount": Decimal(amount)}


def stage(
    world: World, controls: Sequence[dict[str, Any]], lines: Sequence[dict[str, Any]], **facts: Any
) -> None:
    world.stage("shop", "control_totals", controls)
    world.stage("shop", "order_lines", lines, **facts)


MARCH_8, MARCH_9 = date(2026, 3, 8), date(2026, 3, 9)


def test_totals_that_agree_to_the_last_digit_pass(world: World) -> None:
    lines = [line(1, "2026-03-08T12:00", "0.0001"), line(2, "2026-03-09T12:00", "99999999999999.9999")]
    stage(world, [control(MARCH_8, 1, "0.0001"), control(MARCH_9, 1, "99999999999999.9999")], lines)
    found = world.check("order_lines.control_totals")
    assert found.outcome == "pass"
    assert "All 2 periods hold the rows and amounts that shop says it sent." in found.message


def test_a_missing_row_blocks_and_its_period_is_named(world: World) -> None:
    stage(
        world,
        [control(MARCH_8, 2, "20"), control(MARCH_9, 1, "10")],
        [line(1, "2026-03-08T12:00"), line(2, "2026-03-09T12:00")],
    )
    found = world.check("order_lines.control_totals")
    assert found.blocks
    assert found.unexpected_count == 1
    assert found.sample == ["2026-03-08: 2 rows and 20.00 sent, 1 rows and 10.00 there"]
    assert "1 of 2 periods do not hold what shop says it sent" in found.message


def test_a_period_without_rows_holds_nothing(world: World) -> None:
    stage(world, [control(MARCH_8, 0, "0"), control(MARCH_9, 3)], [])
    assert world.check("order_lines.control_totals").sample == [
        "2026-03-09: 3 rows sent, 0 rows and 0.00 there"
    ]


def test_a_wrong_amount_blocks_even_if_the_rows_are_all_there(world: World) -> None:
    stage(world, [control(MARCH_8, 1, "10.0001")], [line(1, "2026-03-08T12:00")], rows_quarantined=5)
    assert world.check("order_lines.control_totals").blocks


def test_surplus_rows_block(world: World) -> None:
    stage(world, [control(MARCH_8, 0)], [line(1, "2026-03-08T12:00")], rows_quarantined=5)
    assert world.check("order_lines.control_totals").blocks


def test_what_the_source_does_not_control_is_not_compared(world: World) -> None:
    stage(
        world,
        [control(MARCH_8, None, "10"), control(MARCH_9, 1, None)],
        [line(1, "2026-03-08T12:00"), line(2, "2026-03-09T12:00")],
    )
    assert world.check("order_lines.control_totals").outcome == "pass"


def test_rows_belong_to_the_business_day_of_the_companys_zone(world: World) -> None:
    lines = [line(1, "2026-03-08T23:15"), line(2, "2026-03-07T23:00"), line(3, "2026-03-08T22:59:59")]
    stage(world, [control(MARCH_8, 2), control(MARCH_9, 1)], lines)
    assert world.check("order_lines.control_totals").outcome == "pass"
    assert world.check("order_lines.control_totals", zone=ZoneInfo("UTC")).outcome == "fail"
    assert world.check("order_lines.control_totals", zone=ZoneInfo("Asia/Kathmandu")).outcome == "fail"


def test_periods_may_be_long_and_overlap(world: World) -> None:
    month = control(date(2026, 3, 1), 2, "20", period_end_on=date(2026, 3, 31))
    stage(
        world, [month, control(MARCH_8, 1, "10")], [line(1, "2026-03-08T12:00"), line(2, "2026-03-09T12:00")]
    )
    assert world.check("order_lines.control_totals").outcome == "pass"


def test_event_dates_without_a_time_are_taken_as_they_are(world: World) -> None:
    world.stage("crm", "deals", [{"deal_id": d, "created_on": MARCH_8, "amount": Decimal(5)} for d in "AB"])
    world.stage("crm", "control_totals", [control(MARCH_8, 2, "10", source_system="crm", dataset="deals")])
    assert world.check("deals.control_totals").outcome == "pass"


def test_a_dataset_without_event_date_is_compared_as_a_whole_with_the_newest_period(world: World) -> None:
    world.stage("crm", "reps", [{"rep_id": r} for r in "ABC"])
    controls = [
        control(day, n, source_system="crm", dataset="reps") for day, n in ((MARCH_8, 2), (MARCH_9, 3))
    ]
    world.stage("crm", "control_totals", controls)
    assert world.check("reps.control_totals").outcome == "pass"


def test_an_increment_is_compared_with_what_the_lake_will_hold(world: World) -> None:
    world.hold("shop", "order_lines", [line(1, "2026-03-08T09:00", "5"), line(2, "2026-03-08T10:00", "7")])
    stage(
        world,
        [control(MARCH_8, 3, "22")],
        [line(1, "2026-03-08T09:00", "6"), line(3, "2026-03-08T11:00", "9")],
        load="incremental",
    )
    assert world.check("order_lines.control_totals").outcome == "pass"


def test_a_snapshot_is_compared_with_itself(world: World) -> None:
    world.hold("shop", "order_lines", [line(9, "2026-03-08T09:00")])
    stage(world, [control(MARCH_8, 1)], [line(1, "2026-03-08T09:00")])
    assert world.check("order_lines.control_totals").outcome == "pass"


def test_a_difference_that_refused_rows_explain_warns_only(world: World) -> None:
    stage(world, [control(MARCH_8, 3, "30")], [line(1, "2026-03-08T12:00")], rows_quarantined=2)
    found = world.check("order_lines.control_totals", gates={"quarantined_ratio": 1})
    assert (found.outcome, found.severity) == ("fail", "warn")
    assert "The 2 refused rows may be the difference." in found.message


def test_a_difference_larger_than_the_refused_rows_blocks(world: World) -> None:
    stage(world, [control(MARCH_8, 4, "30")], [line(1, "2026-03-08T12:00")], rows_quarantined=2)
    assert world.check("order_lines.control_totals").blocks


def test_rows_that_an_increment_refused_on_earlier_nights_are_still_missed(world: World) -> None:
    world.hold("shop", "order_lines", [line(1, "2026-03-08T09:00")])
    stage(world, [control(MARCH_8, 2)], [line(1, "2026-03-09T09:00")], load="incremental")
    earlier = BatchSummary(
        source="shop",
        dataset="order_lines",
        business_on=TONIGHT - timedelta(days=1),
        load="incremental",
        rows_read=3,
        rows_accepted=1,
        rows_quarantined=2,
    )
    assert world.check("order_lines.control_totals").severity == "block"
    assert world.check("order_lines.control_totals", history=[earlier]).severity == "warn"


def test_without_control_totals_nothing_is_compared(world: World) -> None:
    stage(world, [control(MARCH_8, 1, source_system="other")], [line(1, "2026-03-08T12:00")])
    checks = {found.check for found in world.audit()}
    assert "order_lines.control_totals" not in checks


def test_control_totals_for_something_unknown_warn(world: World) -> None:
    stage(
        world, [control(MARCH_8, 1), control(MARCH_8, 1, dataset="orderlines")], [line(1, "2026-03-08T12:00")]
    )
    found = world.check("control_totals.dataset.reference")
    assert (found.outcome, found.severity) == ("fail", "warn")
    assert found.sample == ["shop.orderlines"]


def test_the_gate_decides_what_a_difference_means(world: World) -> None:
    stage(world, [control(MARCH_8, 9)], [])
    assert not world.check("order_lines.control_totals", gates={"control_totals_severity": "warn"}).blocks
    assert world.troubles(gates={"control_totals_severity": "off"}) == []
