"""The demo company's report pages: every kind of page, edition and language, as files and in a browser."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pytest
from babel.numbers import parse_decimal
from page_reader import Cell, ReadPage, broken_links
from site_world import LANGUAGES, build_some, kind_of_page, one_of_each

from daybook.config import EditionKind, Language
from quality.sql import literal
from reporting.site import words
from reporting.site.editions import Edition
from reporting.site.extract import open_publication, parameters, show
from reporting.site.formats import NOTHING, plain
from reporting.site.pages import Page, load_pages
from reporting.site.render import SHOWN_ROWS, exact, file_of
from reporting.site.results import run
from tests.browser import loaded
from tests.depth import deep_only

pytestmark = pytest.mark.xdist_group("demo")

MOST_BYTES = 1_500_000
STEPS = {"count": Decimal(1), "number": Decimal("0.1"), "ratio": Decimal("0.001")}
IN_BROWSER = pytest.mark.browser
OTHER_KINDS: tuple[EditionKind, ...] = ("rep", "supervisor", "director", "board")
"""Of editions, besides the team leads'."""


def deeper(*kinds: str) -> list[Any]:
    """Kinds of editions that show nothing which another does not show."""
    return [pytest.param(kind, marks=deep_only) for kind in kinds]


@dataclass(frozen=True)
class DemoSite:
    """The site of one edition of each kind."""

    file: Path
    folder: Path
    editions: tuple[Edition, ...]

    @cached_property
    def pages(self) -> dict[str, Path]:
        """One page of each kind, by edition, language and page; those of many subjects stand for all."""
        found: dict[str, Path] = {}
        for path in sorted(self.folder.glob("*/*/*.html")):
            found.setdefault(kind_of_page(path), path)
        return found

    def of_edition(self, edition: EditionKind = "lead", language: Language = "en") -> list[Path]:
        """One page of each kind."""
        return [path for kind, path in self.pages.items() if kind.startswith(f"{edition}/{language}/")]


@pytest.fixture(scope="module")
def site(demo, tmp_path_factory) -> DemoSite:
    folder = tmp_path_factory.mktemp("demo_site") / "site"
    editions = build_some(demo.home.pointer, folder, LANGUAGES, one_of_each)
    return DemoSite(demo.home.pointer, folder, tuple(editions))


# as files


def test_there_is_one_edition_of_each_kind_and_every_page_of_it(site):
    assert {edition.kind for edition in site.editions} == {"rep", "lead", "supervisor", "director", "board"}
    for edition in site.editions:
        for language in LANGUAGES:
            found = {
                kind.split("/")[2] for kind in site.pages if kind.startswith(f"{edition.kind}/{language}/")
            }
            assert found == {page.name for page in load_pages() if edition.kind in page.head.editions}


def test_every_link_and_every_anchor_leads_somewhere(site):
    assert broken_links(site.folder) == []


def test_no_page_is_heavy(site):
    heavy = {
        path.name: size for path in site.folder.rglob("*.html") if (size := path.stat().st_size) > MOST_BYTES
    }
    assert heavy == {}


@dataclass(frozen=True)
class Asked:
    """What one query of a page gives, asked of the published file once more."""

    columns: list[str]
    rows: list[tuple[Any, ...]]

    def column(self, name: str) -> list[Any]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


def ask(connection: duckdb.DuckDBPyConnection, query: str, **known: str | date | None) -> Asked:
    asked = {name: value for name, value in known.items() if re.search(rf"\${name}\b", query)}
    cursor = connection.execute(query, asked)
    return Asked([field[0] for field in cursor.description], cursor.fetchall())


def pages_of(
    edition: Edition, connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[Page, str | None, dict[str, Asked]]]:
    """Every page of an edition, whose it is, and what its queries give."""
    known = parameters(connection, edition)
    for page in load_pages():
        if edition.kind in page.head.editions:
            each = page.head.each
            subjects = ask(connection, page.queries[each], **known, id=None).column("id") if each else [None]
            for subject in subjects:
                yield (
                    page,
                    subject,
                    {
                        name: ask(connection, query, **known, id=subject)
                        for name, query in page.queries.items()
                    },
                )


@pytest.mark.parametrize("kind", ["rep", "board", *deeper("lead", "supervisor", "director")])
def test_every_number_on_every_page_is_the_marts_own(site, kind):
    (edition,) = (found for found in site.editions if found.kind == kind)
    compared = 0
    with open_publication(site.file) as connection:
        show(connection, edition)
        for page, subject, results in pages_of(edition, connection):
            for language in LANGUAGES:
                path = site.folder / edition.folder / language / file_of(page, subject)
                compared += compare(ReadPage(path), results, language)
    assert compared > 10


@pytest.mark.parametrize("language", ["fr", "he"])
def test_every_word_that_the_warehouse_has_for_something_is_translated(site, language):
    found: set[str] = set()
    with open_publication(site.file) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where database_name = 'publication' order by all"
        ).fetchall()
        for schema, table, column in columns:
            told = run(connection, "told", f"select distinct {column} from publication.{schema}.{table}", {})
            if told.columns[0].kind == "code":
                found |= {row[column] for row in told if row[column] not in {None, "(none)"}}
    assert len(found) > 50
    assert {code for code in found if words.spelled(code) not in words._catalogue(language)} == set()


