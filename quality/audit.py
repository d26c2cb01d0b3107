"""The audit: all staged batches of a night, checked together before any reaches the lake."""
# ruff: noqa: S608 - the queries are those of rules; values are bound

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb

from daybook.config import Gate, Gates
from quality.contracts.model import RuleSeverity
from quality.control import CONTROLS, control_checks, unknown_controls
from quality.expectations import rules
from quality.inputs import AuditInput, BatchFacts
from quality.night import Night, open_night, staged
from quality.open_deals import open_deals_checks
from quality.results import CheckResult
from quality.rules import Expectation, Horizon, Rule
from quality.shape import check_row_count, first_line
from quality.sql import quoted
from quality.volume import volume_checks

if TYPE_CHECKING:
    from quality.validation import Finding, Validator

SAMPLES = 5
"""Offenders that a result shows."""

CRASHED = "The check could not run, so nothing is known of the data: {trouble} Remedy: report it as a fault."


def audit_batches(
    inputs: Sequence[AuditInput],
    *,
    lake: Path | None,
    history: Mapping[str, Sequence[BatchFacts]],
    gates: Gates,
    business_on: date,
    zone: ZoneInfo,
    is_backfill: bool = False,
) -> list[CheckResult]:
    """Check the staged batches of a night, each by itself and against each other and the lake.

    Data that fails is a result, and so is a check that cannot run; neither raises.

    Args:
        inputs: the batches, at most one for each source and dataset.
        lake: the lake as the last good night left it; None before the first.
        history: earlier batches by ``source.dataset``.
        gates: limits and severities.
        business_on: the night's business date.
        zone: the company's time zone.
        is_backfill: whether a past date is run on what its sources hold today, so that rows of
            later days only warn.

    Returns:
        One result for each check, by scope and name.
    """
    if not inputs:
        return []
    with open_night(inputs, lake) as night:
        auditor = _Auditor(night, history, Horizon.of(business_on, zone), zone)
        checks = list(night.columns)
        limits = {entry.dataset: _limits(gates.of(entry.dataset), is_backfill) for entry in inputs}
        for entry in inputs:
            checks += auditor.as_a_whole(entry, limits[entry.dataset])
        for entry in night.inputs:
            checks += auditor.in_total(entry, limits[entry.dataset])
            checks += auditor.row_by_row(entry, limits[entry.dataset])
    return sorted(checks, key=lambda check: (check.scope, check.check))


def _limits(gate: Gate, is_backfill: bool) -> Gate:
    if is_backfill and gate.future_severity == "block":
        return gate.model_copy(update={"future_severity": "warn"})
    return gate


