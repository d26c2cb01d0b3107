"""Rows of tables as HTML.

In Python and not in a template: a site has a million cells, and a macro takes ten times as long for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from reporting.site.formats import Formats, plain
from reporting.site.results import NUMBERS, Column, Kind, Row

LONG_TEXT = 40
"""Characters from which on a text gets a wider column."""

REMEMBERED = 200_000
"""Values whose cell is kept."""

Link = Callable[[Row, Column], str | None]


def exact(value: object) -> str:
    """A value as the warehouse has it, for sorting, export and anybody who wants to check it."""
    return "" if value is None else plain(str(value))


class Cells:
    """Writes the rows of tables in one language."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats
        # The same value stands on many pages: of a rep, of the rep's team, of the company.
        self._remembered: dict[tuple[Kind, str | None], str] = {}

    def row(self, columns: Iterable[Column], row: Row, link: Link) -> Markup:
        """The cells of a row.

        Args:
            columns: those that are shown.
            row: values.
            link: where a cell leads to.
        """
        return Markup("".join([self._cell(column, row, link) for column in columns]))  # noqa: S704  escaped below

    def _cell(self, column: Column, row: Row, link: Link) -> str:
        value = row[column.name]
        if href := link(row, column):
            return self._written(column.kind, value, href)
        # By its text: numbers that are equal need not have the same digits.
        key = column.kind, None if value is None else str(value)
        cell = self._remembered.get(key)
        return cell if cell is not None else self._remember(key, value)

    def _remember(self, key: tuple[Kind, str | None], value: Any) -> str:
        if len(self._remembered) >= REMEMBERED:
            self._remembered.clear()
        return self._remembered.setdefault(key, self._written(key[0], value))

    def _written(self, kind: Kind, value: Any, href: str | None = None) -> str:
        shown = str(escape(self._formats.cell(kind, value)))
        if href or kind == "text":
            shown = f'<bdi class="text">{shown}</bdi>'
        if href:
            shown = f'<a href="{escape(href)}">{shown}</a>'
        return f'<td{_classes(kind, value)} data-value="{escape(exact(value))}">{shown}</td>'


def _classes(kind: Kind, value: Any) -> str:
    names = escape(_names(kind, value))
    return f' class="{names}"' if names else ""


def _names(kind: Kind, value: Any) -> str:
    if kind in NUMBERS:
        return "number negative" if value is not None and value < 0 else "number"
    if kind in ("day", "month", "moment"):
        return "moment"
    if kind == "code":
        return f"code {str(value or '').replace(' ', '_')}"
    if kind == "flag":
        return "flag" if value else ""
    return "long" if kind == "text" and len(str(value or "")) > LONG_TEXT else ""
