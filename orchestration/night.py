"""The night's steps, one function for each arrow of the design; none of them knows Dagster.

extract → audit → commit → build → publish → mail. Every step can run alone and again: it
reads what the step before left on disk and replaces only what it wrote itself.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import BaseModel
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from daybook.config import Config, OnFailure
from daybook.durable import write_atomically
from daybook.errors import (
    AuditFailed,
    BuildFailed,
    ConfigurationError,
    ContractViolation,
    DaybookError,
    SourceUnavailable,
    Where,
)
from daybook.home import Home
from ingestion import generation, lake, quarantine
from ingestion.batch import BatchSummary, Taken, read_summary
from ingestion.extract import extract
from ingestion.generation import Generation, GenerationState
from ingestion.staging import unwritable
from orchestration import dbt
from orchestration.progress import Listener, Silent
from quality.contracts import load_contracts
from quality.inputs import AuditInput
from quality.results import CheckResult
from reporting.mail import send_digests
from reporting.publish import Publication, PublicationContext, SourceState, publish
from reporting.wording import counted

SHOWN_CHECKS = 8
EXTRACTED = ".extracted.json"


@dataclass(frozen=True)
class Night:
    """One business date's run over one company."""

    config: Config
    home: Home
    business_on: date
    run_id: str
    listener: Listener = field(default_factory=Silent)
    full_refresh: bool = False
    backfill: bool = False
    reload: frozenset[str] = frozenset()
    """``source.dataset`` of incremental tables that are read from their beginning."""

    def on_failure(self, source: str, dataset: str) -> OnFailure:
        """What a failure of one table means: its own setting, else its source's."""
        declared = self.config.sources[source]
        return declared.tables[dataset].on_failure or declared.on_failure


class Extracted(BaseModel):
    """What the extract step left for one table: a batch, or why there is none."""

    source: str
    dataset: str
    summary: BatchSummary | None = None
    failure: str | None = None
    """Why the last good data stands in for tonight's."""


class Audit(BaseModel):
    """What the audit said of the staged batches, kept beside them."""

    checks: list[CheckResult]
    digests: dict[str, str]
    """Fingerprint of each audited batch: the commit takes exactly these."""
    stale: dict[str, str]
    """``source.dataset`` that keep their last good data, and why."""


class Candidate(BaseModel):
    """How far a candidate generation has come; kept in its folder."""

    business_on: date
    rebuild: bool
    """Whether the warehouse is built from the whole lake rather than from what changed."""
    is_begun: bool = False
    """Whether dbt has written to the warehouse; another build then trusts nothing that it finds there."""
    is_built: bool = False
    """Whether every model has been built and every test has passed."""


def extract_table(night: Night, source: str, dataset: str) -> Extracted:
    """Stage one table's batch and keep its refused rows.

    Raises:
        SourceUnavailable, ContractViolation: the table has no batch, and ``on_failure`` is ``block``.
        ConfigurationError: the state belongs to another company.
        StagingFailed: the disk refused.
    """
    step = f"extract {source}.{dataset}"
    night.listener.started(step)
    taken = _taken(night, source, dataset)
    batch = night.home.batch(night.business_on, source, dataset)
    record = _extracted_file(night, source, dataset)
    with _keeping(night):
        # Until the table is extracted again, what an earlier run staged does not count.
        record.unlink(missing_ok=True)
    try:
        summary = _with_retries(night, source, dataset, batch, taken)
    except (SourceUnavailable, ContractViolation) as error:
        shutil.rmtree(batch, ignore_errors=True)
        if night.on_failure(source, dataset) == "block":
            raise
        night.listener.warned(f"{source}.{dataset} keeps its last good data: {error}")
        outcome = Extracted(source=source, dataset=dataset, failure=str(error))
    else:
        with _keeping(night):
            goes_on = summary.load == "incremental" and taken.cursor is not None
            quarantine.keep(night.home, night.business_on, source, dataset, batch, goes_on=goes_on)
        night.listener.ended(step, _rows(summary))
        outcome = Extracted(source=source, dataset=dataset, summary=summary)
    with _keeping(night):
        write_atomically(record, outcome.model_dump_json(indent=2))
    return outcome


