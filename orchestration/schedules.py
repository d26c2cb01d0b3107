"""When the night runs, and the alarm for a night that did not."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import timedelta

import dagster as dg

from daybook.config import Config
from orchestration.assets import PUBLISHED

GRACE_HOURS = 3
"""How long after its start a night may take before the publication counts as missed."""


def business_dates(config: Config) -> dg.DailyPartitionsDefinition:
    """One partition per business date, in the company's zone; today's may be run before it ends."""
    return dg.DailyPartitionsDefinition(
        start_date=config.schedule.start_on.isoformat(), timezone=config.company.timezone, end_offset=1
    )


def nightly_job() -> dg.UnresolvedAssetJobDefinition:
    """Everything, from the sources to the publication; partitioned as its assets are."""
    return dg.define_asset_job(
        "nightly",
        selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
        description="Takes every source in, audits, builds the warehouse and publishes what passed.",
    )


def nightly_schedule(config: Config, job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """After midnight in the company's zone, for the day that has just ended."""
    hour, minute = (int(part) for part in config.schedule.at.split(":"))

    @dg.schedule(
        name="nightly",
        job=job,
        cron_schedule=f"{minute} {hour} * * *",
        execution_timezone=config.company.timezone,
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        ended = context.scheduled_execution_time.astimezone(config.company.zone).date() - timedelta(days=1)
        return dg.RunRequest(run_key=ended.isoformat(), partition_key=ended.isoformat())

    return nightly


def missed_night_sensor(checks: Sequence[dg.AssetChecksDefinition]) -> dg.SensorDefinition:
    """Evaluates the alarm when its hour has come, also where no night runs that would."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.SupersessionWarning)
        return dg.build_sensor_for_freshness_checks(
            freshness_checks=checks,
            name="missed_night",
            default_status=dg.DefaultSensorStatus.RUNNING,
        )


def freshness_checks(config: Config) -> Sequence[dg.AssetChecksDefinition]:
    """Warns when yesterday's publication is missing hours after the night should have ended."""
    hour, minute = (int(part) for part in config.schedule.at.split(":"))
    with warnings.catch_warnings():
        # The policies that supersede these checks are per asset: a backfill of an old date turns them green.
        warnings.simplefilter("ignore", dg.SupersessionWarning)
        return dg.build_time_partition_freshness_checks(
            assets=[PUBLISHED],
            deadline_cron=f"{minute} {(hour + GRACE_HOURS) % 24} * * *",
            timezone=config.company.timezone,
        )
