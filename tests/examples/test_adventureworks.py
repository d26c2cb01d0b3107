"""AdventureWorks as published: daily sales, territories, reps and every quota window, to the cent."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal

import pytest

from orchestration.forecasting import smoothed_total

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("adventureworks")]


@pytest.fixture(scope="module")
def company(publish):
    return publish("adventureworks", "ADVENTUREWORKS", date(2014, 6, 30))


def test_daily_sales_equal_the_headers_on_all_1124_days(company):
    days = company.expected("08_daily_sales.csv")
    expected = {row["d"]: (int(row["orders"]), Decimal(row["subtotal"])) for row in days}
    rows = company.rows(
        """
        select sales_on::varchar, sum(order_count), sum(net_sales_amount)
        from marts.daily_sales group by 1 having sum(order_count) > 0
        """
    )
    assert {day: (orders, net) for day, orders, net in rows} == expected
    assert len(expected) == 1124


def test_lines_tie_to_headers_in_total(company):
    [(total, discount, units)] = company.rows(
        "select sum(net_sales_amount), sum(discount_amount), sum(unit_count) from marts.daily_sales"
    )
    assert total == Decimal("109846381.4039")
    assert units == 274914
    assert abs(discount - Decimal("527507.913512")) < Decimal("0.05")


def test_sales_by_territory_and_month_are_exact(company):
    expected = {
        (row["ym"], row["territory"]): (int(row["orders"]), Decimal(row["subtotal"]))
        for row in company.expected("07_by_territory_and_month.csv")
    }
    rows = company.rows(
        """
        select strftime(s.sales_on, '%Y-%m'), t.territory_name, sum(s.order_count), sum(s.net_sales_amount)
        from marts.daily_sales as s join marts.dim_territory as t using (territory_id)
        group by all having sum(s.order_count) > 0
        """
    )
    assert {(month, territory): (orders, net) for month, territory, orders, net in rows} == expected


def test_sales_by_salesperson_and_calendar_quarter_are_exact(company):
    expected = {
        (row["SalesPersonID"], int(row["y"]), int(row["q"])): (int(row["orders"]), Decimal(row["subtotal"]))
        for row in company.expected("14_salesperson_revenue_per_calendar_quarter.csv")
    }
    rows = company.rows(
        """
        select rep_id, year(period_start_on), quarter(period_start_on), order_count, net_sales_amount
        from marts.rep_scorecard where period_type = 'quarter' and order_count > 0 and rep_id <> '(none)'
        """
    )
    assert {(rep, year, quarter): (orders, net) for rep, year, quarter, orders, net in rows} == expected


def test_all_163_quota_windows_have_the_expected_attainment(company):
    expected = {
        (row["BusinessEntityID"], row["q_start"]): (
            Decimal(row["quota"]),
            Decimal(row["revenue"]),
            Decimal(row["attainment"]),
        )
        for row in company.expected("11_quota_attainment_per_rep_and_window.csv")
    }
    rows = company.rows(
        """
        select scope_id, period_start_on::varchar, target_amount, actual_amount, round(attainment_ratio, 10)
        from marts.target_attainment
        where scope_type = 'rep' and period_type = 'custom' and plan_version = 'quota'
            and target_origin = 'own'
        """
    )
    assert {(rep, start): (quota, revenue, ratio) for rep, start, quota, revenue, ratio in rows} == expected
    assert len(expected) == 163


def test_units_and_sales_by_category_are_those_of_the_workbook(company):
    rows = company.rows(
        "select product_category, sum(unit_count), sum(net_sales_amount) from marts.daily_sales group by 1"
    )
    found = {category: (units, net) for category, units, net in rows}
    for category, units, revenue in [
        ("Bikes", 90268, "94651172.704731"),
        ("Components", 49044, "11802593.286430"),
        ("Clothing", 73670, "2120542.524801"),
        ("Accessories", 61932, "1272072.883926"),
    ]:
        assert found[category][0] == units
        # The header's rounding of an order stands on its first line, whatever its category.
        assert abs(found[category][1] - Decimal(revenue)) < Decimal("1.00")


def test_monthly_targets_arrive_through_national_ids_in_thousands(company):
    [(target,)] = company.rows(
        """
        select sum(target_amount) from marts.target_register
        where plan_version = 'plan' and period_start_on = date '2017-07-01'
        """
    )
    assert target % 1000 == 0
    assert target > 0
    [(unmatched,)] = company.rows(
        "select count(distinct id) from marts.unmatched_ids where dataset = 'targets'"
    )
    assert unmatched == 1


def test_orders_in_the_broken_statistics_file_are_all_there(company):
    [(june,)] = company.rows(
        "select sum(order_count) from marts.daily_sales where sales_on >= date '2014-06-01'"
    )
    assert june == 939


def test_the_statistical_forecast_of_monthly_sales_errs_less_than_the_same_month_a_year_before(company):
    sales = dict(company.rows("select sales_on, sum(net_sales_amount) from marts.daily_sales group by 1"))
    months = [date(2012 + number // 12, 1 + number % 12, 1) for number in range(5, 29)]
    actual = [sales_of(sales, month) for month in months]
    naive = [sales_of(sales, month.replace(year=month.year - 1)) for month in months]
    smoothed = [forecast_of(sales, month) for month in months]
    found = error_ratio(smoothed, actual), error_ratio(naive, actual)
    assert found == pytest.approx((0.357921, 0.436676), abs=1e-6)


def sales_of(sales: dict[date, Decimal], month: date) -> float:
    return float(sum(amount for day, amount in sales.items() if day.replace(day=1) == month))


def forecast_of(sales: dict[date, Decimal], month: date) -> float:
    """What was to be expected of a month on the day before it began."""
    origin, days = month - timedelta(days=1), calendar.monthrange(month.year, month.month)[1]
    weeks = ((origin - min(sales)).days + 1) // 7
    history = [
        sum(sales.get(origin - timedelta(days=7 * ago + day), 0) for day in range(7))
        for ago in reversed(range(weeks))
    ]
    shares = [min(7, days - 7 * ahead) / 7 for ahead in range(-(-days // 7))]
    return smoothed_total(";".join(map(str, history)), ";".join(map(str, shares)), 0.5)


def error_ratio(forecasts: list[float], actual: list[float]) -> float:
    """sum|F - A| / sum A."""
    return sum(abs(f - a) for f, a in zip(forecasts, actual, strict=True)) / sum(actual)