def audit(night: Night) -> Audit:
    """Check all staged batches of the night together, and say what is good.

    A failing batch whose table says ``use_last_good`` is set aside, and the rest is
    checked again without it. The result is kept; failing data does not raise.

    Raises:
        AuditFailed: a table has not been extracted for this date.
        StagingFailed: the disk refused.
    """
    from quality.audit import audit_batches

    night.listener.started("audit")
    current = generation.current_generation(night.home)
    extracted = _all_extracted(night)
    stale = {f"{e.source}.{e.dataset}": e.failure for e in extracted if e.failure is not None}
    batches = {f"{e.source}.{e.dataset}": e.summary for e in extracted if e.summary is not None}
    refused: list[CheckResult] = []
    while True:
        checks = audit_batches(
            [_audit_input(night, summary) for summary in batches.values()],
            lake=current.lake if current else None,
            history=current.state.history if current else {},
            gates=night.config.gates,
            business_on=night.business_on,
            zone=night.config.company.zone,
            is_backfill=night.backfill,
        )
        dropped = _dropped(night, checks, batches)
        if not dropped:
            break
        refused += [
            check.model_copy(update={"severity": "warn"}) for check in checks if check.scope in dropped
        ]
        for name in dropped:
            stale[name] = f"the audit refused tonight's batch ({_named(checks, name)})"
            del batches[name]
            night.listener.warned(f"{name} keeps its last good data: {stale[name]}")
    result = Audit(
        checks=[*checks, *refused],
        digests={name: _digest(summary) for name, summary in batches.items()},
        stale=stale,
    )
    with _keeping(night):
        write_atomically(_audit_file(night), result.model_dump_json(indent=2))
    failed = sum(check.outcome != "pass" for check in result.checks)
    night.listener.ended("audit", f"{len(result.checks)} checks, {failed} not passed")
    return result


def require_passed(audited: Audit) -> None:
    """Let nothing by that the audit refused.

    Raises:
        AuditFailed: a blocking check failed.
    """
    blocking = [check for check in audited.checks if check.blocks]
    if blocking:
        raise _audit_failed(blocking)


def commit(night: Night) -> lake.Commit:
    """Put the audited batches into a candidate lake.

    Raises:
        AuditFailed: a blocking check failed, or a batch is not the one that was audited.
    """
    night.listener.started("commit")
    audited = _read_audit(night)
    require_passed(audited)
    batches = [_audited_batch(night, name, digest) for name, digest in audited.digests.items()]
    candidate = generation.open_candidate(night.home)
    stale = [_split(name) for name in audited.stale]
    outcome = lake.commit(candidate, night.config, batches, stale, night.business_on)
    rebuild = night.full_refresh or not candidate.warehouse.exists()
    with generation.disk_refusals(candidate.path):
        _note(candidate, Candidate(business_on=night.business_on, rebuild=rebuild))
    changed = sum(len(months) for months in outcome.changed_months.values())
    night.listener.ended("commit", f"{changed:,} partitions changed")
    return outcome


def build(night: Night, select: str | None = None) -> dbt.BuildResult:
    """Build and test the candidate's warehouse with dbt.

    Args:
        night: the run.
        select: dbt selection; all models when missing, and only then may be published.

    Raises:
        BuildFailed: a model or test failed.
    """
    candidate = _candidate(night)
    noted = _read_note(candidate)
    night.listener.started("build")
    models = dbt.fingerprint()
    is_outdated = candidate.warehouse.exists() and candidate.models != models
    rebuild = noted.rebuild or is_outdated
    if rebuild:
        for name in generation.WAREHOUSE_FILES:
            (candidate.path / name).unlink(missing_ok=True)
    changed = None if rebuild or noted.is_begun else candidate.state.changed_months
    begun = noted.model_copy(update={"is_begun": True})
    _note(candidate, begun)
    result = dbt.build(
        dbt.Workplace(
            warehouse=candidate.warehouse,
            lake=candidate.lake,
            run_tables=candidate.run,
            target=_target(candidate),
            parsed=night.home.dbt,
        ),
        variables=dbt.as_of_variables(night.business_on, changed, night.run_id),
        on_node=lambda name: night.listener.advanced("build", name),
        select=select,
    )
    if select is None:
        candidate.keep_models(models)
        _note(candidate, begun.model_copy(update={"is_built": True}))
    built = sum(node.kind == "model" for node in result.nodes)
    why_all = "; everything rebuilt, as the models have changed" if is_outdated else ""
    night.listener.ended("build", f"{built} models, {len(result.nodes) - built} tests{why_all}")
    return result


