"""What a publication is, and what must be known to make one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from quality.results import CheckResult

TableKind = Literal["dimension", "fact", "mart"]


class SourceState(BaseModel):
    """What one table of one source gave to a publication."""

    model_config = ConfigDict(frozen=True)

    source: str
    dataset: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    newest: str | None = None
    """Newest value of the contract's latency column, ISO text."""
    is_stale: bool = False
    """Whether the last good data stands in for tonight's."""
    files: list[str] = []


class PublicationContext(BaseModel):
    """What the publishing step must be told; it reads no clock and no other state."""

    model_config = ConfigDict(frozen=True)

    business_on: date
    run_id: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$")
    """Part of file names."""
    published_at: AwareDatetime
    manifest: Path
    """dbt's ``manifest.json`` of exactly the build to publish."""
    checks: list[CheckResult]
    """What the audit and dbt's tests (``dbt.<test>``) found in this run."""
    sources: list[SourceState] = []
    is_backfill: bool = False
    """Whether a business date older than the published one is meant."""

    @property
    def publication_id(self) -> str:
        """The same for the same business date and run."""
        return f"{self.business_on.isoformat()}-{self.run_id}"


class PublishedColumn(BaseModel):
    """One column of a published table."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    is_withheld: bool = False
    """Personal and not allowed to be published: null in every row."""


class PublishedTable(BaseModel):
    """One table of the schema ``marts`` as it stands in the published file."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: TableKind
    rows: int
    digest: str
    """Order-independent fingerprint of the content; comparable within one DuckDB version."""
    description: str
    grain: tuple[str, ...]
    columns: tuple[PublishedColumn, ...]

    @property
    def withheld(self) -> tuple[str, ...]:
        """Names of the columns that are left empty."""
        return tuple(column.name for column in self.columns if column.is_withheld)

    @property
    def content(self) -> tuple[object, ...]:
        """What two tables of the same content have in common, within one DuckDB version."""
        return self.rows, self.digest, self.columns


class Publication(BaseModel):
    """One published version; its manifest is this model as JSON."""

    model_config = ConfigDict(frozen=True)

    publication_id: str
    business_on: date
    run_id: str
    published_at: AwareDatetime
    verdict: Literal["pass", "pass_with_warnings"]
    file: str
    sha256: str
    size_bytes: int
    duckdb_version: str
    """The version that wrote the file."""
    storage_version: str
    """The oldest storage format that can hold it: what clients must understand."""
    tables: tuple[PublishedTable, ...]
    has_reports: bool = False
    """Whether pages and workbooks for people belong to it; versions from before there were any have none."""
    warnings: tuple[CheckResult, ...] = ()
    """Checks that did not pass and do not stop a publication."""
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def name(self) -> str:
        """Name of the version, without an ending."""
        return Path(self.file).stem

    @property
    def path(self) -> Path:
        """The version's database file."""
        return self.folder / self.file

    @property
    def opened(self) -> Path:
        """Folder of what readers get of it: `sales.duckdb`, and `reports` where it has any."""
        return self.folder / "open" / self.publication_id

    @property
    def catalog_file(self) -> Path:
        """The database file under the name that DuckDB gives its catalog."""
        return self.opened / "sales.duckdb"

    @property
    def reports(self) -> Path:
        """Folder of its reports."""
        return self.opened / "reports"

    @property
    def index_page(self) -> Path:
        """The page of its reports that leads to all others."""
        return self.reports / "index.html"

    @property
    def quality_page(self) -> Path:
        """The page that shows its checks, sources and tables."""
        return self.folder / f"{self.name}.quality.html"

    def table(self, name: str) -> PublishedTable | None:
        """One of its tables; None when there is no such table."""
        return next((table for table in self.tables if table.name == name), None)

    def has_content_of(self, other: Publication) -> bool:
        """Whether both hold the same tables with the same rows; not known, so no, across DuckDB versions."""
        mine = {table.name: table.content for table in self.tables}
        theirs = {table.name: table.content for table in other.tables}
        return self.duckdb_version == other.duckdb_version and mine == theirs


@dataclass(frozen=True)
class Change:
    """How a table differs from the publication before."""

    previous_rows: int | None
    """None when the publication before had no such table."""
    is_changed: bool | None
    """None when that cannot be known."""


def change_of(table: PublishedTable, duckdb_version: str, previous: Publication | None) -> Change:
    """Compare a table with the publication before.

    Args:
        table: as it is now.
        duckdb_version: the version that made its digest.
        previous: the publication before; None when this is the first.
    """
    before = previous.table(table.name) if previous else None
    if previous is None or before is None:
        return Change(previous_rows=None, is_changed=None)
    comparable = previous.duckdb_version == duckdb_version
    return Change(before.rows, table.content != before.content if comparable else None)
