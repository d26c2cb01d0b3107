"""Targets by day, their cascade, and what was reached of them, in a company worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from dbt_world import Row, World, company
from spring_company import APRIL, AS_OF, JUNE, MAY, target

QUARTER_END = date(2026, 6, 30)


def attainment(world: World, scope_id: str, period_type: str, start: date, **keys: object) -> Row:
    """The current row of a scope's net sales, unless the keys say otherwise."""
    wanted = {"metric": "net_sales", "is_current_plan": True} | keys
    conditions = " and ".join(f"{key} = ?" for key in wanted)
    return world.one(
        "select * from marts.target_attainment"
        f" where scope_id = ? and period_type = ? and period_start_on = ? and {conditions}",
        *(scope_id, period_type, start, *wanted.values()),
    )


def days(world: World, scope_id: str, plan_version: str = "plan") -> dict[date, Decimal]:
    rows = world.query(
        "select target_on, target_amount from marts.fct_targets_daily"
        " where scope_id = ? and metric = 'net_sales' and plan_version = ?",
        *(scope_id, plan_version),
    )
    return {row["target_on"]: row["target_amount"] for row in rows}


def test_a_month_is_spread_over_its_working_days_and_not_over_a_holiday(spring):
    may = {day: amount for day, amount in days(spring, "ana").items() if day.month == 5}
    assert len(may) == 31
    assert {day.day for day, amount in may.items() if amount == 0} == {1, 2, 3, 9, 10, 16, 17, 23, 24, 30, 31}
    assert {amount for amount in may.values() if amount} == {Decimal(5)}


def test_cents_that_do_not_divide_go_to_the_earliest_days(spring):
    paid = [amount for _, amount in sorted(days(spring, "bo").items()) if amount]
    assert paid == [Decimal("1.57")] * 16 + [Decimal("1.56")] * 48
    assert sum(paid) == 100


def test_a_quarter_keeps_its_total_beside_the_months_set_within_it(spring):
    assert attainment(spring, "ana", "month", JUNE)["target_amount"] == 130
    assert attainment(spring, "ana", "quarter", APRIL)["target_amount"] == 330


def test_a_week_that_crosses_a_month_gives_each_its_working_days(spring):
    june = attainment(spring, "Bikes", "month", JUNE)
    july = attainment(spring, "Bikes", "month", date(2026, 7, 1))
    assert (june["target_amount"], july["target_amount"]) == (40, 60)
    assert attainment(spring, "Bikes", "week", date(2026, 6, 29))["target_amount"] == 100


def test_months_that_exceed_their_quarter_and_year_are_shown_as_over_assignment(spring):
    found = spring.query(
        "select period_type, over_assignment_amount, finding from marts.target_register"
        " where metric = 'deals_won' order by target_amount"
    )
    assert [tuple(row.values()) for row in found] == [
        ("quarter", 100, "over_assigned"),
        ("month", 0, None),
        ("year", 0, None),
    ]
    quarter = attainment(spring, "company", "quarter", APRIL, metric="deals_won")
    year = attainment(spring, "company", "year", APRIL, metric="deals_won")
    assert (quarter["target_amount"], quarter["daily_target_amount"]) == (600, 700)
    assert (year["target_amount"], year["daily_target_amount"]) == (1000, 1000)


def test_a_quota_changed_within_the_quarter_holds_from_its_day_on(spring):
    plan = {"plan_version": "plan", "is_current_plan": False}
    before = attainment(spring, "bo", "quarter", APRIL, **plan)
    now = attainment(spring, "bo", "quarter", APRIL)
    assert (before["target_amount"], now["plan_version"]) == (100, "v2")
    # 31 working days of the plan (16 x 1.57 + 15 x 1.56), then 33 of 2.03
    assert now["target_amount"] == Decimal("48.52") + Decimal("66.99")
    assert now["target_to_date_amount"] == Decimal("48.52") + 4 * Decimal("2.03")
    assert attainment(spring, "bo", "month", APRIL)["plan_version"] == "plan"