def publish_night(night: Night) -> Publication:
    """Verify the candidate and publish it; then the candidate becomes current.

    Raises:
        PublicationRefused: the verdict is not a pass.
        BuildFailed: the candidate has not been built and tested as a whole.
    """
    candidate = _candidate(night)
    if not _read_note(candidate).is_built:
        raise BuildFailed(
            "The candidate warehouse has not been built and tested as a whole.",
            remedy="run the build step for all models first.",
        )
    night.listener.started("publish")
    audited = _read_audit(night)
    built = dbt.read_result(_target(candidate))
    publication = publish(
        home=night.home,
        candidate_warehouse=candidate.warehouse,
        config=night.config,
        context=PublicationContext(
            business_on=night.business_on,
            run_id=night.run_id,
            published_at=datetime.now(UTC),
            manifest=built.manifest,
            checks=[*audited.checks, *built.checks()],
            sources=[
                _source_state(entry, audited) for entry in read_extracted(night.home, night.business_on)
            ],
            is_backfill=night.backfill,
        ),
    )
    generation.promote(night.home, candidate)
    _forget_other_staging(night)
    night.listener.ended("publish", publication.publication_id)
    return publication


def send_mail(night: Night, publication: Publication) -> str | None:
    """Send the digests of what the night has published; a backfilled day is no news.

    Returns:
        Why some were not sent; the publication stands all the same.
    """
    if night.config.reports.mail is None or night.backfill:
        return None
    night.listener.started("mail")
    try:
        sent = send_digests(publication.path, night.home.reports, night.config)
    except DaybookError as error:
        night.listener.ended("mail", "not all sent")
        return str(error)
    night.listener.ended("mail", counted(len(sent), "digest"))
    return None


def read_extracted(home: Home, business_on: date) -> list[Extracted]:
    """What the extract steps of a business date left, by source and dataset."""
    files = sorted(home.staging(business_on).glob(f"*/*{EXTRACTED}"))
    return [Extracted.model_validate_json(file.read_text(encoding="utf-8")) for file in files]


def _taken(night: Night, source: str, dataset: str) -> Taken:
    """How far earlier nights of this company have come with a table."""
    current = generation.current_generation(night.home)
    if current is None:
        return Taken()
    _require_own_state(night, current.state)
    if f"{source}.{dataset}" in night.reload:
        return Taken()
    return current.state.taken(f"{source}.{dataset}", night.config.sources[source].tables[dataset].cursor)


def _require_own_state(night: Night, state: GenerationState) -> None:
    company = night.config.company
    if state.company in (None, company.name, *company.formerly):
        return
    raise ConfigurationError(
        f"The state in {night.home.root} is that of {state.company!r}, not of {company.name!r}.",
        remedy="set DAYBOOK_HOME to a folder for this company; if it was renamed, name the old one in "
        "company.formerly.",
        where=Where(file=str(night.home.root)),
    )


def _with_retries(night: Night, source: str, dataset: str, batch: Path, taken: Taken) -> BatchSummary:
    """Extract, trying again only while the source does not answer."""
    retries = night.config.sources[source].retries
    attempts = Retrying(
        retry=retry_if_exception_type(SourceUnavailable),
        stop=stop_after_attempt(retries.attempts),
        wait=wait_exponential(multiplier=retries.wait_seconds),
        before_sleep=lambda state: night.listener.warned(
            f"{source}.{dataset} did not answer, trying again: {state.outcome and state.outcome.exception()}"
        ),
        reraise=True,
    )
    contract = load_contracts()[dataset]
    return attempts(extract, night.config, source, dataset, contract, batch, night.business_on, taken)


@contextmanager
def _keeping(night: Night) -> Iterator[None]:
    """Turn what the disk refuses while a step's result is kept into an error that says how to go on."""
    try:
        yield
    except OSError as error:
        raise unwritable(error, Where(file=str(night.home.staging(night.business_on)))) from error


def _rows(summary: BatchSummary) -> str:
    refused = f", {summary.rows_quarantined:,} refused" if summary.rows_quarantined else ""
    return f"{summary.rows_read:,} rows{refused}"


def _digest(summary: BatchSummary) -> str:
    return summary.model_dump_json()


def _all_extracted(night: Night) -> list[Extracted]:
    """What every table of the configuration left tonight."""
    found = {(entry.source, entry.dataset): entry for entry in read_extracted(night.home, night.business_on)}
    missing = [
        f"{source}.{dataset}" for source, dataset in night.config.tables() if (source, dataset) not in found
    ]
    if missing:
        raise AuditFailed(
            f"{', '.join(missing)} have not been extracted for {night.business_on}.",
            remedy="run their extract step first.",
        )
    return [found[table] for table in night.config.tables()]


