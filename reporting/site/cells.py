"""Headings and rows of tables as HTML.

In Python and not in a template: a site has a million cells, and a macro takes ten times as long for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from reporting.site.formats import Formats, plain
from reporting.site.metrics import metric_of
from reporting.site.results import NUMBERS, Column, Kind, Row

LONG_TEXT = 40
"""Characters from which on a text gets a wider column."""

BREAKABLE = "_<wbr>"
"""Technical names break after an underscore rather than anywhere."""

REMEMBERED = 200_000
"""Values whose cell is kept."""

Link = Callable[[Row], str | None]
"""The page that a row's cell leads to; None when there is none."""


def exact(value: object) -> str:
    """A value as the warehouse has it, for sorting, export and anybody who wants to check it."""
    return "" if value is None else plain(str(value))


class Cells:
    """Writes the headings and rows of tables in one language."""

    def __init__(self, formats: Formats) -> None:
        self._formats = formats
        # The same value stands on many pages: of a rep, of the rep's team, of the company.
        self._remembered: dict[tuple[Kind, str | None], str] = {}
        self._headings: dict[Column, str] = {}

    def headings(self, columns: Iterable[Column]) -> Markup:
        """The cells above the columns."""
        return Markup("".join([self._heading(column) for column in columns]))  # noqa: S704  escaped below

    def rows(
        self, columns: Iterable[Column], rows: Iterable[Row], link: Callable[[Column], Link | None]
    ) -> Markup:
        """Rows of a table.

        Args:
            columns: those that are shown.
            rows: values.
            link: where the cells of a column lead to; None when they lead nowhere.
        """
        cells = [self._cell(column, link(column)) for column in columns]
        lines = [f"<tr>{''.join([cell(row) for cell in cells])}</tr>" for row in rows]
        return Markup("\n".join(lines))  # noqa: S704  escaped below

    def descriptions(self, columns: Iterable[Row]) -> Markup:
        """Rows of a table that says what the columns of a published table are.

        Args:
            columns: rows of ``meta.columns``.
        """

        def meaning(column: Row) -> str:
            return plain(column["description"] or "") + (" (withheld)" if column["is_withheld"] else "")

        lines = [
            f"<tr><td><code>{escape(column['column_name'])}</code></td>"
            f"<td>{escape(column['data_type'])}</td><td>{escape(meaning(column))}</td></tr>"
            for column in columns
        ]
        return Markup("\n".join(lines))  # noqa: S704  escaped above

    def _heading(self, column: Column) -> str:
        return self._headings.get(column) or self._headings.setdefault(column, self._head(column))

    def _head(self, column: Column) -> str:
        words = self._formats.words
        label = words.of(column.label)
        number = ' class="number"' if column.is_number else ""
        about = ""
        if metric := metric_of(column.name):
            asked = escape(words.of("What is %(name)s?", name=label))
            meaning = escape(words.of(metric.meaning))
            href = f"catalogue.html#m-{metric.name}"
            about = f' <a class="what" href="{href}" title="{meaning}" aria-label="{asked}">?</a>'
        told = f'data-kind="{column.kind}" data-column="{escape(column.name)}"'
        return f'<th scope="col"{number} {told}><button type="button">{escape(label)}</button>{about}</th>'

    def _cell(self, column: Column, link: Link | None) -> Callable[[Row], str]:
        """Writes a column's cell of a row."""
        name, kind, remembered = column.name, column.kind, self._remembered

        def write(row: Row) -> str:
            value = row[name]
            # By its text: numbers that are equal need not have the same digits.
            key = kind, None if value is None else str(value)
            cell = remembered.get(key)
            return cell if cell is not None else self._remember(key, value)

        def write_linked(row: Row) -> str:
            href = link(row) if link else None
            return self._written(kind, row[name], href) if href else write(row)

        return write_linked if link else write

    def _remember(self, key: tuple[Kind, str | None], value: Any) -> str:
        if len(self._remembered) >= REMEMBERED:
            self._remembered.clear()
        return self._remembered.setdefault(key, self._written(key[0], value))

    def _written(self, kind: Kind, value: Any, href: str | None = None) -> str:
        shown = str(escape(self._formats.cell(kind, value)))
        if href or kind == "text":
            shown = f'<bdi class="text">{shown.replace("_", BREAKABLE)}</bdi>'
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
