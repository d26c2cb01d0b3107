"""Reads off the finished simulation where the planted findings stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from ingestion.demo.company import (
    DISCOVERY,
    FISCAL_START_MONTH,
    LEAKING_SELLER,
    LEAKING_STAGE,
    LOST,
    NORM_DAYS,
    OVER_ASSIGNED_FROM,
    OVER_ASSIGNED_TEAM,
    QUALIFICATION,
    SELLERS,
    SILENT_DAYS,
    STAGE_NAMES,
    STALLED_FACTOR,
    WON,
)
from ingestion.demo.prospects import WATCHED
from ingestion.demo.setting import Setting
from ingestion.demo.targets import Plan, Plans
from ingestion.demo.timeline import calendar_day, epoch_day
from ingestion.demo.truth import (
    DayRepAmount,
    LeadCounts,
    Leak,
    OverAssignment,
    SilentProspect,
    StalledDeal,
    SuspendedDeal,
    WayResult,
)


def leak(deals: pl.DataFrame, changes: pl.DataFrame) -> Leak:
    """How many deals one rep lost from one stage, of those that left it."""
    rep_id = SELLERS[LEAKING_SELLER].rep_id
    reached = changes.filter(pl.col("stage") == LEAKING_STAGE).select("deal")
    passed = changes.filter(pl.col("stage").is_between(LEAKING_STAGE + 1, WON)).select("deal")
    there = deals.join(reached, on="deal", how="semi").select("owner", "stage", "deal")
    passed_count = _by_owner(there.join(passed, on="deal", how="semi"), rep_id)
    lost_count = _by_owner(there.filter(pl.col("stage") == LOST).join(passed, on="deal", how="anti"), rep_id)
    return Leak(
        rep_id=rep_id,
        stage=STAGE_NAMES[LEAKING_STAGE],
        entered_count=passed_count[0] + lost_count[0],
        lost_count=lost_count[0],
        others_entered_count=passed_count[1] + lost_count[1],
        others_lost_count=lost_count[1],
    )


def _by_owner(deals: pl.DataFrame, rep_id: str) -> tuple[int, int]:
    """How many of the deals are the rep's, and how many are the others'."""
    own = int((deals["owner"] == rep_id).sum())
    return own, len(deals) - own


def silent_prospects(deals: pl.DataFrame, business_on: date) -> list[SilentProspect]:
    """The open prospects that were last written to on the planted days."""
    watched = deals.filter(pl.col("deal").str.starts_with(WATCHED.prefix) & (pl.col("stage") < WON))
    return [
        SilentProspect(deal_id=deal, silent_days=silent, last_touched_on=calendar_day(touched))
        for silent in SILENT_DAYS
        for deal, touched in watched.select("deal", "touched_day").iter_rows()
        if touched == epoch_day(business_on) - silent
    ]


def stalled_deals(deals: pl.DataFrame, business_on: date) -> list[StalledDeal]:
    """The open deals that do not rest and have been in their stage for long."""
    today = epoch_day(business_on)
    norm = pl.lit(pl.Series(NORM_DAYS)).gather(pl.col("stage"))
    is_open = ~pl.col("is_closed") & ~pl.col("is_deleted") & pl.col("suspended_day").is_null()
    stays = (
        deals.filter(is_open)
        .with_columns(stay=today - pl.col("day"), norm=norm)
        .filter(pl.col("stay") > STALLED_FACTOR * pl.col("norm"))
        .sort(-pl.col("stay"), "deal")
    )
    return [
        StalledDeal(
            deal_id=row["deal"],
            rep_id=row["owner"],
            stage=STAGE_NAMES[row["stage"]],
            entered_on=calendar_day(row["day"]),
            days_in_stage=row["stay"],
            norm_days=row["norm"],
        )
        for row in stays.iter_rows(named=True)
    ]


def suspensions(deals: pl.DataFrame, business_on: date) -> tuple[list[SuspendedDeal], list[SuspendedDeal]]:
    """The deals that rest, and those that were taken up again."""
    today = epoch_day(business_on)
    begun = deals.filter(pl.col("rest_day") <= today).sort("rest_day", "deal")
    found = [
        SuspendedDeal(deal_id=deal, suspended_on=calendar_day(rest_day), resumed_on=calendar_day(resume_day))
        for deal, rest_day, resume_day in begun.select("deal", "rest_day", "resume_day").iter_rows()
    ]
    return (
        [one for one in found if one.resumed_on > business_on],
        [one for one in found if one.resumed_on <= business_on],
    )


def ways(deals: pl.DataFrame, changes: pl.DataFrame) -> tuple[WayResult, WayResult]:
    """The closed deals that came to discovery without and with qualification."""
    discovered = changes.filter(pl.col("stage") == DISCOVERY).select("deal")
    qualified = changes.filter(pl.col("stage") == QUALIFICATION).select("deal")
    closed = deals.filter("is_closed").join(discovered, on="deal", how="semi")
    best, usual = ([0, DISCOVERY], [0, QUALIFICATION, DISCOVERY])
    return (
        _result(best, closed.join(qualified, on="deal", how="anti")),
        _result(usual, closed.join(qualified, on="deal", how="semi")),
    )


def _result(way: Sequence[int], deals: pl.DataFrame) -> WayResult:
    won = int((deals["stage"] == WON).sum())
    return WayResult(stages=[STAGE_NAMES[stage] for stage in way], won_count=won, lost_count=len(deals) - won)


def lead_counts(leads: pl.DataFrame) -> LeadCounts:
    """How the leads stand."""
    words = leads["category"].str.to_lowercase().str.replace_all(" ", "_").fill_null("none")
    return LeadCounts(
        total=len(leads),
        converted=int(leads["deal"].is_not_null().sum()),
        unanswered=int(leads["response_day"].is_null().sum()),
        unassigned=int(leads["owner"].is_null().sum()),
        by_category=dict(words.value_counts().sort("category").iter_rows()),
    )


def best_and_worst(net_sales: Sequence[DayRepAmount], setting: Setting) -> tuple[str, str]:
    """The reps with the most and the least net sales, of those employed from the first day to the last."""
    steady = {
        seller.rep_id
        for seller in SELLERS
        if seller.hired_on <= setting.opened_on
        and (seller.left_on is None or seller.left_on > setting.business_on)
    }
    totals = dict.fromkeys(sorted(steady), Decimal(0))
    for entry in net_sales:
        if entry.rep_id in steady:
            totals[entry.rep_id] += entry.amount
    return max(totals, key=totals.__getitem__), min(totals, key=totals.__getitem__)


def over_assignment(plans: Plans) -> OverAssignment | None:
    """The last fiscal year's booking target of the over-assigned team beside its reps'."""
    year = max(plan.fiscal_year for plan in plans.teams)
    if year < OVER_ASSIGNED_FROM:
        return None
    staff = {seller.staff_number for seller in SELLERS if seller.team_id == OVER_ASSIGNED_TEAM}
    of_reps = [plan for plan in plans.reps if plan.key in staff]
    of_team = [plan for plan in plans.teams if plan.key == OVER_ASSIGNED_TEAM]
    return OverAssignment(
        team_id=OVER_ASSIGNED_TEAM,
        metric="bookings",
        fiscal_year_start_on=date(year, FISCAL_START_MONTH, 1),
        team_target_amount=_bookings(of_team, year),
        rep_targets_amount=_bookings(of_reps, year),
    )


def _bookings(plans: Sequence[Plan], year: int) -> Decimal:
    return Decimal(
        sum(plan.total for plan in plans if (plan.measure, plan.fiscal_year) == ("Bookings", year))
    )
