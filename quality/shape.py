"""Whether a staged batch can be read and has its contract's columns: what every other check relies on."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from quality.inputs import AuditInput
from quality.results import CheckResult, Outcome
from quality.sql import quoted

REMEDY = "Remedy: extract the batch again."


def lay_out_batch(connection: DuckDBPyConnection, entry: AuditInput, view: str) -> CheckResult:
    """Make a view of a batch's rows; passes if the view is there and shaped as the contract says.

    Types are compared to the last digit of their scale.
    """
    try:
        rows = read_rows(connection, entry)
        rows.create_view(view)
    except duckdb.Error as error:
        return _result(
            entry, "columns", "crash", f"The staged rows cannot be read: {first_line(error)} {REMEDY}"
        )
    found = [f"{name} {kind}".lower() for name, kind in zip(rows.columns, rows.types, strict=True)]
    expected = [f"{field.name} {field.sql_type}" for field in entry.contract.fields]
    if found == expected:
        return _result(
            entry, "columns", "pass", f"The {len(expected)} columns are the contract's, in order and type."
        )
    missing = [column for column in expected if column not in found]
    surplus = [column for column in found if column not in expected]
    return _result(
        entry,
        "columns",
        "fail",
        f"The staged columns are not the contract's {len(expected)} in their order: "
        f"missing {_listed(missing)}; not expected {_listed(surplus)}. {REMEDY}",
    )


def read_rows(connection: DuckDBPyConnection, entry: AuditInput) -> DuckDBPyRelation:
    """The rows of a batch; of the contract's columns where it has no file."""
    if entry.files:
        return connection.read_parquet([str(file) for file in entry.files], hive_partitioning=False)
    fields = entry.contract.fields
    nothing = ", ".join(f"cast(null as {field.sql_type}) as {quoted(field.name)}" for field in fields)
    return connection.sql(f"select {nothing} limit 0")


def check_row_count(connection: DuckDBPyConnection, entry: AuditInput, view: str) -> CheckResult:
    """Whether a batch's files hold the rows that its extraction counted."""
    (found,) = connection.table(view).aggregate("count(*)").fetchone() or (0,)
    if found == entry.rows_staged:
        return _result(entry, "rows_staged", "pass", f"All {found:,} rows that were extracted are staged.")
    message = f"{found:,} rows are staged, but {entry.rows_staged:,} were extracted. {REMEDY}"
    return _result(entry, "rows_staged", "fail", message)


def first_line(error: BaseException | str) -> str:
    """What an error says, without its statement or traceback."""
    return str(error).strip().split("\n", 1)[0].rstrip(".") + "."


def _result(entry: AuditInput, name: str, outcome: Outcome, message: str) -> CheckResult:
    check = f"{entry.dataset}.{name}"
    return CheckResult(check=check, scope=entry.scope, severity="block", outcome=outcome, message=message)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns) or "none"
