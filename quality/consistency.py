"""Rules that hold between the columns of a row, and between a row and what belongs to it."""
# ruff: noqa: S608 - identifiers come from contracts and configuration, and are quoted; values are bound

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from daybook.config import Gate, Severity
from quality.contracts import Contract, Field
from quality.contracts.model import RuleSeverity
from quality.inputs import AuditInput
from quality.night import Surroundings, after, known
from quality.references import lines_match_orders
from quality.rules import BATCH, YEARS_BACK, Expectation, Horizon, Rule, no_rows, sample_of
from quality.sql import quoted

PLANNED = frozenset({"targets", "exchange_rates", "holidays", "control_totals"})
"""Datasets whose dates may lie ahead."""

PAST_DATES = frozenset({"created_on", "closed_on"})
"""Dates that tell what has happened; timestamps and event dates always do."""

DATE_ORDERS: Mapping[str, Sequence[tuple[str, str]]] = {
    "deals": (("created_on", "closed_on"),),
    "orders": (("ordered_at", "cancelled_at"),),
    "reps": (("hired_on", "left_on"),),
    "territory_assignments": (("assigned_on", "ended_on"),),
    "process_feedback": (("submitted_on", "answered_on"),),
    "targets": (("period_start_on", "period_end_on"),),
    "control_totals": (("period_start_on", "period_end_on"),),
}
"""Columns of which the second must not lie before the first."""

WINDOWS = frozenset({"targets", "control_totals"})
"""Datasets whose two dates are a window that figures are spread over: a window turned round is no window."""

SPLIT_TOLERANCE = "0.00000001"
"""What the splits of a deal may miss of 1: the last digit of a split."""


def consistency_rules(
    entry: AuditInput, gate: Gate, surroundings: Surroundings, horizon: Horizon
) -> Iterator[Rule]:
    """Rules about dates of a batch, and the rules that only its dataset has."""
    if gate.future_severity != "off" and entry.dataset not in PLANNED:
        for column in _past_columns(entry.contract):
            yield _not_ahead(entry.contract, column, gate.future_severity, horizon)
        if entry.contract.event_date is not None:
            yield _not_long_past(entry.contract, entry.contract.event_date, gate.future_severity, horizon)
    for first, second in DATE_ORDERS.get(entry.dataset, ()):
        severity: Severity = "block" if entry.dataset in WINDOWS else gate.date_order_severity
        if severity != "off":
            yield _in_order(entry.contract, first, second, severity)
    if entry.dataset == "order_lines" and surroundings.is_fed("orders"):
        yield _month_of_order(entry.contract)
    if entry.dataset == "deal_splits":
        yield _splits_add_up(entry)


def _past_columns(contract: Contract) -> list[Field]:
    return [
        column
        for column in contract.fields
        if column.logical_type == "timestamp" or column.name in {*PAST_DATES, contract.event_date}
    ]


def _not_ahead(contract: Contract, column: Field, severity: RuleSeverity, horizon: Horizon) -> Rule:
    limit = horizon.at if column.logical_type == "timestamp" else horizon.on
    return Rule(
        check=f"{contract.name}.{column.name}.not_ahead",
        severity=severity,
        expectation=Expectation(
            "expect_column_values_to_be_between",
            {"column": column.name, "max_value": limit.isoformat(), "strict_max": True},
        ),
        offenders=(
            f"{BATCH}select {sample_of(contract, column.name)} as sample from batch "
            f"where {quoted(column.name)} >= $limit"
        ),
        parameters={"limit": limit},
        expected=f"{column.name} lies before {horizon.on}, two days after the business date",
        fault=f"{{count}} of {{rows}} rows have {column.name} in the future",
        remedy="see whether day and month were mixed up, and whether the run has the right business date.",
    )


def _not_long_past(contract: Contract, column: str, severity: RuleSeverity, horizon: Horizon) -> Rule:
    return Rule(
        check=f"{contract.name}.{column}.not_long_past",
        severity=severity,
        expectation=Expectation(
            "expect_column_values_to_be_between",
            {"column": column, "min_value": horizon.earliest.isoformat()},
        ),
        offenders=(
            f"{BATCH}select {sample_of(contract, column)} as sample from batch "
            f"where {quoted(column)} < $limit"
        ),
        parameters={"limit": horizon.earliest},
        expected=f"{column} is not before {horizon.earliest}, {YEARS_BACK} years before the business date",
        fault=f"{{count}} of {{rows}} rows have {column} more than {YEARS_BACK} years ago",
        remedy="name the value that stands for no date in the source's formats.nulls, or correct the rows.",
    )


def _in_order(contract: Contract, first: str, second: str, severity: RuleSeverity) -> Rule:
    query = (
        f"select {sample_of(contract, first, second)} as sample from batch "
        f"where {quoted(second)} < {quoted(first)}"
    )
    return Rule(
        check=f"{contract.name}.{second}.not_before_{first}",
        severity=severity,
        expectation=no_rows(query),
        offenders=BATCH + query,
        expected=f"{second} never lies before {first}",
        fault=f"{{count}} of {{rows}} rows have {second} before {first}",
        remedy="correct the dates in the source, or the columns they are mapped from.",
    )


def _month_of_order(contract: Contract) -> Rule:
    return Rule(
        check=f"{contract.name}.ordered_at.month_of_order",
        severity="block",
        expectation=lines_match_orders(),
        offenders=(
            f"{BATCH}select {sample_of(contract, 'ordered_at')} as sample from batch "
            f"join {quoted(known('orders'))} as parent on parent.order_id = batch.order_id "
            "where date_trunc('month', parent.ordered_at) <> date_trunc('month', batch.ordered_at)"
        ),
        expected="ordered_at lies in the month of the line's order",
        fault="{count} of {rows} rows lie in another month than their order",
        remedy="map ordered_at of the lines from their order.",
        is_guarded=True,
    )


def _splits_add_up(entry: AuditInput) -> Rule:
    query = (
        "select 'deal_id=' || deal_id || ', sum=' || sum(split_ratio) as sample "
        f"from {quoted(after(entry.source, entry.dataset))} "
        f"group by deal_id having abs(sum(split_ratio) - 1) > {SPLIT_TOLERANCE}"
    )
    return Rule(
        check=f"{entry.dataset}.split_ratio.adds_up",
        severity="block",
        expectation=no_rows(query),
        offenders=BATCH + query,
        expected=f"the splits of a deal add up to 1, give or take {SPLIT_TOLERANCE}",
        fault="the splits of {count} deals do not add up to 1 in {rows} rows",
        remedy="correct the splits in the source: together they are the whole credit of a deal.",
    )
