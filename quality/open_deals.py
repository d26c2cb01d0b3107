"""Whether a night keeps the open pipeline: what a snapshot leaves out is gone from every past day as well."""
# ruff: noqa: S608 - identifiers come from contracts and configuration, and are quoted

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from daybook.config import Gate
from quality.inputs import AuditInput
from quality.night import Night, after, held
from quality.results import CheckResult
from quality.sql import quoted

DEALS = "deals"

LEAST = 20
"""Open deals from which on a share of them tells anything."""


def open_deals_checks(night: Night, entry: AuditInput, gate: Gate) -> Iterator[CheckResult]:
    """Compare the deals that were open in the lake with the same deals after the night.

    A deal that was closed tonight is still there with its value: only deletions and lost values count.

    Args:
        night: the rows.
        entry: the batch; nothing is found of datasets other than deals.
        gate: ``open_deals_drop_ratio`` is the largest share of deals, and of their value, that may go.
    """
    if entry.dataset != DEALS or gate.open_deals_severity == "off" or entry.scope not in night.held:
        return
    before, gone, value_before, value_now = night.connection.execute(
        f"""
        select
            count(*),
            count(*) - count(now.deal_id),
            coalesce(sum(was.amount), 0),
            coalesce(sum(now.amount) filter (where was.amount is not null), 0)
        from {quoted(held(entry.source, DEALS))} as was
        left join {quoted(after(entry.source, DEALS))} as now using (deal_id)
        where was.closed_on is null and not coalesce(was.is_closed, false) and not coalesce(was.is_won, false)
        """
    ).fetchall()[0]
    limit, drop = gate.open_deals_drop_ratio, _drop(value_before, value_now)
    is_drop = before >= LEAST and (gone > limit * before or drop > limit)
    message = (
        f"{gone:,} of {before:,} deals that were open are gone, and {drop:.0%} of their value; "
        f"at most {limit:.0%} of {LEAST} and more may go."
    )
    if is_drop:
        message += (
            " Remedy: see whether the export leaves out open deals or their values; where they are meant "
            "to go, set gates.datasets.deals.open_deals_severity to warn for this night."
        )
    yield CheckResult(
        check="deals.open_deals",
        scope=entry.scope,
        severity=gate.open_deals_severity,
        outcome="fail" if is_drop else "pass",
        message=message,
        unexpected_count=gone,
    )


def _drop(before: Decimal, now: Decimal) -> float:
    """Share of a value that is lost; 0 where there was none, or more is there."""
    return max(0.0, float((before - now) / before)) if before > 0 else 0.0
