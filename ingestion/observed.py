"""What each night sees of deals that their source does not tell by itself.

A source that keeps no history tells only how its deals stand when it is asked; one that keeps one
tells how they moved between stages, and often not that a value, an owner or a date was changed in
between. Every night, unless it is run again after a later one, writes the deals that stand
otherwise than was told of them until then into ``deal_observations``, so that the pipeline of each
day since the first night is rebuilt as that night saw it. What owners promise and mean to do, of
which no source keeps a history, goes into ``deal_plans`` in the same way.
"""
# ruff: noqa: S608 - identifiers are constants, and values are bound or dates

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from duckdb import DuckDBPyRelation

from daybook.config import Config
from ingestion.lake_table import LakeTable
from ingestion.workbench import Workbench, count, names, quoted

FIELDS = ("rep_id", "amount", "currency_code", "probability", "expected_close_on")
"""What is seen of a deal, beside its stage."""

BOOKED = ("rep_id", "amount", "currency_code")
"""What is still seen of a deal that is closed: for whom it counts, and how much."""

TOLD = ("stage", *FIELDS)
"""What a row of either history tells of a deal, beside its key and the instant."""

PLANS = (
    "forecast_category",
    "rep_forecast_amount",
    "rep_forecast_close_on",
    "next_action",
    "next_action_due_on",
    "suspended_until",
)
"""What an owner promises of a deal and means to do."""


@dataclass(frozen=True)
class Look:
    """What a night must know to look at a source's deals."""

    business_on: date
    observed_at: datetime
    """The business date's last moment, UTC without a zone: after every move of that day."""
    stages: dict[str, list[str]]
    """Names of the funnels' stages by their kind."""
    keeps_history: bool
    """Whether the source tells of moves; the stage of a deal is then seen only as long as it told of none."""

    @property
    def instant(self) -> str:
        """The last moment as SQL."""
        return f"timestamp '{self.observed_at}'"


def look_of(config: Config, source: str, business_on: date) -> Look:
    """How a night looks at a source's deals."""
    end = datetime.combine(business_on, time.max, config.company.zone)
    stages: dict[str, list[str]] = {"won": [], "lost": [], "discarded": []}
    for stage in config.funnel:
        stages.setdefault(stage.kind, []).append(stage.stage)
    return Look(
        business_on=business_on,
        observed_at=end.astimezone(UTC).replace(tzinfo=None),
        stages=stages,
        keeps_history="deal_stage_changes" in config.sources[source].tables,
    )


def observe(deals: LakeTable, moves: LakeTable, observations: LakeTable, look: Look) -> None:
    """Write down the deals that stand otherwise than was told of them until now.

    What is closed is seen if it was seen before: as it closes, and whenever its owner or its value
    is changed later. Seen again on the same business date, what was seen last counts. Not for a
    date before the last that was observed: the rows of that date would be replaced by what the
    source says today.

    Args:
        deals: the source's deals as tonight left them.
        moves: the source's rows of ``deal_stage_changes`` as tonight left them.
        observations: the source's rows of ``deal_observations``.
        look: the business date, and what else there is to know.
    """
    _write(observations, _changed(deals, moves, observations, look), look)


def observe_plans(deals: LakeTable, plans: LakeTable, look: Look) -> None:
    """Write down the deals whose owners plan otherwise than when they were last seen.

    A deal without any plan is written down once it has one, and one that is closed if it had one
    before. Nights that are run again are as those of ``observe``.

    Args:
        deals: the source's deals as tonight left them.
        plans: the source's rows of ``deal_plans``.
        look: the business date, and what else there is to know.
    """
    bench = deals.bench
    seen = bench.table("plans_seen", _rows(plans).filter(f"observed_at < {look.instant}"))
    now = _standing(bench, _rows(deals), look, PLANS)
    bench.table("plans_now", now.filter("not is_closed or deal_id in (select deal_id from plans_seen)"))
    packed = ", ".join(f"{column} := {column}" for column in PLANS)
    bench.table(
        "plans_told",
        seen.aggregate(f"deal_id, arg_max(struct_pack({packed}), observed_at) as last", "deal_id"),
    )
    differs = " or ".join(f"deal.{c} is distinct from told.last.{c}" for c in PLANS)
    values = {"observed_at": look.instant} | {c: f"deal.{c}" for c in ("deal_id", *PLANS)}
    found = bench.connection.sql(
        f"select {_selected(plans, values)} "
        f"from plans_now as deal left join plans_told as told using (deal_id) where {differs}"
    )
    _write(plans, bench.table("plans_changed", found), look)


