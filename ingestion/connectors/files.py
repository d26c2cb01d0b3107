"""The ``files`` connector: one or several files of the same shape, in any known format."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import polars as pl

from daybook.config import FileRead
from daybook.errors import ConfigurationError, ContractViolation
from ingestion.connectors.delimited import read_delimited
from ingestion.connectors.excel import read_excel
from ingestion.connectors.json_text import read_json
from ingestion.connectors.origin import NothingThere, Origin, SourceFile, locate
from ingestion.connectors.parquet import read_parquet
from ingestion.connectors.raw import FILE, RESERVED, ROW, RawTable, gather, nothing
from ingestion.connectors.remote import expand, fetch

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
SPARSE = ("json", "ndjson")
"""Formats whose rows may leave out a column."""


@dataclass(frozen=True)
class _Read:
    """A file that has been read, and as what."""

    file: SourceFile
    kind: str
    table: RawTable


def read_file(read: FileRead, origin: Origin, *, optional: bool = False) -> RawTable:
    """Read all files of one ``read:``, stacked in the order they are named.

    Args:
        read: the files, and how to read them.
        origin: where they are, and for messages.
        optional: whether files that are not there are passed over.

    Raises:
        SourceUnavailable: a file is not there or cannot be reached now.
        ContractViolation: a file's content is damaged, or lacks a column that others have.
        ConfigurationError: the options do not fit the files.
    """
    tables: dict[str, _Read] = {}
    for pattern in read.read:
        try:
            for file, kind in _found(pattern, read, origin):
                if file.identity not in tables:
                    named = _told_apart(file, tables.values())
                    tables[file.identity] = _Read(named, kind, _read_one(named, kind, read, origin))
        except NothingThere:
            if not optional:
                raise
    return _stacked(list(tables.values()), origin) if tables else nothing()


def _told_apart(file: SourceFile, others: Iterable[_Read]) -> SourceFile:
    """The file under a name of its own: URLs may differ only in what their names leave out."""
    taken = {other.file.name for other in others}
    numbered = (f"{file.name} ({number})" for number in itertools.count(2))
    return replace(
        file, name=next(name for name in itertools.chain([file.name], numbered) if name not in taken)
    )


def _found(pattern: str, read: FileRead, origin: Origin) -> Iterator[tuple[SourceFile, str]]:
    for file in locate(pattern, origin):
        if origin.is_settled(file):
            continue
        kind = read.format or _format_of(file, origin)
        yield from ((one, kind) for one in _local(file, kind, read, origin))


def _local(file: SourceFile, kind: str, read: FileRead, origin: Origin) -> Sequence[SourceFile]:
    """The file itself, or what an object-store URL stands for."""
    if not file.is_remote:
        return [file]
    if kind == "excel":
        raise ConfigurationError(
            "A workbook cannot be read from an object store.",
            remedy="copy it to a folder first, or have it stored as CSV or Parquet.",
            where=origin.where(file.name),
        )
    return expand(file, origin) if kind == "parquet" else fetch(file, read, origin)


def _read_one(file: SourceFile, kind: str, read: FileRead, origin: Origin) -> RawTable:
    if kind == "parquet":
        return read_parquet(file, origin)
    if kind == "excel":
        return read_excel(file, read, origin)
    if kind in SPARSE:
        return read_json(file, read, origin, lines=kind == "ndjson")
    return read_delimited(file, read, origin)


def _format_of(file: SourceFile, origin: Origin) -> str:
    path = PurePosixPath(file.name.lower().removesuffix(".gz"))
    if path.suffix not in FORMATS:
        raise ConfigurationError(
            f"The ending {path.suffix or '(none)'} does not tell the file's format.",
            remedy="add format: csv, json, ndjson, parquet or excel.",
            where=origin.where(file.name),
        )
    return FORMATS[path.suffix]


def _stacked(tables: Sequence[_Read], origin: Origin) -> RawTable:
    """The rows of all files under the columns of all files."""
    schemas = [one.table.frames.collect_schema() for one in tables]
    columns = _columns(schemas)
    for one, schema in zip(tables, schemas, strict=True):
        if one.kind not in SPARSE:
            _refuse_missing(one.file.name, [name for name in columns if name not in schema], origin)
    files = [file for one in tables for file in one.table.files]
    if not columns and not any(file.rows_read for file in files):
        return nothing()
    return RawTable(
        pl.concat(
            _aligned(one.table.frames, schema, columns) for one, schema in zip(tables, schemas, strict=True)
        ),
        gather(one.table.refused for one in tables),
        files,
    )


def _columns(schemas: Iterable[pl.Schema]) -> dict[str, pl.DataType]:
    """All columns with their types; where files disagree about one, text is what they share."""
    columns: dict[str, pl.DataType] = {}
    for schema in schemas:
        for name, dtype in schema.items():
            if name not in RESERVED:
                columns[name] = dtype if columns.get(name, dtype) == dtype else pl.String()
    return columns


def _refuse_missing(file: str, missing: Sequence[str], origin: Origin) -> None:
    if missing:
        raise ContractViolation(
            f"The file lacks {', '.join(missing)}, which the other files have.",
            remedy="have it exported again, or read files of another layout as a source of their own.",
            where=origin.where(file, column=missing[0]),
        )


def _aligned(frame: pl.LazyFrame, schema: pl.Schema, columns: dict[str, pl.DataType]) -> pl.LazyFrame:
    cells = [
        pl.col(name).cast(dtype) if name in schema else pl.lit(None, dtype).alias(name)
        for name, dtype in columns.items()
    ]
    return frame.select(*cells, FILE, ROW)
