"""The schema ``meta`` of a published file: what it is, whence it came and what was checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import duckdb

from quality.results import CheckResult
from quality.sql import literal, quoted
from reporting.copying import TARGET, WITHHELD_NOTE, CopiedTable
from reporting.publication import (
    Change,
    Publication,
    PublicationContext,
    PublishedTable,
    SourceState,
    change_of,
)
from reporting.sql import relation

SCHEMA = "meta"


@dataclass(frozen=True)
class Column:
    """One column of a table of the schema."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """One table of the schema."""

    name: str
    description: str
    columns: tuple[Column, ...]


PUBLICATION = Table(
    "publication",
    "What this file is. Grain: one row.",
    (
        Column("publication_id", "varchar", "Business date and run."),
        Column("business_on", "date", "Business date that the figures stand at."),
        Column("published_at", "timestamp", "When it was published, UTC."),
        Column("run_id", "varchar", "The run that built it."),
        Column("verdict", "varchar", "pass, or pass_with_warnings: see meta.checks."),
    ),
)
SOURCES = Table(
    "sources",
    "What each table of each source gave. Grain: one row per source_system and dataset.",
    (
        Column("source_system", "varchar", "Source, as daybook.yaml names it."),
        Column("dataset", "varchar", "Contract that the table feeds."),
        Column("rows_read", "bigint", "Rows read: accepted and quarantined together."),
        Column("rows_accepted", "bigint", "Rows that keep the contract."),
        Column("rows_quarantined", "bigint", "Rows refused and kept with their reasons."),
        Column("newest", "varchar", "Newest value of the column that shows freshness; null when none."),
        Column("is_stale", "boolean", "Whether the last good data stands in for tonight's."),
        Column("file_count", "bigint", "Files read."),
        Column("files", "varchar", "Files read, one a line; null when none."),
    ),
)
CHECKS = Table(
    "checks",
    "Every check behind the verdict. Grain: one row per check_name and scope.",
    (
        Column("check_name", "varchar", "Name of the check; the same every night."),
        Column("scope", "varchar", "Batch, table or publication that was checked."),
        Column("severity", "varchar", "block: a failure stops the publication; warn: it is only shown."),
        Column("outcome", "varchar", "pass, fail, or crash when the check itself could not run."),
        Column("message", "varchar", "What was found."),
        Column("unexpected_count", "bigint", "Offending rows; null where rows are not counted."),
        Column("sample", "varchar", "A few offending keys, one a line; null when none."),
    ),
)
TABLES = Table(
    "tables",
    "The tables of the schema marts. Grain: one row per table_name.",
    (
        Column("table_name", "varchar", "Table of the schema marts."),
        Column("kind", "varchar", "dimension, fact or mart."),
        Column("row_count", "bigint", "Rows."),
        Column(
            "previous_row_count", "bigint", "Rows in the publication before; null when it had no such table."
        ),
        Column(
            "is_changed", "boolean", "Whether content differs from the publication before; null if unknown."
        ),
        Column("grain", "varchar", "Columns that together occur once."),
        Column("description", "varchar", "What the table answers."),
        Column("withheld_columns", "varchar", "Personal columns left empty; null when none."),
        Column("content_digest", "varchar", "Fingerprint of the rows, whatever their order."),
    ),
)
COLUMNS = Table(
    "columns",
    "The columns of the schema marts. Grain: one row per table_name and column_name.",
    (
        Column("table_name", "varchar", "Table of the schema marts."),
        Column("column_name", "varchar", "Column of the table."),
        Column("position", "bigint", "Place in the table, from 1."),
        Column("data_type", "varchar", "Type in DuckDB."),
        Column("description", "varchar", "Meaning, unit and null rule."),
        Column(
            "is_withheld", "boolean", f"Whether it is withheld: {WITHHELD_NOTE[0].lower()}{WITHHELD_NOTE[1:]}"
        ),
    ),
)


def write_content(
    connection: duckdb.DuckDBPyConnection,
    context: PublicationContext,
    copied: Sequence[CopiedTable],
    tables: Sequence[PublishedTable],
    previous: Publication | None,
) -> None:
    """Write where the content comes from and what the tables are."""
    connection.execute(f"create schema {relation(TARGET, SCHEMA)}")
    _write(connection, SOURCES, [_source_row(state) for state in context.sources])
    _write(
        connection,
        TABLES,
        [_table_row(table, change_of(table, duckdb.__version__, previous)) for table in tables],
    )
    _write(connection, COLUMNS, [row for table in copied for row in _column_rows(table)])


def write_verdict(
    connection: duckdb.DuckDBPyConnection,
    context: PublicationContext,
    outcome: str,
    checks: Iterable[CheckResult],
) -> None:
    """Write the verdict and the checks behind it."""
    _write(connection, CHECKS, [_check_row(check) for check in checks])
    published_at = context.published_at.astimezone(UTC).replace(tzinfo=None)
    row = (context.publication_id, context.business_on, published_at, context.run_id, outcome)
    _write(connection, PUBLICATION, [row])


def _write(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Make a table with comments and fill it; one bound list per column, as single rows are slow."""
    name = relation(TARGET, SCHEMA, table.name)
    columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
    connection.execute(f"create table {name} ({columns})")
    connection.execute(f"comment on table {name} is {literal(table.description)}")
    for column in table.columns:
        comment = literal(column.description)
        connection.execute(f"comment on column {name}.{quoted(column.name)} is {comment}")
    if rows:
        values = ", ".join(f"unnest(cast(? as {column.type}[]))" for column in table.columns)
        connection.execute(
            f"insert into {name} select {values}", [list(column) for column in zip(*rows, strict=True)]
        )


def _source_row(state: SourceState) -> tuple[Any, ...]:
    return (
        state.source,
        state.dataset,
        state.rows_read,
        state.rows_accepted,
        state.rows_quarantined,
        state.newest,
        state.is_stale,
        len(state.files),
        "\n".join(state.files) or None,
    )


def _check_row(check: CheckResult) -> tuple[Any, ...]:
    return (
        check.check,
        check.scope,
        check.severity,
        check.outcome,
        check.message,
        check.unexpected_count,
        "\n".join(check.sample) or None,
    )


def _table_row(table: PublishedTable, change: Change) -> tuple[Any, ...]:
    return (
        table.name,
        table.kind,
        table.rows,
        change.previous_rows,
        change.is_changed,
        ", ".join(table.grain),
        table.description,
        ", ".join(table.withheld) or None,
        table.digest,
    )


def _column_rows(table: CopiedTable) -> list[tuple[Any, ...]]:
    descriptions = {column.name: column.description for column in table.doc.columns}
    return [
        (
            table.doc.name,
            column.name,
            position,
            column.type,
            descriptions.get(column.name),
            column.is_withheld,
        )
        for position, column in enumerate(table.columns, start=1)
    ]
