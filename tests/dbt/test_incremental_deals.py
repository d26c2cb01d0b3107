"""A build of the stale deals leaves what a build of all deals would, night after night."""

from __future__ import annotations

import itertools
import shutil
from datetime import date, timedelta

import pytest
from dbt_world import FUNNEL, World
from deal_history import DEALS, FIRST_NIGHT, NIGHTS, changes_before, dollar, moved, put, spring, taken_back
from history import Change, History
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.depth import deep_only, times

TABLES = (
    "marts.fct_deals",
    "marts.fct_deal_stages",
    "intermediate.int_pipeline__states",
    "intermediate.int_pipeline__beginnings",
    "intermediate.int_pipeline__passages",
    "intermediate.int_pipeline__paths",
    "intermediate.int_pipeline__movements",
    "intermediate.int_people__closed_deals",
    "intermediate.int_forecast__open_deals",
    "marts.fct_deal_credits",
    "marts.deal_register",
    "marts.loss_reasons",
    "marts.pipeline_daily",
    "marts.pipeline_health",
    "marts.pipeline_movement",
    "marts.pipeline_paths",
    "marts.stage_conversion",
    "marts.stage_duration",
    "marts.win_rates",
)
MODELS = " ".join(f"+{table.partition('.')[2]}" for table in TABLES)
EXAMPLES = itertools.count()


@pytest.fixture(scope="module")
def first_deals(tmp_path_factory) -> World:
    """The spring's beginning, built as a whole."""
    world = spring().world(tmp_path_factory.mktemp("first_deals"))
    return world.build(str(FIRST_NIGHT), select=MODELS, command="run")


def next_night(last_night: World, before: History, after: History, night: date, **company: object) -> World:
    """The night built on top of the last one, found equal to the same night built from nothing."""
    folder = last_night.folder.parent / f"night_{next(EXAMPLES)}"
    increment, whole = after.world(folder / "increment"), after.world(folder / "whole")
    for world in (increment, whole):
        world.config = world.config.model_copy(update=company)
        world.write()
    shutil.copy(last_night.warehouse, increment.warehouse)
    months = after.months_changed_since(before)
    increment.build(str(night), changed_months=months, select=MODELS, command="run")
    whole.build(str(night), select=MODELS, command="run")
    for table in TABLES:
        assert increment.table(table) == whole.table(table), table
    return increment


def stale_deals(world: World) -> set[str]:
    return {
        row["deal_id"] for row in world.query("select deal_id from intermediate.int_pipeline__stale_deals")
    }


def changed(history: History, changes: list[Change]) -> History:
    after = history.copy()
    for change in changes:
        change(after)
    return after


@pytest.mark.slow
@settings(
    max_examples=times(1, deep=3),
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(several=st.tuples(*map(changes_before, NIGHTS)))
def test_increments_of_several_nights_equal_full_refreshes_row_for_row(first_deals, several):
    world, before = first_deals, spring()
    for night, changes in zip(NIGHTS, several, strict=True):
        after = changed(before, changes)
        world, before = next_night(world, before, after, night), after


@pytest.mark.slow
def test_only_the_deals_that_something_reaches_are_rebuilt(first_deals):
    before = spring()
    after = changed(
        before,
        [
            put("exchange_rates", dollar(date(2026, 3, 20), 0.5)),
            taken_back("deal-1", "deals"),
            moved("new", NIGHTS[0], 10, "Lead", "ana", 5, 20),
        ],
    )

    increment = next_night(first_deals, before, after, NIGHTS[0])

    still_open = {f"deal-{number}" for number in DEALS if number % 3 == 0}
    created_with_deal_1 = {f"deal-{number}" for number in range(6)}
    moved_with_the_new_one = {"deal-22", "deal-23", "new"}
    moved_at_the_new_rate = {"deal-13", "deal-17"}
    assert stale_deals(increment) == (
        still_open | created_with_deal_1 | moved_with_the_new_one | moved_at_the_new_rate
    )


@deep_only
@pytest.mark.slow
def test_days_pass_for_deals_that_stay_as_they_are(first_deals):
    before = spring()
    increment = next_night(first_deals, before, before.copy(), FIRST_NIGHT + timedelta(days=40))
    assert "deal-1" not in stale_deals(increment)


@pytest.mark.slow
def test_a_change_of_the_funnel_rebuilds_every_deal(first_deals):
    before = spring()
    funnel = [FUNNEL[1] | {"probability": 0.6}, FUNNEL[0], *FUNNEL[2:]]
    config = first_deals.config.model_validate(
        first_deals.config.model_dump(mode="json", by_alias=True) | {"funnel": funnel}
    )
    next_night(first_deals, before, before.copy(), FIRST_NIGHT, funnel=config.funnel)


@deep_only
@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"currency": "USD"}, id="currency"),
        pytest.param({"timezone": "America/New_York"}, id="timezone"),
        pytest.param({"fiscal_year_start": "02-01"}, id="fiscal_year"),
    ],
)
def test_a_company_that_counts_otherwise_rebuilds_what_that_reaches(first_deals, settings):
    before = spring()
    company = first_deals.config.company
    counted = type(company).model_validate(company.model_dump(mode="json", by_alias=True) | settings)
    next_night(first_deals, before, before.copy(), NIGHTS[0], company=counted)


@deep_only
@pytest.mark.slow
def test_an_older_calendar_counts_the_periods_of_all_movements_anew(first_deals):
    before = spring()
    after = changed(before, [moved("old", date(2012, 3, 1), 10, "Lead", "ana", 5, 20)])
    next_night(first_deals, before, after, NIGHTS[0])


@pytest.mark.slow
def test_an_earlier_business_date_is_told_as_it_was(first_deals):
    before = spring()
    next_night(first_deals, before, before.copy(), date(2026, 3, 1))
