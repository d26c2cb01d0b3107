"""The code location: everything Dagster knows of a company."""

from __future__ import annotations

import dagster as dg

from daybook import settings
from daybook.home import Home
from orchestration import dbt
from orchestration.assets import (
    audit_checks,
    extract_asset,
    lake_assets,
    model_specs,
    published_asset,
    warehouse_assets,
)
from orchestration.resources import Desk, desk_resource
from orchestration.schedules import (
    business_dates,
    freshness_checks,
    missed_night_sensor,
    nightly_job,
    nightly_schedule,
)
from quality.company_file import load_company


def build_definitions(desk: Desk) -> dg.Definitions:
    """Assets, checks, job, schedule and alarm of one company."""
    config = desk.config
    dates = business_dates(config)
    models = model_specs(dbt.fresh_manifest(desk.home.dbt))
    job = nightly_job()
    alarms = freshness_checks(config)
    return dg.Definitions(
        assets=[
            *(extract_asset(source, dataset, dates) for source, dataset in config.tables()),
            lake_assets(config, dates),
            warehouse_assets(models, dates),
            published_asset(models, dates),
        ],
        asset_checks=[audit_checks(config), *alarms],
        jobs=[job],
        schedules=[nightly_schedule(config, job)],
        sensors=[missed_night_sensor(alarms)],
        resources={"desk": desk_resource(desk)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def definitions() -> dg.Definitions:
    """What ``dagster`` loads: the company of ``DAYBOOK_CONFIG``, in ``DAYBOOK_HOME``."""
    return build_definitions(Desk(load_company(settings.config_path()), Home(settings.home_root())))
