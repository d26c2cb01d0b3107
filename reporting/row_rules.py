"""What every row of a published table must keep, from what the project declares and from names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from quality.rules import Expectation, no_rows
from quality.sql import names, quoted
from reporting.copying import CopiedTable
from reporting.publication import PublishedColumn

FRACTION = re.compile(r"(win_.*|.*_share)_ratio")
"""Ratios of a part to its whole: 0 to 1, whatever happens. Others, such as attainment, may pass 1."""

RESIDUAL = re.compile(r"(.*_)?(residual|unexplained)(_.*)?")
"""What is left over between two ways of counting the same: always 0."""


@dataclass(frozen=True, kw_only=True)
class RowRule:
    """One rule, how it is checked, and how to find who breaks it."""

    check: str
    expectation: Expectation
    offenders: str
    """End of a query that finds offenders, from ``where`` or ``group by`` on."""
    kept: str
    """What holds for every row, as a sentence without its full stop."""


def row_rules(table: CopiedTable) -> list[RowRule]:
    """All rules of a table; none about columns that are withheld, and no grain that cannot be checked."""
    required = {column.name for column in table.doc.columns if column.is_required}
    rules = [_grain(table)] if table.doc.grain and not unusable_grain(table) else []
    for column in table.columns:
        if not column.is_withheld:
            rules += _of_column(table.doc.name, column, column.name in required)
    return rules


def unusable_grain(table: CopiedTable) -> list[str]:
    """Columns of the grain that readers do not get."""
    usable = {column.name for column in table.columns if not column.is_withheld}
    return [column for column in table.doc.grain if column not in usable]


def _grain(table: CopiedTable) -> RowRule:
    repeated = f"group by {names(table.doc.grain)} having count(*) > 1"
    return RowRule(
        check=f"{table.doc.name}.grain",
        expectation=no_rows(f"select 1 from batch {repeated}"),  # noqa: S608 - quoted
        offenders=repeated,
        kept=f"There is one row per {', '.join(table.doc.grain)}",
    )


def _of_column(table: str, column: PublishedColumn, is_required: bool) -> Iterator[RowRule]:
    name, value = f"{table}.{column.name}", quoted(column.name)
    if is_required:
        yield RowRule(
            check=f"{name}.not_null",
            expectation=Expectation("expect_column_values_to_not_be_null", {"column": column.name}),
            offenders=f"where {value} is null",
            kept=f"Every row has a {column.name}",
        )
    if FRACTION.fullmatch(column.name):
        yield RowRule(
            check=f"{name}.is_fraction",
            expectation=_between(column.name, 0, 1),
            offenders=f"where {value} not between 0 and 1",
            kept=f"Every {column.name} is 0 to 1",
        )
    if RESIDUAL.fullmatch(column.name):
        yield RowRule(
            check=f"{name}.is_zero",
            expectation=_between(column.name, 0, 0),
            offenders=f"where {value} <> 0",
            kept=f"Every {column.name} is 0",
        )


def _between(column: str, least: int, most: int) -> Expectation:
    arguments = {"column": column, "min_value": least, "max_value": most}
    return Expectation("expect_column_values_to_be_between", arguments)
