"""Copies the published tables of a warehouse into a file that any DuckDB client since 1.1 can open."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from quality.sql import literal, quoted
from reporting.project import PUBLISHED_SCHEMA, TableDoc
from reporting.publication import PublishedColumn
from reporting.sql import relation

STORAGE_VERSION = "v1.0.0"
TARGET = "publication"
"""Name under which the new file is attached."""

MEMORY_LIMIT = "1GB"

WITHHELD_NOTE = "Personal, and left empty in this publication."


@dataclass(frozen=True)
class Fingerprint:
    """How many rows a table has, and what they say, in whatever order they stand."""

    rows: int
    digest: str


@dataclass(frozen=True)
class CopiedTable:
    """A table in the new file, and what the warehouse has under its name."""

    doc: TableDoc
    columns: tuple[PublishedColumn, ...]
    in_warehouse: Fingerprint

    @property
    def relation(self) -> str:
        """The table in the new file, as SQL names it."""
        return relation(TARGET, PUBLISHED_SCHEMA, self.doc.name)

    @property
    def withheld(self) -> frozenset[str]:
        """Names of the columns that are left empty."""
        return frozenset(column.name for column in self.columns if column.is_withheld)


@dataclass(frozen=True)
class Copy:
    """What was copied, and what could not be."""

    tables: tuple[CopiedTable, ...]
    missing: tuple[TableDoc, ...]
    """Described by the project and absent from the warehouse."""
    undescribed: tuple[str, ...]
    """In the warehouse and unknown to the project, such as what a removed model left behind."""


@dataclass(frozen=True)
class Workspace:
    """A DuckDB in memory to which a warehouse and a new file are attached."""

    connection: duckdb.DuckDBPyConnection
    database: str
    """Name by which this process can open further connections to it."""


@contextmanager
def open_workspace(warehouse: Path, target: Path, spill: Path) -> Iterator[Workspace]:
    """Open a warehouse for reading and a new file for writing, with bounded memory.

    The warehouse is attached under the name of its file, which its views speak of.

    Args:
        warehouse: file that dbt built; stays as it is.
        target: file to make; must not exist.
        spill: folder for what does not fit into memory.
    """
    database = f":memory:publication-{uuid.uuid4().hex}"
    with duckdb.connect(database) as connection:
        # Set here and not on connecting: whoever else connects would have to ask for the same settings.
        connection.execute("set memory_limit = $limit", {"limit": MEMORY_LIMIT})
        connection.execute("set temp_directory = $folder", {"folder": str(spill)})
        connection.execute("set autoinstall_known_extensions = false")
        connection.execute("set autoload_known_extensions = false")
        connection.execute(f"attach {literal(str(warehouse))} as {quoted(warehouse.stem)} (read_only)")
        connection.execute(
            f"attach {literal(str(target))} as {TARGET} (storage_version {literal(STORAGE_VERSION)})"
        )
        yield Workspace(connection, database)
        connection.execute(f"checkpoint {TARGET}")
        connection.execute(f"detach {TARGET}")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Write all that the block does with one wait for the disk instead of one for each statement."""
    connection.begin()
    yield
    connection.commit()


def copy_tables(
    connection: duckdb.DuckDBPyConnection,
    warehouse: str,
    tables: Iterable[TableDoc],
    described: frozenset[str],
    allow_personal: Iterable[str],
) -> Copy:
    """Copy tables into the new file, in their row order, with comments.

    Args:
        connection: of a workspace.
        warehouse: name under which the warehouse is attached.
        tables: what to copy.
        described: names of all tables the project knows, copied or not.
        allow_personal: personal columns to copy; every other one is left empty.
    """
    present = _tables_of(connection, warehouse)
    wanted = list(tables)
    allowed = frozenset(allow_personal)
    with transaction(connection):
        connection.execute(f"create schema {relation(TARGET, PUBLISHED_SCHEMA)}")
        copied = [_copy(connection, warehouse, doc, allowed) for doc in wanted if doc.name in present]
    return Copy(
        tables=tuple(copied),
        missing=tuple(doc for doc in wanted if doc.name not in present),
        undescribed=tuple(sorted(present - described)),
    )


def write_to_disk(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Put all that was copied on disk and open the file anew, so that what follows reads the file itself."""
    connection.execute(f"checkpoint {TARGET}")
    connection.execute(f"detach {TARGET}")
    connection.execute(f"attach {literal(str(target))} as {TARGET}")


def storage_version(connection: duckdb.DuckDBPyConnection) -> str:
    """The oldest storage format that can hold the new file."""
    row = connection.execute(
        "select tags['storage_version'] from duckdb_databases() where database_name = ?", [TARGET]
    ).fetchone()
    return str(row[0]) if row else ""


def fingerprint_columns(columns: Iterable[str]) -> str:
    """Two aggregates, rows and digest, over a table's expressions in order.

    The digest adds a hash of every row: the order of rows does not count, repeated rows do.
    """
    return f"count(*), coalesce(sum(cast(hash({', '.join(columns)}) as hugeint)), 0)"


def as_fingerprint(rows: int, total: int) -> Fingerprint:
    """What ``fingerprint_columns`` gave, as text that looks the same everywhere."""
    return Fingerprint(rows=rows, digest=f"{total:032x}")


def _tables_of(connection: duckdb.DuckDBPyConnection, warehouse: str) -> frozenset[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables where table_catalog = ? and table_schema = ?",
        [warehouse, PUBLISHED_SCHEMA],
    ).fetchall()
    return frozenset(name for (name,) in rows)


def _copy(
    connection: duckdb.DuckDBPyConnection, warehouse: str, doc: TableDoc, allowed: frozenset[str]
) -> CopiedTable:
    columns = _columns(connection, warehouse, doc, allowed)
    expressions = [_expression(column) for column in columns]
    source = relation(warehouse, PUBLISHED_SCHEMA, doc.name)
    named = ", ".join(
        f"{expression} as {quoted(column.name)}"
        for expression, column in zip(expressions, columns, strict=True)
    )
    target = relation(TARGET, PUBLISHED_SCHEMA, doc.name)
    connection.execute(f"create table {target} as select {named} from {source}")  # noqa: S608 - quoted above
    _comment(connection, target, doc, columns)
    found = connection.execute(f"select {fingerprint_columns(expressions)} from {source}").fetchall()  # noqa: S608
    return CopiedTable(doc=doc, columns=columns, in_warehouse=as_fingerprint(*found[0]))


def _columns(
    connection: duckdb.DuckDBPyConnection, warehouse: str, doc: TableDoc, allowed: frozenset[str]
) -> tuple[PublishedColumn, ...]:
    personal = {column.name for column in doc.columns if column.is_personal} - allowed
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns() "
        "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [warehouse, PUBLISHED_SCHEMA, doc.name],
    ).fetchall()
    return tuple(PublishedColumn(name=name, type=kind, is_withheld=name in personal) for name, kind in rows)


def _expression(column: PublishedColumn) -> str:
    return f"cast(null as {column.type})" if column.is_withheld else quoted(column.name)


def _comment(
    connection: duckdb.DuckDBPyConnection, target: str, doc: TableDoc, columns: Iterable[PublishedColumn]
) -> None:
    descriptions = {column.name: column.description for column in doc.columns}
    if doc.description:
        connection.execute(f"comment on table {target} is {literal(doc.description)}")
    for column in columns:
        description = descriptions.get(column.name)
        if description:
            note = f" {WITHHELD_NOTE}" if column.is_withheld else ""
            connection.execute(
                f"comment on column {target}.{quoted(column.name)} is {literal(description + note)}"
            )
