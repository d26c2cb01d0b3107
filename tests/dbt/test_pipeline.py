"""The pipeline as it was on every past day, and how it moved."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from dbt_world import Row, World
from moving_company import AS_OF, MAY, at, deal, look, move, moving_company, on


@pytest.fixture(scope="module")
def moving(tmp_path_factory) -> World:
    """One deal for every way a deal can move in May 2026, seen on the 20th."""
    return moving_company(tmp_path_factory.mktemp("moving")).build(
        AS_OF,
        select="+pipeline_daily +pipeline_movement +stage_conversion +stage_duration +pipeline_paths",
        options=("--indirect-selection", "buildable"),
    )


def movement(world: World, scope_type: str, scope_id: str, period_type: str, start: date) -> Row:
    return world.one(
        """
        select * from marts.pipeline_movement
        where scope_type = ? and scope_id = ? and period_type = ? and period_start_on = ?
        """,
        scope_type,
        scope_id,
        period_type,
        start,
    )


def flows(row: Row, kind: str) -> dict[str, Decimal | int]:
    """The flows of a row that are not 0."""
    return {name.removesuffix(kind): value for name, value in row.items() if name.endswith(kind) and value}


def test_the_movement_of_a_month_names_every_way_a_deal_can_move(moving):
    may = movement(moving, "company", "company", "month", MAY)
    assert flows(may, "_amount") == {
        # stays, won, lost, duplicate, pushed, twice, grown, shrunk, taken over, overdue, dollars, untracked;
        # put off
        "start": 100 + 200 + 300 + 11 + 40 + 45 + 60 + 65 + 80 + 85 + 7 + 900 + 5 + 6 + 13,
        "new": 10,
        "pulled_in": 30,
        "closed_early": 20,
        "resumed": 14,
        "reopened": 90,
        "grown": 10 + 10,
        "shrunk": 15,
        "revalued": -100,
        "pushed": 40 + 45,
        "suspended": 13,
        "won": 210 + 20 + 6,
        "lost": 300,
        "discarded": 11,
        "end": 100 + 10 + 30 + 70 + 50 + 80 + 85 + 90 + 7 + 800 + 5 + 14,
    }


def test_deals_without_a_value_are_counted(moving):
    may = movement(moving, "company", "company", "month", MAY)
    assert flows(may, "_deal_count") == {
        "start": 16,
        "new": 1,
        "pulled_in": 1,
        "closed_early": 1,
        "resumed": 1,
        "reopened": 1,
        "pushed": 2,
        "suspended": 1,
        "won": 3,
        "lost": 1,
        "discarded": 1,
        "end": 13,
        "end_unvalued": 1,
    }


def test_a_deal_that_changes_hands_is_transferred_between_reps_and_within_a_team_not_at_all(moving):
    ana, bo = (movement(moving, "rep", rep, "month", MAY) for rep in ("ana", "bo"))
    north, south = (movement(moving, "team", team, "month", MAY) for team in ("north", "south"))
    assert (ana["transferred_amount"], ana["transferred_deal_count"]) == (-165, -2)
    assert (bo["start_amount"], bo["transferred_amount"], bo["end_amount"]) == (0, 80, 80)
    assert (north["transferred_amount"], south["transferred_amount"]) == (-85, 85)
    assert movement(moving, "company", "company", "month", MAY)["transferred_amount"] == 0


def test_the_last_sixth_of_a_period_makes_a_pushed_deal_a_slipped_one(moving):
    april = movement(moving, "rep", "cy", "month", on(4, 1))
    assert (april["pushed_amount"], april["slipped_amount"]) == (9, 8)


def test_a_deal_is_resumed_on_the_day_on_which_it_is_to_be_taken_up_again(moving):
    week, next_week = (movement(moving, "rep", "cy", "week", on(5, day)) for day in (4, 11))
    assert flows(week, "_deal_count") == {"resumed": 1, "end": 1}
    assert flows(next_week, "_deal_count") == {"start": 1, "end": 1}


def test_a_deal_that_came_and_went_within_a_period_moved_nothing(moving):
    quarter = movement(moving, "company", "company", "quarter", on(4, 1))
    assert (quarter["pushed_deal_count"], quarter["slipped_deal_count"]) == (0, 0)


def test_what_is_overdue_is_due_now(moving):
    week = movement(moving, "company", "company", "week", on(5, 18))
    assert (week["start_amount"], week["end_amount"], week["is_running"]) == (21, 21, True)


def test_nothing_that_happens_after_the_business_date_is_told(moving):
    assert moving.value("select max(pipeline_on) from marts.pipeline_daily") == on(5, 20)
    assert moving.value("select count(*) from intermediate.int_pipeline__states where deal_amount = 999") == 0


def standing(world: World, day: date, *columns: str) -> dict[tuple[str, str], tuple[object, ...]]:
    rows = world.query("select * from marts.pipeline_daily where pipeline_on = ?", day)
    return {(row["rep_id"], row["stage"]): tuple(row[column] for column in columns) for row in rows}


def test_every_past_day_stands_as_it_was(moving):
    columns = ("open_deal_count", "open_amount", "weighted_amount", "overdue_deal_count", "overdue_amount")
    assert standing(moving, on(3, 2), *columns)["ana", "Lead"] == (2, 97, Decimal("9.7"), 0, 0)
    assert standing(moving, on(4, 16), *columns)["ana", "Lead"][3:] == (1, 7)
    assert standing(moving, on(4, 16), "open_deal_count")["ana", "(unknown)"] == (1,)
    assert standing(moving, on(5, 14), "open_amount")["bo", "Lead"] == (80,)
    assert standing(moving, on(5, 20), "open_amount")["ana", "Offer"] == (70 + 50 + 90 + 800 + 5,)


def test_a_deal_without_a_value_is_counted_and_not_priced(moving):
    assert standing(moving, on(5, 20), "unvalued_deal_count")["ana", "Lead"] == (1,)


def test_the_running_month_agrees_with_the_days(moving):
    [row] = moving.query(
        "select sum(open_deal_count) as deals from marts.pipeline_daily where pipeline_on = '2026-05-20'"
    )
    assert row["deals"] == 18


def test_a_deal_that_its_crm_says_is_open_is_not_booked_whatever_its_last_move_tells(tmp_path):
    """Won in the history, and by its flags not closed: one deal of the pipeline, and of no bookings."""
    world = World(tmp_path)
    world.add("reps", {"rep_id": "ana", "rep_name": "Ana"}, source="crm")
    world.add("deals", deal("pending", "ana", "Won", 70, on(4, 1), on(5, 25), is_closed=False), source="crm")
    world.add(
        "deal_stage_changes",
        move("pending", at(4, 1), "Lead", "ana", 70, on(5, 25)),
        move("pending", at(5, 6), "Won", "ana", 70, on(5, 25)),
        source="crm",
    )
    world.write().build(
        AS_OF,
        select="+pipeline_daily +pipeline_movement +int_forecast__bookings",
        options=("--indirect-selection", "buildable"),
    )
    assert standing(world, on(5, 20), "open_deal_count", "open_amount") == {("ana", "Won"): (1, 70)}
    assert movement(world, "company", "company", "month", MAY)["won_deal_count"] == 0
    assert world.query("select * from intermediate.int_forecast__bookings") == []


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> World:
    """A deal with another owner, value and day without a move, and one whose CRM tells of no moves."""
    world = World(tmp_path_factory.mktemp("seen"))
    world.add("reps", {"rep_id": "ana", "rep_name": "Ana"}, {"rep_id": "bo", "rep_name": "Bo"}, source="crm")
    world.add("deals", deal("edited", "bo", "Lead", 90, on(4, 1), on(6, 10)), source="crm")
    world.add("deal_stage_changes", move("edited", at(4, 1), "Lead", "ana", 50, on(5, 25)), source="crm")
    world.add("deal_observations", look("edited", on(5, 12), "bo", 90, on(6, 10)), source="crm")
    world.add("deals", deal("untold", "ana", "Offer", 20, on(4, 1), on(5, 25)), source="shop")
    world.add(
        "deal_observations",
        look("untold", on(4, 20), "ana", None, on(5, 25), stage="Lead"),
        look("untold", on(5, 6), "ana", 20, on(5, 25), stage="Offer"),
        source="shop",
    )
    return (
        world.loaded(date.fromisoformat(AS_OF))
        .write()
        .build(
            AS_OF,
            select="+pipeline_daily +pipeline_movement +assert_open_deals_stand_as_last_told",
            options=("--indirect-selection", "buildable"),
        )
    )


def test_what_changed_without_a_move_changed_on_the_day_whose_night_saw_it(seen):
    columns = ("open_deal_count", "open_amount")
    assert standing(seen, on(5, 11), *columns) == {("ana", "Lead"): (1, 50), ("ana", "Offer"): (1, 20)}
    assert standing(seen, on(5, 12), *columns) == {("bo", "Lead"): (1, 90), ("ana", "Offer"): (1, 20)}
    may = movement(seen, "company", "company", "month", MAY)
    assert flows(may, "_amount") == {"start": 50, "grown": 20 + 40, "pushed": 90, "end": 20}


def test_a_deal_that_was_seen_without_a_value_had_none_though_it_has_one_now(seen):
    assert standing(seen, on(5, 5), "open_amount", "unvalued_deal_count")["ana", "Lead"] == (50, 1)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"amount": 91},
        {"amount": None},
        {"rep_id": "ana"},
        {"expected_close_on": on(6, 11)},
        {"probability": 0.3},
    ],
)
def test_a_night_that_overlooked_a_change_is_warned_of(tmp_path, otherwise):
    world = World(tmp_path)
    world.add("deals", deal("edited", "bo", "Lead", 90, on(4, 1), on(6, 10)) | otherwise, source="crm")
    world.add("deal_observations", look("edited", on(5, 12), "bo", 90, on(6, 10), stage="Lead"), source="crm")
    with pytest.raises(AssertionError, match="assert_open_deals_stand_as_last_told"):
        world.loaded(date.fromisoformat(AS_OF)).write().build(
            AS_OF,
            select="+assert_open_deals_stand_as_last_told",
            options=("--indirect-selection", "empty", "--warn-error"),
        )


@pytest.fixture(scope="module")
def silent(tmp_path_factory) -> World:
    """Deals and leads that somebody should turn to, or need not."""
    world = World(tmp_path_factory.mktemp("silent"))
    world.add("reps", {"rep_id": "ana", "rep_name": "Ana"}, source="crm")
    world.add("accounts", {"account_id": "acier", "account_name": "Acier", "industry": "Steel"}, source="crm")
    world.add(
        "contacts",
        {"contact_id": "c1", "contact_name": "Claire", "job_title": "Buyer", "decision_role": "user"},
        source="crm",
    )
    world.add(
        "deal_contacts",
        {"deal_id": "week", "contact_id": "c1", "decision_role": "decider", "is_primary": True},
        source="crm",
    )
    world.add(
        "deals",
        deal("won", "ana", "Won", 500, on(1, 5), on(2, 1), closed_on=on(2, 1), account_id="acier"),
        deal(
            "week",
            "ana",
            "Offer",
            1000,
            on(4, 1),
            on(5, 10),
            account_id="acier",
            probability=0.25,
            next_action="send offer",
            next_action_due_on=on(5, 19),
        ),
        deal("four days", "ana", "Lead", 2000, on(5, 1), on(6, 10), next_action="call"),
        deal("rests", "ana", "Lead", 3000, on(1, 1), on(6, 10), suspended_until=on(6, 1)),
        deal("never", "ana", "Lead", None, on(5, 10), on(6, 10)),
        source="crm",
    )
    world.add(
        "deal_stage_changes",
        move("week", at(4, 1), "Lead", "ana", 1000, on(5, 10)),
        move("week", at(4, 11), "Offer", "ana", 1000, on(5, 10)),
        source="crm",
    )
    world.add(
        "activities",
        activity("1", "call", at(5, 13), deal_id="week"),
        activity("2", "task", at(5, 19), deal_id="week"),
        activity("3", "email", at(5, 16), deal_id="four days"),
        activity("4", "meeting", None, deal_id="four days", planned_on=on(5, 25)),
        activity("5", "call", at(5, 18), lead_id="answered"),
        activity("6", "call", at(5, 25), deal_id="week"),
        activity("7", "email", at(5, 14), lead_id="wrote", direction="inbound"),
        source="crm",
    )
    world.add(
        "leads",
        {"lead_id": "answered", "created_at": at(5, 2), "first_response_at": at(5, 3), "rep_id": "ana"},
        {"lead_id": "waiting", "created_at": at(5, 15), "company_name": "Bois"},
        {"lead_id": "wrote", "created_at": at(5, 14)},
        {"lead_id": "done", "created_at": at(5, 1), "status": "closed"},
        {"lead_id": "converted", "created_at": at(5, 1), "converted_at": at(5, 2), "status": "converted"},
        source="crm",
    )
    return world.write().build(
        AS_OF, select="+deal_register +follow_up_queue", options=("--indirect-selection", "buildable")
    )


def activity(number: str, kind: str, when: datetime | None, **of) -> Row:
    return {
        "activity_id": number,
        "activity_type": kind,
        "happened_at": when,
        "is_done": when is not None,
    } | of


def test_a_week_of_silence_comes_before_four_days(silent):
    queue = silent.query("select item_id, silent_days, reason from marts.follow_up_queue order by queue_rank")
    assert [tuple(row.values()) for row in queue] == [
        ("never", 10, "never contacted"),
        ("week", 7, "next action overdue"),
        ("wrote", 6, "never contacted"),
        ("waiting", 5, "never contacted"),
        ("four days", 4, "silent"),
        ("answered", 2, "nothing planned"),
    ]


def test_the_sales_report_has_a_line_for_every_deal(silent):
    week = silent.one("select * from marts.deal_register where deal_id = 'week'")
    assert (week["account_name"], week["industry"], week["contact_name"]) == ("Acier", "Steel", "Claire")
    assert (week["job_title"], week["decision_role"]) == ("Buyer", "decider")
    assert week["progress_ratio"] == Decimal("0.6666666667"), "second of two stages, three steps to the end"
    assert (week["expected_revenue_amount"], week["days_in_stage"], week["norm_days"]) == (250, 39, 30)
    flags = ("is_stalled", "is_overdue", "is_next_action_overdue", "is_suspended")
    assert [week[flag] for flag in flags] == [True, True, True, False]
    assert (week["earlier_won_deal_count"], week["earlier_won_amount"]) == (1, 500)
    won = silent.one("select * from marts.deal_register where deal_id = 'won'")
    assert (won["progress_ratio"], won["silent_days"], won["days_in_stage"]) == (1, None, None)
    assert silent.value("select is_suspended from marts.deal_register where deal_id = 'rests'") is True
