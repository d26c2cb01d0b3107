"""Where everything lives below ``DAYBOOK_HOME``.

::

    staging/<business date>/<source>/<dataset>/    batches, before and after the audit
    generations/<number>/lake/<dataset>/source=<source>/month=<yyyy-mm>/*.parquet
    generations/<number>/run/*.parquet             what dbt must know of company and loads
    generations/<number>/warehouse.duckdb          written by dbt alone
    generations/<number>/generation.json           cursors, batch history, partition digests
    current -> generations/<number>                the state a night starts from
    quarantine/<business date>/<source>/<dataset>.parquet
    published/sales-<business date>-<run>.duckdb   versions, each with a manifest and a quality page
    published/open/<business date>-<run>/sales.duckdb   the same files under the name of their catalog
    published/sales.duckdb -> one of those         the pointer BI tools open
    published/STALE.json                           there while a later business date is not published
    runs/<business date>.json                      how the last run of each day ended
    dagster/                                       the Dagster instance
    dbt/                                           the dbt project as last parsed
    lock                                           held by the one run that may write
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folders of one company's state; ``root`` is absolute."""

    root: Path

    @property
    def generations(self) -> Path:
        """All generations of lake and warehouse."""
        return self.root / "generations"

    @property
    def current(self) -> Path:
        """Symlink to the generation that the last successful night left."""
        return self.root / "current"

    @property
    def published(self) -> Path:
        """Folder of published versions and their pointer."""
        return self.root / "published"

    @property
    def pointer(self) -> Path:
        """Symlink that readers open."""
        return self.published / "sales.duckdb"

    @property
    def reports(self) -> Path:
        """The published reports, which people open."""
        return self.published / "reports"

    @property
    def quarantine(self) -> Path:
        """Folder of refused rows."""
        return self.root / "quarantine"

    @property
    def runs(self) -> Path:
        """Folder of run records, one per business date."""
        return self.root / "runs"

    @property
    def dagster(self) -> Path:
        """The Dagster instance's folder."""
        return self.root / "dagster"

    @property
    def dbt(self) -> Path:
        """What dbt knows of the project, whatever the night."""
        return self.root / "dbt"

    @property
    def lock(self) -> Path:
        """The run lock."""
        return self.root / "lock"

    def staging(self, business_on: date) -> Path:
        """Folder of the batches of one business date."""
        return self.root / "staging" / business_on.isoformat()

    def batch(self, business_on: date, source: str, dataset: str) -> Path:
        """Folder of one staged batch."""
        return self.staging(business_on) / source / dataset

    def quarantine_file(self, business_on: date, source: str, dataset: str) -> Path:
        """Refused rows of one batch."""
        return self.quarantine / business_on.isoformat() / source / f"{dataset}.parquet"
