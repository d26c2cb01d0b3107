"""Reads pages back as anybody's program would: links, tables, figures, charts."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass
class Cell:
    """One value: exact, and as it is shown."""

    value: str
    text: str = ""


@dataclass
class Table:
    """One table of figures."""

    name: str
    columns: list[tuple[str, str]] = field(default_factory=list)
    """Name and kind."""
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass
class Figure:
    """One value that stands alone."""

    query: str
    column: str
    cell: Cell


class ReadPage(HTMLParser):
    """What is on a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tables: list[Table] = []
        self.figures: list[Figure] = []
        self.charts: dict[str, dict[str, Any]] = {}
        self.visible: list[str] = []
        self._in_table = False
        self._cell: Cell | None = None
        self._chart: str | None = None
        self._script: str | None = None
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: C901  a case each
        has = {name: value or "" for name, value in attrs}
        if "id" in has:
            self.ids.append(has["id"])
        self.links += [has[name] for name in ("href", "src") if name in has]
        if tag == "table":
            self._in_table = "data-name" in has
            if self._in_table:
                self.tables.append(Table(has["data-name"]))
        elif tag == "tr" and self._in_table and self.tables[-1].columns:
            self.tables[-1].rows.append([])
        elif tag == "th" and self._in_table:
            self.tables[-1].columns.append((has["data-column"], has["data-kind"]))
        elif tag == "td" and self._in_table:
            self._cell = Cell(has["data-value"])
            self.tables[-1].rows[-1].append(self._cell)
        elif tag == "data":
            self._cell = Cell(has["value"])
            self.figures.append(Figure(has["data-query"], has["data-column"], self._cell))
        elif tag == "figure":
            self._chart = has.get("id", "").removeprefix("c-")
        elif tag == "script":
            self._script = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "data"):
            self._cell = None
        elif tag == "table":
            self._in_table = False
        elif tag == "script":
            if self._chart and self._script:
                self.charts[self._chart] = json.loads(self._script)
            self._script = None
        elif tag == "figure":
            self._chart = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script += data
            return
        self.visible.append(data)
        if self._cell:
            self._cell.text += data


def broken_links(site: Path) -> list[str]:
    """Links of a site's pages that lead nowhere, and ids that occur twice."""
    pages = {path: ReadPage(path) for path in sorted(site.rglob("*.html"))}
    ids = {path.resolve(): set(page.ids) for path, page in pages.items()}
    found = []
    for path, page in pages.items():
        where = path.relative_to(site)
        found += [
            f"{where}: id {name} twice" for name in {name for name in page.ids if page.ids.count(name) > 1}
        ]
        for link in dict.fromkeys(page.links):
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            leads = not parts.scheme and target.is_file() and target.is_relative_to(site.resolve())
            if not leads or (parts.fragment and unquote(parts.fragment) not in ids.get(target, ())):
                found.append(f"{where}: {link}")
    return found
