"""Runs a night in this process through the Dagster job."""

from __future__ import annotations

import json
import shutil
from datetime import date

from daybook import settings
from daybook.config import Config
from daybook.durable import write_atomically
from daybook.home import Home
from orchestration.progress import Listener
from orchestration.records import NightRecord, read_record, remember_failed, remember_interrupted

INSTANCE_SETTINGS = """\
telemetry:
  enabled: false
nux:
  enabled: false
event_log_storage:
  module: orchestration.event_log
  class: OpenEventLog
  config:
    base_dir: {base_dir}
"""
INTERRUPTED = "UNEXPECTED_TERMINATION"
"""What Dagster calls a run that was stopped, other than from its page."""

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_night(
    config: Config,
    home: Home,
    business_on: date,
    listener: Listener,
    *,
    full_refresh: bool = False,
    backfill: bool = False,
    reload: frozenset[str] = frozenset(),
) -> NightRecord:
    """Run the nightly job for one business date; the caller holds the run lock.

    Does not raise for a night that fails or is interrupted: the record says where and why.
    """
    import dagster as dg

    from orchestration.definitions import build_definitions
    from orchestration.resources import Desk

    prepare_instance(home)
    desk = Desk(config, home, listener, full_refresh=full_refresh, backfill=backfill, reload=reload)
    job = build_definitions(desk).resolve_job_def("nightly")
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance,
            partition_key=business_on.isoformat(),
            run_config=QUIET,
            raise_on_error=False,
        )
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error is not None:
            listener.traced(event.step_failure_data.error.to_string())
    shutil.rmtree(home.dagster / "storage" / result.run_id, ignore_errors=True)
    night = desk.night(business_on, result.run_id)
    record = read_record(home, business_on)
    ends = [event.job_failure_data for event in result.all_events if event.is_job_failure]
    if any(end.failure_reason is not None and end.failure_reason.name == INTERRUPTED for end in ends):
        return remember_interrupted(night, desk.opened_at)
    if record is None or record.run_id != night.run_id:
        errors = [end.error.message.strip() for end in ends if end.error is not None]
        reason = errors[0] if errors else "the run could not start; see the Dagster page"
        return remember_failed(night, desk.opened_at, "run", reason)
    return record


def prepare_instance(home: Home) -> None:
    """Make the Dagster instance's folder and point the process to it."""
    instance_file = home.dagster / "dagster.yaml"
    if not instance_file.exists():
        base_dir = json.dumps(str(home.dagster / "history" / "runs"))
        write_atomically(instance_file, INSTANCE_SETTINGS.format(base_dir=base_dir))
    settings.use_dagster_home(home.dagster)
