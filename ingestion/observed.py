"""The history of deals whose source keeps none: how they stood on the nights that saw them change.

A source that feeds ``deals`` and no ``deal_stage_changes`` tells only how its deals stand when it
is asked. Every night, unless it is run again after a later one, writes the deals that stand
otherwise than when they were last seen into that dataset, so that the pipeline of each day since
the first night is rebuilt like any other.
"""
# ruff: noqa: S608 - identifiers are constants, and the one value is a date

from __future__ import annotations

from datetime import date

from duckdb import DuckDBPyRelation

from ingestion.lake_table import LakeTable
from ingestion.workbench import count, names, quoted

OBSERVED = ("stage", "rep_id", "amount", "currency_code", "probability", "expected_close_on")
"""What a row of the history tells of a deal, beside its key and the instant."""


def observe(deals: LakeTable, history: LakeTable, business_on: date) -> None:
    """Write down the deals that changed since they were last seen.

    A deal that was closed before it was first seen has no history to tell. Seen again on the
    same business date, what was seen last counts. Not for a date before the last that was
    observed: the rows of that date would be replaced by what the source says today.

    Args:
        deals: the source's deals as tonight left them.
        history: the source's rows of ``deal_stage_changes``.
        business_on: the business date; the rows get its noon, UTC, the same day in nearly every zone.
    """
    month = f"{business_on:%Y-%m}"
    found = _changed(deals, history, business_on)
    kept = history.rows(month) if month in history.parts else None
    if kept is None:
        if count(found):
            history.write(month, found)
        return
    tonight = kept.filter(f"cast(changed_at as date) = date '{business_on}'")
    if count(tonight.except_(found)) or count(found.except_(tonight)):
        others = kept.filter(f"cast(changed_at as date) <> date '{business_on}'")
        history.write(month, others.union(found))


def _changed(deals: LakeTable, history: LakeTable, business_on: date) -> DuckDBPyRelation:
    """Deals that stand otherwise than when last seen before the business date, as rows of the history."""
    bench = deals.bench
    bench.table("deals_now", deals.rows_with_month(deals.parts))
    bench.table("deals_seen", _last_seen(history, business_on))
    differs = " or ".join(f"deals_now.{quoted(c)} is distinct from deals_seen.{quoted(c)}" for c in OBSERVED)
    told = {"deal_id": "deals_now.deal_id", "changed_at": f"timestamp '{business_on} 12:00:00'"}
    told |= {column: f"deals_now.{quoted(column)}" for column in OBSERVED}
    columns = ", ".join(
        f"cast({told[field.name]} as {field.sql_type}) as {quoted(field.name)}"
        for field in history.contract.fields
    )
    changed = bench.connection.sql(
        f"select {columns} from deals_now left join deals_seen using (deal_id) "
        f"where case when deals_seen.deal_id is null then deals_now.closed_on is null else {differs} end"
    )
    return bench.table("deals_changed", changed)


def _last_seen(history: LakeTable, business_on: date) -> DuckDBPyRelation:
    """The last row of each deal before the business date."""
    rows = history.rows_with_month(history.parts) if history.parts else history.bench.empty(history.contract)
    seen = ", ".join(f"{quoted(column)} := {quoted(column)}" for column in OBSERVED)
    last = rows.filter(f"changed_at < timestamp '{business_on} 00:00:00'").aggregate(
        f"deal_id, arg_max(struct_pack({seen}), changed_at) as last", "deal_id"
    )
    return last.project(f"deal_id, {names(OBSERVED, 'last')}")
