"""What Dagster knows of a company."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import UTC, date, datetime

import dagster as dg
import pytest

from daybook import settings
from daybook.config import load_config
from daybook.home import Home
from orchestration.definitions import build_definitions
from orchestration.resources import Desk
from quality.contracts import load_contracts
from tests.orchestration.company import SmallCompany

pytestmark = pytest.mark.xdist_group("nights")


@pytest.fixture(scope="module")
def definitions(published_company: SmallCompany) -> dg.Definitions:
    return build_definitions(Desk(load_config(published_company.config), Home(published_company.home)))


def test_the_definitions_load(definitions):
    dg.Definitions.validate_loadable(definitions)


def test_what_the_dagster_page_loads_is_valid(published_company, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=settings.PROJECT_ROOT,
        env=settings.subprocess_environment(
            DAYBOOK_CONFIG=str(published_company.config),
            DAYBOOK_HOME=str(published_company.home),
            DAGSTER_HOME=str(tmp_path),
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_sensor_looks_for_a_missed_night(definitions):
    [sensor] = definitions.sensors
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_lineage_leads_from_source_to_publication_without_a_gap(definitions):
    graph = definitions.resolve_asset_graph()
    chain = [
        dg.AssetKey(["crm", "deals"]),
        dg.AssetKey(["lake", "deals"]),
        dg.AssetKey(["staging", "stg_crm__deals"]),
    ]
    for upstream, downstream in itertools.pairwise(chain):
        assert upstream in graph.get(downstream).parent_keys
    assert dg.AssetKey(["marts", "daily_sales"]) in graph.get(dg.AssetKey(["published", "sales"])).parent_keys


def test_models_are_grouped_by_their_layer(definitions):
    graph = definitions.resolve_asset_graph()
    groups = {
        layer: graph.get(dg.AssetKey([layer, model])).group_name
        for layer, model in (("staging", "stg_crm__deals"), ("marts", "daily_sales"))
    }
    assert groups == {"staging": "staging", "marts": "marts"}


def test_every_contract_is_an_asset_of_the_lake(definitions):
    keys = definitions.resolve_asset_graph().get_all_asset_keys()
    assert {dg.AssetKey(["lake", name]) for name in load_contracts()} <= keys


def test_every_staged_table_has_a_blocking_audit(definitions):
    graph = definitions.resolve_asset_graph()
    check = graph.get_check_spec(dg.AssetCheckKey(dg.AssetKey(["crm", "deals"]), "audit"))
    assert check.blocking


def test_the_schedule_runs_after_midnight_for_the_day_that_ended(definitions):
    schedule = definitions.resolve_schedule_def("nightly")
    assert schedule.execution_timezone == "Europe/Paris"
    # 00:30 UTC is 02:30 in Paris.
    context = dg.build_schedule_context(
        scheduled_execution_time=datetime(2026, 6, 4, 0, 30, tzinfo=UTC),
        repository_def=definitions.get_repository_def(),
    )
    request = schedule.evaluate_tick(context).run_requests[0]
    assert request.partition_key == date(2026, 6, 3).isoformat()


def test_the_publication_has_an_alarm_for_a_missed_night(definitions):
    checks = definitions.resolve_asset_graph().asset_check_keys
    assert any(key.asset_key == dg.AssetKey(["published", "sales"]) for key in checks)
