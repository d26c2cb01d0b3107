"""The target workbook: made by people for people, a sheet per level, a column per month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook

from ingestion.demo.company import FISCAL_START_MONTH, NAME
from ingestion.demo.targets import MONTHS, Plan, Plans

WRITTEN_AT = datetime(2024, 1, 1)  # noqa: DTZ001 - workbooks know no zones
"""Creation time inside the workbook, so that the same plans make the same file."""

HEADER_ROW = 2
"""0-based row of the headers; a title stands above."""

PLAN_HEADERS = ("Code", "Name", "Measure", "Fiscal year", "Plan")
MONTH_HEADERS = tuple(f"M{(FISCAL_START_MONTH - 1 + index) % MONTHS + 1:02d}" for index in range(MONTHS))
"""Calendar months in the order of the fiscal year: M04 ... M12, M01 ... M03."""

COMPANY_HEADERS = ("Measure", "Fiscal year", "Plan", "Q1", "Q2", "Q3", "Q4", "Year")
PLAN_VERSION = "plan"
NO_TARGET = "-"

BAD_CELL = "12k"
BAD_CELL_FROM = date(2026, 4, 1)
"""Planted: from this day on, a line for a vacant post holds one cell that is no number."""

Cell = str | int


def write_workbook(path: Path, plans: Plans, business_on: date) -> tuple[int, bool]:
    """Write the workbook.

    Args:
        path: the file.
        plans: what it says.
        business_on: decides whether the bad cell is there yet.

    Returns:
        How many cells hold a target, and whether the bad cell is there.
    """
    has_bad_cell = business_on >= BAD_CELL_FROM
    reps = [_months_line(plan) for plan in plans.reps]
    if has_bad_cell:
        reps.append(_vacant_line(BAD_CELL_FROM.year))
    teams = [_months_line(plan) for plan in plans.teams]
    company = [_company_line(plan) for plan in plans.company]
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": f"{NAME}: targets", "created": WRITTEN_AT})
        _sheet(book, "Reps", (*PLAN_HEADERS, *MONTH_HEADERS), reps)
        _sheet(book, "Teams", (*PLAN_HEADERS, *MONTH_HEADERS), teams)
        _sheet(book, "Company", COMPANY_HEADERS, company)
    targets = sum(isinstance(cell, int) for line in (*reps, *teams, *company) for cell in line)
    return targets, has_bad_cell


def _sheet(book: Workbook, name: str, headers: Sequence[str], lines: Iterable[Sequence[Cell]]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    amount = book.add_format({"num_format": "# ##0"})
    sheet.write_string(0, 0, f"{NAME}: targets in euros, without tax", bold)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    for column, header in enumerate(headers):
        sheet.write_string(HEADER_ROW, column, header, bold)
    for row, line in enumerate(lines, start=HEADER_ROW + 1):
        for column, cell in enumerate(line):
            if isinstance(cell, int):
                sheet.write_number(row, column, cell, amount)
            else:
                sheet.write_string(row, column, cell)


def _months_line(plan: Plan) -> list[Cell]:
    months = [NO_TARGET if amount is None else amount for amount in plan.months]
    return [plan.key, plan.name, plan.measure, _year_label(plan.fiscal_year), PLAN_VERSION, *months]


def _vacant_line(year: int) -> list[Cell]:
    return [
        "000000",
        "À pourvoir",
        "Bookings",
        _year_label(year),
        PLAN_VERSION,
        BAD_CELL,
        *[NO_TARGET] * (MONTHS - 1),
    ]


def _company_line(plan: Plan) -> list[Cell]:
    quarters = [_total(plan.months[index : index + 3]) for index in range(0, MONTHS, 3)]
    return [plan.measure, _year_label(plan.fiscal_year), PLAN_VERSION, *quarters, _total(plan.months)]


def _total(months: Sequence[int | None]) -> Cell:
    """A target for several months; none where one of them has none."""
    known = [amount for amount in months if amount is not None]
    return sum(known) if len(known) == len(months) else NO_TARGET


def _year_label(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02d}"
