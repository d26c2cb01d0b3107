"""Remembers how the last run of every business date ended, in ``runs/<date>.json``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from daybook.durable import write_atomically
from daybook.home import Home
from orchestration.night import Night, read_extracted
from reporting.staleness import mark_stale
from reporting.versions import current_publication


class Failure(BaseModel):
    """A step that failed, and why, as a person should read it."""

    step: str
    error: str

    @property
    def headline(self) -> str:
        """The first line of the reason."""
        return self.error.strip().partition("\n")[0]


class NightRecord(BaseModel):
    """How the last run of a business date ended."""

    business_on: date
    run_id: str
    started_at: datetime
    ended_at: datetime
    outcome: Literal["published", "failed", "interrupted"]
    failures: list[Failure] = []
    rows_read: int = 0
    rows_quarantined: int = 0
    publication: str | None = None
    unsent: str | None = None
    """Why digests of the publication were not sent."""

    @property
    def published(self) -> bool:
        """Whether this run published."""
        return self.outcome == "published"


def remember_published(night: Night, started_at: datetime) -> NightRecord:
    """Keep that a run has published."""
    publication = current_publication(night.home)
    record = _record(night, started_at).model_copy(
        update={"publication": publication.name if publication else None}
    )
    return _keep(night.home, record)


def remember_unsent(night: Night, reason: str) -> None:
    """Keep that a run has published and could not send its digests."""
    record = read_record(night.home, night.business_on)
    if record is not None and record.run_id == night.run_id:
        _keep(night.home, record.model_copy(update={"unsent": reason}))


def remember_failed(night: Night, started_at: datetime, step: str, error: str) -> NightRecord:
    """Keep where and why a run has failed, and tell the readers of the last publication.

    Several tables may fail in one run: each adds its own failure.
    """
    failures = [*_failures_so_far(night), Failure(step=step, error=error)]
    return _keep_unpublished(night, started_at, "failed", failures)


def remember_interrupted(night: Night, started_at: datetime) -> NightRecord:
    """Keep that somebody has stopped a run, in place of what the stop made its steps say."""
    stop = Failure(step="run", error="interrupted; nothing has changed; run it again")
    return _keep_unpublished(night, started_at, "interrupted", [stop])


def read_record(home: Home, business_on: date) -> NightRecord | None:
    """How the last run of a business date ended; None where none has."""
    try:
        return NightRecord.model_validate_json(record_file(home, business_on).read_bytes())
    except FileNotFoundError:
        return None


def list_records(home: Home) -> list[NightRecord]:
    """All records, newest business date first."""
    files = sorted(home.runs.glob("*.json"), reverse=True)
    return [NightRecord.model_validate_json(file.read_bytes()) for file in files]


def record_file(home: Home, business_on: date) -> Path:
    """Where the record of a business date is kept."""
    return home.runs / f"{business_on}.json"


def _keep_unpublished(
    night: Night, started_at: datetime, outcome: Literal["failed", "interrupted"], failures: list[Failure]
) -> NightRecord:
    record = _record(night, started_at).model_copy(update={"outcome": outcome, "failures": failures})
    reasons = [f"{failure.step}: {failure.error}" for failure in failures]
    mark_stale(night.home, night.business_on, night.run_id, record.ended_at, reasons)
    return _keep(night.home, record)


def _failures_so_far(night: Night) -> list[Failure]:
    record = read_record(night.home, night.business_on)
    return record.failures if record is not None and record.run_id == night.run_id else []


def _record(night: Night, started_at: datetime) -> NightRecord:
    summaries = [e.summary for e in read_extracted(night.home, night.business_on) if e.summary is not None]
    return NightRecord(
        business_on=night.business_on,
        run_id=night.run_id,
        started_at=started_at,
        ended_at=datetime.now(UTC),
        outcome="published",
        rows_read=sum(summary.rows_read for summary in summaries),
        rows_quarantined=sum(summary.rows_quarantined for summary in summaries),
    )


def _keep(home: Home, record: NightRecord) -> NightRecord:
    write_atomically(record_file(home, record.business_on), record.model_dump_json(indent=2))
    return record
