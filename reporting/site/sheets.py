"""Rows of a result as the XML of a worksheet (ECMA-376-1, 18.3.1).

A site's workbooks have a million cells, and a library that takes one cell at a time needs longer for
them than all pages need. Text is always text: its cells have a type that is no formula, link or number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any
from xml.sax.saxutils import escape

from xlsxwriter.utility import xl_col_to_name

from reporting.site.formats import plain
from reporting.site.results import Result, Row

MOST_TEXT = 32_767
"""UTF-16 units of text that a cell has room for."""
CUT = "\N{HORIZONTAL ELLIPSIS}"
OPEN, CLOSE = "\ue000", "\ue001"
"""What a mark stands between; never left in text of the data."""
NO_XML = dict.fromkeys([0xE000, 0xE001, 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
LIKE_AN_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""An underscore that spreadsheets would take for the beginning of an escaped character."""

FIRST_DAY = date(1900, 3, 1)
"""Before this day Excel counts days that never were."""
DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet knows no time zones
ONE_DAY = timedelta(days=1)

REMEMBERED = 50_000
"""Texts and days whose XML is kept: the same ones stand in row after row."""
PIECE = 500
"""Rows of a piece of XML."""

Write = Callable[[Any], str]
"""XML of a value, after the cell's reference."""


def sheet_rows(
    result: Result, row_count: int, styles: Mapping[int, str], code_text: Callable[[str], str]
) -> Iterator[str]:
    """The first rows of a result, as they stand below a heading of one row, in pieces of XML.

    Args:
        result: what is written.
        row_count: how many of its rows.
        styles: style of the numbers and days of a column, by the column's place.
        code_text: a word of the warehouse as a cell takes it.
    """
    cells = [
        (
            f'<c r="{xl_col_to_name(place)}',
            _writer(styles.get(place), code_text if column.kind == "code" else cell_text),
        )
        for place, column in enumerate(result.columns)
    ]
    for start in range(0, row_count, PIECE):
        rows = result.rows[start : min(start + PIECE, row_count)]
        yield "".join([_row(number, row, cells) for number, row in enumerate(rows, start=start + 2)])


def cell_text(text: str) -> str:
    """Text of the data as a cell takes it: nothing that steers, no mark, cut where a cell is full."""
    kept = plain(text).translate(NO_XML)
    if len(kept) <= MOST_TEXT // 2:
        return kept
    units = kept.encode("utf-16-le")
    if len(units) <= 2 * MOST_TEXT:
        return kept
    return units[: 2 * (MOST_TEXT - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _row(number: int, row: Row, cells: Sequence[tuple[str, Write]]) -> str:
    written = [
        f"{start}{number}{write(value)}"
        for (start, write), value in zip(cells, row.values_, strict=True)
        if value is not None
    ]
    return f'<row r="{number}">{"".join(written)}</row>'


def _writer(style: str | None, as_text: Callable[[str], str]) -> Write:
    """Writes the values of a column."""
    begin = f'" s="{style}"><v>' if style else '"><v>'

    @lru_cache(REMEMBERED)
    def text(value: object) -> str:
        shown = as_text(str(value))
        space = ' xml:space="preserve"' if shown != shown.strip() else ""
        escaped = escape(LIKE_AN_ESCAPE.sub("_x005F_", shown)).replace("\r", "_x000D_")
        return f'" t="inlineStr"><is><t{space}>{escaped}</t></is></c>'

    @lru_cache(REMEMBERED)
    def day(value: date) -> str:
        midnight = datetime(value.year, value.month, value.day)  # noqa: DTZ001
        moment = value.replace(tzinfo=None) if isinstance(value, datetime) else midnight
        return number((moment - DAY_0) / ONE_DAY) if moment.date() >= FIRST_DAY else text(value)

    def number(value: float) -> str:
        return f"{begin}{value:.16G}</v></c>"

    def write(value: object) -> str:
        if isinstance(value, bool):
            return f'" t="b"><v>{value:d}</v></c>'
        if isinstance(value, int | Decimal | float) and isfinite(value):
            return number(float(value))
        return day(value) if isinstance(value, date) else text(value)

    return write