@pytest.fixture(scope="module")
def shuffled(site, tmp_path_factory) -> Path:
    """The published file with the rows of every table in another order."""
    file = tmp_path_factory.mktemp("shuffled") / "sales.duckdb"
    with open_publication(site.file) as connection:
        connection.execute(f"attach {literal(str(file))} as other")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'publication'"
        ).fetchall()
        for schema, table in tables:
            name = f"{schema}.{table}"
            connection.execute(f"create schema if not exists other.{schema}")
            connection.execute(f"create table other.{name} as from publication.{name} order by hash(rowid)")
    return file


@pytest.mark.parametrize("kind", ["director", *deeper("board", "lead", "rep")])
def test_the_order_of_rows_in_the_file_is_nowhere_to_be_seen(site, shuffled, kind):
    edition = next(edition for edition in site.editions if edition.kind == kind)
    with open_publication(site.file) as told, open_publication(shuffled) as other:
        show(told, edition)
        show(other, edition)
        for page, shuffled_page in zip(pages_of(edition, told), pages_of(edition, other), strict=True):
            assert shuffled_page == page


def compare(page: ReadPage, results: dict[str, Asked], language: Language) -> int:
    """Compare what is on a page with what its queries give; returns how many values were."""
    compared = 0
    for table in page.tables:
        asked = results[table.name]
        at_least = min(len(asked.rows), SHOWN_ROWS)
        assert at_least <= len(table.rows) <= len(asked.rows), f"{page.path}: {table.name}"
        for place, (name, kind) in enumerate(table.columns):
            for row, value in zip(table.rows, asked.column(name), strict=False):
                check_cell(f"{page.path}: {table.name}.{name}", row[place], kind, value, language)
                compared += 1
    for figure in page.figures:
        where = f"{page.path}: {figure.query}.{figure.column}"
        values = {plain(exact(value)): value for value in results[figure.query].column(figure.column)}
        assert figure.cell.value in values, where
        value = values[figure.cell.value]
        check_cell(where, figure.cell, "amount" if figure.column.endswith("_amount") else "", value, language)
        compared += 1
    for name, spec in page.charts.items():
        known = {
            float(value)
            for row in results[name].rows
            for value in row
            if isinstance(value, (int, float, Decimal))
        }
        points = spec["data"]["values"]
        if points and "from" not in points[0]:
            drawn = {
                value
                for point in points
                for name_of_value, value in point.items()
                if name_of_value != "place" and isinstance(value, (int, float))
            }
            assert drawn - {True, False} <= known, f"{page.path}: {name}"
    return compared


def check_cell(where: str, cell: Cell, kind: str, value: Any, language: Language) -> None:
    assert cell.value == plain(exact(value)), where
    if value is None:
        assert cell.text.strip() == NOTHING, where
    elif kind in ("amount", *STEPS):
        step = STEPS.get(kind) or (Decimal("0.01") if abs(value) < 1000 and value else Decimal(1))
        shown = read_number(cell.text, language)
        assert abs(shown - Decimal(str(value))) <= step / 2, f"{where}: {cell.text} is not {value}"


def read_number(text: str, language: Language) -> Decimal:
    """A number as its reader understands it, with or without a unit."""
    bare = re.sub(r"[^\d,.\-\u2212\u00a0\u202f]", "", text).strip("\u00a0\u202f").replace("\u2212", "-")
    number = parse_decimal(bare, locale=language)
    return number / 100 if "%" in text else number


# privacy


@pytest.mark.parametrize("kind", ["rep", "lead", "supervisor", "board"])
def test_no_file_of_an_edition_holds_anybody_or_anything_that_it_must_not_show(site, demo, kind):
    (edition,) = (found for found in site.editions if found.kind == kind)
    secrets = secrets_of(demo, edition)
    assert len(secrets) > 5
    found = {}
    for path in sorted((site.folder / edition.folder).rglob("*")):
        if path.is_file():
            told = secrets & words_of(path)
            if told:
                found[str(path.relative_to(site.folder))] = sorted(told)[:5]
    assert found == {}


