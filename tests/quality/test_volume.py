from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from audit_world import PARIS, TONIGHT, World

from daybook.config import Gate
from ingestion.batch import BatchSummary
from quality.inputs import AuditInput
from quality.results import CheckResult
from quality.volume import volume_checks


def batch(days_ago: int = 0, **facts: Any) -> BatchSummary:
    read = facts.get("rows_read", 100)
    refused = facts.get("rows_quarantined", 0)
    described = {
        "source": "shop",
        "dataset": "orders",
        "business_on": TONIGHT - timedelta(days=days_ago),
        "load": "incremental",
        "rows_read": read,
        "rows_accepted": read - refused,
        "rows_quarantined": refused,
    }
    return BatchSummary.model_validate(described | facts)


def nights(*rows: int, **facts: Any) -> list[BatchSummary]:
    """One batch a night up to yesterday."""
    return [batch(len(rows) - index, rows_read=count, **facts) for index, count in enumerate(rows)]


@pytest.fixture
def check(world: World) -> Any:
    def find(
        name: str,
        tonight: BatchSummary,
        history: list[BatchSummary] | None = None,
        zone: ZoneInfo = PARIS,
        **gate: Any,
    ) -> CheckResult | None:
        contract = world.stage("shop", "orders", []).contract
        entry = AuditInput(world.root, tonight, contract)
        checks = volume_checks(entry, Gate(**gate), history or [], zone)
        return next((found for found in checks if found.check == f"orders.{name}"), None)

    return find


@pytest.mark.parametrize(("refused", "outcome"), [(0, "pass"), (5, "pass"), (6, "fail"), (100, "fail")])
def test_more_refused_rows_than_the_gate_allows_block(check: Any, refused: int, outcome: str) -> None:
    found = check("quarantined", batch(rows_quarantined=refused))
    assert (found.outcome, found.severity, found.unexpected_count) == (outcome, "block", refused)
    assert f"{refused} of 100 rows read were refused; at most 5.00% may be." in found.message


def test_refused_rows_come_with_the_command_that_shows_them(check: Any) -> None:
    message = check("quarantined", batch(rows_quarantined=50)).message
    assert f"`daybook quarantine show shop.orders --date {TONIGHT}`" in message


def test_no_rows_at_all_refuse_none(check: Any) -> None:
    assert check("quarantined", batch(rows_read=0)).outcome == "pass"


ROWS = [(100, "pass"), (50, "pass"), (49, "fail"), (0, "fail"), (400, "pass"), (401, "fail")]


@pytest.mark.parametrize(("rows", "outcome"), ROWS)
def test_row_counts_are_compared_with_the_median_of_the_nights_before(
    check: Any, rows: int, outcome: str
) -> None:
    found = check("row_count", batch(rows_read=rows), nights(100, 1_000_000, 100, 90, 110))
    assert (found.outcome, found.severity) == (outcome, "warn")
    assert "against 100, the median of the last 5 incremental batches" in found.message


def test_a_comparison_needs_some_history(check: Any) -> None:
    found = check("row_count", batch(rows_read=1), nights(100, 100))
    assert found.outcome == "pass"
    assert "2 earlier batches are too few to compare with, 3 are needed" in found.message
    assert check("row_count", batch(rows_read=1), nights(100, 100), minimum_history=2).outcome == "fail"


def test_only_batches_of_the_same_kind_are_compared(check: Any) -> None:
    history = nights(*[100_000] * 3, load="snapshot")
    assert check("row_count", batch(rows_read=10), history).outcome == "pass"
    assert check("row_count", batch(rows_read=10, load="snapshot"), history).outcome == "fail"


def test_only_the_last_batches_are_compared(check: Any) -> None:
    history = nights(*[1_000] * 10, *[10] * 3)
    assert check("row_count", batch(rows_read=10), history, trailing_batches=3).outcome == "pass"
    assert check("row_count", batch(rows_read=10), history, trailing_batches=13).outcome == "fail"


