"""Reads off the finished simulation where the planted findings stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from ingestion.demo.company import (
    FISCAL_START_MONTH,
    LEAKING_SELLER,
    LEAKING_STAGE,
    LOST,
    OVER_ASSIGNED_FROM,
    OVER_ASSIGNED_TEAM,
    SELLERS,
    SILENT_DAYS,
    STAGE_NAMES,
    WON,
)
from ingestion.demo.prospects import PREFIX
from ingestion.demo.setting import Setting
from ingestion.demo.targets import Plan, Plans
from ingestion.demo.timeline import calendar_day, epoch_day
from ingestion.demo.truth import DayRepAmount, Leak, OverAssignment, SilentProspect


def leak(deals: pl.DataFrame, changes: pl.DataFrame) -> Leak:
    """How many deals one rep lost from one stage, of those that left it."""
    rep_id = SELLERS[LEAKING_SELLER].rep_id
    reached = changes.filter(pl.col("stage") == LEAKING_STAGE).select("deal")
    passed = changes.filter(pl.col("stage").is_between(LEAKING_STAGE + 1, WON)).select("deal")
    own = deals.filter(pl.col("owner") == rep_id).join(reached, on="deal", how="semi")
    went_on = len(own.join(passed, on="deal", how="semi"))
    lost = own.filter(pl.col("stage") == LOST).join(passed, on="deal", how="anti")
    return Leak(
        rep_id=rep_id,
        stage=STAGE_NAMES[LEAKING_STAGE],
        entered_count=went_on + len(lost),
        lost_count=len(lost),
    )


def silent_prospects(deals: pl.DataFrame, business_on: date) -> list[SilentProspect]:
    """The open prospects that were last written to on the planted days."""
    watched = deals.filter(pl.col("deal").str.starts_with(PREFIX) & (pl.col("stage") < WON))
    return [
        SilentProspect(deal_id=deal, silent_days=silent, last_touched_on=calendar_day(touched))
        for silent in SILENT_DAYS
        for deal, touched in watched.select("deal", "touched_day").iter_rows()
        if touched == epoch_day(business_on) - silent
    ]


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