def _audit_input(night: Night, summary: BatchSummary) -> AuditInput:
    batch = night.home.batch(night.business_on, summary.source, summary.dataset)
    return AuditInput(batch, summary, load_contracts()[summary.dataset])


def _dropped(night: Night, checks: Sequence[CheckResult], batches: dict[str, BatchSummary]) -> set[str]:
    """Batches that fail and may be replaced by their last good data."""
    failing = {check.scope for check in checks if check.blocks and check.scope in batches}
    return {name for name in failing if night.on_failure(*_split(name)) == "use_last_good"}


def _named(checks: Sequence[CheckResult], scope: str) -> str:
    return "; ".join(check.message for check in checks if check.scope == scope and check.blocks)


def _audit_failed(blocking: list[CheckResult]) -> AuditFailed:
    lines = [f"\n  {check.scope}: {check.check}: {check.message}" for check in blocking[:SHOWN_CHECKS]]
    more = len(blocking) - SHOWN_CHECKS
    tail = f"\n  and {more} more" if more > 0 else ""
    return AuditFailed(
        f"{len(blocking)} blocking checks failed; nothing reached the lake:{''.join(lines)}{tail}\n",
        remedy="mend the source (`daybook quarantine list` has refused rows), or change its gate.",
    )


def _audited_batch(night: Night, name: str, digest: str) -> Path:
    """The folder of a batch, if it is still the one that was audited."""
    batch = night.home.batch(night.business_on, *_split(name))
    if _digest(read_summary(batch)) != digest:
        raise AuditFailed(
            f"{name} was extracted again after the audit.",
            remedy="audit again before the commit.",
            where=Where(file=str(batch)),
        )
    return batch


def _candidate(night: Night) -> Generation:
    """The candidate of this date; without one, the current lake is to be built again."""
    current = generation.current_generation(night.home)
    candidate = generation.committed_candidate(night.home)
    if candidate is not None and _read_note(candidate).business_on == night.business_on:
        return candidate
    if current is None:
        raise BuildFailed("There is no lake to build from.", remedy="run the night from the extract step on.")
    opened = generation.open_candidate(night.home)
    committed = lake.commit(opened, night.config, [], [], night.business_on)
    _note(opened, Candidate(business_on=night.business_on, rebuild=True))
    return Generation(opened.path, committed.state)


def _target(candidate: Generation) -> Path:
    return candidate.path / "dbt"


def _note(candidate: Generation, note: Candidate) -> None:
    write_atomically(candidate.path / "candidate.json", note.model_dump_json())


def _read_note(candidate: Generation) -> Candidate:
    return Candidate.model_validate_json((candidate.path / "candidate.json").read_text(encoding="utf-8"))


def _read_audit(night: Night) -> Audit:
    path = _audit_file(night)
    if not path.exists():
        raise AuditFailed(
            f"The batches of {night.business_on} have not been audited.",
            remedy="run the extract and audit steps first.",
        )
    return Audit.model_validate_json(path.read_text(encoding="utf-8"))


def _audit_file(night: Night) -> Path:
    return night.home.staging(night.business_on) / "audit.json"


def _extracted_file(night: Night, source: str, dataset: str) -> Path:
    batch = night.home.batch(night.business_on, source, dataset)
    return batch.with_name(f"{dataset}{EXTRACTED}")


def _split(name: str) -> tuple[str, str]:
    source, _, dataset = name.partition(".")
    return source, dataset


def _source_state(entry: Extracted, audited: Audit) -> SourceState:
    summary = entry.summary
    return SourceState(
        source=entry.source,
        dataset=entry.dataset,
        rows_read=summary.rows_read if summary else 0,
        rows_accepted=summary.rows_accepted if summary else 0,
        rows_quarantined=summary.rows_quarantined if summary else 0,
        newest=summary.newest if summary else None,
        is_stale=f"{entry.source}.{entry.dataset}" in audited.stale,
        files=[file.path for file in summary.files] if summary else [],
    )


def _forget_other_staging(night: Night) -> None:
    """Batches are kept until the next night succeeds, for whoever wants to look into them."""
    staging = night.home.staging(night.business_on)
    for folder in staging.parent.iterdir():
        if folder.is_dir() and folder != staging:
            shutil.rmtree(folder, ignore_errors=True)
