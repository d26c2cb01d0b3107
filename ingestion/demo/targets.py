"""What the head office asks of reps, teams and the company, by fiscal year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from ingestion.demo.basket import MEAN_LINES, MEAN_QUANTITY
from ingestion.demo.catalogue import Catalogue
from ingestion.demo.company import (
    FISCAL_START_MONTH,
    OVER_ASSIGNED_FROM,
    OVER_ASSIGNED_RATIO,
    OVER_ASSIGNED_TEAM,
    SELLERS,
    TEAMS,
)
from ingestion.demo.orders import CHANNEL_SHARES, FIELD, ORDERS_PER_DAY
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import add_months, days_of, demand

MEASURES = ("Net sales", "Bookings")
ROUND_TO = 10
AMBITION = 1.03
MEAN_DEAL = 12_000
MEAN_WIN_RATE = 0.24
MONTHS = 12

Months = tuple[int | None, ...]
"""Whole euros for the twelve months of a fiscal year; None where there is no target."""


@dataclass(frozen=True)
class Plan:
    """One line of the plan: a measure of one rep or team in one fiscal year."""

    key: str
    name: str
    measure: str
    fiscal_year: int
    """Calendar year in which the fiscal year starts."""
    months: Months

    @property
    def total(self) -> int:
        """Target of the whole year."""
        return sum(amount or 0 for amount in self.months)


@dataclass(frozen=True)
class Plans:
    """The whole plan; ``company`` has no name and covers sales without a rep too."""

    reps: tuple[Plan, ...]
    teams: tuple[Plan, ...]
    company: tuple[Plan, ...]


def make_plans(setting: Setting, catalogue: Catalogue) -> Plans:
    """Set the targets of every fiscal year that had begun by the business date."""
    years = range(_fiscal_year(setting.opened_on), _fiscal_year(setting.business_on) + 1)
    reps: list[Plan] = []
    teams: list[Plan] = []
    company: list[Plan] = []
    for year in years:
        for measure in MEASURES:
            expected = _expected(setting, catalogue, measure, year)
            of_reps = [_of_rep(index, measure, year, expected) for index in range(len(SELLERS))]
            reps += (plan for plan in of_reps if plan.total)
            teams += _of_teams(of_reps)
            company.append(_of_company(of_reps, expected))
    return Plans(tuple(reps), tuple(teams), tuple(company))


def _fiscal_year(on: date) -> int:
    return on.year if on.month >= FISCAL_START_MONTH else on.year - 1


@dataclass(frozen=True)
class _Expected:
    """What a fiscal year should bring."""

    by_month: tuple[float | None, ...]
    """Whole sales force, in euros, months before the opening being None."""
    company_ratio: float
    """All sales over those of the sales force."""


def _expected(setting: Setting, catalogue: Catalogue, measure: str, year: int) -> _Expected:
    months = fiscal_months(year)
    if measure == "Bookings":
        pace = sum(seller.pace for seller in SELLERS if seller.persuasion >= 1) * setting.breadth
        by_month = [pace * MEAN_DEAL * MEAN_WIN_RATE for _ in months]
        ratio = 1.0
    else:
        order = catalogue.mean_price / 100 * MEAN_LINES * MEAN_QUANTITY
        orders = [
            ORDERS_PER_DAY * setting.scale * float(demand(days_of(month), setting.opened_on).sum())
            for month in months
        ]
        credited = sum(CHANNEL_SHARES[FIELD:])
        by_month = [count * credited * order for count in orders]
        ratio = 1 / credited
    return _Expected(
        tuple(
            amount * AMBITION if month >= setting.opened_on else None
            for month, amount in zip(months, by_month, strict=True)
        ),
        ratio,
    )


def fiscal_months(year: int) -> list[date]:
    """First days of the months of the fiscal year that starts in a calendar year."""
    return [add_months(date(year, FISCAL_START_MONTH, 1), index) for index in range(MONTHS)]


def _of_rep(index: int, measure: str, year: int, expected: _Expected) -> Plan:
    seller = SELLERS[index]
    weights = np.array([one.weight for one in SELLERS]) ** 0.5
    share = float(weights[index] / weights.sum())
    months = tuple(
        _rounded(amount * share) if amount is not None and seller.works(month) else None
        for month, amount in zip(fiscal_months(year), expected.by_month, strict=True)
    )
    return Plan(seller.staff_number, seller.name, measure, year, months)


def _of_teams(of_reps: list[Plan]) -> list[Plan]:
    """Teams with reps first, then what they add up to, up to the top."""
    done: dict[str, Plan] = {}
    for team in reversed(TEAMS):
        parts = [
            plan for plan, seller in zip(of_reps, SELLERS, strict=True) if seller.team_id == team.team_id
        ]
        parts += [done[child.team_id] for child in TEAMS if child.parent_id == team.team_id]
        plan = parts[0]
        months = _sum(parts)
        if (
            team.team_id == OVER_ASSIGNED_TEAM
            and plan.measure == "Bookings"
            and plan.fiscal_year >= OVER_ASSIGNED_FROM
        ):
            part, whole = OVER_ASSIGNED_RATIO
            months = tuple(None if amount is None else _rounded(amount * part / whole) for amount in months)
        done[team.team_id] = Plan(team.team_id, team.name, plan.measure, plan.fiscal_year, months)
    return [done[team.team_id] for team in TEAMS]


def _of_company(of_reps: list[Plan], expected: _Expected) -> Plan:
    months = _sum(of_reps)
    wider = tuple(None if amount is None else _rounded(amount * expected.company_ratio) for amount in months)
    return Plan("company", "", of_reps[0].measure, of_reps[0].fiscal_year, wider)


def _sum(plans: list[Plan]) -> Months:
    columns = zip(*(plan.months for plan in plans), strict=True)
    return tuple(sum(amount or 0 for amount in column) or None for column in columns)


def _rounded(amount: float) -> int:
    return max(ROUND_TO, round(amount / ROUND_TO) * ROUND_TO)
