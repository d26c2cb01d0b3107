"""Turns results into pages, by jinja templates in which everything from data is escaped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from reporting.site.cells import Cells, Link, exact
from reporting.site.charts import Charts
from reporting.site.editions import Edition, slug
from reporting.site.formats import Formats, plain
from reporting.site.metrics import Metric, load_metrics, metric_of
from reporting.site.pages import LAYOUT, PAGES, Page
from reporting.site.results import Column, Result, Row
from reporting.site.words import Words

SHOWN_ROWS = 500
"""Rows of a table that a page shows; the workbook has all."""


@dataclass(frozen=True)
class Place:
    """Where a page stands: in which edition, among which pages, and whose it is."""

    edition: Edition
    page: Page
    pages: Sequence[Page]
    languages: Sequence[str]
    subjects: Mapping[str, Mapping[str, str]]
    """Names of the subjects that have a page of their own, by kind of page and id."""
    used_in: Mapping[str, Sequence[Page]]
    """Pages that show a metric, by its name."""
    subject_id: str | None = None

    @property
    def file(self) -> str:
        """Its name in the folder of its language."""
        return file_of(self.page, self.subject_id)

    @property
    def subject_name(self) -> str | None:
        """Whose page it is; None where it is of nobody in particular."""
        return self.subjects[self.page.name][self.subject_id] if self.subject_id else None

    def link(self, column: Column) -> Link | None:
        """Where the cells of a column lead to: pages of the subjects that it names; None when nowhere."""
        kind = column.name.removesuffix("_name")
        names = self.subjects.get(kind)
        if kind == column.name or not names:
            return None

        def to_page(row: Row) -> str | None:
            subject_id = str(row.get(f"{kind}_id"))
            is_other = subject_id in names and subject_id != self.subject_id
            return f"{kind}-{slug(subject_id)}.html" if is_other else None

        return to_page


def file_of(page: Page, subject_id: str | None = None) -> str:
    """Name of a page's file."""
    return f"{page.name}-{slug(subject_id)}.html" if subject_id else f"{page.name}.html"


class _Compiled(BytecodeCache):
    """Compiled templates, which are the same in every language."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what has been compiled from the same source before."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


COMPILED = _Compiled()


class Renderer:
    """Renders pages in one language."""

    def __init__(self, words: Words, currency: str, pages: Path = PAGES) -> None:
        self.words = words
        formats = Formats(words, currency)
        charts = Charts(formats)
        self._environment = Environment(
            loader=FileSystemLoader([pages, LAYOUT]),
            bytecode_cache=COMPILED,
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_harmless,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            _=words.of,
            words=words,
            formats=formats,
            currency=currency,
            lines=_drawn(charts.lines),
            bars=_drawn(charts.bars),
            waterfall=_drawn(charts.waterfall),
            intervals=_drawn(charts.intervals),
            metrics=load_metrics(),
            metric_of=metric_of,
            shown_rows=SHOWN_ROWS,
            exact=exact,
            cells=Cells(formats),
            file_of=file_of,
        )

    def page(self, place: Place, results: Mapping[str, Result], frame: Mapping[str, Result]) -> str:
        """One page as HTML.

        Args:
            place: where it stands.
            results: what its queries gave, by name.
            frame: what the queries that every page shares gave.
        """
        template = self._environment.get_template(place.page.template)
        return template.render(q=results, frame=frame, place=place, edition=place.edition)

    def other(self, template: str, **values: Any) -> str:
        """Another text by a template: the index, a mail."""
        return self._environment.get_template(template).render(**values)


def _harmless(value: object) -> object:
    """What a template is about to write: no text of the data turns the text around it, wherever it stands."""
    return plain(value) if type(value) is str else value


def metrics_on(pages: Iterable[Page], columns_of: Mapping[str, Iterable[str]]) -> dict[str, list[Page]]:
    """Pages that show a metric, by its name.

    Args:
        pages: all pages.
        columns_of: names of the columns that each page's queries give, by its name.
    """
    found: dict[str, list[Page]] = {}
    for page in pages:
        shown: set[Metric] = {metric for name in columns_of.get(page.name, ()) if (metric := metric_of(name))}
        for metric in shown:
            found.setdefault(metric.name, []).append(page)
    return found


def _drawn(make: Callable[..., dict[str, Any]]) -> Callable[..., Markup]:
    """A chart as the JSON that the page's script draws."""

    def draw(*arguments: Any, **options: Any) -> Markup:
        return script_json(make(*arguments, **options))

    return draw


def script_json(value: object) -> Markup:
    """JSON that cannot end the script it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704  escaped above