class _Auditor:
    """Checks batches that are laid out."""

    def __init__(
        self,
        night: Night,
        history: Mapping[str, Sequence[BatchFacts]],
        horizon: Horizon,
        zone: ZoneInfo,
    ) -> None:
        self._night = night
        self._history = history
        self._horizon = horizon
        self._zone = zone

    def as_a_whole(self, entry: AuditInput, gate: Gate) -> Iterator[CheckResult]:
        """Checks of what is known of a batch without its rows."""
        yield from volume_checks(entry, gate, self._history.get(entry.scope, ()), self._zone)

    def in_total(self, entry: AuditInput, gate: Gate) -> list[CheckResult]:
        """Checks of a batch's rows added up."""
        try:
            return list(self._in_total(entry, gate))
        except duckdb.Error as error:
            return [_crashed(entry, f"{entry.dataset}.totals", "block", first_line(error))]

    def _in_total(self, entry: AuditInput, gate: Gate) -> Iterator[CheckResult]:
        yield check_row_count(self._night.connection, entry, staged(entry.source, entry.dataset))
        if entry.scope in self._night.emptied and gate.row_count_severity != "off":
            yield _emptied(entry)
        yield from open_deals_checks(self._night, entry, gate)
        if entry.dataset == CONTROLS and gate.references_severity != "off":
            yield unknown_controls(self._night, entry, gate.references_severity)
        if gate.control_totals_severity != "off":
            yield from control_checks(
                self._night, entry, gate.control_totals_severity, self._refused(entry), self._zone
            )

    def row_by_row(self, entry: AuditInput, gate: Gate) -> Iterator[CheckResult]:
        """Checks of every row."""
        declared = rules(entry, gate, self._night.surroundings, self._horizon)
        expectations: list[Expectation] = []
        for rule in declared:
            if rule.expectation not in expectations:
                expectations.append(rule.expectation)
        findings = self._validator.validate(staged(entry.source, entry.dataset), expectations)
        for rule in declared:
            yield self._judge(entry, rule, findings[expectations.index(rule.expectation)])

    @functools.cached_property
    def _validator(self) -> Validator:
        """Great Expectations, which takes seconds to import."""
        from quality.validation import Validator

        return Validator(self._night.database)

    def _refused(self, entry: AuditInput) -> int:
        """Rows in quarantine that the lake lacks: an increment's earlier ones are still missing."""
        earlier = self._history.get(entry.scope, ()) if entry.summary.load == "incremental" else ()
        nights = {batch.business_on: batch.rows_quarantined for batch in earlier}
        return sum((nights | {entry.summary.business_on: entry.summary.rows_quarantined}).values())

    def _judge(self, entry: AuditInput, rule: Rule, finding: Finding) -> CheckResult:
        if finding.trouble is not None:
            return _crashed(entry, rule.check, rule.severity, finding.trouble)
        if finding.outcome == "pass":
            return _kept(entry, rule)
        try:
            count, sample = self._offenders(entry, rule)
        except duckdb.Error as error:
            return _crashed(entry, rule.check, rule.severity, first_line(error))
        if count:
            return _broken(entry, rule, count, sample)
        if rule.is_guarded:
            return _kept(entry, rule)
        return _crashed(entry, rule.check, rule.severity, "the expectation failed, but no row offends it.")

    def _offenders(self, entry: AuditInput, rule: Rule) -> tuple[int, list[str]]:
        """How many rows break a rule, and a few of them."""
        offenders = rule.offenders.format(batch=quoted(staged(entry.source, entry.dataset)))
        connection, parameters = self._night.connection, dict(rule.parameters)
        found = connection.execute(f"select count(*) from ({offenders})", parameters).fetchone()
        shown = connection.execute(
            f"select distinct sample from ({offenders}) where sample is not null order by 1 limit {SAMPLES}",
            parameters,
        ).fetchall()
        return (int(found[0]) if found else 0), [str(sample) for (sample,) in shown]


def _kept(entry: AuditInput, rule: Rule) -> CheckResult:
    return CheckResult(
        check=rule.check,
        scope=entry.scope,
        severity=rule.severity,
        outcome="pass",
        message=f"In all {entry.rows_staged:,} rows {rule.expected}.",
        unexpected_count=0,
    )


def _broken(entry: AuditInput, rule: Rule, count: int, sample: list[str]) -> CheckResult:
    fault = rule.fault.format(count=f"{count:,}", rows=f"{entry.rows_staged:,}")
    shown = f", such as {'; '.join(sample[:3])}" if sample else ""
    return CheckResult(
        check=rule.check,
        scope=entry.scope,
        severity=rule.severity,
        outcome="fail",
        message=f"{fault}{shown}. Expected: {rule.expected}. Remedy: {rule.remedy}",
        unexpected_count=count,
        sample=sample,
    )


def _crashed(entry: AuditInput, check: str, severity: RuleSeverity, trouble: str) -> CheckResult:
    return CheckResult(
        check=check,
        scope=entry.scope,
        severity=severity,
        outcome="crash",
        message=CRASHED.format(trouble=trouble),
    )


def _emptied(entry: AuditInput) -> CheckResult:
    return CheckResult(
        check=f"{entry.dataset}.not_emptied",
        scope=entry.scope,
        severity="block",
        outcome="fail",
        message=(
            "The snapshot holds no row, so committing it would remove every row that the lake holds of this "
            "source; at least one is expected. Remedy: see why the export is empty; where it is meant to be, "
            f"set gates.datasets.{entry.dataset}.row_count_severity to off for this night."
        ),
    )
