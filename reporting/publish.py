"""Verify a built warehouse and publish it with its reports: no verdict, no publication.

The verdict is computed here, over exactly the file that readers will get, and the reports
are made from that file. Until the link swings nothing visible changes, and file and reports
swing in one step; killed anywhere, the next publication cleans up.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from daybook.config import Config
from daybook.errors import PublicationRefused, ReportsUnavailable, Where
from daybook.home import Home
from quality.results import CheckResult
from quality.verdict import decide
from reporting import versions
from reporting.copying import (
    CopiedTable,
    Copy,
    Workspace,
    copy_tables,
    open_workspace,
    storage_version,
    transaction,
    write_to_disk,
)
from reporting.meta_schema import write_content, write_verdict
from reporting.project import Project, read_project
from reporting.publication import Publication, PublicationContext, PublishedTable, SourceState
from reporting.quality_page import quality_page
from reporting.reports import build_reports
from reporting.staleness import mark_stale, remove_stale_mark
from reporting.verification import verify_context, verify_tables
from reporting.wording import counted

__all__ = ["Publication", "PublicationContext", "SourceState", "publish"]

SHOWN_CHECKS = 10


@dataclass(frozen=True)
class _Job:
    """Everything one publication is made from."""

    home: Home
    warehouse: Path
    config: Config
    context: PublicationContext
    project: Project
    previous: Publication | None


@dataclass(frozen=True)
class _Built:
    """A finished file that passed, not yet visible."""

    file: Path
    tables: tuple[PublishedTable, ...]
    checks: list[CheckResult]
    outcome: Literal["pass", "pass_with_warnings"]
    storage_version: str


def publish(
    home: Home, candidate_warehouse: Path, config: Config, context: PublicationContext
) -> Publication:
    """Copy the marts of a warehouse into a new file, judge it, and point readers to it and its reports.

    The same content under the same business date and run is published once: a second
    call points readers to what is there.

    Args:
        home: where publications live; the caller holds its run lock.
        candidate_warehouse: the file dbt built; read, never written.
        config: what is published, and how much of it is kept.
        context: what is known of the run.

    Returns:
        What readers have from now on.

    Raises:
        PublicationRefused: the verdict is a failure, the file or its reports could not be
            made, or another content was published under this business date and run. Readers
            keep what they had, and ``STALE.json`` tells them so.
    """
    try:
        home.published.mkdir(parents=True, exist_ok=True)
        versions.remove_leftovers(home)
        publication = _publish(home, candidate_warehouse, config, context)
    except PublicationRefused as error:
        _give_up(home, context, error)
        raise
    except (duckdb.Error, OSError) as error:
        refusal = PublicationRefused(
            f"The publication of {context.business_on} could not be written: {error}.",
            remedy="free disk space or mend the file named, then publish again.",
            where=Where(file=str(home.published)),
        )
        _give_up(home, context, refusal)
        raise refusal from error
    # Readers have it by now: what cannot be cleared away tonight is left to the next night.
    with suppress(OSError):
        remove_stale_mark(home, context.business_on)
        versions.prune(home, config.publish.keep)
    return publication


def _publish(home: Home, warehouse: Path, config: Config, context: PublicationContext) -> Publication:
    job = _Job(
        home=home,
        warehouse=warehouse,
        config=config,
        context=context,
        project=read_project(context.manifest),
        previous=versions.current_publication(home),
    )
    built = _build(job)
    publication = _describe(job, built)
    existing = versions.find(home, publication.publication_id)
    if existing is not None and not existing.has_content_of(publication):
        raise PublicationRefused(
            f"The publication {existing.publication_id} is there already, with other content.",
            remedy="publish under a new run; a version is never rewritten.",
            where=Where(file=str(existing.path)),
        )
    if existing is not None and versions.damaged_part(existing) is None:
        return versions.rollback(home, existing.publication_id)
    page = quality_page(publication, context.sources, built.checks, job.previous)
    versions.expose(home, versions.Finished(built.file, page, _build_reports(job, built)), publication)
    return publication


def _build(job: _Job) -> _Built:
    """Make the file with its verdict inside.

    Raises:
        PublicationRefused: the verdict is a failure.
    """
    folder = versions.building(job.home)
    folder.mkdir()
    file = folder / job.home.pointer.name
    with open_workspace(job.warehouse, file, spill=folder / "spill") as workspace:
        connection = workspace.connection
        copy = copy_tables(
            connection,
            warehouse=job.warehouse.stem,
            tables=[
                table for table in job.project.tables if table.kind != "fact" or job.config.publish.facts
            ],
            described=frozenset(table.name for table in job.project.tables),
            allow_personal=job.config.publish.allow_personal,
        )
        write_to_disk(connection, file)
        verdict = decide(_checks(workspace, job, copy))
        if verdict.outcome == "fail":
            raise _refused(job, verdict.blocking)
        tables = tuple(_published(table) for table in copy.tables)
        with transaction(connection):
            write_content(connection, job.context, copy.tables, tables, job.previous)
            write_verdict(connection, job.context, verdict.outcome, verdict.checks)
        written = storage_version(connection)
    return _Built(file, tables, verdict.checks, verdict.outcome, written)


def _build_reports(job: _Job, built: _Built) -> Path | None:
    """Make the reports of a file that passed; None where no edition is configured.

    Raises:
        PublicationRefused: they could not be made.
    """
    if not job.config.reports.editions:
        return None
    folder = built.file.with_name(job.home.reports.name)
    try:
        build_reports(built.file, folder, job.config)
    except ReportsUnavailable as error:
        raise PublicationRefused(
            f"{job.context.business_on} is not published; {_what_stays(job)}. {error.reason}",
            remedy=error.remedy,
            where=error.where,
        ) from error
    return folder


def _checks(workspace: Workspace, job: _Job, copy: Copy) -> list[CheckResult]:
    return [
        *job.context.checks,
        *verify_context(job.context, job.project, copy, job.previous),
        *verify_tables(workspace, copy),
    ]


def _published(table: CopiedTable) -> PublishedTable:
    return PublishedTable(
        name=table.doc.name,
        kind=table.doc.kind,
        rows=table.in_warehouse.rows,
        digest=table.in_warehouse.digest,
        description=table.doc.description,
        grain=table.doc.grain,
        columns=table.columns,
    )


def _describe(job: _Job, built: _Built) -> Publication:
    return Publication(
        publication_id=job.context.publication_id,
        business_on=job.context.business_on,
        run_id=job.context.run_id,
        published_at=job.context.published_at,
        verdict=built.outcome,
        file=versions.file_name(job.context.publication_id),
        sha256=versions.checksum(built.file),
        size_bytes=built.file.stat().st_size,
        duckdb_version=duckdb.__version__,
        storage_version=built.storage_version,
        tables=built.tables,
        has_reports=bool(job.config.reports.editions),
        warnings=tuple(check for check in built.checks if check.outcome != "pass"),
        folder=job.home.published,
    )


def _refused(job: _Job, blocking: list[CheckResult]) -> PublicationRefused:
    lines = [f"\n  {check.scope}: {check.check}: {check.message}" for check in blocking[:SHOWN_CHECKS]]
    more = len(blocking) - SHOWN_CHECKS
    tail = f"\n  and {more} more" if more > 0 else ""
    return PublicationRefused(
        f"{job.context.business_on} is not published, as {counted(len(blocking), 'check')} failed; "
        f"{_what_stays(job)}:{''.join(lines)}{tail}\n",
        remedy="mend the rows or the rule that each line names, then run the business date again.",
    )


def _what_stays(job: _Job) -> str:
    if job.previous is None:
        return "nothing is published yet"
    return f"the publication of {job.previous.business_on} stays"


def _give_up(home: Home, context: PublicationContext, error: PublicationRefused) -> None:
    """Leave no half file, and tell readers; a disk too full for that must not hide the cause."""
    with suppress(OSError):
        versions.remove_leftovers(home)
        mark_stale(home, context.business_on, context.run_id, context.published_at, [error.reason])
