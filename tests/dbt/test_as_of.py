"""A night for an earlier business date tells what that day's night told."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from dbt_world import Row, World
from moving_company import DEALS, at, deal, look, move, moving_company, moving_company_as_told_on, on, plan

DAY = date(2026, 5, 5)
MARTS = [
    "daily_sales",
    "deal_register",
    "follow_up_queue",
    "forecast_accuracy",
    "lead_funnel",
    "lead_routing",
    "loss_reasons",
    "pipeline_daily",
    "pipeline_health",
    "pipeline_leaks",
    "pipeline_movement",
    "pipeline_paths",
    "rep_scorecard",
    "sales_forecast",
    "stage_conversion",
    "stage_duration",
    "team_scorecard",
    "win_rates",
]

LATER_DEALS = [
    deal("came later", "ana", "Lead", 1000, on(5, 6), on(5, 25)),
    deal("won later", "bo", "Won", 2000, on(5, 8), on(5, 20), closed_on=on(5, 18)),
    deal("told later", "cy", "Offer", 3000, on(5, 10), on(5, 29), probability=0.8),
]
LATER_MOVES = [
    move("won later", at(5, 8), "Lead", "bo", 1500, on(5, 20)),
    move("won later", at(5, 18), "Won", "bo", 2000, on(5, 20)),
    move("told later", at(5, 10), "Offer", "cy", 3000, on(5, 29)),
]
"""Deals that nobody knew of on the day."""

FIRM = deal("firm", "bo", "Offer", 400, on(4, 3), on(5, 30), probability=0.9)
FIRM_MOVES = [
    move("firm", at(4, 3), "Lead", "bo", 400, on(5, 30)) | {"probability": 0.2},
    move("firm", at(5, 12), "Offer", "bo", 400, on(5, 30)) | {"probability": 0.9},
]
LAPSED = deal(
    "lapsed",
    "cy",
    "Lost",
    600,
    on(4, 3),
    on(5, 30),
    closed_on=on(5, 14),
    probability=0.05,
    loss_reason="price",
    competitor="Rival",
)
LAPSED_MOVES = [
    move("lapsed", at(4, 3), "Lead", "cy", 600, on(5, 30)),
    move("lapsed", at(5, 14), "Lost", "cy", 600, on(5, 30)),
]

CORRECTED = deal("corrected", "ana", "Won", 70, on(4, 3), on(5, 30), closed_on=on(5, 12))
CORRECTED_MOVES = [
    move("corrected", at(4, 3), "Lead", "ana", 70, on(5, 30)),
    move("corrected", at(5, 2), "Lost", "ana", 70, on(5, 30)),
    move("corrected", at(5, 12), "Won", "ana", 70, on(5, 30)),
]
"""A deal that was lost by the day, and was won after all."""

EDITED = deal("edited", "cy", "Lead", 950, on(4, 3), on(6, 12))
EDITED_MOVE = move("edited", at(4, 3), "Lead", "ana", 500, on(5, 30))
EDITED_SEEN = look("edited", on(5, 9), "cy", 950, on(6, 12))
UNTOLD = deal("untold", "bo", "Lead", 130, on(4, 3), on(5, 30))
UNTOLD_MOVE = move("untold", at(4, 3), "Lead", None, None, None)
UNTOLD_SEEN = [
    look("untold", on(4, 20), "bo", 120, on(5, 30)),
    look("untold", on(5, 8), "bo", 130, on(5, 30)),
]
"""Deals that nobody moved, and whose move told nothing else; nights saw what had become of them."""

VALUED = [
    deal("valued by a move", "bo", "Offer", 5000, on(4, 3), on(5, 30)),
    deal("valued in between", "bo", "Lead", 450, on(4, 3), on(5, 30)),
]
UNVALUED_MOVES = [move(row["deal_id"], at(4, 3), "Lead", "bo", None, on(5, 30)) for row in VALUED]
VALUED_MOVE = move("valued by a move", at(5, 12), "Offer", "bo", 5000, on(5, 30))
VALUED_SEEN = look("valued in between", on(5, 9), "bo", 450, on(5, 30))
"""Deals that nobody had put a value on by the day."""

PLANNED = deal("planned", "bo", "Lead", 250, on(4, 3), on(5, 30))
PLANS_THEN = {"forecast_category": "commit", "rep_forecast_amount": 240, "next_action": "call"}
PLANS_NOW = {"forecast_category": "omitted", "rep_forecast_close_on": on(6, 3), "suspended_until": on(6, 1)}
SILENT = deal("silent", "bo", "Lead", 60, on(4, 3), on(5, 30))
"""Of the one deal the owner plans something else by now, of the other something at all."""
PROMISED = deal("promised", "cy", "Lead", 110, on(4, 3), on(5, 30))
PROMISE = {"forecast_category": "commit", "rep_forecast_amount": 90, "rep_forecast_close_on": on(4, 28)}
TAKEN_BACK = {"forecast_category": "omitted"}
"""A deal that its owner promised for April, until mid-April."""


TAKEN_OVER = deal("passed on after", "bo", "Won", 80, on(4, 3), on(5, 2), closed_on=on(5, 2))
TAKEN_OVER_MOVES = [
    move("passed on after", at(4, 3), "Lead", None, None, on(5, 2)),
    move("passed on after", at(5, 2), "Won", None, None, on(5, 2)),
]
TAKEN_OVER_SEEN = [
    look("passed on after", on(4, 4), "ana", 100, on(5, 2)),
    look("passed on after", on(5, 3), "ana", 100, on(5, 2)),
    look("passed on after", on(5, 9), "bo", 80, on(5, 2)),
]
"""A deal won by the day, whose owner and value were corrected since."""


SETTLED = [
    deal("settled", "ana", "Won", 700, on(1, 12), on(2, 20), closed_on=on(2, 20)),
    deal("given up", "bo", "Lost", 300, on(1, 12), on(3, 20), closed_on=on(3, 10)),
]
SETTLED_MOVES = [
    move("settled", at(1, 12), "Lead", "ana", 500, on(2, 15)),
    move("settled", at(1, 27), "Offer", "ana", 700, on(2, 20)),
    move("settled", at(2, 20), "Won", "ana", 700, on(2, 20)),
    move("given up", at(1, 12), "Lead", "bo", 300, on(3, 20)),
    move("given up", at(3, 10), "Lost", "bo", 300, on(3, 20)),
]
"""Deals from which forecasts learn, and by which they are judged."""


@pytest.fixture(scope="module")
def then_and_now(tmp_path_factory) -> tuple[World, World]:
    """The company built for a day, from what was told on it and from what is told two weeks later."""
    then = moving_company_as_told_on(tmp_path_factory.mktemp("then"), DAY)
    then.add("deals", FIRM | {"stage": "Lead", "probability": 0.2}, source="crm")
    then.add("deals", LAPSED | _not_lost, CORRECTED | {"stage": "Lost", "closed_on": on(5, 2)}, source="crm")
    told = {column: EDITED_MOVE[column] for column in ("rep_id", "amount", "expected_close_on")}
    then.add("deals", EDITED | told, UNTOLD | {"amount": 120}, source="crm")
    then.add("deal_observations", UNTOLD_SEEN[0], source="crm")
    then.add("deals", PLANNED | PLANS_THEN, SILENT, PROMISED | TAKEN_BACK, source="crm")
    then.add("deals", *(row | {"stage": "Lead", "amount": None} for row in VALUED), source="crm")
    then.add("deals", TAKEN_OVER | {"rep_id": "ana", "amount": 100}, source="crm")
    then.add("deal_observations", *TAKEN_OVER_SEEN[:2], source="crm")
    now = moving_company(tmp_path_factory.mktemp("now"))
    now.add("deals", FIRM, LAPSED, CORRECTED, EDITED, UNTOLD, TAKEN_OVER, *LATER_DEALS, source="crm")
    now.add("deal_observations", EDITED_SEEN, *UNTOLD_SEEN, *TAKEN_OVER_SEEN, source="crm")
    now.add("deals", *(row | PLANS_NOW for row in (PLANNED, SILENT, PROMISED)), *VALUED, source="crm")
    now.add("deal_stage_changes", VALUED_MOVE, source="crm")
    now.add("deal_observations", VALUED_SEEN, source="crm")
    now.add(
        "deal_plans",
        *(plan(name, on(5, 9), **PLANS_NOW) for name in ("planned", "silent", "promised")),
        source="crm",
    )
    now.add("deal_stage_changes", *FIRM_MOVES, *LAPSED_MOVES, *CORRECTED_MOVES, *LATER_MOVES, source="crm")
    then.add("deal_stage_changes", FIRM_MOVES[0], LAPSED_MOVES[0], *CORRECTED_MOVES[:2], source="crm")
    for world, is_now in ((then, False), (now, True)):
        world.add("deals", *SETTLED, source="crm")
        world.add("deal_plans", plan("planned", on(4, 3), **PLANS_THEN), source="crm")
        world.add("deal_plans", plan("promised", on(4, 3), **PROMISE), source="crm")
        world.add("deal_plans", plan("promised", on(4, 15), **TAKEN_BACK), source="crm")
        world.add("deal_stage_changes", EDITED_MOVE, UNTOLD_MOVE, *SETTLED_MOVES, source="crm")
        world.add("deal_stage_changes", *UNVALUED_MOVES, *TAKEN_OVER_MOVES, source="crm")
        _activities(world, is_now)
        _leads(world, is_now)
        world.loaded(DAY).write()
    select = " ".join(f"+{mart}" for mart in [*MARTS, "reconciliation"])
    options = ("--indirect-selection", "buildable")
    return tuple(world.build(DAY.isoformat(), select=select, options=options) for world in (then, now))


_not_lost = {"stage": "Lead", "closed_on": None, "probability": None, "loss_reason": None, "competitor": None}


def _activities(world: World, is_now: bool) -> None:
    """A call before the day, a meeting planned then and held since, and a call that nobody had planned."""
    held = at(5, 12) if is_now else None
    world.add(
        "activities",
        _activity("called", "stays", at(4, 20)),
        _activity("met", "stays", held, planned_on=on(5, 12)),
        _activity("met too late", "grown", held, planned_on=on(5, 7)),
        source="crm",
    )
    if is_now:
        world.add("activities", _activity("called since", "stays", at(5, 18)), source="crm")


def _activity(number: str, deal_id: str, when: datetime | None, **more: object) -> Row:
    done = {
        "activity_id": number,
        "activity_type": "meeting",
        "deal_id": deal_id,
        "is_done": when is not None,
    }
    return done | {"happened_at": when} | more


def _leads(world: World, is_now: bool) -> None:
    """One that waits, one answered and converted since, one nobody owns, one that came since."""
    since = {"first_response_at": at(5, 7), "converted_at": at(5, 9), "status": "converted"}
    working = {"status": "working"}
    rows = [
        _lead("waits", rep_id="ana", status="new"),
        _lead("converts", rep_id="bo") | (since if is_now else working),
        _lead("free") | (since if is_now else working),
        _lead("converted", rep_id="ana", status="converted", converted_at=at(4, 30), category="qualified"),
    ]
    world.add("leads", *rows, source="crm")
    if is_now:
        world.add("leads", _lead("came since", status="new") | {"created_at": at(5, 11)}, source="crm")


def _lead(lead_id: str, **more: object) -> Row:
    return {"lead_id": lead_id, "company_name": lead_id, "created_at": at(4, 28)} | more


@pytest.mark.parametrize("mart", MARTS)
def test_what_happened_later_changes_nothing(then_and_now, mart):
    then, now = (world.query(f"select * from marts.{mart} order by all") for world in then_and_now)
    assert now == then
    assert then


def test_promises_are_tried_out_as_nights_had_seen_them_by_each_weeks_end(then_and_now):
    _, now = then_and_now
    expected = now.query(
        """
        select origin_on, expected_amount from intermediate.int_forecast__made
        where scope_type = 'company' and period_type = 'month' and period_end_on = date '2026-04-30'
            and horizon = 'current' and forecast_method = 'rep_forecast'
        order by origin_on
        """
    )
    assert [tuple(row.values()) for row in expected] == [
        (on(4, 5), 90),
        (on(4, 12), 90),
        (on(4, 19), 0),
        (on(4, 26), 0),
    ]


def test_deals_that_are_not_yet_there_are_told_apart_and_not_lost(then_and_now):
    _, now = then_and_now
    assert now.value("select bool_and(is_reconciled) from marts.reconciliation")
    row = now.one("select * from marts.reconciliation where dataset = 'deals'")
    later = [row for row in [*DEALS, *LATER_DEALS] if row["created_on"] > DAY]
    assert later
    assert row["not_yet_row_count"] == len(later)
    assert row["not_yet_amount"] == sum(row["amount"] for row in later)
