"""Rows of tables as HTML.

In Python and not in a template: a site has a million cells, and a macro takes ten times as long for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from reporting.site.formats import Formats, plain
from reporting.site.results import Column, Row

LONG_TEXT = 40
"""Characters from which on a text gets a wider column."""

Link = Callable[[Row, Column], str | None]


def exact(value: object) -> str:
    """A value as the warehouse has it, for sorting, export and anybody who wants to check it."""
    return "" if value is None else plain(str(value))


class Cells:
    """Writes the rows of tables in one language."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats

    def row(self, columns: Iterable[Column], row: Row, link: Link) -> Markup:
        """The cells of a row.

        Args:
            columns: those that are shown.
            row: values.
            link: where a cell leads to.
        """
        return Markup("".join(self._cell(column, row, link) for column in columns))  # noqa: S704  escaped below

    def _cell(self, column: Column, row: Row, link: Link) -> str:
        value = row[column.name]
        shown = str(escape(self._formats.cell(column.kind, value)))
        href = link(row, column)
        if href or column.kind == "text":
            shown = f'<bdi class="text">{shown}</bdi>'
        if href:
            shown = f'<a href="{escape(href)}">{shown}</a>'
        return f'<td{_classes(column, value)} data-value="{escape(exact(value))}">{shown}</td>'


def _classes(column: Column, value: Any) -> str:
    names = escape(_names(column, value))
    return f' class="{names}"' if names else ""


def _names(column: Column, value: Any) -> str:
    if column.is_number:
        return "number negative" if value is not None and value < 0 else "number"
    if column.kind in ("day", "month", "moment"):
        return "moment"
    if column.kind == "code":
        return f"code {str(value or '').replace(' ', '_')}"
    if column.kind == "flag":
        return "flag" if value else ""
    return "long" if column.kind == "text" and len(str(value or "")) > LONG_TEXT else ""
