"""A company with one deal for every way a deal can move in May 2026, seen on the 20th."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path

from dbt_world import Row, World

AS_OF = "2026-05-20"
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def on(month: int, day: int) -> date:
    return date(2026, month, day)


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime.combine(on(month, day), time(hour))


def move(deal_id: str, when: datetime, stage: str, rep: str, amount: float | None, close: date | None) -> Row:
    return {
        "deal_id": deal_id,
        "changed_at": when,
        "stage": stage,
        "rep_id": rep,
        "amount": amount,
        "expected_close_on": close,
    }


def look(deal_id: str, day: date, rep: str | None, amount: float | None, close: date | None, **more) -> Row:
    """How a night saw a deal, at the end of its business date in Paris."""
    return {
        "deal_id": deal_id,
        "observed_at": datetime.combine(day, time(21, 59, 59)),
        "rep_id": rep,
        "amount": amount,
        "expected_close_on": close,
    } | more


def plan(deal_id: str, day: date, **plans: object) -> Row:
    """What a night saw an owner plan, at the end of its business date in Paris."""
    return {"deal_id": deal_id, "observed_at": datetime.combine(day, time(21, 59, 59))} | plans


def deal(
    deal_id: str, rep: str, stage: str, amount: float | None, created: date, close: date | None, **more
) -> Row:
    return {
        "deal_id": deal_id,
        "rep_id": rep,
        "stage": stage,
        "amount": amount,
        "created_on": created,
        "expected_close_on": close,
    } | more


DEALS = [
    deal("stays", "ana", "Lead", 100, on(4, 1), on(5, 25)),
    deal("won", "ana", "Won", 210, on(4, 1), on(5, 25), closed_on=on(5, 6)),
    deal("lost", "ana", "Lost", 300, on(4, 1), on(5, 25), closed_on=on(5, 7)),
    deal("duplicate", "ana", "Duplicate", 11, on(4, 1), on(5, 25), closed_on=on(5, 7)),
    deal("new", "ana", "Lead", 10, on(5, 4), on(5, 28)),
    deal("won early", "ana", "Won", 20, on(4, 1), on(7, 30), closed_on=on(5, 8)),
    deal("pulled in", "ana", "Lead", 30, on(4, 1), on(5, 30)),
    deal("pushed", "ana", "Lead", 40, on(4, 1), on(6, 10)),
    deal("twice", "ana", "Lead", 45, on(4, 1), on(7, 1)),
    deal("grown", "ana", "Offer", 70, on(4, 1), on(5, 25)),
    deal("shrunk", "ana", "Offer", 50, on(4, 1), on(5, 25)),
    deal("taken over", "bo", "Lead", 80, on(4, 1), on(5, 25)),
    deal("far away", "cy", "Lead", 85, on(4, 1), on(5, 25)),
    deal("reopened", "ana", "Offer", 90, on(3, 1), on(5, 29)),
    deal("overdue", "ana", "Lead", 7, on(3, 1), on(4, 15)),
    deal("unvalued", "ana", "Lead", None, on(4, 1), on(5, 25)),
    deal("dollars", "ana", "Offer", 1000, on(4, 1), on(5, 25), currency_code="USD"),
    deal("untracked", "ana", "Offer", 5, on(4, 2), on(5, 25)),
    deal("untracked won", "ana", "Won", 6, on(4, 2), on(5, 25), closed_on=on(5, 5)),
    deal("slipped", "cy", "Lead", 8, on(3, 1), on(6, 30)),
    deal("just pushed", "cy", "Lead", 9, on(3, 1), on(6, 30)),
    deal("undated", "ana", "Won", 6, on(4, 2), on(5, 25)),
    deal("put off", "cy", "Lead", 13, on(4, 2), on(5, 25)),
    deal("taken up", "cy", "Lead", 14, on(4, 2), on(4, 28)),
]

MOVES = [
    move("stays", at(4, 1), "Lead", "ana", 100, on(5, 25)),
    move("won", at(4, 1), "Lead", "ana", 200, on(5, 25)),
    move("won", at(5, 6), "Won", "ana", 210, on(5, 25)),
    move("lost", at(4, 1), "Lead", "ana", 300, on(5, 25)),
    move("lost", at(5, 7), "Lost", "ana", 300, on(5, 25)),
    move("duplicate", at(4, 1), "Lead", "ana", 11, on(5, 25)),
    move("duplicate", at(5, 7), "Duplicate", "ana", 11, on(5, 25)),
    move("new", at(5, 4), "Lead", "ana", 10, on(5, 28)),
    move("won early", at(4, 1), "Lead", "ana", 20, on(7, 30)),
    move("won early", at(5, 8), "Won", "ana", 20, on(7, 30)),
    move("pulled in", at(4, 1), "Lead", "ana", 30, on(6, 30)),
    move("pulled in", at(5, 9), "Lead", "ana", 30, on(5, 30)),
    move("pushed", at(4, 1), "Lead", "ana", 40, on(5, 25)),
    move("pushed", at(5, 12), "Lead", "ana", 40, on(6, 10)),
    move("twice", at(4, 1), "Lead", "ana", 45, on(5, 25)),
    move("twice", at(5, 11), "Lead", "ana", 45, on(6, 10)),
    move("twice", at(5, 13), "Lead", "ana", 45, on(7, 1)),
    move("grown", at(4, 1), "Lead", "ana", 60, on(5, 25)),
    move("grown", at(5, 5), "Offer", "ana", 70, on(5, 25)),
    move("shrunk", at(4, 1), "Lead", "ana", 65, on(5, 25)),
    move("shrunk", at(5, 5), "Offer", "ana", 50, on(5, 25)),
    move("taken over", at(4, 1), "Lead", "ana", 80, on(5, 25)),
    move("taken over", at(5, 14), "Lead", "bo", 80, on(5, 25)),
    move("far away", at(4, 1), "Lead", "ana", 85, on(5, 25)),
    move("far away", at(5, 15), "Lead", "cy", 85, on(5, 25)),
    move("reopened", at(3, 1), "Lead", "ana", 90, on(4, 1)),
    move("reopened", at(4, 1), "Lost", "ana", 90, on(4, 1)),
    move("reopened", at(5, 6), "Offer", "ana", 90, on(5, 29)),
    move("overdue", at(3, 1), "Lead", "ana", 7, on(4, 15)),
    move("unvalued", at(4, 1), "Lead", "ana", None, on(5, 25)),
    move("dollars", at(4, 1), "Lead", "ana", 1000, on(5, 25)),
    move("dollars", at(5, 11), "Offer", "ana", 1000, on(5, 25)),
    move("slipped", at(3, 1), "Lead", "cy", 8, on(4, 28)),
    move("slipped", at(4, 25), "Lead", "cy", 8, on(6, 30)),
    move("just pushed", at(3, 1), "Lead", "cy", 9, on(4, 28)),
    move("just pushed", at(4, 24), "Lead", "cy", 9, on(6, 30)),
    move("stays", at(5, 21), "Offer", "ana", 999, on(5, 25)),
    move("put off", at(4, 2), "Lead", "cy", 13, on(5, 25)),
    move("taken up", at(4, 2), "Lead", "cy", 14, on(4, 28)),
]

PLANS = [
    plan("put off", on(5, 12), suspended_until=on(6, 15)),
    plan("taken up", on(4, 20), suspended_until=on(5, 10)),
]
"""What nights saw their owners plan."""


def moving_company(folder: Path) -> World:
    """The company as it is told on the 20th."""
    return _company(folder, DEALS, MOVES, PLANS)


def moving_company_as_told_on(folder: Path, day: date) -> World:
    """The company as its CRM told of it at the end of an earlier day."""
    moves = [row for row in MOVES if row["changed_at"].date() <= day]
    plans = [row for row in PLANS if row["observed_at"].date() <= day]
    deals = [_as_told(row, [m for m in moves if m["deal_id"] == row["deal_id"]]) for row in DEALS]
    return _company(folder, [row for row in deals if row["created_on"] <= day], moves, plans)


def _as_told(row: Row, moves: list[Row]) -> Row:
    """A deal as it stood after its last move; one without a move as it stands."""
    if not moves:
        return row
    last = max(moves, key=lambda move: move["changed_at"])
    closed_on = last["changed_at"].date() if last["stage"] in ("Won", "Lost", "Duplicate") else None
    told = {name: last[name] for name in ("stage", "rep_id", "amount", "expected_close_on")}
    return row | told | {"closed_on": closed_on}


def _company(folder: Path, deals: list[Row], moves: list[Row], plans: list[Row]) -> World:
    world = World(folder)
    world.add(
        "teams",
        {"team_id": "north", "team_name": "North"},
        {"team_id": "south", "team_name": "South"},
        source="crm",
    )
    world.add(
        "reps",
        {"rep_id": "ana", "rep_name": "Ana", "team_id": "north"},
        {"rep_id": "bo", "rep_name": "Bo", "team_id": "north"},
        {"rep_id": "cy", "rep_name": "Cy", "team_id": "south"},
        source="crm",
    )
    world.add(
        "exchange_rates",
        {"currency_code": "USD", "rate_on": on(1, 1), "rate": 0.9},
        {"currency_code": "USD", "rate_on": on(5, 10), "rate": 0.8},
        source="bank",
    )
    planned = {row["deal_id"]: {"suspended_until": row["suspended_until"]} for row in plans}
    world.add("deals", *(row | planned.get(row["deal_id"], {}) for row in deals), source="crm")
    world.add("deal_stage_changes", *moves, source="crm")
    world.add("deal_plans", *plans, source="crm")
    return world.write()
