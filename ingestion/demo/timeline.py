"""Days and months as the simulation counts them: days since 1970-01-01, in the company's zone."""

from __future__ import annotations

import functools
from datetime import date, timedelta

import holidays
import numpy as np
import numpy.typing as npt

ZONE = "Europe/Paris"
EPOCH = date(1970, 1, 1)
DAY_SECONDS = 86_400

Days = npt.NDArray[np.int64]
Amounts = npt.NDArray[np.int64]

WEEKDAY_DEMAND = np.array([1.15, 1.18, 1.12, 1.1, 1.05, 0.75, 0.65])
MONTH_DEMAND = np.array([0.92, 0.9, 1.0, 0.98, 0.97, 1.02, 0.9, 0.72, 1.06, 1.08, 1.22, 1.23])
HOLIDAY_DEMAND = 0.6
MONTH_END_DEMAND = 1.25
MONTH_END_DAYS = 3
YEARLY_GROWTH = 1.12


def epoch_day(on: date) -> int:
    """Days since 1970-01-01."""
    return (on - EPOCH).days


def calendar_day(day: int) -> date:
    """The date of a day count."""
    return EPOCH + timedelta(days=int(day))


def month_starts(first: date, last: date) -> list[date]:
    """First days of the months from that of ``first`` to that of ``last``, both included."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add_months(first.replace(day=1), index) for index in range(count)]


def add_months(month: date, count: int) -> date:
    """The first day of the month ``count`` months later."""
    year, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return date(year, index + 1, 1)


def days_of(month: date) -> Days:
    """All days of a month."""
    return np.arange(epoch_day(month), epoch_day(add_months(month, 1)), dtype=np.int64)


def weekday(days: Days) -> Days:
    """Day of the week, Monday being 0."""
    return (days + 3) % 7


def weekdays_of(month: date) -> Days:
    """The days of a month from Monday to Friday."""
    days = days_of(month)
    return days[weekday(days) < 5]


def next_weekday(days: Days) -> Days:
    """The same days, those of a weekend moved to the Monday after."""
    return np.where(weekday(days) < 5, days, days + 7 - weekday(days))


def last_weekday_of_month(days: Days) -> Days:
    """The last day from Monday to Friday of each day's month."""
    ends = month_of(days, 1) - 1
    return ends - np.maximum(0, weekday(ends) - 4)


def month_of(days: Days, later: int = 0) -> Days:
    """First day of each day's month, or of a month some months later."""
    months = days.astype("datetime64[D]").astype("datetime64[M]") + later
    return months.astype("datetime64[D]").astype(np.int64)


def demand(days: Days, opened_on: date) -> npt.NDArray[np.float64]:
    """How busy each day is, 1 being the average day of the first year: week, season, month end, growth."""
    season = MONTH_DEMAND[days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12]
    growth = YEARLY_GROWTH ** ((days - epoch_day(opened_on)) / 365.25)
    month_end = np.where(month_of(days, 1) - days <= MONTH_END_DAYS, MONTH_END_DEMAND, 1.0)
    closed = np.where(np.isin(days, _french_holidays(_years(days))), HOLIDAY_DEMAND, 1.0)
    return np.asarray(WEEKDAY_DEMAND[weekday(days)] * season * growth * month_end * closed)


def _years(days: Days) -> tuple[int, ...]:
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return tuple(int(year) for year in np.unique(years))


@functools.cache
def _french_holidays(years: tuple[int, ...]) -> Days:
    return np.array([epoch_day(on) for on in holidays.country_holidays("FR", years=years)], dtype=np.int64)