def test_a_window_of_the_companys_own_is_attained_to_the_tenth_digit(spring):
    window = attainment(spring, "di", "custom", date(2026, 4, 10), metric="revenue")
    assert window["period_end_on"] == date(2026, 5, 5)
    assert (window["target_amount"], window["actual_amount"]) == (28000, Decimal("22584.6955"))
    assert (window["attainment_ratio"], window["status"]) == (Decimal("0.8065962679"), "missed")


def test_a_window_is_reported_for_everything_above_it_but_for_no_other_metric(spring):
    found = spring.query(
        "select scope_type, metric, target_origin from marts.target_attainment"
        " where period_type = 'custom' order by scope_type"
    )
    assert [tuple(row.values()) for row in found] == [
        ("company", "revenue", "rolled_up"),
        ("rep", "revenue", "own"),
        ("team", "revenue", "rolled_up"),
    ]


def test_a_team_without_a_target_has_the_sum_of_its_reps(spring):
    april = attainment(spring, "north", "month", APRIL)
    assert april["target_origin"] == "rolled_up"
    # ana's 100 and bo's first 22 days, 16 x 1.57 + 6 x 1.56
    assert april["target_amount"] == april["assigned_amount"] == Decimal("134.48")
    assert april["over_assignment_amount"] is None


def test_a_team_with_a_target_is_held_to_it_and_shows_what_is_not_handed_on(spring):
    may = attainment(spring, "north", "month", MAY)
    # ana's 100, bo's 9 x 1.56 of the plan and 11 x 2.03 of v2
    assert (may["target_origin"], may["target_amount"]) == ("own", 150)
    assert may["assigned_amount"] == Decimal("136.37")
    assert may["over_assignment_amount"] == Decimal("-13.63")


def test_the_company_adds_up_what_its_teams_answer_for(spring):
    quarter = attainment(spring, "company", "quarter", APRIL)
    # north: 134.48 in April, its own 150 in May, ana's 130 and bo's 22 x 2.03 in June
    assert quarter["target_amount"] == Decimal("134.48") + 150 + 130 + Decimal("44.66")
    assert quarter["target_origin"] == "rolled_up"


def test_a_target_of_zero_has_no_attainment(spring):
    may = attainment(spring, "cy", "month", MAY)
    assert (may["target_amount"], may["attainment_ratio"], may["status"]) == (0, None, "no_target")


def test_sales_without_a_target_appear_without_one(spring):
    may = attainment(spring, "di", "month", MAY)
    assert (may["plan_version"], may["target_amount"], may["attainment_ratio"]) == ("(none)", None, None)
    assert (may["actual_amount"], may["status"]) == (Decimal("3583.6955"), "no_target")


def test_a_target_without_sales_appears_with_0(spring):
    april = attainment(spring, "ghost", "month", APRIL, metric="units")
    assert (april["actual_amount"], april["attainment_ratio"], april["status"]) == (0, 0, "missed")


def test_a_territory_counts_what_is_sold_within_it(spring):
    april = attainment(spring, "fr", "month", APRIL)
    assert (april["actual_amount"], april["attainment_ratio"]) == (100, Decimal("0.2"))


def test_pace_projection_and_run_rate_count_in_working_days(spring):
    may = attainment(spring, "ana", "month", MAY)
    assert (may["working_day_count"], may["working_days_elapsed_count"]) == (20, 13)
    assert (may["target_to_date_amount"], may["variance_amount"]) == (65, -40)
    assert may["pace_ratio"] == round(Decimal(60) / 65, 10)
    assert may["projection_amount"] == round(Decimal(60) * 20 / 13, 4)
    assert may["required_run_rate_amount"] == round(Decimal(40) / 7, 4)
    assert may["status"] == "behind"


