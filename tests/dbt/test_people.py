"""Scorecards of reps and teams, and the leaderboard, in a company worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from dbt_world import Row, World
from spring_company import APRIL, MAY


def rep(world: World, rep_id: str, period_type: str, start: date) -> Row:
    return world.one(
        "select * from marts.rep_scorecard where rep_id = ? and period_type = ? and period_start_on = ?",
        *(rep_id, period_type, start),
    )


def team(world: World, team_id: str, period_type: str, start: date) -> Row:
    return world.one(
        "select * from marts.team_scorecard where team_id = ? and period_type = ? and period_start_on = ?",
        *(team_id, period_type, start),
    )


def board(world: World, metric: str, start: date, *columns: str) -> list[tuple[object, ...]]:
    rows = world.query(
        f"select {', '.join(columns)} from marts.leaderboard"
        " where metric = ? and period_type = 'month' and period_start_on = ? order by position",
        *(metric, start),
    )
    return [tuple(row.values()) for row in rows]


def test_a_rep_without_losses_has_won_everything(spring):
    april = rep(spring, "ana", "month", APRIL)
    assert (april["deals_won_count"], april["deals_lost_count"], april["win_count_ratio"]) == (2, 0, 1)


def test_a_win_rate_by_value_leaves_out_deals_without_a_value(spring):
    assert rep(spring, "ana", "month", APRIL)["win_value_ratio"] == 1
    assert rep(spring, "bo", "month", APRIL)["win_value_ratio"] == Decimal("0.25")


def test_without_a_closed_deal_the_win_rate_is_unknown(spring):
    april = rep(spring, "di", "month", APRIL)
    assert (april["win_count_ratio"], april["win_value_ratio"]) == (None, None)


def test_a_split_deal_counts_for_its_main_rep_and_its_value_for_both(spring):
    ana, bo = rep(spring, "ana", "month", MAY), rep(spring, "bo", "month", MAY)
    assert (ana["deals_won_count"], ana["booking_amount"]) == (1, 120)
    assert (bo["deals_won_count"], bo["booking_amount"], bo["win_count_ratio"]) == (0, 80, None)


def test_deals_closed_after_the_business_date_do_not_count_yet(spring):
    assert rep(spring, "bo", "year", APRIL)["deals_won_count"] == 1


def test_the_sales_cycle_is_the_median_over_deals_with_a_creation_day(spring):
    quarter = rep(spring, "ana", "quarter", APRIL)
    assert (quarter["sales_cycle_median_days"], quarter["sales_cycle_deal_count"]) == (20, 2)
    assert team(spring, "north", "quarter", APRIL)["sales_cycle_median_days"] == 19


def test_attainment_is_that_of_revenue_or_of_what_revenue_is(spring):
    assert rep(spring, "ana", "month", MAY)["attainment_ratio"] == Decimal("0.6")
    assert rep(spring, "di", "quarter", APRIL)["target_amount"] == 28000
    assert rep(spring, "cy", "month", MAY)["attainment_ratio"] is None


def test_places_go_by_revenue_to_reps_with_sales_or_closed_deals(spring):
    ranks = {
        rep_id: rep(spring, rep_id, "month", MAY)["rank_in_company"]
        for rep_id in ("di", "ana", "bo", "cy", "(none)")
    }
    assert ranks == {"di": 1, "ana": 2, "bo": 3, "cy": None, "(none)": None}


def test_the_period_before_stands_beside_the_period(spring):
    may = rep(spring, "ana", "month", MAY)
    assert (may["previous_net_sales_amount"], may["previous_booking_amount"]) == (100, 100)
    assert (may["previous_rank_in_company"], may["previous_revenue_amount"]) == (2, 100)
    assert rep(spring, "cy", "month", MAY)["previous_net_sales_amount"] is None


def test_a_rep_appears_from_the_month_of_hiring_on_also_without_sales(spring):
    months = spring.query(
        "select period_start_on, net_sales_amount from marts.rep_scorecard"
        " where rep_id = 'cy' and period_type = 'month'"
    )
    assert months == [{"period_start_on": MAY, "net_sales_amount": 0}]


def test_nobodys_sales_and_losses_stay_visible(spring):
    may = rep(spring, "(none)", "month", MAY)
    assert (may["net_sales_amount"], may["deals_lost_count"], may["win_count_ratio"]) == (7, 1, 0)


def test_a_team_counts_everybody_below_it(spring):
    quarter = team(spring, "sales", "quarter", APRIL)
    assert (quarter["rep_count"], quarter["active_rep_count"]) == (3, 2)
    assert (quarter["net_sales_amount"], quarter["booking_amount"]) == (210, 400)
    assert (quarter["deals_won_count"], quarter["deals_lost_count"]) == (4, 1)
    assert quarter["win_count_ratio"] == Decimal("0.8")


def test_top_teams_and_reps_without_a_team_add_up_to_the_company(spring):
    top = spring.value(
        "select sum(net_sales_amount) from marts.team_scorecard"
        " where period_type = 'year' and parent_team_id is null"
    )
    assert top == spring.value("select sum(net_sales_amount) from marts.daily_sales")


def test_the_leaderboard_shows_top_and_bottom_and_shared_ranks(spring):
    columns = ("rep_id", "rank", "position", "position_from_bottom")
    assert board(spring, "net_sales", MAY, *columns) == [
        ("di", 1, 1, 4),
        ("ana", 2, 2, 3),
        ("bo", 3, 3, 2),
        ("cy", 3, 4, 1),
    ]


def test_the_leaderboard_says_who_climbed_and_what_is_missing_to_the_next(spring):
    found = board(spring, "bookings", MAY, "rep_id", "previous_rank", "rank_change", "gap_to_next_value")
    assert found[:2] == [("ana", 1, 0, None), ("bo", 1, -1, 40)]


def test_shares_of_the_board_are_parts_of_its_sum(spring):
    assert board(spring, "bookings", MAY, "share_of_total_ratio")[:2] == [
        (Decimal("0.6"),),
        (Decimal("0.4"),),
    ]


@pytest.mark.parametrize("metric", ["net_sales", "bookings", "margin", "attainment", "deals_won"])
def test_positions_are_given_once(spring, metric):
    positions = [position for (position,) in board(spring, metric, APRIL, "position")]
    assert positions == list(range(1, len(positions) + 1))
