"""No leak is reported where nothing leaks: two hundred companies whose reps are all alike."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from dbt_world import Row, World, company

COMPANIES, REPS, DEALS_PER_REP = 200, 6, 40
STAGES = ["Lead", "Demo", "Offer"]
LOSSES = (0.4, 0.02, 0.05, 0.1)
"""Shares of deals lost at a stage, by company in turn: few losses differ more by chance."""
LEAKY = "company 200"
"""The one company where a rep does lose more than chance would: the test must be able to fail."""


@pytest.fixture(scope="module")
def companies(tmp_path_factory) -> World:
    """Every company is a funnel of its own with reps of its own; a year of deals, all of them decided."""
    names = [f"company {number}" for number in range(1, COMPANIES + 1)]
    kinds = [*((stage, "open") for stage in STAGES), ("Won", "won"), ("Lost", "lost")]
    funnel = [
        {"funnel": name, "stage": stage, "probability": 0.5, "kind": kind}
        for name in names
        for stage, kind in kinds
    ]
    world = World(tmp_path_factory.mktemp("companies"), company(funnel))
    reps = [f"{name} rep {number}" for name in names for number in range(REPS)]
    world.add("reps", *({"rep_id": rep, "rep_name": rep} for rep in reps), source="crm")
    draw = random.Random(20260522)
    for place, name in enumerate(names, 1):
        for number in range(REPS):
            loss = 0.85 if (name, number) == (LEAKY, 0) else LOSSES[place % len(LOSSES)]
            for deal in range(DEALS_PER_REP):
                rows = list(moves(draw, name, f"{name} rep {number}", f"{name}/{number}/{deal}", loss))
                world.add("deal_stage_changes", *rows, source="crm")
                world.add("deals", decided(rows, name), source="crm")
    return world.write().build("2026-05-20", select="+pipeline_leaks", command="run")


def moves(draw: random.Random, name: str, rep: str, deal: str, loss: float) -> Iterator[Row]:
    day = date(2025, 4, 1) + timedelta(days=draw.randrange(330))
    for stage in STAGES:
        yield {"deal_id": deal, "changed_at": at(day), "stage": stage, "rep_id": rep, "amount": 100}
        day += timedelta(days=draw.randint(1, 15))
        if draw.random() < loss:
            break
    else:
        yield {"deal_id": deal, "changed_at": at(day), "stage": "Won", "rep_id": rep, "amount": 100}
        return
    yield {"deal_id": deal, "changed_at": at(day), "stage": "Lost", "rep_id": rep, "amount": 100}


def at(day: date) -> datetime:
    return datetime.combine(day, time(10), UTC).replace(tzinfo=None)


def decided(rows: list[Row], name: str) -> Row:
    first, last = rows[0], rows[-1]
    return {
        "deal_id": last["deal_id"],
        "rep_id": last["rep_id"],
        "funnel": name,
        "stage": last["stage"],
        "amount": 100,
        "created_on": first["changed_at"].date(),
        "closed_on": last["changed_at"].date(),
    }


def test_of_two_hundred_companies_without_a_leak_hardly_one_is_told_of_one(companies):
    tested = companies.one("select count(*) as n from marts.pipeline_leaks where decided_deal_count >= 20")
    alarms = companies.query("select distinct funnel from marts.pipeline_leaks where is_leak")
    assert tested["n"] > COMPANIES * REPS
    false = [row["funnel"] for row in alarms if row["funnel"] != LEAKY]
    assert len(false) <= 2, "one company in a hundred"


def test_the_leak_that_is_there_is_told(companies):
    found = companies.query(
        "select distinct rep_id from marts.pipeline_leaks where is_leak and funnel = ?", LEAKY
    )
    assert [row["rep_id"] for row in found] == [f"{LEAKY} rep 0"]
