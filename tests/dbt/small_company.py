"""A company small enough to work out by hand: one January of sales, one deal of each kind.

Money is in EUR, the day is that of Paris. One USD is worth 0.90 EUR from 1 January and 0.80 from
the 15th; nothing says what a GBP is worth.
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from dbt_world import Row, World

AS_OF = "2026-01-31"


def at(day: int, hour: int = 10, minute: int = 0, month: int = 1) -> datetime:
    """An instant of 2026, UTC; Paris is one hour ahead."""
    return datetime.combine(on(day, month), time(hour, minute))


def on(day: int, month: int = 1) -> date:
    return date(2026, month, day)


def order(order_id: str, ordered_at: datetime, **columns: object) -> Row:
    return {"order_id": order_id, "ordered_at": ordered_at, **columns}


def line(order_id: str, number: int, ordered_at: datetime, net: float, **columns: object) -> Row:
    key = {"order_id": order_id, "line_number": number}
    return key | {"ordered_at": ordered_at, "net_amount": net, "quantity": 1} | columns


def refund(
    refund_id: str, order_id: str, number: int | None, when: datetime, amount: float, **columns: object
) -> Row:
    of = {"refund_id": refund_id, "order_id": order_id, "line_number": number}
    return of | {"refunded_at": when, "amount": amount} | columns


def deal(deal_id: str, rep_id: str | None, stage: str, amount: float | None = None, **columns: object) -> Row:
    return {"deal_id": deal_id, "rep_id": rep_id, "stage": stage, "amount": amount} | columns


def small_company(folder: Path) -> World:
    """The company, written but not built."""
    world = World(folder)
    _people(world)
    _products(world)
    _orders(world)
    _refunds(world)
    _deals(world)
    return world.loaded(on(31)).write()


def _people(world: World) -> None:
    world.add(
        "teams",
        {"team_id": "sales", "team_name": "Sales"},
        {"team_id": "north", "team_name": "North", "parent_team_id": "sales", "lead_rep_id": "ana"},
        {"team_id": "south", "team_name": "South", "parent_team_id": "sales"},
        source="crm",
    )
    world.add(
        "reps",
        {"rep_id": "ana", "rep_name": "Ana", "team_id": "north", "territory_id": "fr"},
        {"rep_id": "bo", "rep_name": "Bo", "team_id": "south"},
        {"rep_id": "cy", "rep_name": "Cy", "team_id": "lost-team"},
        source="crm",
    )
    world.add(
        "territories",
        {"territory_id": "eu", "territory_name": "Europe"},
        {"territory_id": "fr", "territory_name": "France", "parent_territory_id": "eu"},
        source="crm",
    )
    also_known = {"entity": "rep", "system": "shop", "external_id": "17", "internal_id": "ana"}
    world.add("identities", also_known, source="crm")
    world.add("holidays", {"calendar": "FR", "holiday_on": on(1), "holiday_name": "New Year"}, source="hr")
    world.add("accounts", {"account_id": "a1", "account_name": "Acier", "industry": "Steel"}, source="crm")
    world.add(
        "customers",
        {"customer_id": "c1", "customer_name": "Claire", "account_id": "a1"},
        {"customer_id": "c2", "customer_name": "Carl", "industry": "Wood", "account_id": "a1"},
    )


def _products(world: World) -> None:
    world.add(
        "products",
        {"product_id": "bike", "product_name": "Bike", "product_category": "Bikes", "unit_cost_amount": 60},
        {
            "product_id": "care",
            "product_name": "Care plan",
            "product_category": "Services",
            "unit_cost_amount": 10,
            "currency_code": "USD",
            "revenue_stream": "recurring",
        },
        {"product_id": "bell", "product_name": "Bell", "product_category": "Parts"},
    )
    world.add(
        "exchange_rates",
        {"currency_code": "USD", "rate_on": on(1), "rate": 0.9},
        {"currency_code": "USD", "rate_on": on(15), "rate": 0.8},
        source="bank",
    )


def _orders(world: World) -> None:
    """Every way a line can count, be taken back, or be left out."""
    ana = {"rep_id": "ana", "territory_id": "fr", "channel": "field", "customer_id": "c1"}
    world.add(
        "orders",
        order("plain", at(5), **ana),
        order("night", at(5, 23, 30), rep_id="bo", channel="online", currency_code="USD"),
        order("test", at(6), is_test=True, **ana),
        order("cancelled", at(10), cancelled_at=at(20)),
        order("undated", at(11), status="cancelled", **ana),
        order("pounds", at(12), currency_code="GBP", **ana),
        order("rounded", at(14), **ana),
        order("strange", at(16), rep_id="r9", territory_id="t9", customer_id="c9", channel="field"),
        order("known", at(17), rep_id="17", channel="field"),
        order("priced", at(18), currency_code="USD", **ana),
    )
    world.add(
        "order_lines",
        line("plain", 1, at(5), 180, product_id="bike", quantity=2, discount_amount=20),
        line("plain", 2, at(5), 50, line_kind="gift_card"),
        line("plain", 3, at(5), 10, line_kind="shipping"),
        line("plain", 4, at(5), 38, line_kind="tax"),
        line("night", 1, at(5, 23, 30), 5, line_kind="shipping"),
        line("night", 2, at(5, 23, 30), 30, product_id="care"),
        line("night", 3, at(5, 23, 30), 20, product_id="care"),
        line("test", 1, at(6), 999, product_id="bike"),
        line("cancelled", 1, at(10), 100, product_id="bike"),
        line("undated", 1, at(11), 70, product_id="bike"),
        line("pounds", 1, at(12), 40, product_id="bell", quantity=3),
        line("rounded", 1, at(14), 90, product_id="bike"),
        line("rounded", 2, at(14), -1.5, line_kind="discrepancy"),
        line("strange", 1, at(16), 75, product_id="p9"),
        line("known", 1, at(17), 44, cost_amount=11),
        line("priced", 1, at(18), 33.3333, product_id="bell", cost_amount=10, revenue_stream="contractual"),
        line("orphan", 1, at(19, 23, 30), 12, product_id="bell"),
    )


def _refunds(world: World) -> None:
    world.add(
        "refunds",
        refund("bike back", "plain", 1, at(22), 45, quantity=1, cost_amount=60),
        refund("card back", "plain", 2, at(22), 50),
        refund("care back", "night", 2, at(16), 10),
        refund("test back", "test", 1, at(22), 999),
        refund("before cancelling", "cancelled", 1, at(15), 25),
        refund("after cancelling", "cancelled", 1, at(20, 12), 75),
        refund("all of it", "known", None, at(23), 4),
        refund("of nothing", "nowhere", None, at(24), 3),
    )


def _deals(world: World) -> None:
    lost = {"is_closed": True, "is_won": False}
    won = {"is_closed": True, "is_won": True}
    world.add(
        "deals",
        deal("won", "ana", "Won", 1000, created_on=on(1), closed_on=on(31), product_id="bike", **won),
        deal("split", "ana", "Won", 100, closed_on=on(9), territory_id="eu"),
        deal("lost", "bo", "Lost", 500, created_on=on(2), closed_on=on(12)),
        deal("flag lost", "bo", "Offer", closed_on=on(12), **lost),
        deal("open", "bo", "Offer", 10, currency_code="USD"),
        deal("moved", "bo", "Won", 20, currency_code="USD"),
        deal("undated", "bo", "Won", 7),
        deal("backwards", "bo", "Lost", created_on=on(9), closed_on=on(3)),
        deal("nobody's", None, "Won", 30, closed_on=on(30), currency_code="GBP"),
        source="crm",
    )
    world.add(
        "deal_splits",
        {"deal_id": "split", "rep_id": "ana", "split_ratio": "0.33333333"},
        {"deal_id": "split", "rep_id": "bo", "split_ratio": "0.33333333"},
        {"deal_id": "split", "rep_id": "cy", "split_ratio": "0.33333333"},
        source="crm",
    )
    world.add(
        "deal_stage_changes",
        {"deal_id": "moved", "changed_at": at(3), "stage": "Lead"},
        {"deal_id": "moved", "changed_at": at(5), "stage": "Offer"},
        {"deal_id": "moved", "changed_at": at(7, 23, 30), "stage": "Lead"},
        {"deal_id": "moved", "changed_at": at(13), "stage": "Won"},
        source="crm",
    )
