"""The pages there are: for each a file of queries and a template of the same name in ``pages/``.

A query file starts with what the page is, as YAML in a comment, and goes on with named queries::

    /*
    title: Customers
    order: 60
    editions: [director, board]
    */

    -- query: by_value
    select ...

Queries read ``marts`` and ``meta``, which hold what the edition may see, and know the edition's own sums
by ``$scope_type`` and ``$scope_id``, the business date by ``$business_on``, and the periods it is in by
``$month_start_on``, ``$fiscal_year_end_on`` and so on. A query that is wanted in several forms is written
once, with a place for what differs::

    -- query: best_{period}; period: month, quarter
    select ... where period_type = '{period}'

``each: people`` makes a page of every row of the query ``people``,
which has the columns ``id`` and ``name``; the other queries then read whose page it is from ``$id``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import get_args

import yaml
from pydantic import BaseModel, ConfigDict

from daybook.config import EditionKind

PAGES = Path(__file__).with_name("pages")
LAYOUT = Path(__file__).with_name("layout")
"""What several pages share."""
HEAD = re.compile(r"\A/\*\n(?P<head>.*?)\*/\n", re.DOTALL)
QUERY = re.compile(r"^-- query: ([a-z0-9_{}]+)((?:; [a-z_]+: [a-z0-9_, ]+)*)\n", re.MULTILINE)


class Head(BaseModel):
    """What a page is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    order: int
    """Place in the navigation."""
    editions: tuple[EditionKind, ...] = get_args(EditionKind)
    """Editions that have it."""
    each: str | None = None
    """Query whose every row has a page of its own."""


@dataclass(frozen=True)
class Page:
    """One page, or one page of each of many subjects."""

    name: str
    head: Head
    queries: dict[str, str]

    @property
    def template(self) -> str:
        """Name of its template."""
        return f"{self.name}.html.j2"


def load_pages(folder: Path = PAGES) -> list[Page]:
    """Every page in the order of the navigation.

    Raises:
        ValueError: a query file does not say what its page is, or has no template.
    """
    pages = [_page(path) for path in folder.glob("*.sql")]
    return sorted(pages, key=lambda page: (page.head.order, page.name))


def _page(path: Path) -> Page:
    text = path.read_text(encoding="utf-8")
    found = HEAD.match(text)
    if found is None:
        raise ValueError(f"{path}: it does not start with a comment that says what the page is")
    if not path.with_suffix(".html.j2").exists():
        raise ValueError(f"{path}: there is no template {path.stem}.html.j2 beside it")
    return Page(path.stem, Head.model_validate(yaml.safe_load(found["head"])), load_queries(text))


def load_queries(text: str) -> dict[str, str]:
    """The named queries of a file, by name, in its order."""
    _, *parts = QUERY.split(text)
    written = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return {
        _with(name, values): _with(query.strip().rstrip(";"), values)
        for name, forms, query in written
        for values in _forms(forms)
    }


def _forms(told: str) -> Iterator[dict[str, str]]:
    """Every way to fill the places of a query; one without places where nothing is told of any."""
    named = dict(part.split(": ") for part in told.split("; ")[1:])
    for chosen in product(*(values.split(", ") for values in named.values())):
        yield dict(zip(named, chosen, strict=True))


def _with(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
