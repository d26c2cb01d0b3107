"""A staged batch: what one night took from one table of one source.

::

    <batch>/data/month=<yyyy-mm>/*.parquet   accepted rows, contract columns in contract order
    <batch>/deletions.parquet                keys the source says are gone (may be absent)
    <batch>/quarantine.parquet               refused rows (QUARANTINE_SCHEMA), always there
    <batch>/batch.json                       the summary below, written last: no summary, no batch
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from daybook.durable import write_atomically

QUARANTINE_SCHEMA = pl.Schema(
    {
        "file": pl.String(),
        "row_number": pl.Int64(),  # 1-based row of data in the file; line number where the reader knows it
        "reasons": pl.List(pl.Struct({"column": pl.String(), "code": pl.String(), "message": pl.String()})),
        "raw": pl.String(),  # JSON object of the source's columns as text, as read
    }
)


class BatchFile(BaseModel):
    """One file a batch was read from."""

    model_config = ConfigDict(frozen=True)

    path: str
    size_bytes: int | None
    rows_read: int
    modified_ns: int | None = None
    """When it was last written, in nanoseconds since 1970; None where nobody can tell."""


class FileMark(BaseModel):
    """How far a file of an incremental table has been taken, so that it need not be read again."""

    model_config = ConfigDict(frozen=True)

    size_bytes: int
    modified_ns: int
    settings: str
    """Fingerprint of the configuration and the contract that it was read with."""
    last_cursor: str
    """No row of it has a higher cursor value, and none lacks one; as text."""


@dataclass(frozen=True)
class Taken:
    """How far earlier nights have come with a table."""

    cursor: str | None = None
    """Where the last committed batch ended."""
    marks: Mapping[str, FileMark] = field(default_factory=dict)
    """Files that were taken to their end, by path."""


class MonthPart(BaseModel):
    """The accepted rows of one partition of a batch."""

    model_config = ConfigDict(frozen=True)

    rows: int
    digest: str
    """Order-independent fingerprint of the rows' content."""


class BatchSummary(BaseModel):
    """What a batch holds; ``rows_read = rows_accepted + rows_quarantined`` always."""

    model_config = ConfigDict(frozen=True)

    source: str
    dataset: str
    business_on: date
    load: Literal["snapshot", "incremental"]
    rows_read: int
    rows_accepted: int
    """Rows staged, rows superseded by a later version in the same batch, and deletion marks."""
    rows_quarantined: int
    rows_superseded: int = 0
    """Accepted rows that a later version of the same key in the same batch replaced."""
    rows_deleted: int = 0
    """Accepted rows that only say their key is gone."""
    money_read: str | None = None
    """Sum of the contract's money column over rows read that could be priced, as decimal text."""
    money_accepted: str | None = None
    """The same over the rows staged."""
    money_quarantined: str | None = None
    """The same over the rows refused, as far as their amounts can be read."""
    money_superseded: str | None = None
    """The same over the rows superseded."""
    money_deleted: str | None = None
    """The same over the rows that only say their key is gone."""
    cursor: str | None = None
    """Highest cursor value among the accepted rows, ISO text."""
    newest: str | None = None
    """Newest value of the contract's latency column among the accepted rows, ISO text."""
    months: dict[str, MonthPart] = {}
    files: list[BatchFile] = []
    marks: dict[str, FileMark] = {}
    """Files by path that later nights may pass over, those that this one did included."""


def write_summary(batch: Path, summary: BatchSummary) -> None:
    """Write the summary, which makes the batch complete."""
    if summary.rows_read != summary.rows_accepted + summary.rows_quarantined:
        raise AssertionError(
            f"{summary.source}.{summary.dataset}: {summary.rows_read} rows read, but {summary.rows_accepted} "
            f"accepted and {summary.rows_quarantined} quarantined"
        )
    write_atomically(batch / "batch.json", summary.model_dump_json(indent=2))


def read_summary(batch: Path) -> BatchSummary:
    """Read the summary of a complete batch."""
    return BatchSummary.model_validate_json((batch / "batch.json").read_text(encoding="utf-8"))
