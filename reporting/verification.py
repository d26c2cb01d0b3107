"""The checks of the verdict that read the published file itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import duckdb

from quality.results import CheckResult, Outcome
from quality.sql import names, quoted
from reporting.copying import TARGET, CopiedTable, Copy, as_fingerprint, fingerprint_columns
from reporting.project import PUBLISHED_SCHEMA, Project
from reporting.publication import Publication, PublicationContext, PublishedColumn
from reporting.wording import counted

FRACTION = re.compile(r"(win_.*|.*_share)_ratio")
"""Ratios of a part to its whole: 0 to 1, whatever happens. Others, such as attainment, may pass 1."""

RESIDUAL = re.compile(r"(.*_)?residual(_.*)?")
"""What is left unexplained between two ways of counting the same: always 0."""

SHOWN = 5

Severity = Literal["block", "warn"]


@dataclass(frozen=True)
class RowRule:
    """Something that must hold for every row of a table."""

    check: str
    broken: str
    """SQL condition of an offending row."""
    meaning: str
    """What must hold, as the end of "every row ..."."""


def verify_tables(connection: duckdb.DuckDBPyConnection, copy: Copy) -> list[CheckResult]:
    """Check every copied table: whole, of its grain, complete, in bounds, reconciled and described.

    Args:
        connection: a workspace whose new file was written to disk.
        copy: what was copied into it.
    """
    checks = [
        _result(f"{doc.name}.present", doc.name, "The warehouse does not have this table.")
        for doc in copy.missing
    ]
    for table in copy.tables:
        checks += _verify(connection, table)
    return checks


def verify_context(
    context: PublicationContext, project: Project, copy: Copy, current: Publication | None
) -> list[CheckResult]:
    """Check what surrounds the tables: the tests that ran, the sources, the business date."""
    return [
        _tests_ran(context, project),
        _no_step_back(context, current),
        *(_not_described(name) for name in copy.undescribed),
        *(_stale(f"{state.source}.{state.dataset}") for state in context.sources if state.is_stale),
    ]


def _verify(connection: duckdb.DuckDBPyConnection, table: CopiedTable) -> Iterator[CheckResult]:
    rules = list(_row_rules(table))
    counts = "".join(f", count(*) filter (where {rule.broken})" for rule in rules)
    aggregates = fingerprint_columns(quoted(column.name) for column in table.columns) + counts
    row = connection.execute(f"select {aggregates} from {table.relation}").fetchall()[0]  # noqa: S608 - quoted
    yield _copied_whole(table, *row[:2])
    yield _grain(connection, table)
    for rule, broken in zip(rules, row[2:], strict=True):
        yield _rule_result(connection, table, rule, broken)
    yield _described(connection, table)


def _row_rules(table: CopiedTable) -> Iterator[RowRule]:
    required = {column.name for column in table.doc.columns if column.is_required}
    for column in table.columns:
        if not column.is_withheld:
            yield from _column_rules(table.doc.name, column, column.name in required)


def _column_rules(table: str, column: PublishedColumn, is_required: bool) -> Iterator[RowRule]:
    name, value = f"{table}.{column.name}", quoted(column.name)
    if is_required:
        yield RowRule(f"{name}.not_null", f"{value} is null", f"has a {column.name}")
    if FRACTION.fullmatch(column.name):
        yield RowRule(
            f"{name}.is_fraction", f"{value} not between 0 and 1", f"has a {column.name} of 0 to 1, or none"
        )
    if RESIDUAL.fullmatch(column.name):
        yield RowRule(f"{name}.is_zero", f"{value} <> 0", f"has a {column.name} of 0, or none")


def _rule_result(
    connection: duckdb.DuckDBPyConnection, table: CopiedTable, rule: RowRule, broken: int
) -> CheckResult:
    if not broken:
        return _result(rule.check, table.doc.name, f"Every row {rule.meaning}.", outcome="pass", unexpected=0)
    return _result(
        rule.check,
        table.doc.name,
        f"Not every row {rule.meaning}: {counted(broken, 'row')}.",
        unexpected=broken,
        sample=_sample(connection, table, f"where {rule.broken}"),
    )


def _copied_whole(table: CopiedTable, rows: int, total: int) -> CheckResult:
    found, check = as_fingerprint(rows, total), f"{table.doc.name}.equals_warehouse"
    if found == table.in_warehouse:
        return _result(check, table.doc.name, f"All {rows:,} rows equal the warehouse's.", outcome="pass")
    return _result(
        check,
        table.doc.name,
        f"The copy has {rows:,} rows of digest {found.digest}, the warehouse {table.in_warehouse.rows:,} "
        f"of {table.in_warehouse.digest}.",
    )


def _grain(connection: duckdb.DuckDBPyConnection, table: CopiedTable) -> CheckResult:
    check, name, grain = f"{table.doc.name}.grain", table.doc.name, table.doc.grain
    if not grain:
        return _result(check, name, "The project declares no grain for this table (test unique_grain).")
    known = {column.name for column in table.columns}
    unusable = [column for column in grain if column not in known or column in table.withheld]
    if unusable:
        return _result(check, name, f"Columns of the grain are missing or withheld: {', '.join(unusable)}.")
    keys = names(grain)
    repeated = f"select {keys} from {table.relation} group by {keys} having count(*) > 1"  # noqa: S608 - quoted
    count = connection.execute(f"select count(*) from ({repeated})").fetchall()[0][0]  # noqa: S608
    if not count:
        return _result(check, name, f"One row per {', '.join(grain)}.", outcome="pass", unexpected=0)
    return _result(
        check,
        name,
        f"More than one row for {counted(count, 'key')} of {', '.join(grain)}.",
        unexpected=count,
        sample=_sample(connection, table, f"group by {keys} having count(*) > 1"),
    )


def _sample(connection: duckdb.DuckDBPyConnection, table: CopiedTable, condition: str) -> list[str]:
    """Keys of a few offending rows; personal columns are left out."""
    personal = {column.name for column in table.doc.columns if column.is_personal}
    known = {column.name for column in table.columns}
    shown = [column for column in table.doc.grain if column in known and column not in personal]
    if not shown:
        return []
    keys = names(shown)
    rows = connection.execute(
        f"select {keys} from {table.relation} {condition} order by {keys} limit {SHOWN}"  # noqa: S608 - quoted
    ).fetchall()
    return [", ".join(f"{column} {value}" for column, value in zip(shown, row, strict=True)) for row in rows]


def _described(connection: duckdb.DuckDBPyConnection, table: CopiedTable) -> CheckResult:
    name = table.doc.name
    rows = connection.execute(
        "select column_name, comment is not null from duckdb_columns() "
        "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [TARGET, PUBLISHED_SCHEMA, name],
    ).fetchall()
    columns = {column for column, _ in rows}
    faults = [f"{column} has no description" for column, described in rows if not described]
    faults += [
        f"{column.name} is described and missing"
        for column in table.doc.columns
        if column.name not in columns
    ]
    if not table.doc.description:
        faults.append("the table has no description")
    if not faults:
        return _result(f"{name}.described", name, "The table and every column are described.", outcome="pass")
    return _result(f"{name}.described", name, f"{_listed(faults)}.", unexpected=len(faults))


def _tests_ran(context: PublicationContext, project: Project) -> CheckResult:
    """A test that fails stops only the run it is in: the verdict demands all of them, in this run."""
    ran = {check.check for check in context.checks}
    absent = sorted(test for test in project.tests if f"dbt.{test}" not in ran)
    if not absent:
        message = f"All {len(project.tests):,} dbt tests ran in this run."
        return _result("publication.tests_ran", "publication", message, outcome="pass", unexpected=0)
    message = (
        f"{len(absent):,} of {len(project.tests):,} dbt tests did not run in this run: {_listed(absent)}."
    )
    return _result("publication.tests_ran", "publication", message, unexpected=len(absent))


def _no_step_back(context: PublicationContext, current: Publication | None) -> CheckResult:
    check = "publication.not_older"
    if current is None or context.business_on >= current.business_on or context.is_backfill:
        before = current.business_on.isoformat() if current else "nothing"
        message = f"{context.business_on} follows {before}."
        return _result(check, "publication", message, outcome="pass")
    return _result(
        check,
        "publication",
        f"{context.business_on} is older than the published {current.business_on}; only backfills go back.",
    )


def _not_described(table: str) -> CheckResult:
    message = "The warehouse has this table, the project does not know it; it is not published."
    return _result(f"{table}.known", table, message, severity="warn")


def _stale(scope: str) -> CheckResult:
    message = "The last good data stands in for tonight's."
    return _result(f"{scope}.current", scope, message, severity="warn")


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return ", ".join(shown[:SHOWN]) + more


def _result(
    check: str,
    scope: str,
    message: str,
    *,
    outcome: Outcome = "fail",
    severity: Severity = "block",
    unexpected: int | None = None,
    sample: Iterable[str] = (),
) -> CheckResult:
    return CheckResult(
        check=check,
        scope=scope,
        severity=severity,
        outcome=outcome,
        message=message,
        unexpected_count=unexpected,
        sample=list(sample),
    )
