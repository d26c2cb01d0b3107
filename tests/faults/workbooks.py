"""Workbooks with monthly targets, sound and spoilt."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import xlsxwriter

HEADER = [
    "scope_type",
    "scope_id",
    "metric",
    "period_type",
    "period_start_on",
    "plan_version",
    "target_amount",
]
ROW = ["company", "company", "net_sales", "month", "2026-06-01", "plan", 660]


def workbook(*changes: tuple[int, int, Any], sheet: str = "Targets", merged: str | None = None) -> bytes:
    """A workbook with two targets, June's and July's.

    Args:
        *changes: row, column and what stands there instead; a text that starts with ``=`` is a
            formula that was never computed.
        sheet: its name.
        merged: two cells of the first column to merge; the second one's text goes.
    """
    cells = [HEADER, list(ROW), [*ROW[:4], "2026-07-01", *ROW[5:]]]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        made = book.add_worksheet(sheet)
        for number, row in enumerate(cells):
            made.write_row(number, 0, row)
        for row, column, value in changes:
            if isinstance(value, str) and value.startswith("="):
                made.write_formula(row, column, value, None, "")
            else:
                made.write(row, column, value)
        if merged is not None:
            made.merge_range(merged, cells[1][0])
            made.write_blank(2, 0, None, book.add_format())
    return stream.getvalue()


def with_text(row: int, column: int, text: str) -> bytes:
    """A workbook in which a text that looks like a formula is a text."""
    marked = workbook((row, column, "MARKED"))
    return _replaced(marked, "xl/sharedStrings.xml", lambda part: part.replace(b"MARKED", text.encode()))


def without_computed_value(formula: str) -> bytes:
    """A workbook whose July target is a formula without its value, as programs write them."""
    made = workbook((2, 6, "=MARKED"))
    computed, bare = b"<f>MARKED</f><v></v>", f"<f>{formula}</f>".encode()
    return _replaced(
        made, "xl/worksheets/sheet1.xml", lambda part: part.replace(b' t="str"', b"").replace(computed, bare)
    )


def bomb(megabytes: int) -> bytes:
    """A workbook whose sheet unpacks to zeros."""
    return _replaced(workbook(), "xl/worksheets/sheet1.xml", lambda _: bytes(megabytes << 20))


def _replaced(book: bytes, part: str, remake: Any) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for name in old.namelist():
            new.writestr(name, remake(old.read(name)) if name == part else old.read(name))
    return stream.getvalue()
