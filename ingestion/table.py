"""One table of one source, on its way into its contract."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from polars.exceptions import InvalidOperationError, PolarsError

from daybook.config import Config, Table
from daybook.errors import ContractViolation, Where
from ingestion.batch import FileMark
from ingestion.connectors import RawTable, origin_of, read_table
from ingestion.connectors.origin import first_line, reading
from ingestion.cursor import pushed_down, require_cursor
from ingestion.mapping import plan_mapping
from ingestion.rows import Rows
from ingestion.staging import unwritable
from quality.contracts import Contract

DISK_REFUSALS = ("os error 28", "os error 30", "os error 122")
"""How polars says that a disk is full, read-only or over its quota: never a source's fault."""


@dataclass(frozen=True)
class SourceTable:
    """A table that ``daybook.yaml`` declares, and the contract it feeds."""

    config: Config
    source: str
    dataset: str
    contract: Contract

    @property
    def declared(self) -> Table:
        """What ``daybook.yaml`` says of it."""
        return self.config.sources[self.source].tables[self.dataset]

    @property
    def where(self) -> Where:
        """The place an error speaks of."""
        return Where(source=self.source, dataset=self.dataset)

    @functools.cached_property
    def settings(self) -> str:
        """Fingerprint of everything that decides what becomes of the source's rows."""
        declared, source = self.declared, self.config.sources[self.source]
        zone, fields = self.config.company.timezone, self.contract.fields
        parts = "|".join(map(str, (declared, source.formats, source.key_prefix, zone, fields)))
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    def read(
        self, scratch: Path, business_on: date, settled: Mapping[str, FileMark] | None = None
    ) -> RawTable:
        """The rows as their source wrote them; see ``read_table``."""
        return read_table(self.config, self.source, self.dataset, scratch, business_on, settled)

    def plan(self, raw: RawTable) -> Rows:
        """Work out how the rows are converted and checked.

        Raises:
            ConfigurationError: the mapping does not fit contract or source.
            ContractViolation: a mapped column is missing in the source.
        """
        file = raw.files[0].path if len(raw.files) == 1 else None
        mapping = plan_mapping(self.config, self.source, self.contract, raw.frames.collect_schema(), file)
        require_cursor(self.declared, mapping)
        return Rows(mapping, self.config.sources[self.source].key_prefix, self.declared.cursor)

    @contextmanager
    def streaming(self, raw: RawTable, scratch: Path) -> Iterator[None]:
        """Turn what can go wrong while rows stream into the errors people see.

        Raises:
            SourceUnavailable, ContractViolation: the source cannot be read on.
            StagingFailed: the disk that the batch is written to refuses it.
        """
        files = ", ".join(file.path for file in raw.files)
        with reading(files, origin_of(self.config, self.source, self.dataset, scratch)):
            try:
                yield
            except InvalidOperationError as error:
                raise ContractViolation(
                    f"An expression met a value that it cannot convert: {first_line(error)}.",
                    remedy="map the column as it stands, so that single rows are refused, or use TRY_CAST.",
                    where=self.where,
                ) from error
            except (PolarsError, OSError) as error:
                if any(sign in str(error) for sign in DISK_REFUSALS):
                    raise unwritable(error, self.where) from error
                raise


def judged(rows: Rows, frame: pl.LazyFrame) -> pl.LazyFrame:
    """All rows of a source table, converted and judged as they stream."""
    fed = rows.mapping.apply(pushed_down(frame, rows.mapping, rows.cursor, rows.since))
    return fed.map_batches(rows.stage, streamable=True, schema=rows.schema(fed.collect_schema()))