def secrets_of(demo: Any, edition: Edition) -> set[str]:
    """Names and ids of whom and what an edition must not show, as words that stand alone."""
    own = sorted(edition.reps or ())
    people = demo.rows(
        """
        select rep_id, rep_name, email from marts.dim_rep
        where not list_contains(?, rep_id) and rep_id <> '(none)'
        """,
        own,
    )
    deals = demo.rows(
        """
        select deal_id, contact_id, contact_name from marts.deal_register where not list_contains(?, rep_id)
        """,
        own,
    )
    queue = demo.rows("select item_id from marts.follow_up_queue where not list_contains(?, rep_id)", own)
    leads = demo.rows(
        "select lead_id from marts.lead_routing where not list_contains(?, coalesce(proposed_rep_id, ''))",
        own,
    )
    secret = [*chain(*people, *(row[:2] if edition.kind != "board" else row[1:] for row in deals))]
    if edition.kind != "board":
        named = (
            "select {0} from marts.deal_register group by {0} having bool_and(not list_contains(?, rep_id))"
        )
        secret += chain(
            *(chain(*demo.rows(named.format(name), own)) for name in ("deal_name", "account_name"))
        )
        secret += chain(*queue, *leads)
    open_texts = {name for (name,) in demo.rows("select team_name from marts.dim_team")}
    kept = {
        name
        for (name,) in demo.rows("select rep_name from marts.dim_rep where list_contains(?, rep_id)", own)
    }
    # Somebody else's contact may have the name of somebody whom the edition may show.
    kept |= {
        name
        for row in demo.rows(
            "select contact_id, contact_name from marts.deal_register where list_contains(?, rep_id)", own
        )
        for name in row
    }
    return (
        {text for text in secret if text and text != "(none)"}
        - open_texts
        - (kept if edition.kind != "board" else set())
    )


def words_of(path: Path) -> set[str]:
    """Every word, and every text between two signs, of a file or of what is packed in it."""
    data = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = b"\n".join(packed.read(name) for name in packed.namelist())
    text = data.decode("utf-8", "replace")
    pieces = re.split(r"[<>\"'=\n\r\t,;()\[\]{}|]+|&\w+;|\\u\w{4}", text)
    return {*(piece.strip() for piece in pieces), *re.split(r"[^\w@.\-]+", text)}


def test_a_word_that_must_not_be_there_would_be_found(tmp_path):
    (tmp_path / "page.html").write_text(
        '<td data-value="u-7"><bdi>Ana Quill</bdi> [{"y":"Bo Li"}]</td>', encoding="utf-8"
    )
    with zipfile.ZipFile(tmp_path / "workbook.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", "<si><t>Cy Ro</t></si>")
    assert {"u-7", "Ana Quill", "Bo Li"} <= words_of(tmp_path / "page.html")
    assert "Cy Ro" in words_of(tmp_path / "workbook.xlsx")


# in a browser


@IN_BROWSER
@pytest.mark.parametrize("kind", ["lead", *deeper("rep", "supervisor", "director", "board")])
def test_every_page_loads_is_drawn_and_holds_on_a_phone_and_on_a_wide_screen(browser, site, kind):
    for name, path in site.pages.items():
        if name.startswith(f"{kind}/"):
            with loaded(browser, path, viewport={"width": 1440, "height": 900}) as page:
                assert page.locator("h1").is_visible()
                page.wait_for_function(
                    "[...document.querySelectorAll('figure.chart')].every("
                    "one => one.querySelector('.drawing svg') && one.querySelector('table'))"
                )
                assert page.evaluate("document.documentElement.dir") == ("rtl" if "/he/" in name else "ltr")
                for width in (1440, 360):
                    page.set_viewport_size({"width": width, "height": 800})
                    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                    assert over <= 0, f"{name} is {over} px too wide at {width}"


@IN_BROWSER
@pytest.mark.parametrize(
    ("edition", "language", "scheme", "rules"),
    # The dark differs from the light, and one language from another, in little that can go wrong.
    [
        ("lead", "en", "light", {}),
        *(pytest.param(kind, "en", "light", {}, marks=deep_only) for kind in OTHER_KINDS),
        pytest.param("director", "en", "dark", {"runOnly": ["color-contrast"]}, marks=deep_only),
        pytest.param("director", "he", "light", {"runOnly": ["wcag2a"]}, marks=deep_only),
    ],
)
def test_no_page_keeps_anybody_out(browser, site, edition, language, scheme, rules):
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    found = {}
    for path in [*site.of_edition(edition, language), site.folder / "index.html"]:
        with loaded(browser, path, color_scheme=scheme) as page:
            results = axe.run(
                page, options={"preload": False, "resultTypes": ["violations"], **rules}
            ).response["violations"]
        told = [
            (one["id"], one["nodes"][0]["html"][:200])
            for one in results
            if one["impact"] in ("serious", "critical")
        ]
        if told:
            found[path.name] = told
    assert found == {}


@IN_BROWSER
def test_from_a_figure_one_gets_to_its_meaning_its_query_and_its_rows(browser, site):
    today = site.pages["director/en/today"]
    with loaded(browser, today) as page:
        figure = page.locator(".figure").first
        sql, rows = figure.locator(".ways a").all()
        sql.click()
        assert page.locator(sql.get_attribute("href")).evaluate("one => one.open")
        rows.click()
        page.locator(f"{rows.get_attribute('href')} table").wait_for(state="visible")
        figure.locator(".label a").click()
        page.wait_for_url("**/catalogue.html#m-*")
        assert page.locator(":target").is_visible()


@IN_BROWSER
def test_without_scripts_every_page_has_its_tables(browser, site):
    for path in site.of_edition():
        with loaded(browser, path, java_script_enabled=False) as page:
            assert page.locator("h1").is_visible()
            for detail in page.locator("details.behind").all():
                detail.locator("summary").click()
            for table in page.locator("table").all():
                assert table.is_visible(), path
