"""Whether a batch is of the size, value and age that its past lets expect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from statistics import median
from zoneinfo import ZoneInfo

from daybook.config import Gate, Severity
from quality.inputs import AuditInput, BatchFacts
from quality.results import CheckResult, Outcome


def volume_checks(
    entry: AuditInput, gate: Gate, history: Sequence[BatchFacts], zone: ZoneInfo
) -> Iterator[CheckResult]:
    """Checks of a batch as a whole.

    Args:
        entry: the batch.
        gate: the limits of its dataset.
        history: earlier batches of the same source and dataset, in any order.
        zone: the company's time zone.
    """
    before = [batch for batch in history if batch.business_on < entry.summary.business_on]
    before.sort(key=lambda batch: batch.business_on)
    alike = [batch for batch in before if batch.load == entry.summary.load][-gate.trailing_batches :]
    yield from _quarantined(entry, gate)
    yield from _row_count(entry, gate, alike)
    yield from _money(entry, gate, alike)
    yield from _freshness(entry, gate, before, zone)


def _quarantined(entry: AuditInput, gate: Gate) -> Iterator[CheckResult]:
    read, refused = entry.summary.rows_read, entry.summary.rows_quarantined
    ratio = refused / read if read else 0.0
    outcome: Outcome = "fail" if ratio > gate.quarantined_ratio else "pass"
    message = f"{refused:,} of {read:,} rows read were refused; at most {gate.quarantined_ratio:.2%} may be."
    if outcome == "fail":
        show = f"daybook quarantine show {entry.scope} --date {entry.summary.business_on}"
        message += f" Remedy: `{show}` tells why; mend the source or its mapping."
    yield from _result(entry, "quarantined", gate.quarantined_ratio_severity, outcome, message, refused)


def _row_count(entry: AuditInput, gate: Gate, alike: Sequence[BatchFacts]) -> Iterator[CheckResult]:
    read, usual = entry.summary.rows_read, _median([Decimal(batch.rows_read) for batch in alike])
    outcome: Outcome = "pass"
    if len(alike) < gate.minimum_history or not usual:
        message = f"{read:,} rows read; {_too_little(alike, gate)}."
    else:
        change = float((read - usual) / usual)
        if change < -gate.row_count_drop_ratio or change > gate.row_count_rise_ratio:
            outcome = "fail"
        message = (
            f"{read:,} rows read, {change:+.0%} against {usual:,.0f}, the median of the last {len(alike)} "
            f"{entry.summary.load} batches; between {-gate.row_count_drop_ratio:+.0%} and "
            f"{gate.row_count_rise_ratio:+.0%} is expected."
        )
    if outcome == "fail":
        message += " Remedy: see whether the export was cut short or doubled."
    yield from _result(entry, "row_count", gate.row_count_severity, outcome, message)


def _money(entry: AuditInput, gate: Gate, alike: Sequence[BatchFacts]) -> Iterator[CheckResult]:
    column, accepted = entry.contract.money_column, entry.summary.money_accepted
    if column is None or accepted is None:
        return
    amount = Decimal(accepted)
    past = [Decimal(batch.money_accepted) for batch in alike if batch.money_accepted is not None]
    usual = _median(past)
    outcome: Outcome = "pass"
    if len(past) < gate.minimum_history or not usual:
        message = f"{column} adds up to {amount:,.2f}; {_too_little(past, gate)}."
    else:
        change = float((amount - usual) / abs(usual))
        outcome = "fail" if abs(change) > gate.money_drift_ratio else "pass"
        message = (
            f"{column} adds up to {amount:,.2f}, {change:+.0%} against {usual:,.2f}, the median of the last "
            f"{len(past)} {entry.summary.load} batches; at most {gate.money_drift_ratio:.0%} either way is "
            "expected."
        )
    if outcome == "fail":
        message += " Remedy: see whether the source changed a currency, a unit or the decimal sign."
    yield from _result(entry, "money", gate.money_drift_severity, outcome, message)


def _freshness(
    entry: AuditInput, gate: Gate, before: Sequence[BatchFacts], zone: ZoneInfo
) -> Iterator[CheckResult]:
    column = entry.contract.latency_column
    limit = gate.freshness_days if gate.freshness_days is not None else entry.contract.latency_days
    if column is None or limit is None:
        return
    days = [_day(batch.newest, zone) for batch in (*before, entry.summary) if batch.newest is not None]
    if not days:
        message = f"No row says its {column}, so the age of the data cannot be told."
        yield from _result(entry, "freshness", gate.freshness_severity, "pass", message)
        return
    newest = max(days)
    age = (entry.summary.business_on - newest).days
    outcome: Outcome = "fail" if age > limit else "pass"
    message = (
        f"The newest {column} is of {newest}, {age} days before the business date; {limit:g} are allowed."
    )
    if outcome == "fail":
        message += " Remedy: see whether the source still exports, and whether the newest file is read."
    yield from _result(entry, "freshness", gate.freshness_severity, outcome, message)


def _day(text: str, zone: ZoneInfo) -> date:
    """Business date of an ISO date, or of a UTC timestamp."""
    if len(text) == len("2026-01-31"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone).date()


def _median(figures: Sequence[Decimal]) -> Decimal | None:
    return median(figures) if figures else None


def _too_little(past: Sequence[object], gate: Gate) -> str:
    if len(past) < gate.minimum_history:
        return f"{len(past)} earlier batches are too few to compare with, {gate.minimum_history} are needed"
    return "the usual batch is empty, so there is nothing to compare with"


def _result(
    entry: AuditInput,
    name: str,
    severity: Severity,
    outcome: Outcome,
    message: str,
    unexpected_count: int | None = None,
) -> Iterator[CheckResult]:
    if severity != "off":
        yield CheckResult(
            check=f"{entry.dataset}.{name}",
            scope=entry.scope,
            severity=severity,
            outcome=outcome,
            message=message,
            unexpected_count=unexpected_count,
        )
