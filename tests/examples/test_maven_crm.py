"""Maven's 8,800 opportunities: win rates and money by agent, manager and quarter."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("maven")]


@pytest.fixture(scope="module")
def company(publish):
    return publish("maven_crm", "MAVEN_CRM", date(2017, 12, 31))


def test_totals_are_those_of_the_pipeline(company):
    [(won, lost, booked)] = company.rows(
        """
        select sum(deals_won_count), sum(deals_lost_count), sum(booking_amount)
        from marts.rep_scorecard where period_type = 'month'
        """
    )
    assert (won, lost, booked) == (4238, 2473, Decimal(10005534))
    assert round(Decimal(won) / (won + lost), 10) == Decimal("0.6315005215")


def test_every_agent_and_quarter_has_its_win_rate_and_bookings(company):
    expected = {
        (row["sales_agent"], int(row["y"]), int(row["q"])): (
            int(row["won"]),
            int(row["lost"]),
            Decimal(row["win_rate"]),
            Decimal(row["won_revenue"]),
        )
        for row in company.expected("07_by_agent_and_quarter.csv")
    }
    rows = company.rows(
        """
        select rep_id, year(period_start_on), quarter(period_start_on), deals_won_count, deals_lost_count,
               round(win_count_ratio, 10), booking_amount
        from marts.rep_scorecard
        where period_type = 'quarter' and deals_won_count + deals_lost_count > 0
        """
    )
    assert {row[:3]: row[3:] for row in rows} == expected


def test_agents_without_deals_have_no_win_rate_rather_than_none_won(company):
    idle = {
        row["sales_agent"] for row in company.expected("05_by_sales_agent.csv") if row["opportunities"] == "0"
    }
    rows = company.rows("select distinct rep_id from marts.rep_scorecard where win_count_ratio is not null")
    assert len(idle) == 5
    assert not idle & {rep for (rep,) in rows}


def test_managers_have_the_sums_of_their_agents(company):
    expected: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for row in company.expected("05_by_sales_agent.csv"):
        found = [Decimal(row["won"]), Decimal(row["lost"]), Decimal(row["won_revenue"])]
        expected[row["manager"]] = [a + b for a, b in zip(expected[row["manager"]], found, strict=True)]
    rows = company.rows(
        """
        select team_id, sum(deals_won_count), sum(deals_lost_count), sum(booking_amount)
        from marts.team_scorecard where period_type = 'year' and team_id <> '(none)' group by 1
        """
    )
    assert {row[0]: list(row[1:]) for row in rows if sum(row[1:])} == dict(expected)


def test_won_revenue_is_exact_on_every_day(company):
    expected = {
        row["close_date"]: (int(row["won"]), Decimal(row["won_revenue"]))
        for row in company.expected("11_daily_won_revenue.csv")
    }
    rows = company.rows(
        """
        select sales_on::varchar, sum(deals_won_count), sum(booking_amount)
        from marts.daily_sales group by 1 having sum(deals_won_count) > 0
        """
    )
    assert {day: (won, booked) for day, won, booked in rows} == expected


def test_the_misspelt_product_loses_no_money(company):
    [(booked,)] = company.rows(
        "select sum(booking_amount) from marts.daily_sales where product_category = 'GTX'"
    )
    assert booked == Decimal(3510578) + Decimal(2629651) + Decimal(705275) + Decimal(499263)
    assert company.rows("select * from marts.unmatched_ids where dataset = 'deals'") == []


def test_cycle_times_are_those_of_won_and_of_lost_deals(company):
    [totals] = company.expected_table("3. Totals")
    rows = company.rows(
        """
        select outcome, avg(cycle_days), median(cycle_days) from marts.deal_register
        where outcome <> 'open' group by outcome
        """
    )
    found = {outcome: (mean, median) for outcome, mean, median in rows}
    assert found["won"] == pytest.approx(
        (float(totals["avg_cycle_days_won"]), float(totals["median_cycle_days_won"])), abs=1e-9
    )
    assert found["lost"][0] == pytest.approx(float(totals["avg_cycle_days_lost"]), abs=1e-9)


def test_every_agent_has_the_mean_cycle_of_the_deals_won(company):
    expected = {
        row["sales_agent"]: float(row["avg_cycle_days"])
        for row in company.expected("05_by_sales_agent.csv")
        if row["avg_cycle_days"]
    }
    rows = company.rows(
        "select rep_id, avg(cycle_days) from marts.deal_register where outcome = 'won' group by rep_id"
    )
    assert len(expected) == 30
    assert dict(rows) == pytest.approx(expected, abs=1e-9)


def test_every_manager_has_the_win_rate_of_the_agents(company):
    expected = {row["manager"]: Decimal(row["win_rate"]) for row in company.expected_table("6. By manager")}
    rows = company.rows(
        """
        select team_id, round(win_count_ratio, 10) from marts.team_scorecard
        where period_type = 'year' and win_count_ratio is not null and team_id <> '(none)'
        """
    )
    found = dict(rows)
    assert len(expected) == 6
    assert {manager: found[manager] for manager in expected} == expected


def test_every_product_has_its_wins_losses_and_money(company):
    expected = {
        row["product"]: (int(row["won"]), int(row["lost"]), Decimal(row["won_revenue"]))
        for row in company.expected_table("8. By product")
    }
    rows = company.rows(
        """
        select product_id, count(*) filter (outcome = 'won'), count(*) filter (outcome = 'lost'),
               sum(deal_amount) filter (outcome = 'won')
        from marts.deal_register where outcome <> 'open' group by product_id
        """
    )
    assert {row[0]: row[1:] for row in rows} == expected


def test_every_sector_has_its_wins_and_money(company):
    expected = {
        row["sector"].replace("technolgy", "technology"): (int(row["won"]), Decimal(row["won_revenue"]))
        for row in company.expected_table("10. Won revenue by account sector")
    }
    rows = company.rows(
        """
        select industry, count(*), sum(deal_amount) from marts.deal_register
        where outcome = 'won' group by industry
        """
    )
    assert {row[0]: row[1:] for row in rows} == expected


def test_a_company_without_open_values_or_days_has_a_forecast_by_its_bookings_alone(company):
    rows = company.rows(
        """
        select forecast_method, sum(expected_amount) from marts.sales_forecast
        where scope_type = 'company' and period_type = 'month' and horizon = 'next' group by forecast_method
        """
    )
    expected = dict(rows)
    assert expected["run_rate"] > 0
    assert expected["weighted_pipeline"] == 0
    assert "same_days_last_year" not in expected


def test_a_company_without_a_stage_history_has_no_method_that_rests_on_one(company):
    said = company.rows("select distinct forecast_method from marts.sales_forecast where horizon = 'next'")
    assert sorted(said) == [("exponential_smoothing",), ("run_rate",), ("weighted_pipeline",)]
    judged = company.rows("select distinct forecast_method from marts.forecast_accuracy")
    assert sorted(judged) == [("exponential_smoothing",), ("run_rate",)]
