"""The day of one edition in a mail: a subject line, and figures that a phone shows without a click."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from reporting.site.editions import EDITION_NAMES, Edition
from reporting.site.extract import parameters, show
from reporting.site.formats import Formats, plain
from reporting.site.pages import LAYOUT, load_queries
from reporting.site.render import Renderer
from reporting.site.results import Result, Row, run_all
from reporting.site.words import Words

MOST_NAME = 80
"""Characters of a name that a mail shows."""
CUT = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True)
class DigestText:
    """What a mail says."""

    subject: str
    """One line."""
    html: str


def write_digest(
    connection: duckdb.DuckDBPyConnection, edition: Edition, words: Words, currency: str, report: str
) -> DigestText:
    """The digest of an edition.

    Args:
        connection: as ``open_publication`` gives it; shows the edition's rows afterwards.
        edition: whose day it is.
        words: the language.
        currency: of all amounts.
        report: where the whole report is.

    Raises:
        MissingTranslationError: a text is not translated into the language.
        duckdb.Error: a query does not run over the published file.
    """
    show(connection, edition)
    queries = "".join((LAYOUT / file).read_text("utf-8") for file in ("frame.sql", "digest.sql"))
    results = run_all(connection, load_queries(queries), parameters(connection, edition))
    formats = Formats(words, currency)
    publication = results["publication"].rows[0]
    html = Renderer(words, currency).other(
        "digest.html.j2",
        q=results,
        edition=edition,
        edition_name=EDITION_NAMES[edition.kind],
        publication=publication,
        trust=results["trust"].rows[0],
        report=report,
        line=line,
        money=lambda result, column: _money(formats, result, column),
    )
    subject = _subject(formats, edition, publication, results)
    words.check()
    return DigestText(subject, html)


def line(text: str | None, most: int = MOST_NAME) -> str:
    """Text of the data in one line that is short enough to read."""
    kept = " ".join(plain(text or "").split())
    return kept if len(kept) <= most else kept[: most - 1] + CUT


def _subject(formats: Formats, edition: Edition, publication: Row, results: dict[str, Result]) -> str:
    words, name = formats.words, edition.subject_name or formats.words.of(EDITION_NAMES[edition.kind])
    said = {
        "name": line(name),
        "day": formats.day(publication["business_on"]),
        "amount": _money(formats, results["day"], "net_sales_amount"),
    }
    month = results["net_sales"].first
    if month is None or month["pace_ratio"] is None:
        return words.of("%(name)s, %(day)s: net sales %(amount)s", **said)
    pace = formats.cell("ratio", month["pace_ratio"])
    return words.of("%(name)s, %(day)s: net sales %(amount)s, month at %(pace)s of plan", **said, pace=pace)


def _money(formats: Formats, result: Result, column: str) -> str:
    """An amount of a result's first row; undefined where there is none."""
    return formats.figure("amount", result.first[column] if result.first else None)
