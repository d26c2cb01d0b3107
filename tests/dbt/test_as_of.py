"""A night for an earlier business date tells what that day's night told."""

from __future__ import annotations

from datetime import date

import pytest
from dbt_world import World
from moving_company import moving_company, moving_company_as_told_on

DAY = date(2026, 5, 5)
MARTS = [
    "daily_sales",
    "deal_register",
    "follow_up_queue",
    "forecast_accuracy",
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
]


@pytest.fixture(scope="module")
def then_and_now(tmp_path_factory) -> tuple[World, World]:
    """The company built for a day, from what was told on it and from what is told two weeks later."""
    then = moving_company_as_told_on(tmp_path_factory.mktemp("then"), DAY)
    now = moving_company(tmp_path_factory.mktemp("now"))
    select = " ".join(f"+{mart}" for mart in MARTS)
    options = ("--indirect-selection", "buildable")
    return tuple(world.build(DAY.isoformat(), select=select, options=options) for world in (then, now))


@pytest.mark.parametrize("mart", MARTS)
def test_what_happened_later_changes_nothing(then_and_now, mart):
    then, now = (world.query(f"select * from marts.{mart} order by all") for world in then_and_now)
    assert now == then
    if mart not in ("forecast_accuracy", "pipeline_leaks"):
        assert then
