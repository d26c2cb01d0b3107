"""A build of the changed months leaves what a build of everything would."""

from __future__ import annotations

import itertools
import shutil

import pytest
from dbt_world import World
from history import AS_OF, History, beginning, changed, changes, identity, instant, product, rate, sold
from hypothesis import HealthCheck, Phase, given, settings
from small_company import order, refund

from tests.depth import times

TABLES = (
    "intermediate.int_orders",
    "intermediate.int_daily_order_lines",
    "intermediate.int_monthly_product_lines",
    "marts.fct_order_lines",
    "marts.fct_refunds",
    "marts.daily_sales",
    "marts.product_sales",
)
MODELS = "+daily_sales +product_sales"
EXAMPLES = itertools.count()


@pytest.fixture(scope="module")
def first_night(tmp_path_factory) -> World:
    """The history's beginning, built as a whole."""
    world = beginning().world(tmp_path_factory.mktemp("first_night"))
    return world.build(AS_OF, select=MODELS, command="run")


def next_night(first_night: World, before: History, after: History) -> tuple[World, World]:
    """The changed history, built on top of the warehouse before and from nothing."""
    folder = first_night.folder.parent / f"next_night_{next(EXAMPLES)}"
    increment, whole = after.world(folder / "increment"), after.world(folder / "whole")
    shutil.copy(first_night.warehouse, increment.warehouse)
    months = after.months_changed_since(before)
    increment.build(AS_OF, changed_months=months, select=MODELS, command="run")
    whole.build(AS_OF, select=MODELS, command="run")
    return increment, whole


@pytest.mark.slow
@settings(
    max_examples=times(2, deep=4),
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(several=changes())
def test_an_increment_equals_a_full_refresh_row_for_row(first_night, several):
    before = beginning()
    increment, whole = next_night(first_night, before, changed(before, several))
    for table in TABLES:
        assert increment.table(table) == whole.table(table), table


@pytest.mark.slow
def test_only_the_months_that_something_reaches_are_rebuilt(first_night):
    before = beginning()
    after = before.copy()
    february = instant(2011, 2, 10, 10)
    after.put("order_lines", sold(2010, 1, 2, instant(2010, 1, 15, 10), 51))
    after.put("orders", order("2011-o1", february, rep_id="2011-rep", currency_code="USD"))
    after.put("identities", identity(2012, "rep", "rep", "chief"))
    after.put("identities", identity(2013, "product", "bike", "trike"))
    after.put("products", product(2014, cost=11))
    after.put("exchange_rates", rate(2015, 3, 15, 0.6))
    after.put("refunds", refund("2016-r1", "2016-o1", 1, instant(2016, 2, 20, 10), 31))
    after.drop("order_lines", order_id="2017-o3")

    increment, whole = next_night(first_night, before, after)

    stale = increment.query(
        "select distinct lake_month from intermediate.int_stale_months order by lake_month"
    )
    assert [row["lake_month"] for row in stale] == [
        "2010-01",
        *("2011-01", "2011-02"),
        *("2012-01", "2012-02", "2012-03"),
        *("2013-01", "2013-02", "2013-03"),
        *("2014-01", "2014-02", "2014-03"),
        "2015-03",
        "2017-03",
    ]
    for table in TABLES:
        assert increment.table(table) == whole.table(table), table


@pytest.mark.slow
def test_a_new_currency_of_the_company_rebuilds_everything(first_night):
    before = beginning()
    increment, whole = (before.world(first_night.folder.parent / f"dollars_{name}") for name in "iw")
    for world in (increment, whole):
        world.config = world.config.model_copy(
            update={"company": world.config.company.model_copy(update={"currency": "USD"})}
        )
        world.write()
    shutil.copy(first_night.warehouse, increment.warehouse)
    increment.build(AS_OF, changed_months={}, select=MODELS, command="run")
    whole.build(AS_OF, select=MODELS, command="run")
    for table in TABLES:
        assert increment.table(table) == whole.table(table), table
