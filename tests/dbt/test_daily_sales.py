"""daily_sales of the small company, figure by figure, against what the definitions say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dbt_world import World

DAY = """
    select
        sum(order_count)::bigint as orders,
        sum(gross_sales_amount) as gross,
        sum(discount_amount) as discount,
        sum(refund_amount) as refund,
        sum(net_sales_amount) as net,
        sum(cost_amount) as cost,
        sum(margin_amount) as margin
    from marts.daily_sales
    where sales_on = ?
"""


def day(world: World, number: int) -> tuple[object, ...]:
    return tuple(world.one(DAY, date(2026, 1, number)).values())


def money(*amounts: str | None) -> tuple[Decimal | None, ...]:
    return tuple(None if amount is None else Decimal(amount) for amount in amounts)


def test_gift_cards_shipping_and_tax_are_no_sales(acme: World):
    assert day(acme, 5) == (1, *money("200", "20", "0", "180", "120", "60"))


def test_a_sale_after_midnight_in_paris_belongs_to_the_next_day(acme: World):
    assert day(acme, 6) == (1, *money("45", "0", "0", "45", "18", "27"))


def test_an_order_counts_once_even_where_its_first_line_is_no_sale(acme: World):
    assert acme.value("select sum(order_count) from marts.daily_sales where rep_id = 'bo'") == 1


def test_test_orders_and_their_refunds_are_left_out(acme: World):
    assert acme.value("select count(*) from marts.daily_sales where gross_sales_amount > 900") == 0
    assert acme.value("select max(refund_amount) from marts.daily_sales") < 900


def test_a_cancelled_order_is_a_sale_on_its_day_and_taken_back_on_the_day_of_cancellation(acme: World):
    sale = acme.one("select * from marts.daily_sales where sales_on = '2026-01-10'")
    assert (sale["order_count"], sale["net_sales_amount"]) == (1, Decimal(100))
    back = acme.one(
        "select * from marts.daily_sales where sales_on = '2026-01-20' and product_category = 'Bikes'"
    )
    assert (back["order_count"], back["unit_count"]) == (-1, -1)
    assert (back["gross_sales_amount"], back["cost_amount"]) == money("-100", "-60")


def test_a_cancelled_order_and_its_refunds_come_to_nothing(acme: World):
    total = acme.one(
        """
        select sum(order_count)::bigint as orders, sum(net_sales_amount) as net, sum(margin_amount) as margin
        from marts.daily_sales where rep_id = '(none)' and product_category = 'Bikes' and deals_won_count = 0
        """
    )
    assert tuple(total.values()) == (0, 0, 0)


def test_an_order_cancelled_without_a_date_is_taken_back_on_its_own_day(acme: World):
    assert day(acme, 11) == (0, *money("0", "0", "0", "0", "0", "0"))


def test_a_line_in_a_currency_without_a_rate_is_counted_and_not_priced(acme: World):
    row = acme.one("select * from marts.daily_sales where sales_on = '2026-01-12'")
    assert (row["order_count"], row["unit_count"], row["unpriced_count"]) == (1, 3, 1)
    assert (row["net_sales_amount"], row["margin_amount"]) == money("0", None)


def test_discrepancies_are_sales_without_units(acme: World):
    row = acme.one(
        "select * from marts.daily_sales where sales_on = '2026-01-14' and product_category = '(none)'"
    )
    assert (row["net_sales_amount"], row["unit_count"]) == (Decimal("-1.5"), 0)


def test_a_refund_counts_on_the_day_it_was_made_and_goods_that_come_back_give_their_cost_back(acme: World):
    assert day(acme, 22) == (0, *money("0", "0", "45", "-45", "-60", "15"))


def test_a_refund_takes_the_rate_of_its_own_day(acme: World):
    row = acme.one("select * from marts.daily_sales where sales_on = '2026-01-16' and rep_id = 'bo'")
    assert row["refund_amount"] == Decimal(8)


def test_a_refund_of_a_whole_order_names_neither_category_nor_stream(acme: World):
    row = acme.one("select * from marts.daily_sales where sales_on = '2026-01-23'")
    keys = (row["rep_id"], row["channel"], row["revenue_stream"], row["product_category"])
    assert keys == ("ana", "field", "(none)", "(none)")
    assert (row["net_sales_amount"], row["margin_amount"]) == money("-4", "-4")


def test_sales_without_a_known_cost_give_no_margin_and_their_refunds_take_none(acme: World):
    rows = acme.query("select * from marts.daily_sales where rep_id = 'r9' or sales_on = '2026-01-24'")
    assert [row["margin_amount"] for row in rows] == [None, None]


def test_the_revenue_stream_is_the_lines_else_the_products_else_one_off(acme: World):
    streams = acme.query(
        """
        select revenue_stream, sum(gross_sales_amount) as gross from marts.daily_sales
        where gross_sales_amount <> 0 group by all order by all
        """
    )
    assert streams == [
        {"revenue_stream": "contractual", "gross": Decimal("26.6666")},
        {"revenue_stream": "one_off", "gross": Decimal("419.5")},
        {"revenue_stream": "recurring", "gross": Decimal(45)},
    ]


def test_an_id_of_another_system_is_the_rep_it_stands_for(acme: World):
    row = acme.one("select * from marts.daily_sales where sales_on = '2026-01-17'")
    assert (row["rep_id"], row["net_sales_amount"], row["margin_amount"]) == ("ana", *money("44", "33"))


def test_bookings_fall_on_the_day_won_and_follow_the_splits(acme: World):
    booked = acme.query(
        """
        select sales_on, rep_id, sum(deals_won_count)::bigint as won, sum(booking_amount) as booked
        from marts.daily_sales group by all having won > 0 or booked > 0 order by all
        """
    )
    assert [tuple(row.values()) for row in booked] == [
        (date(2026, 1, 9), "ana", 1, Decimal("33.3334")),
        (date(2026, 1, 9), "bo", 0, Decimal("33.3333")),
        (date(2026, 1, 9), "cy", 0, Decimal("33.3333")),
        (date(2026, 1, 13), "bo", 1, Decimal(18)),
        (date(2026, 1, 30), "(none)", 1, Decimal(0)),
        (date(2026, 1, 31), "ana", 1, Decimal(1000)),
    ]


def test_every_group_by_adds_up_to_the_same_total(acme: World):
    grouped = "select sum(net_sales_amount) as net from marts.daily_sales group by"
    keys = ("sales_on", "rep_id", "territory_id", "channel", "revenue_stream", "product_category")
    totals = {acme.value(f"select sum(net) from ({grouped} {key})") for key in keys}
    assert totals == {Decimal("411.1666")}


def test_average_order_value_divides_sales_by_orders_not_by_lines(acme: World):
    row = acme.one("select * from marts.daily_sales_summary where sales_on = '2026-01-06'")
    assert row["average_order_amount"] == Decimal(45)
    quiet = acme.one("select * from marts.daily_sales_summary where sales_on = '2026-01-07'")
    assert quiet["average_order_amount"] is None
