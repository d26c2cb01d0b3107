"""Builds the static site of a published file: every page of every edition in every language."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, partial
from multiprocessing import get_context
from pathlib import Path
from typing import ClassVar

import altair as alt
import duckdb
import vl_convert

from daybook.config import EditionKind, Language, Reports
from reporting.site.editions import Edition, editions_of
from reporting.site.extract import business_date, open_publication, parameters, show
from reporting.site.pages import LAYOUT, PAGES, Page, load_pages, load_queries
from reporting.site.render import Place, Renderer, metrics_on
from reporting.site.results import Answers, Kept, Parameters, Result, run, run_all
from reporting.site.words import MissingTranslationError, Words
from reporting.site.workbook import Told, load_layout, write_workbooks
from reporting.versions import NOT_STALE, STALE_SCRIPT

ASSETS = Path(__file__).with_name("assets")
PRELOADED = [__name__]
"""What every process would import by itself."""
FEW = 3
"""Editions that are built sooner than a second process has started."""

Results = dict[str, Result]
Untranslated = list[tuple[Language, str]]


@dataclass(frozen=True)
class Site:
    """What a site is made of, for every edition."""

    file: Path
    folder: Path
    currency: str
    languages: tuple[Language, ...]
    pages: tuple[Page, ...]
    templates: Path = PAGES
    """Folder of the pages' templates."""

    @cached_property
    def frame(self) -> dict[str, str]:
        """Queries that every page shares."""
        return load_queries((LAYOUT / "frame.sql").read_text(encoding="utf-8"))


def build_site(file: Path, folder: Path, currency: str, settings: Reports, pages: Path = PAGES) -> None:
    """Write the site of a published file.

    Args:
        file: the published file; read, never written.
        folder: the site; must not exist yet.
        currency: the company's, that all amounts are in.
        settings: editions, languages, and how large a group must be.
        pages: folder of query files and templates.

    Raises:
        MissingTranslationError: a text of a page is not translated into one of the languages.
        duckdb.Error: a page's query does not run over the file.
    """
    site = Site(file, folder, currency, tuple(settings.languages), tuple(load_pages(pages)), pages)
    with open_publication(file) as connection:
        editions = editions_of(connection, settings)
    folder.mkdir()
    with _mapping(site, len(editions)) as build_all:
        untranslated = build_all(editions)
        _write_assets(folder)  # while the others begin
        missing = [text for texts in untranslated for text in texts]
    if missing:
        language = missing[0][0]
        raise MissingTranslationError(language, {text for found, text in missing if found == language})
    _write_index(site, editions)


class Builder:
    """Builds editions of a site one after the other, and keeps what they have in common.

    Args:
        site: what they are made of.
        connection: as ``open_publication`` gives it.
    """

    def __init__(self, site: Site, connection: duckdb.DuckDBPyConnection) -> None:
        self._site = site
        self._connection = connection
        self._kept: defaultdict[EditionKind, Kept] = defaultdict(Kept)
        self._renderers = [
            Renderer(Words(language), site.currency, site.templates) for language in site.languages
        ]

    def build(self, edition: Edition) -> Untranslated:
        """Build an edition; returns the texts that had no translation, with their language."""
        kept = self._kept[edition.kind]
        kept.whole = show(self._connection, edition)
        _build_edition(self._site, edition, self._connection, kept, self._renderers)
        return sorted({(r.words.language, text) for r in self._renderers for text in r.words.missing})


@contextmanager
def _mapping(
    site: Site, edition_count: int
) -> Iterator[Callable[[Sequence[Edition]], Iterable[Untranslated]]]:
    """What builds editions: in this process where they are few, else in several."""
    if edition_count <= FEW:
        with open_publication(site.file) as connection:
            yield partial(map, Builder(site, connection).build)
        return
    # Not forks of this process: what DuckDB and the night hold in it must not be shared.
    processes = get_context("forkserver")
    processes.set_forkserver_preload(PRELOADED)
    with ProcessPoolExecutor(os.cpu_count() or 1, processes, _Process.begin, (site,)) as pool:
        yield partial(pool.map, _Process.build)


class _Process:
    """A process that builds nothing but editions of a site, and then ends."""

    builder: ClassVar[Builder]
    until_the_end: ClassVar = ExitStack()

    @classmethod
    def begin(cls, site: Site) -> None:
        cls.builder = Builder(site, cls.until_the_end.enter_context(open_publication(site.file)))

    @classmethod
    def build(cls, edition: Edition) -> Untranslated:
        return cls.builder.build(edition)


def _build_edition(
    site: Site,
    edition: Edition,
    connection: duckdb.DuckDBPyConnection,
    kept: Kept,
    renderers: Sequence[Renderer],
) -> None:
    known = parameters(connection, edition)
    pages = [page for page in site.pages if edition.kind in page.head.editions]
    frame = run_all(connection, site.frame, known, kept)
    subjects = {page.name: _subjects(connection, page, known) for page in pages if page.head.each}
    for renderer in renderers:
        (site.folder / edition.folder / renderer.words.language).mkdir(parents=True)
    columns: dict[str, set[str]] = defaultdict(set)
    for page in sorted(pages, key=lambda page: page.name == "catalogue"):
        for subject_id in subjects.get(page.name, [None]):
            results = Answers(connection, page.queries, {**known, "id": subject_id}, kept)
            place = Place(
                edition=edition,
                page=page,
                pages=pages,
                languages=site.languages,
                subjects=subjects,
                used_in=metrics_on(pages, columns),
                subject_id=subject_id,
            )
            _write(site, place, results, frame, renderers)
            columns[page.name] |= {column.name for result in results.values() for column in result.columns}
    sheets = run_all(connection, load_layout().queries, known, kept)
    _write_workbooks(site, edition, sheets, frame, renderers)


def _write(site: Site, place: Place, results: Results, frame: Results, renderers: Iterable[Renderer]) -> None:
    for renderer in renderers:
        path = site.folder / place.edition.folder / renderer.words.language / place.file
        path.write_text(renderer.page(place, results, frame), encoding="utf-8")


def _write_workbooks(
    site: Site, edition: Edition, sheets: Results, frame: Results, renderers: Iterable[Renderer]
) -> None:
    told = Told(edition, site.currency, frame["publication"].rows[0], frame["trust"].rows[0])
    words = [renderer.words for renderer in renderers]
    write_workbooks(site.folder / edition.folder, words, told, sheets)


def _subjects(connection: duckdb.DuckDBPyConnection, page: Page, known: Parameters) -> dict[str, str]:
    each = page.head.each or ""
    return {row["id"]: row["name"] for row in run(connection, each, page.queries[each], known)}


def _write_assets(folder: Path) -> None:
    shutil.copytree(ASSETS, folder / "assets")
    (folder / "assets" / "charts.js").write_text(_chart_library(), encoding="utf-8")
    (folder / STALE_SCRIPT).write_text(NOT_STALE, encoding="utf-8")


@cache
def _chart_library() -> str:
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    charts = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)
    return f"(() => {{\n{charts}\n}})();\n"


def _write_index(site: Site, editions: Sequence[Edition]) -> None:
    renderers = {language: Renderer(Words(language), site.currency) for language in site.languages}
    with open_publication(site.file) as connection:
        business_on = business_date(connection)
    first = next(page for page in site.pages if not page.head.each)
    page = renderers[site.languages[0]].other(
        "index.html.j2",
        editions=editions,
        renderers=renderers,
        first=first,
        business_on=business_on,
    )
    (site.folder / "index.html").write_text(page, encoding="utf-8")
