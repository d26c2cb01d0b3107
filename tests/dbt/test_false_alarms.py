"""No leak is told of where nothing leaks: two hundred companies whose reps are all alike, in both years."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from dbt_world import Row, World, company

from tests.depth import deep_only

pytestmark = pytest.mark.xdist_group("companies")

COMPANIES, REPS, DEALS_PER_REP = 200, 4, 80
STAGES = ["Lead", "Demo", "Offer"]
LOSSES = (0.4, 0.02, 0.05, 0.1)
"""Shares of deals lost at a stage, by company in turn: few losses differ more by chance."""
LEAKY = "company 200"
"""The one company where a rep does lose more than chance would: the test must be able to fail."""
WORSENED, WORSENED_ON = "company 199", date(2025, 4, 1)
"""Another where everybody does since a day, so that nobody is worse than the others."""
BUSINESS_DATE = date(2026, 3, 15)
FIRST_DAY, DAYS = date(2024, 4, 1), 700
LATELY = 12
"""Days before the business date to which all deals of one rep in every second company are begun."""


@pytest.fixture(scope="module")
def companies(tmp_path_factory) -> World:
    """Every company is a funnel of its own with reps of its own; two years of deals, nearly all decided."""
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
            for deal in range(DEALS_PER_REP):
                begun_on = FIRST_DAY + timedelta(days=draw.randrange(DAYS))
                if place % 2 and number == REPS - 1:
                    begun_on = BUSINESS_DATE - timedelta(days=draw.randrange(LATELY))
                loss = LOSSES[place % len(LOSSES)]
                if (name, number) == (LEAKY, 0):
                    loss = 0.85
                elif name == WORSENED and begun_on >= WORSENED_ON:
                    loss = 0.5
                rows = list(moves(draw, begun_on, f"{name} rep {number}", f"{name}/{number}/{deal}", loss))
                world.add("deal_stage_changes", *rows, source="crm")
                world.add("deals", decided(rows, name), source="crm")
    return world.write().build(str(BUSINESS_DATE), select="+pipeline_leaks", command="run")


def moves(draw: random.Random, day: date, rep: str, deal: str, loss: float) -> Iterator[Row]:
    """A deal that is lost sooner than it goes on: what is decided early looks worse than it is."""
    for stage in STAGES:
        yield {"deal_id": deal, "changed_at": at(day), "stage": stage, "rep_id": rep, "amount": 100}
        is_lost = draw.random() < loss
        day += timedelta(days=draw.randint(1, 8) if is_lost else draw.randint(5, 25))
        if is_lost:
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


@deep_only
def test_of_two_hundred_companies_without_a_leak_hardly_one_is_told_of_one(companies):
    tested = companies.one(
        """
        select
            count(*) filter (where others_judged_deal_count >= 20) as beside_others,
            count(*) filter (where own_past_judged_deal_count >= 20) as beside_own_past
        from marts.pipeline_leaks where judged_deal_count >= 20
        """
    )
    alarms = companies.query("select distinct funnel from marts.pipeline_leaks where is_leak")
    assert tested["beside_others"] > COMPANIES * REPS
    assert tested["beside_own_past"] > COMPANIES * REPS
    false = [row["funnel"] for row in alarms if row["funnel"] not in (LEAKY, WORSENED)]
    assert len(false) <= 2, "one company in a hundred"


def leaks(companies: World, name: str) -> set[tuple[str, str]]:
    rows = companies.query(
        "select distinct scope_id, compared_with from marts.pipeline_leaks where is_leak and funnel = ?", name
    )
    return {(row["scope_id"], row["compared_with"]) for row in rows}


def test_the_leak_that_is_there_is_told(companies):
    assert leaks(companies, LEAKY) == {(f"{LEAKY} rep 0", "others")}


def test_a_stage_at_which_everybody_loses_more_than_a_year_ago_is_told(companies):
    assert ("company", "own_past") in (found := leaks(companies, WORSENED))
    assert {compared_with for _, compared_with in found} == {"own_past"}
