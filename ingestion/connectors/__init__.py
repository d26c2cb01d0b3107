"""Connectors: read the rows of one source table as the source wrote them.

``read_table`` is what extraction calls. Behind it each format has a module of its own; all of
them keep text as text, number the rows, and refuse what cannot be split into columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from daybook.config import Config, FileRead, Source, Table
from ingestion.batch import FileMark
from ingestion.connectors.calendar import read_calendar
from ingestion.connectors.files import read_file
from ingestion.connectors.origin import Origin, origin_of
from ingestion.connectors.query import read_query
from ingestion.connectors.raw import FILE, ROW, RawTable
from ingestion.connectors.unpivot import unpivoted

__all__ = ["FILE", "ROW", "Origin", "RawTable", "origin_of", "read_file", "read_table"]


def read_table(
    config: Config,
    source: str,
    dataset: str,
    scratch: Path,
    business_on: date,
    settled: Mapping[str, FileMark] | None = None,
) -> RawTable:
    """Read one table of one source.

    Args:
        config: the company's configuration.
        source: name of the source.
        dataset: contract it feeds.
        scratch: folder for what has to be rewritten before it can stream; the caller
            removes it once the frames have been read.
        business_on: the night's date; bounds what generated calendars hold.
        settled: files of the table to pass over unless they have changed.

    Raises:
        SourceUnavailable: a file is not there or cannot be reached; worth a retry.
        ContractViolation: what is there cannot be read as configured.
        ConfigurationError: the configuration does not fit the files.
    """
    declared = config.sources[source]
    origin = origin_of(config, source, dataset, scratch, settled)
    if declared.connector == "calendar":
        return read_calendar(config, origin, business_on)
    table = declared.tables[dataset]
    read = _read(declared, table, origin)
    if table.unpivot is None or not read.files:
        return read
    return unpivoted(read, table.unpivot, table.formats or declared.formats, origin)


def _read(source: Source, table: Table, origin: Origin) -> RawTable:
    if table.query is not None:
        return read_query(table.query, source.files, origin, optional=table.optional)
    read = table.read if isinstance(table.read, FileRead) else source.files[str(table.read)]
    return read_file(read, origin, optional=table.optional)
