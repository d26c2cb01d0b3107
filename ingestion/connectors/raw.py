"""What a connector hands over: the rows of one source table, as the source wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from ingestion.batch import QUARANTINE_SCHEMA, BatchFile

FILE = "_file"
"""Column with the file a row came from, as its owner would name it."""

ROW = "_row"
"""Column with the 1-based number of the data row within that file."""

RESERVED = (FILE, ROW)

NO_REFUSALS = QUARANTINE_SCHEMA.to_frame().lazy()


@dataclass(frozen=True)
class RawTable:
    """Rows as read, not yet converted.

    ``frames`` streams: every source column (text, or typed where the format is typed),
    then ``_file`` (String) and ``_row`` (Int64). ``refused`` holds the rows that could not
    even be split into columns, in ``QUARANTINE_SCHEMA``. Rows read are the rows of both.
    ``files`` is empty only when an optional source had nothing; then ``frames`` has no
    source column. The scratch folder must outlive both frames.
    """

    frames: pl.LazyFrame
    refused: pl.LazyFrame = field(default_factory=lambda: NO_REFUSALS)
    files: Sequence[BatchFile] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the source's own columns."""
        return [name for name in self.frames.collect_schema().names() if name not in RESERVED]


def nothing() -> RawTable:
    """A table of an optional source that had nothing to say."""
    return RawTable(pl.LazyFrame(schema={FILE: pl.String(), ROW: pl.Int64()}))


def labelled(frame: pl.LazyFrame, file: str) -> pl.LazyFrame:
    """Say which file the rows come from; ``frame`` has its row numbers already."""
    return frame.select(pl.exclude(RESERVED), pl.lit(file).alias(FILE), pl.col(ROW).cast(pl.Int64).alias(ROW))


def gather(parts: Iterable[pl.LazyFrame]) -> pl.LazyFrame:
    """Refused rows of several files in one frame."""
    found = list(parts)
    return pl.concat(found) if found else NO_REFUSALS
