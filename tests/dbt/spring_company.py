"""A company with targets, small enough to work out by hand: one spring, seen on 20 May 2026.

The fiscal year starts in April. April has 22 working days, May 20 (the 1st is a holiday) and June 22:
the quarter has 64, of which 35 have passed.
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from dbt_world import Row, World
from small_company import line, order

AS_OF = "2026-05-20"
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


def target(scope_id: str, period_type: str, start: date, amount: float, **columns: object) -> Row:
    """A net sales target of a rep, unless the columns say otherwise."""
    base = {
        "scope_type": "rep",
        "scope_id": scope_id,
        "metric": "net_sales",
        "period_type": period_type,
        "period_start_on": start,
        "plan_version": "plan",
        "target_amount": amount,
    }
    return base | columns


def spring_company(folder: Path) -> World:
    """The company, written but not built."""
    world = World(folder)
    _people(world)
    add_targets(world)
    add_sales(world)
    _deals(world)
    return world.write()


def _people(world: World) -> None:
    world.add(
        "teams",
        {"team_id": "sales", "team_name": "Sales"},
        {"team_id": "north", "team_name": "North", "parent_team_id": "sales"},
        {"team_id": "south", "team_name": "South", "parent_team_id": "sales"},
        source="crm",
    )
    world.add(
        "reps",
        {"rep_id": "ana", "rep_name": "Ana", "team_id": "north"},
        {"rep_id": "bo", "rep_name": "Bo", "team_id": "north"},
        {"rep_id": "cy", "rep_name": "Cy", "team_id": "south", "hired_on": date(2026, 5, 18)},
        {"rep_id": "di", "rep_name": "Di"},
        source="crm",
    )
    world.add(
        "identities",
        {"entity": "rep", "system": "planning", "external_id": "N-7", "internal_id": "di"},
        source="crm",
    )
    world.add(
        "territories",
        {"territory_id": "fr", "territory_name": "France"},
        {"territory_id": "paris", "territory_name": "Paris", "parent_territory_id": "fr"},
        source="crm",
    )
    world.add("products", {"product_id": "bike", "product_name": "Bike", "product_category": "Bikes"})
    world.add("holidays", {"calendar": "FR", "holiday_on": MAY, "holiday_name": "Labour Day"}, source="hr")


def add_targets(world: World) -> None:
    """Ana by month and quarter, bo changed in mid-May, di by a window of the company's own."""
    world.add(
        "targets",
        target("ana", "month", APRIL, 100),
        target("ana", "month", MAY, 100),
        target("ana", "quarter", APRIL, 330),
        target("bo", "quarter", APRIL, 100),
        target("bo", "quarter", APRIL, 130, plan_version="v2", effective_on=date(2026, 5, 15)),
        target("cy", "month", MAY, 0),
        target("cy", "month", MAY, 100, metric="bookings"),
        target("N-7", "custom", date(2026, 4, 10), 28000, metric="revenue", period_end_on=date(2026, 5, 5)),
        target("di", "month", APRIL, 10, metric="margin", currency_code="JPY"),
        target("ghost", "month", APRIL, 10, metric="units"),
        target("north", "month", MAY, 150, scope_type="team"),
        target("fr", "month", APRIL, 500, scope_type="territory"),
        target("Bikes", "week", date(2026, 6, 29), 100, scope_type="product_category"),
        target("Acme", "year", APRIL, 1000, scope_type="company", metric="deals_won"),
        target("Acme", "quarter", APRIL, 600, scope_type="company", metric="deals_won"),
        target("Acme", "month", APRIL, 700, scope_type="company", metric="deals_won"),
        source="planning",
    )


def add_sales(world: World) -> None:
    """Orders of April and May, some of nobody's."""
    for order_id, rep_id, day, amount in [
        ("o1", "ana", date(2026, 4, 15), 100),
        ("o2", "ana", date(2026, 5, 4), 60),
        ("o3", "bo", date(2026, 4, 2), 50),
        ("o4", "di", date(2026, 4, 9), 999),
        ("o5", "di", date(2026, 4, 10), 20000),
        ("o6", "di", date(2026, 5, 5), "2584.6955"),
        ("o7", "di", date(2026, 5, 6), 999),
        ("o8", None, date(2026, 5, 6), 7),
    ]:
        at = datetime.combine(day, time(10))
        territory = "paris" if rep_id == "ana" else None
        world.add("orders", order(order_id, at, rep_id=rep_id, territory_id=territory))
        world.add("order_lines", line(order_id, 1, at, amount, product_id="bike"))


def _deals(world: World) -> None:
    """Won, lost, split, unvalued, nobody's, and one that closes after the business date."""
    for deal_id, rep_id, stage, amount, created_on, closed_on in [
        ("d1", "ana", "Won", 100, date(2026, 4, 1), date(2026, 4, 11)),
        ("d2", "bo", "Lost", 300, date(2026, 4, 1), date(2026, 4, 20)),
        ("d3", "bo", "Won", 100, date(2026, 4, 1), date(2026, 4, 20)),
        ("d4", "ana", "Won", None, None, date(2026, 4, 30)),
        ("d5", "bo", "Won", 200, date(2026, 4, 4), date(2026, 5, 4)),
        ("d6", None, "Lost", 50, None, date(2026, 5, 5)),
        ("d7", "bo", "Won", 900, date(2026, 4, 1), date(2026, 6, 1)),
    ]:
        deal = {"deal_id": deal_id, "rep_id": rep_id, "stage": stage, "amount": amount}
        world.add("deals", deal | {"created_on": created_on, "closed_on": closed_on}, source="crm")
    world.add(
        "deal_splits",
        {"deal_id": "d5", "rep_id": "ana", "split_ratio": "0.6"},
        {"deal_id": "d5", "rep_id": "bo", "split_ratio": "0.4"},
        source="crm",
    )
