"""Runs a night in this process through the Dagster job, and remembers how it ended."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from daybook import settings
from daybook.config import Config
from daybook.durable import write_atomically
from daybook.home import Home
from orchestration.night import read_extracted
from orchestration.progress import Listener
from reporting.staleness import mark_stale
from reporting.versions import current_publication

if TYPE_CHECKING:
    import dagster as dg

INSTANCE_SETTINGS = "telemetry:\n  enabled: false\n"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class NightRecord(BaseModel):
    """How the last run of a business date ended; kept in ``runs/<date>.json``."""

    business_on: date
    run_id: str
    started_at: datetime
    ended_at: datetime
    outcome: Literal["published", "failed"]
    failed_step: str | None = None
    error: str | None = None
    rows_read: int = 0
    rows_quarantined: int = 0
    publication: str | None = None

    @property
    def published(self) -> bool:
        """Whether this run published."""
        return self.outcome == "published"


def run_night(
    config: Config,
    home: Home,
    business_on: date,
    listener: Listener,
    *,
    full_refresh: bool = False,
    backfill: bool = False,
) -> NightRecord:
    """Run the nightly job for one business date; the caller holds the run lock.

    Does not raise for a night that fails: the record says where and why.
    """
    import dagster as dg

    from orchestration.definitions import build_definitions

    prepare_instance(home)
    started = datetime.now(UTC)
    definitions = build_definitions(config, home, listener, full_refresh=full_refresh, backfill=backfill)
    job = definitions.resolve_job_def("nightly")
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance,
            partition_key=business_on.isoformat(),
            run_config=QUIET,
            raise_on_error=False,
        )
    return _remember(home, business_on, started, result)


def prepare_instance(home: Home) -> None:
    """Make the Dagster instance's folder and point the process to it."""
    instance_file = home.dagster / "dagster.yaml"
    if not instance_file.exists():
        write_atomically(instance_file, INSTANCE_SETTINGS)
    settings.use_dagster_home(home.dagster)


def list_records(home: Home) -> list[NightRecord]:
    """All records, newest business date first."""
    files = sorted(home.runs.glob("*.json"), reverse=True)
    return [NightRecord.model_validate_json(file.read_text(encoding="utf-8")) for file in files]


def _remember(
    home: Home, business_on: date, started: datetime, result: dg.ExecuteInProcessResult
) -> NightRecord:
    step, error = _failure(result)
    if error is not None:
        mark_stale(home, business_on, result.run_id, datetime.now(UTC), [f"{step}: {error}"])
    summaries = [e.summary for e in read_extracted(home, business_on) if e.summary is not None]
    publication = current_publication(home) if result.success else None
    record = NightRecord(
        business_on=business_on,
        run_id=result.run_id,
        started_at=started,
        ended_at=datetime.now(UTC),
        outcome="published" if result.success else "failed",
        failed_step=step,
        error=error,
        rows_read=sum(summary.rows_read for summary in summaries),
        rows_quarantined=sum(summary.rows_quarantined for summary in summaries),
        publication=publication.name if publication else None,
    )
    write_atomically(home.runs / f"{business_on}.json", record.model_dump_json(indent=2))
    shutil.rmtree(home.dagster / "storage" / result.run_id, ignore_errors=True)
    return record


def _failure(result: dg.ExecuteInProcessResult) -> tuple[str | None, str | None]:
    """The first step that failed, and its error as a person should read it."""
    for event in result.get_step_failure_events() if not result.success else ():
        failure = event.step_failure_data
        told = failure.user_failure_data.description if failure.user_failure_data else None
        return event.step_key, told or (failure.error.to_string() if failure.error else "no reason given")
    return (None, None) if result.success else ("start", "the run could not start; see the Dagster page")