def _write(table: LakeTable, found: DuckDBPyRelation, look: Look) -> None:
    """Put what a night saw in place of what it had seen before."""
    month = f"{look.observed_at:%Y-%m}"
    kept = table.rows(month) if month in table.parts else None
    if kept is None:
        if count(found):
            table.write(month, found)
        return
    tonight = kept.filter(f"observed_at = {look.instant}")
    if count(tonight.except_(found)) or count(found.except_(tonight)):
        others = kept.filter(f"observed_at <> {look.instant}")
        table.write(month, others.union(found))


def _selected(table: LakeTable, values: Mapping[str, str]) -> str:
    """Values as the columns of a table, in their order and of their types."""
    return ", ".join(
        f"cast({values[field.name]} as {field.sql_type}) as {quoted(field.name)}"
        for field in table.contract.fields
    )


def _changed(deals: LakeTable, moves: LakeTable, observations: LakeTable, look: Look) -> DuckDBPyRelation:
    """Deals that stand otherwise than was told of them before the instant, as rows of the observations."""
    bench = deals.bench
    seen = bench.table("deals_seen", _rows(observations).filter(f"observed_at < {look.instant}"))
    now = _standing(bench, _rows(deals), look, TOLD)
    bench.table("deals_now", now.filter("not is_closed or deal_id in (select deal_id from deals_seen)"))
    told = _rows(moves).project(f"deal_id, changed_at as told_at, true as is_move, {names(TOLD)}")
    bench.table(
        "deals_told", _told(told.union(seen.project(f"deal_id, observed_at, false, {names(TOLD)}")), look)
    )
    tells_stage = f"{str(look.keeps_history).lower()} and coalesce(told.has_moved, false)"
    moved_on = f"not ({tells_stage}) and deal.stage is distinct from told.stage"
    values = {"deal_id": "deal.deal_id", "observed_at": look.instant}
    values["stage"] = f"case when not ({tells_stage}) then deal.stage end"
    values |= {
        c: f"case when {_explained(c)} and told.last is not null then told.last.{c} else deal.{c} end"
        for c in FIELDS
    }
    changed = bench.connection.sql(
        f"select {_selected(observations, values)} "
        f"from deals_now as deal left join deals_told as told using (deal_id) "
        f"where case when deal.is_closed then {_differs(BOOKED)} or {moved_on} "
        f"else not coalesce(told.is_known, false) or {_differs(FIELDS)} or ({moved_on}) end"
    )
    return bench.table("deals_changed", changed)


def _differs(columns: Iterable[str]) -> str:
    """Whether a deal has another value in one of the columns than was told, and nothing explains it."""
    return " or ".join(f"(deal.{c} is distinct from told.last.{c} and not {_explained(c)})" for c in columns)


def _explained(column: str) -> str:
    """Whether a move after the instant tells what the deal has now: it was not so before."""
    return f"(told.later is not null and deal.{column} is not distinct from told.later.{column})"


def _standing(
    bench: Workbench, deals: DuckDBPyRelation, look: Look, columns: Iterable[str]
) -> DuckDBPyRelation:
    """Deals that were there on the business date, with some columns.

    ``is_closed`` is true of what ``fct_deals`` calls won, lost or discarded.
    """
    for kind in ("won", "lost", "discarded"):
        stages = bench.connection.sql(
            "select unnest(cast($1 as varchar[])) as stage", params=[look.stages[kind]]
        )
        bench.table(f"{kind}_stages", stages)
    is_closed = (
        "coalesce(is_won, false) or coalesce(is_closed, false) or (is_closed is null and ("
        "stage in (from lost_stages) or stage in (from discarded_stages) "
        "or (is_won is null and stage in (from won_stages))))"
    )
    there = deals.filter(f"created_on is null or created_on <= date '{look.business_on}'")
    return there.project(f"deal_id, {names(columns)}, {is_closed} as is_closed")


def _told(told: DuckDBPyRelation, look: Look) -> DuckDBPyRelation:
    """Of each deal of tonight what was told of it last before the instant, and after it, if anything.

    Which of several moves at one instant was the last is for the funnel to say: unless they agree,
    it is not known here.
    """
    packed = ", ".join(f"{quoted(column)} := {quoted(column)}" for column in FIELDS)
    before = f"filter (where told_at <= {look.instant})"
    last = told.filter("deal_id in (select deal_id from deals_now)").aggregate(
        f"deal_id, bool_or(is_move) as has_moved, "
        f"arg_max(stage, (told_at, stage)) {before} as stage, "
        f"arg_max(struct_pack({packed}), (told_at, stage)) {before} as last, "
        f"arg_min(struct_pack({packed}), (-epoch_us(told_at), stage)) {before} as another, "
        f"arg_max(struct_pack({packed}), (told_at, stage)) filter (where told_at > {look.instant}) as later",
        "deal_id",
    )
    return last.project("*, last is not null and last = another as is_known")


def _rows(table: LakeTable) -> DuckDBPyRelation:
    return table.rows_with_month(table.parts) if table.parts else table.bench.empty(table.contract)
