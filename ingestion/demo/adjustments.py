"""What managers think will be won, as they send it to the head office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ingestion.demo.company import FISCAL_START_MONTH, LEADS
from ingestion.demo.setting import Setting
from ingestion.demo.targets import Plan, Plans
from ingestion.demo.timeline import add_months, month_starts

COMPANY = "company"
QUARTER_MONTHS = 3
JUDGED_TEAM = "T21"
"""Its lead judges every month; of the other teams nobody says anything."""

MONTH_NOTE = (14, "Avis du point d'équipe")
QUARTER_NOTES = ((9, "Premier avis sur le trimestre"), (51, "Avis revu à mi-trimestre"))
"""Days after a period's first on which it is judged, and why."""

SHARES = (1.0, 1.5)
"""Least and most that is thought to be won, in parts of the plan, which bookings mostly exceed."""

ROUND_TO = 1000


@dataclass(frozen=True)
class Adjustment:
    """One judgement: how much somebody expects a scope to win in a period."""

    scope_type: str
    scope_id: str
    period_type: str
    period_start_on: date
    judged_on: date
    amount: int
    """Whole euros."""
    judged_by: str
    note: str


def draw_adjustments(setting: Setting, plans: Plans) -> list[Adjustment]:
    """What was judged by the business date: the company's quarters, and the months of one team."""
    director, lead = LEADS[0], next(lead for lead in LEADS if lead.team_id == JUDGED_TEAM)
    found = []
    for month in month_starts(setting.opened_on, setting.business_on):
        days, note = MONTH_NOTE
        amount = _planned(plans.teams, JUDGED_TEAM, month) * _share(setting, JUDGED_TEAM, month, days)
        judged = ("team", JUDGED_TEAM, "month", month, month + timedelta(days))
        found.append(Adjustment(*judged, _rounded(amount), lead.name, note))
        if (month.month - FISCAL_START_MONTH) % QUARTER_MONTHS == 0:
            months = [add_months(month, index) for index in range(QUARTER_MONTHS)]
            planned = sum(_planned(plans.company, COMPANY, each) for each in months)
            for days, note in QUARTER_NOTES:
                amount = planned * _share(setting, COMPANY, month, days)
                judged = (COMPANY, COMPANY, "quarter", month, month + timedelta(days))
                found.append(Adjustment(*judged, _rounded(amount), director.name, note))
    known = (one for one in found if one.judged_on <= setting.business_on)
    return sorted(known, key=lambda one: (one.judged_on, one.scope_type))


def _planned(plans: tuple[Plan, ...], key: str, month: date) -> int:
    """Bookings planned for a month; months of a fiscal year follow each other from its first on."""
    year, position = divmod(month.year * 12 + month.month - FISCAL_START_MONTH, 12)
    return sum(
        plan.months[position] or 0
        for plan in plans
        if (plan.key, plan.measure, plan.fiscal_year) == (key, "Bookings", year)
    )


def _share(setting: Setting, scope_id: str, period_start_on: date, days: int) -> float:
    chance = setting.stream("adjustments", scope_id, period_start_on.isoformat(), str(days))
    return float(chance.uniform(*SHARES))


def _rounded(amount: float) -> int:
    return round(amount / ROUND_TO) * ROUND_TO
