"""Reads pages back as anybody's program would: links, tables, figures, charts."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

TAG = re.compile(r"<[a-z][^<>]*>")
ATTRIBUTE = re.compile(r'\s(id|href|src)="([^"]*)"')


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


def _ids_and_links(text: str) -> tuple[list[str], list[str]]:
    """All of a page; a parser takes ten times as long."""
    told = [found.groups() for tag in TAG.findall(text) for found in ATTRIBUTE.finditer(tag)]
    return (
        [unescape(value) for name, value in told if name == "id"],
        [unescape(value) for name, value in told if name != "id"],
    )


def broken_links(site: Path) -> list[str]:
    """Links of a site's pages that lead nowhere, and ids that occur twice."""
    ids: dict[Path, set[str]] = {}
    links: dict[Path, list[str]] = {}
    found = []
    for path in sorted(site.rglob("*.html")):
        named, links[path] = _ids_and_links(path.read_text(encoding="utf-8"))
        ids[path.resolve()] = set(named)
        found += [f"{path.relative_to(site)}: id {name} twice" for name, n in Counter(named).items() if n > 1]
    for path, leading in links.items():
        where = path.relative_to(site)
        for link in dict.fromkeys(leading):
            parts = urlsplit(link)
            if parts.scheme == "data":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            leads = not parts.scheme and target.is_file() and target.is_relative_to(site.resolve())
            if not leads or (parts.fragment and unquote(parts.fragment) not in ids.get(target, ())):
                found.append(f"{where}: {link}")
    return found
