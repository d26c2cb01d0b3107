"""The ``files`` connector: one or several files of the same shape, in any known format."""

from __future__ import annotations

from pathlib import PurePosixPath

import polars as pl

from daybook.config import FileRead
from daybook.errors import ConfigurationError
from ingestion.connectors.delimited import read_delimited
from ingestion.connectors.excel import read_excel
from ingestion.connectors.origin import Origin, SourceFile, locate
from ingestion.connectors.parquet import read_parquet
from ingestion.connectors.raw import RawTable, gather

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
}


def read_file(read: FileRead, origin: Origin) -> RawTable:
    """Read all files of one ``read:``, stacked in the order they are named.

    Raises:
        SourceUnavailable: a file is not there or cannot be reached now.
        ContractViolation: a file's content is damaged, or lacks a column that the others have.
        ConfigurationError: the options do not fit the files.
    """
    tables = [_read_one(file, read, origin) for pattern in read.read for file in locate(pattern, origin)]
    return RawTable(
        pl.concat([table.frames for table in tables], how="diagonal"),
        gather(table.refused for table in tables),
        [file for table in tables for file in table.files],
    )


def _read_one(file: SourceFile, read: FileRead, origin: Origin) -> RawTable:
    kind = read.format or _format_of(file, origin)
    if kind == "parquet":
        return read_parquet(file, origin)
    if kind == "excel":
        return read_excel(file, read, origin)
    return read_delimited(file, read, origin)


def _format_of(file: SourceFile, origin: Origin) -> str:
    path = PurePosixPath(file.path.lower().removesuffix(".gz"))
    if path.suffix not in FORMATS:
        raise ConfigurationError(
            f"The ending {path.suffix or '(none)'} does not tell the file's format.",
            remedy="add format: csv, json, ndjson, parquet or excel.",
            where=origin.where(file.name),
        )
    return FORMATS[path.suffix]