def test_a_night_is_not_compared_with_itself_or_with_later_ones(check: Any) -> None:
    history = [*nights(100, 100, 100), batch(0, rows_read=1), batch(-1, rows_read=1), batch(-2, rows_read=1)]
    assert check("row_count", batch(rows_read=100), history).outcome == "pass"
    assert "last 3" in check("row_count", batch(rows_read=100), history).message


def test_a_source_that_usually_sends_nothing_may_send_something(check: Any) -> None:
    assert check("row_count", batch(rows_read=5), nights(0, 0, 0)).outcome == "pass"


@pytest.mark.parametrize(
    ("money", "outcome"), [("180.00", "pass"), ("180.01", "fail"), ("20", "pass"), ("-5", "fail")]
)
def test_money_is_compared_with_the_median_of_the_nights_before(check: Any, money: str, outcome: str) -> None:
    found = check("money", batch(money_accepted=money), nights(1, 1, 1, money_accepted="100.0000"))
    assert (found.outcome, found.severity) == (outcome, "warn")
    assert "against 100.00" in found.message


def test_money_is_compared_to_the_cent_at_any_size(check: Any) -> None:
    history = nights(1, 1, 1, money_accepted="99999999999999.9999")
    assert (
        check("money", batch(money_accepted="99999999999999.9999"), history, money_drift_ratio=0).outcome
        == "pass"
    )


def test_a_batch_without_money_is_not_compared(check: Any) -> None:
    assert check("money", batch(money_accepted=None), nights(1, 1, 1, money_accepted="1")) is None


AGES = [
    ("2026-03-08T23:30:00", PARIS, "pass"),
    ("2026-03-07T23:30:00", PARIS, "pass"),
    ("2026-03-07T22:30:00", PARIS, "fail"),
    ("2026-03-07T23:30:00", ZoneInfo("UTC"), "fail"),
    ("2026-03-07T22:30:00+00:00", PARIS, "fail"),
    ("2026-03-07T23:30:00.123456", PARIS, "pass"),
    ("2026-03-08", PARIS, "pass"),
    ("2026-03-07", PARIS, "fail"),
]


@pytest.mark.parametrize(("newest", "zone", "outcome"), AGES)
def test_age_is_counted_in_business_days_of_the_companys_zone(
    check: Any, newest: str, zone: ZoneInfo, outcome: str
) -> None:
    found = check("freshness", batch(newest=newest), zone=zone)
    assert (found.outcome, found.severity) == (outcome, "warn")


def test_the_gate_overrides_the_contracts_latency(check: Any) -> None:
    assert check("freshness", batch(newest="2026-03-01"), freshness_days=9).outcome == "pass"
    assert check("freshness", batch(newest="2026-03-09"), freshness_days=0).outcome == "fail"


def test_a_night_without_rows_is_as_old_as_the_newest_row_before(check: Any) -> None:
    found = check("freshness", batch(newest=None), [batch(5, newest="2026-03-05"), batch(1, newest=None)])
    assert found.outcome == "fail"
    assert (
        "The newest ordered_at is of 2026-03-05, 5 days before the business date; 2 are allowed."
        in found.message
    )


def test_age_that_cannot_be_told_is_said_and_not_held_against_the_source(check: Any) -> None:
    found = check("freshness", batch(newest=None))
    assert found.outcome == "pass"
    assert "cannot be told" in found.message


OFF = [
    ("quarantined_ratio_severity", "quarantined"),
    ("row_count_severity", "row_count"),
    ("money_drift_severity", "money"),
    ("freshness_severity", "freshness"),
]


@pytest.mark.parametrize(("severity", "name"), OFF)
def test_a_gate_that_is_off_checks_nothing(check: Any, severity: str, name: str) -> None:
    tonight = batch(rows_quarantined=99, money_accepted="1", newest="2020-01-01")
    history = nights(1, 1, 1, money_accepted="100")
    assert check(name, tonight, history).outcome == "fail"
    assert check(name, tonight, history, **{severity: "off"}) is None
