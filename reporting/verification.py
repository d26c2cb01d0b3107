"""The checks of the verdict that are made here: of the file readers will get, and of what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from quality.results import CheckResult, Outcome
from quality.sql import names, quoted
from reporting.copying import TARGET, CopiedTable, Copy, Workspace, as_fingerprint, fingerprint_columns
from reporting.project import PUBLISHED_SCHEMA, Project
from reporting.publication import Publication, PublicationContext
from reporting.row_rules import RowRule, row_rules, unusable_grain
from reporting.wording import counted

SHOWN = 5

Severity = Literal["block", "warn"]


def verify_tables(workspace: Workspace, copy: Copy) -> list[CheckResult]:
    """Check every copied table: whole, of its grain, complete, in bounds, reconciled and described.

    Args:
        workspace: with the new file written to disk.
        copy: what was copied into it.
    """
    checks = [_missing(doc.name) for doc in copy.missing]
    for table in copy.tables:
        checks += [
            _copied_whole(workspace, table),
            *_grain_faults(table),
            *_described(workspace, table),
        ]
    return checks + list(_row_by_row(workspace, copy.tables))


def verify_context(
    context: PublicationContext, project: Project, copy: Copy, current: Publication | None
) -> list[CheckResult]:
    """Check what surrounds the tables: the tests that ran, the sources, the business date."""
    return [
        _tests_ran(context, project),
        _no_step_back(context, current),
        *(_unknown(name) for name in copy.undescribed),
        *(_stale(f"{state.source}.{state.dataset}") for state in context.sources if state.is_stale),
    ]


def _missing(table: str) -> CheckResult:
    return _result(f"{table}.present", table, "The warehouse does not have this table.")


def _copied_whole(workspace: Workspace, table: CopiedTable) -> CheckResult:
    check, name, expected = f"{table.doc.name}.equals_warehouse", table.doc.name, table.in_warehouse
    aggregates = fingerprint_columns(quoted(column.name) for column in table.columns)
    query = f"select {aggregates} from {table.relation}"  # noqa: S608 - quoted
    found = as_fingerprint(*workspace.connection.execute(query).fetchall()[0])
    if found == expected:
        return _result(check, name, f"All {found.rows:,} rows equal the warehouse's.", outcome="pass")
    message = (
        f"The copy has {found.rows:,} rows of digest {found.digest}, "
        f"the warehouse {expected.rows:,} of {expected.digest}."
    )
    return _result(check, name, message)


def _grain_faults(table: CopiedTable) -> Iterator[CheckResult]:
    check, name, unusable = f"{table.doc.name}.grain", table.doc.name, unusable_grain(table)
    if not table.doc.grain:
        yield _result(check, name, "The project declares no grain for this table (test unique_grain).")
    if unusable:
        yield _result(check, name, f"Columns of the grain are missing or withheld: {', '.join(unusable)}.")


def _described(workspace: Workspace, table: CopiedTable) -> Iterator[CheckResult]:
    check, name = f"{table.doc.name}.described", table.doc.name
    columns = workspace.connection.execute(
        "select column_name, comment is not null from duckdb_columns() "
        "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [TARGET, PUBLISHED_SCHEMA, name],
    ).fetchall()
    present = {column for column, _ in columns}
    declared = [column.name for column in table.doc.columns]
    faults = [f"{column} has no description" for column, described in columns if not described]
    faults += [f"{column} is described and missing" for column in declared if column not in present]
    if not table.doc.description:
        faults.append("the table has no description")
    if faults:
        yield _result(check, name, f"{_listed(faults)}.", unexpected=len(faults))
    else:
        yield _result(check, name, "The table and every column are described.", outcome="pass")


def _row_by_row(workspace: Workspace, tables: Iterable[CopiedTable]) -> Iterator[CheckResult]:
    """Check the rules of every row with Great Expectations, over views of the published tables."""
    from quality.validation import Validator

    validator = Validator(workspace.database)
    for table in tables:
        rules = row_rules(table)
        if rules:
            view = f"create view {quoted(table.doc.name)} as from {table.relation}"
            workspace.connection.execute(view)
            findings = validator.validate(table.doc.name, [rule.expectation for rule in rules])
            for rule, finding in zip(rules, findings, strict=True):
                yield _judged(workspace, table, rule, finding.outcome, finding.trouble)


def _judged(
    workspace: Workspace, table: CopiedTable, rule: RowRule, outcome: Outcome, trouble: str | None
) -> CheckResult:
    name = table.doc.name
    if outcome == "pass":
        return _result(rule.check, name, f"{rule.kept}.", outcome="pass", unexpected=0)
    if outcome == "crash":
        return _result(rule.check, name, f"The check could not run: {trouble}", outcome="crash")
    count, sample = _offenders(workspace, table, rule)
    shown = f", such as {'; '.join(sample)}" if sample else ""
    message = f"{rule.kept}: not so in {counted(count, 'case')}{shown}."
    return _result(rule.check, name, message, unexpected=count, sample=sample)


def _offenders(workspace: Workspace, table: CopiedTable, rule: RowRule) -> tuple[int, list[str]]:
    """How often a rule is broken, and the keys of a few offenders; personal columns are left out."""
    query = f"from {table.relation} {rule.offenders}"
    ((count,),) = workspace.connection.execute(f"select count(*) from (select 1 {query})").fetchall()  # noqa: S608
    personal = {column.name for column in table.doc.columns if column.is_personal}
    known = {column.name for column in table.columns}
    shown = [column for column in table.doc.grain if column in known - personal]
    if not shown:
        return count, []
    keys = names(shown)
    found = workspace.connection.execute(f"select {keys} {query} order by {keys} limit {SHOWN}").fetchall()
    return count, [
        ", ".join(f"{key}={value}" for key, value in zip(shown, row, strict=True)) for row in found
    ]


def _tests_ran(context: PublicationContext, project: Project) -> CheckResult:
    """A test that fails stops only the run it is in: the verdict demands all of them, in this run."""
    check, scope = "publication.tests_ran", "publication"
    ran = {found.check for found in context.checks}
    absent = sorted(test for test in project.tests if f"dbt.{test}" not in ran)
    if not absent:
        message = f"All {len(project.tests):,} dbt tests ran in this run."
        return _result(check, scope, message, outcome="pass", unexpected=0)
    message = (
        f"{len(absent):,} of {len(project.tests):,} dbt tests did not run in this run: {_listed(absent)}."
    )
    return _result(check, scope, message, unexpected=len(absent))


def _no_step_back(context: PublicationContext, current: Publication | None) -> CheckResult:
    check, scope, day = "publication.not_older", "publication", context.business_on
    if current is None:
        return _result(check, scope, "This is the first publication.", outcome="pass")
    if day >= current.business_on or context.is_backfill:
        return _result(check, scope, f"{day} follows {current.business_on}.", outcome="pass")
    message = f"{day} is older than the published {current.business_on}; only a backfill may go back."
    return _result(check, scope, message)


def _unknown(table: str) -> CheckResult:
    message = "The warehouse has this table, the project does not know it; it is not published."
    return _result(f"{table}.known", table, message, severity="warn")


def _stale(scope: str) -> CheckResult:
    message = "The last good data stands in for tonight's."
    return _result(f"{scope}.current", scope, message, severity="warn")


def _listed(items: list[str]) -> str:
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more


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
