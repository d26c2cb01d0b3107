"""A small company after one good night, and the next night on it up to the commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from daybook.config import load_config
from daybook.errors import DaybookError
from daybook.home import Home
from ingestion import generation
from ingestion.batch import BatchSummary, read_summary
from ingestion.quarantine import show_refused
from orchestration import night
from orchestration.progress import Silent
from quality.results import CheckResult
from tests.faults.changes import setting
from tests.orchestration.company import SmallCompany, found

LAST_NIGHT = date(2026, 6, 3)
TONIGHT = date(2026, 6, 4)
PUBLICATION = b"what readers had open before the fault"


@dataclass(frozen=True)
class Ending:
    """How a night ended, and what it left."""

    reached: str
    """The step it ended in: ``extract``, ``audit`` or ``commit``."""
    error: DaybookError | None
    warnings: list[str]
    checks: list[CheckResult]
    is_staged: bool
    """Whether the audit would find a batch of the table with the fault, or what stands in for it."""
    summary: BatchSummary | None
    """Of its batch; None where it has none."""
    refused: pl.DataFrame
    staged: pl.DataFrame
    committed: generation.Generation | None


@dataclass
class Listener(Silent):
    """Keeps what a night warns of, and lets trouble begin with a step."""

    trouble: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def started(self, step: str, total: int | None = None) -> None:  # noqa: ARG002
        """Begin the trouble of a step."""
        self.trouble.get(step.split(maxsplit=1)[0], str)()

    def warned(self, message: str) -> None:
        """Keep a warning."""
        self.warnings.append(message)


@dataclass(frozen=True)
class Scene:
    """One company, on the evening when something will go wrong."""

    company: SmallCompany

    @property
    def home(self) -> Home:
        """The company's state."""
        return Home(self.company.home)

    def night(self, business_on: date = TONIGHT, listener: Listener | None = None) -> night.Night:
        """A night of the company as it is configured now."""
        config = load_config(self.company.config)
        return night.Night(config, self.home, business_on, run_id="faults", listener=listener or Listener())

    def good(self) -> dict[str, str]:
        """Every byte that the last good night left for others, and what ``current`` points to."""
        folders = [self.home.current.resolve(), self.home.published]
        files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
        digests = {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
        links = [self.home.current, self.home.pointer]
        return digests | {str(link): str(link.readlink()) for link in links}

    def run(self, source: str, dataset: str, trouble: Mapping[str, Callable[[], object]]) -> Ending:
        """Extract the table with the fault, and whatever is not staged yet; audit and commit.

        Args:
            source: of the table.
            dataset: of the table.
            trouble: what begins with a step.
        """
        listener = Listener(trouble)
        batch = self.home.batch(TONIGHT, source, dataset)
        reached, error, summary, staged = "configuration", None, None, pl.DataFrame()
        try:
            tonight = self.night(listener=listener)
            reached = "extract"
            night.extract_table(tonight, source, dataset)
            for table in _not_staged(tonight):
                night.extract_table(tonight, *table)
            summary = read_summary(batch) if batch.exists() else None
            staged = _rows_of(batch)
            reached = "audit"
            night.audit(tonight)
            reached = "commit"
            night.commit(tonight)
        except DaybookError as raised:
            error = raised
        return Ending(
            reached=reached,
            error=error,
            warnings=listener.warnings,
            checks=self._checks() if reached == "commit" else [],
            is_staged=any((e.source, e.dataset) == (source, dataset) for e in self._extracted()),
            summary=summary,
            refused=show_refused(self.home, TONIGHT, source, dataset),
            staged=staged,
            committed=generation.committed_candidate(self.home) if error is None else None,
        )

    def _extracted(self) -> list[night.Extracted]:
        return night.read_extracted(self.home, TONIGHT)

    def _checks(self) -> list[CheckResult]:
        audited = self.home.staging(TONIGHT) / "audit.json"
        return night.Audit.model_validate_json(audited.read_text(encoding="utf-8")).checks


def after_a_good_night(root: Path) -> Scene:
    """The company with a generation and a publication, and its tables staged for tonight.

    One refused row does not stop it, so that what becomes of the others can be seen.
    """
    scene = Scene(found(root))
    setting("gates", {"default": {"freshness_severity": "off", "quarantined_ratio": 0.9}})(scene.company)
    tables = scene.night().config.tables()
    for business_on in (LAST_NIGHT, TONIGHT):
        for table in tables:
            night.extract_table(scene.night(business_on), *table)
        if business_on == LAST_NIGHT:
            night.audit(scene.night(business_on))
            night.commit(scene.night(business_on))
            _promote(scene.home)
    return scene


def _promote(home: Home) -> None:
    candidate = generation.committed_candidate(home)
    assert candidate is not None
    candidate.warehouse.write_bytes(b"what dbt built")
    generation.promote(home, candidate)
    home.published.mkdir()
    version = home.published / "sales-2026-06-03-good.duckdb"
    version.write_bytes(PUBLICATION)
    home.pointer.symlink_to(version.name)


def _not_staged(tonight: night.Night) -> list[tuple[str, str]]:
    staged = {(entry.source, entry.dataset) for entry in night.read_extracted(tonight.home, TONIGHT)}
    return [table for table in tonight.config.tables() if table not in staged]


def _rows_of(batch: Path) -> pl.DataFrame:
    files = sorted(batch.glob("data/*/*.parquet"))
    return pl.concat(map(pl.read_parquet, files)) if files else pl.DataFrame()
