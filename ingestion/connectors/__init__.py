"""Connectors: read the rows of one source table as the source wrote them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from daybook.config import Config, FileRead
from daybook.errors import SourceUnavailable
from ingestion.connectors.files import read_file
from ingestion.connectors.origin import Origin, origin_of
from ingestion.connectors.raw import FILE, ROW, RawTable, nothing

__all__ = ["FILE", "ROW", "Origin", "RawTable", "column_names", "origin_of", "read_file", "read_table"]


def read_table(config: Config, source: str, dataset: str, scratch: Path, business_on: date) -> RawTable:
    """Read one table of one source.

    Args:
        config: the company's configuration.
        source: name of the source.
        dataset: contract it feeds.
        scratch: folder for what has to be rewritten before it can stream; the caller
            removes it once the frames have been read.
        business_on: the night's date; bounds what generated calendars hold.

    Raises:
        SourceUnavailable: a file is not there or cannot be reached; worth a retry.
        ContractViolation: what is there cannot be read as configured.
        ConfigurationError: the configuration does not fit the files.
    """
    origin = origin_of(config, source, dataset, scratch)
    declared = config.sources[source]
    table = declared.tables[dataset]
    read = table.read if isinstance(table.read, FileRead) else declared.files[str(table.read)]
    try:
        return read_file(read, origin)
    except SourceUnavailable:
        if not table.optional:
            raise
        return nothing()


def column_names(config: Config, source: str, dataset: str, scratch: Path, business_on: date) -> list[str]:
    """The source's own columns, in its order."""
    return read_table(config, source, dataset, scratch, business_on).columns
