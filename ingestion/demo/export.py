"""How the source systems write their files: byte for byte the same each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from ingestion.demo.faults import FAULTS, Fault, add_faults
from ingestion.demo.truth import BadRow

TIMESTAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass
class Export:
    """Writes the files of all source systems into one folder and remembers what is in them.

    Attributes:
        folder: the demo's folder; a source's files lie in the folder of its name.
        business_on: no bad row of a later day is written.
        good_rows: rows to be accepted, by ``source.dataset``.
        bad_rows: rows to be refused.
    """

    folder: Path
    business_on: date
    good_rows: dict[str, int] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)

    def write(
        self,
        source: str,
        dataset: str,
        name: str,
        rows: pl.DataFrame,
        separator: str = ",",
        encoding: str = "utf-8",
        month: date | None = None,
    ) -> None:
        """Write one CSV file: amounts with two decimals, timestamps in UTC, nulls empty.

        Args:
            source: name of the source.
            dataset: contract the file feeds.
            name: file name.
            rows: what to write; floating-point columns are amounts.
            separator: between fields.
            encoding: of the text.
            month: for a file of one month: its first day, to choose the bad rows.
        """
        path = self.folder / source / name
        rows.write_csv(path, separator=separator, datetime_format=TIMESTAMP, float_precision=2)
        if encoding != "utf-8":
            path.write_text(path.read_text(encoding="utf-8"), encoding=encoding)
        self.count(source, dataset, len(rows))
        planted = [fault for fault in FAULTS if (fault.source, fault.dataset) == (source, dataset)]
        if planted:
            self.bad_rows += add_faults(path, self._due(planted, month), self.folder)

    def count(self, source: str, dataset: str, rows: int) -> None:
        """Remember rows to be accepted."""
        key = f"{source}.{dataset}"
        self.good_rows[key] = self.good_rows.get(key, 0) + rows

    def _due(self, faults: Iterable[Fault], month: date | None) -> Iterator[Fault]:
        return (
            fault
            for fault in faults
            if fault.on <= self.business_on and (month is None or fault.on.replace(day=1) == month)
        )
