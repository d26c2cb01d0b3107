"""The day beside its month, its year, its target and the weeks before."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from dbt_world import Row, World
from small_company import line, order

FIRST, LAST = date(2025, 1, 6), date(2026, 1, 31)
NEW_YEAR = date(2026, 1, 1)
SPIKE = date(2026, 1, 14)


def is_working(day: date) -> bool:
    return day.isoweekday() < 6 and day != NEW_YEAR


def sold(day: date) -> int:
    """One order of 100 on every working day; Wednesdays swing until 2026, one of them jumps."""
    if not is_working(day):
        return 0
    if day == SPIKE:
        return 1000
    swings = day.isoweekday() == 3 and day.year < 2026
    return 100 + (10 * (day.toordinal() // 7 % 3 - 1) if swings else 0)


DAYS = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]


def target(month: date, amount: int) -> Row:
    scope = {"scope_type": "company", "scope_id": "company", "metric": "net_sales", "plan_version": "plan"}
    return scope | {"period_type": "month", "period_start_on": month, "target_amount": amount}


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    """A year of steady sales: a target out of reach, then 2,100 for the 21 working days of January 2026."""
    world = World(tmp_path_factory.mktemp("steady"))
    for day in filter(is_working, DAYS):
        at = datetime.combine(day, time(9))
        world.add("orders", order(str(day), at)).add("order_lines", line(str(day), 1, at, sold(day)))
    world.add("holidays", {"calendar": "FR", "holiday_on": NEW_YEAR}, source="hr")
    world.add("targets", target(date(2025, 12, 1), 1_000_000), target(date(2026, 1, 1), 2100), source="hr")
    return world.write().build(str(LAST), select="+daily_sales_summary", command="run")


def of_day(world: World, day: date, *columns: str) -> tuple[object, ...]:
    return tuple(
        world.one(
            f"select {', '.join(columns)} from marts.daily_sales_summary where sales_on = ?", day
        ).values()
    )


def test_every_day_from_the_first_sale_to_the_business_date_has_a_row(steady):
    rows = steady.query("select sales_on, net_sales_amount from marts.daily_sales_summary order by sales_on")
    assert [(row["sales_on"], row["net_sales_amount"]) for row in rows] == [(day, sold(day)) for day in DAYS]


@pytest.mark.parametrize(
    ("column", "start"),
    [
        ("week", date(2026, 1, 12)),
        ("month", date(2026, 1, 1)),
        ("quarter", date(2026, 1, 1)),
        ("year", date(2025, 4, 1)),
    ],
)
def test_sums_to_date_start_with_their_period(steady, column, start):
    expected = sum(sold(day) for day in DAYS if start <= day <= SPIKE)
    assert of_day(steady, SPIKE, f"{column}_to_date_net_sales_amount") == (expected,)


def test_last_year_is_the_same_weekday_52_weeks_ago(steady):
    columns = ("last_year_on", "last_year_net_sales_amount", "net_sales_growth_ratio")
    before = sold(date(2025, 1, 15))
    growth = round(Decimal(1000 - before) / before, 10)
    assert of_day(steady, SPIKE, *columns) == (date(2025, 1, 15), before, growth)
    assert of_day(steady, FIRST + timedelta(363), *columns) == (None, None, None)


def test_growth_over_a_day_without_sales_is_unknown_not_zero(steady):
    assert of_day(steady, date(2026, 1, 10), "last_year_net_sales_amount", "net_sales_growth_ratio") == (
        0,
        None,
    )


@pytest.mark.parametrize(
    ("day", "pace", "required", "projected"),
    [
        (date(2026, 1, 1), None, "100", None),
        (date(2026, 1, 7), "1", "100", "2100"),
        (SPIKE, "2", "25", "4200"),
        (date(2026, 1, 16), None, "10", None),
        (date(2026, 1, 19), None, "0", None),
        (date(2026, 1, 30), None, "0", "3000"),
    ],
    ids=["before-the-first-working-day", "on-pace", "ahead", "nearly-met", "met", "last-working-day"],
)
def test_pace_counts_in_working_days(steady, day, pace, required, projected):
    found = of_day(steady, day, "month_pace_ratio", "month_required_daily_amount", "month_projected_amount")
    assert found[1] == Decimal(required)
    if pace is not None:
        assert found[0] == Decimal(pace)
    if projected is not None or day == NEW_YEAR:
        assert found[2] == (Decimal(projected) if projected else None)


def test_what_is_still_needed_after_the_last_working_day_is_unknown(steady):
    assert of_day(steady, date(2025, 12, 31), "month_required_daily_amount") == (None,)


def test_the_trailing_mean_spans_28_working_days_and_the_days_off_between(steady):
    working = [day for day in DAYS if is_working(day) and day <= SPIKE]
    expected = Decimal(sum(sold(day) for day in working[-28:])) / 28
    (found,) = of_day(steady, SPIKE, "trailing_mean_amount")
    assert found == round(expected, 4)
    assert of_day(steady, working[26], "trailing_mean_amount") == (None,)
    assert of_day(steady, working[27], "trailing_mean_amount") != (None,)


def test_a_day_far_from_its_weekdays_median_is_an_anomaly(steady):
    expected, score, flagged = of_day(
        steady, SPIKE, "expected_net_sales_amount", "robust_z_score", "is_anomaly"
    )
    assert (expected, score, flagged) == (100, Decimal("0.6745") * 900 / 10, True)
    assert of_day(steady, date(2026, 1, 7), "is_anomaly") == (False,)


def test_fewer_than_eight_weeks_say_nothing(steady):
    eighth = FIRST + timedelta(7 * 8)
    assert of_day(steady, eighth - timedelta(7), "is_anomaly") == (None,)
    assert of_day(steady, eighth, "is_anomaly") == (False,)


def test_a_different_amount_after_equal_weeks_is_an_anomaly_without_a_score(steady):
    steady_thursday = of_day(steady, NEW_YEAR, "robust_z_score", "is_anomaly")
    assert steady_thursday == (None, True)
