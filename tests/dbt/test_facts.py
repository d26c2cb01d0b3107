"""What facts take over, decide and keep."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from dbt_world import World
from small_company import at


def test_every_line_stays_whatever_it_is(acme: World):
    assert acme.value("select count(*) from marts.fct_order_lines") == len(acme.rows["shop", "order_lines"])


def test_a_line_keeps_its_own_currency_beside_the_companys(acme: World):
    row = acme.one("select * from marts.fct_order_lines where order_id = 'night' and line_number = 2")
    assert (row["currency_code"], row["original_net_amount"], row["net_amount"]) == ("USD", 30, 27)


def test_a_products_cost_is_converted_from_its_own_currency(acme: World):
    row = acme.one("select * from marts.fct_order_lines where order_id = 'night' and line_number = 2")
    assert (row["cost_amount"], row["original_cost_amount"]) == (9, None)


def test_a_lines_own_cost_wins_over_its_products(acme: World):
    row = acme.one("select * from marts.fct_order_lines where order_id = 'known'")
    assert (row["cost_amount"], row["original_cost_amount"]) == (11, 11)


def test_conversion_rounds_to_the_fourth_decimal_and_gross_is_the_sum_of_its_parts(acme: World):
    row = acme.one("select * from marts.fct_order_lines where order_id = 'priced'")
    assert row["net_amount"] == Decimal("26.6666")
    assert row["gross_amount"] == row["net_amount"] + row["discount_amount"]


def test_a_line_without_its_order_counts_on_its_own_day(acme: World):
    row = acme.one("select * from marts.fct_order_lines where order_id = 'orphan'")
    assert (row["sales_on"], row["has_order"], row["is_sale"], row["is_first_sale_line"]) == (
        date(2026, 1, 20),
        False,
        True,
        True,
    )


def test_the_rate_in_force_is_the_latest_on_or_before_the_day(acme: World):
    rates = acme.query(
        """
        select rate_on, rate from intermediate.int_exchange_rates
        where rate_on in ('2026-01-14', '2026-01-15', '2026-01-31') order by rate_on
        """
    )
    assert [row["rate"] for row in rates] == [Decimal("0.9"), Decimal("0.8"), Decimal("0.8")]


@pytest.mark.parametrize(
    ("deal", "outcome", "closed_on"),
    [
        ("won", "won", date(2026, 1, 31)),
        ("split", "won", date(2026, 1, 9)),
        ("lost", "lost", date(2026, 1, 12)),
        ("flag lost", "lost", date(2026, 1, 12)),
        ("open", "open", None),
        ("moved", "won", date(2026, 1, 13)),
        ("undated", "won", None),
    ],
    ids=[
        "the-flags-say-won",
        "the-stage-says-won",
        "the-stage-says-lost",
        "the-flags-win-over-the-stage",
        "nothing-says-closed",
        "the-day-it-entered-its-stage",
        "nothing-says-when",
    ],
)
def test_a_deals_outcome_and_day_are_decided(acme: World, deal, outcome, closed_on):
    row = acme.one("select * from marts.fct_deals where deal_id = ?", deal)
    assert (row["outcome"], row["closed_on"]) == (outcome, closed_on)


def test_a_deal_closed_without_a_day_is_said_to_be_undated_and_booked_on_none(acme: World):
    undated = acme.query("select deal_id from marts.fct_deals where is_undated")
    assert undated == [{"deal_id": "undated"}]
    assert acme.value("select sum(booking_amount) from marts.daily_sales") == Decimal(1118)


def test_the_cycle_counts_forward_from_creation(acme: World):
    cycles = acme.query(
        "select deal_id, cycle_days from marts.fct_deals where created_on is not null order by all"
    )
    assert {row["deal_id"]: row["cycle_days"] for row in cycles} == {"won": 30, "lost": 10, "backwards": None}


def test_an_open_deal_is_priced_today_and_a_closed_one_on_its_day(acme: World):
    amounts = acme.query(
        "select deal_id, deal_amount from marts.fct_deals where currency_code = 'USD' order by all"
    )
    assert {row["deal_id"]: row["deal_amount"] for row in amounts} == {"open": 8, "moved": 18}


def test_a_deal_lies_in_its_own_territory_else_in_its_owners(acme: World):
    places = acme.query("select deal_id, territory_id from marts.fct_deals where rep_id = 'ana' order by all")
    assert {row["deal_id"]: row["territory_id"] for row in places} == {"split": "eu", "won": "fr"}


def test_credits_that_fall_short_of_one_are_scaled_and_add_up_exactly(acme: World):
    shares = acme.query("select * from marts.fct_deal_credits where deal_id = 'split' order by rep_id")
    assert [str(row["credited_amount"]) for row in shares] == ["33.3334", "33.3333", "33.3333"]
    assert [row["counts_deal"] for row in shares] == [True, False, False]


def test_a_deal_without_splits_is_its_owners(acme: World):
    row = acme.one("select * from marts.fct_deal_credits where deal_id = 'won'")
    assert (row["rep_id"], row["split_ratio"], row["is_default"]) == ("ana", 1, True)


def test_a_stage_is_left_when_the_next_is_entered_and_visits_are_numbered(acme: World):
    stages = acme.query(
        "select stage, visit_number, exited_at, duration_days from marts.fct_deal_stages order by entered_at"
    )
    assert [tuple(row.values()) for row in stages] == [
        ("Lead", 1, at(5, 10), 2),
        ("Offer", 1, at(7, 23, 30), 3),
        ("Lead", 2, at(13, 10), 5),
        ("Won", 1, None, 0),
    ]
