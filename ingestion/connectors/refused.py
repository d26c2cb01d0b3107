"""Rows that could not be split into columns, kept in a scratch file until the batch is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ingestion.batch import QUARANTINE_SCHEMA
from ingestion.connectors.origin import Origin, writing
from ingestion.connectors.raw import NO_REFUSALS

PENDING = 1_000
"""Rows held before they are written."""


class RefusedRows:
    """Collects refused rows of one file; memory does not grow with their number.

    Args:
        file: the file's name as shown.
        origin: for the scratch file, which is made when it is needed.
    """

    def __init__(self, file: str, origin: Origin) -> None:
        self._file = file
        self._origin = origin
        self._path: Path | None = None
        self._pending: list[str] = []
        self.count = 0

    def add(self, row: int, code: str, message: str, raw: object, *, column: str | None = None) -> None:
        """Refuse one row; ``raw`` is what was read, as JSON can hold it."""
        entry = {
            "file": self._file,
            "row_number": row,
            "reasons": [{"column": column, "code": code, "message": message}],
            "raw": json.dumps(raw, ensure_ascii=False),
        }
        self._pending.append(json.dumps(entry, ensure_ascii=False) + "\n")
        self.count += 1
        if len(self._pending) >= PENDING:
            self._flush()

    def frame(self) -> pl.LazyFrame:
        """The rows refused so far, in their order."""
        if not self.count:
            return NO_REFUSALS
        return pl.scan_ndjson(self._flush(), schema=QUARANTINE_SCHEMA)

    def _flush(self) -> Path:
        path = self._path or self._origin.scratch_file(".refused.ndjson")
        with writing(self._origin), path.open("a", encoding="utf-8") as stream:
            stream.writelines(self._pending)
        self._pending.clear()
        self._path = path
        return path


def by_column(columns: Sequence[str], fields: Sequence[str]) -> dict[str, str]:
    """Fields under their column's name; surplus ones under their position."""
    names = [*columns, *(f"(field {number})" for number in range(len(columns) + 1, len(fields) + 1))]
    return dict(zip(names, fields, strict=False))