@pytest.mark.parametrize(
    ("scope_id", "start", "status", "required"),
    [
        ("ana", APRIL, "met", 0),
        ("ana", JUNE, "not_started", Decimal("5.9091")),
        ("bo", APRIL, "met", 0),
        ("fr", APRIL, "missed", None),
    ],
    ids=["just-met", "lies-ahead", "exceeded", "over-and-not-met"],
)
def test_a_period_says_how_it_stands(spring, scope_id, start, status, required):
    found = attainment(spring, scope_id, "month", start)
    assert (found["status"], found["required_run_rate_amount"]) == (status, required)


def test_before_the_first_working_day_nothing_can_be_projected(spring):
    assert attainment(spring, "ana", "month", JUNE)["projection_amount"] is None


def test_a_rep_hired_in_the_period_is_measured_beside_the_whole_target(spring):
    may = attainment(spring, "cy", "month", MAY, metric="bookings")
    assert (may["employed_ratio"], may["target_amount"]) == (Decimal("0.5"), 100)
    assert (may["target_prorated_amount"], may["attainment_prorated_ratio"]) == (50, 0)


@pytest.mark.parametrize(
    ("declared_scope_id", "scope_id", "finding"),
    [
        ("N-7", "di", None),
        ("ghost", "ghost", "unknown_scope"),
        ("Acme", "company", None),
        ("di", "di", "no_exchange_rate"),
    ],
    ids=["known-under-another-id", "unknown", "the-company", "unpriced"],
)
def test_the_register_keeps_every_target_with_what_became_of_it(spring, declared_scope_id, scope_id, finding):
    found = spring.query(
        "select scope_id, finding from marts.target_register where declared_scope_id = ?", declared_scope_id
    )
    assert {"scope_id": scope_id, "finding": finding} in found


def test_fiscal_years_start_in_april(spring):
    year = attainment(spring, "ana", "year", APRIL)
    assert year["period_end_on"] == date(2027, 3, 31)


def test_every_day_of_a_window_has_a_target_also_days_off(spring):
    every_day = [APRIL + timedelta(n) for n in range((QUARTER_END - APRIL).days + 1)]
    assert sorted(days(spring, "bo", "v2")) == every_day


def random_target(random: Random) -> Row:
    """Any kind of window, on the calendar or off it, of any amount and version."""
    scope_type, scope_id = random.choice(
        [("rep", f"r{random.randrange(60)}"), ("team", f"t{random.randrange(8)}"), ("company", "company")]
    )
    start = date(2025, 1, 1) + timedelta(random.randrange(800))
    kind = random.choice(["day", "week", "month", "quarter", "year", "custom", "custom"])
    columns = {"scope_type": scope_type, "plan_version": random.choice(["plan", "plan", "v2", "v3"])}
    if kind == "month":
        start = start.replace(day=1)
    if kind == "custom":
        columns["period_end_on"] = start + timedelta(random.choice([0, 3, 10, 40, 100, 400]))
    if columns["plan_version"] != "plan":
        columns["effective_on"] = start + timedelta(random.randrange(-20, 60))
    amount = random.choice([0, random.randrange(10**5), random.randrange(10**9) / 10**4])
    return target(scope_id, kind, start, amount, **columns)


@pytest.mark.slow
def test_random_plans_keep_every_sum(tmp_path):
    random = Random(7)
    world = World(tmp_path, company(fiscal_year_start="04-06"))
    for n in range(8):
        parent = f"t{random.randrange(n)}" if n > 2 else None
        world.add("teams", {"team_id": f"t{n}", "team_name": f"T{n}", "parent_team_id": parent})
    for n in range(50):
        team_id = random.choice([None, *(f"t{n}" for n in range(8))])
        world.add("reps", {"rep_id": f"r{n}", "rep_name": f"R{n}", "team_id": team_id})
    key = ("scope_type", "scope_id", "period_type", "period_start_on", "plan_version")
    targets = [random_target(random) for _ in range(1200)]
    world.add("targets", *{tuple(row[name] for name in key): row for row in targets}.values())
    world.write().build(AS_OF)  # runs the reconciliations of tests/targets and tests/people
    assert world.value("select count(*) from marts.fct_targets_daily where target_amount > 0") > 10_000
