"""The parts that pages are made of: words, formats, charts, results, query files and templates."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import altair as alt
import duckdb
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from babel.numbers import parse_decimal
from page_reader import ReadPage, broken_links
from site_world import (
    BUSINESS_ON,
    LANGUAGES,
    ROOT,
    Rep,
    Staff,
    any_translation,
    build_some,
    one_of_each,
    publish,
)

from daybook.config import Reports
from reporting.site import build_site, words
from reporting.site.charts import Charts
from reporting.site.editions import Edition
from reporting.site.formats import NOTHING, Formats, plain
from reporting.site.pages import PAGES, load_pages, load_queries
from reporting.site.render import exact, script_json
from reporting.site.results import Result, run
from reporting.site.words import MissingTranslationError, Words

HEAD = "/*\ntitle: Customers\norder: 60\n*/\n"


def in_language(language: str) -> Formats:
    with any_translation():
        return Formats(Words(language), "EUR")


def query(sql: str, **known: str | None) -> Result:
    with duckdb.connect() as connection:
        return run(connection, "asked", sql, known)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    return publish(tmp_path_factory.mktemp("five") / "sales.duckdb", Staff([Rep(f"r{i}") for i in range(5)]))


# words


def test_a_text_without_a_translation_fails_the_build_and_is_named(tmp_path, monkeypatch):
    catalogue = Catalog(locale="fr")
    catalogue.add("Sales", "Ventes")
    catalogue.add("Vague", "Flou", flags=["fuzzy"])
    catalogue.add("Untold", "")
    with (tmp_path / "fr.po").open("wb") as stream:
        write_po(stream, catalogue)
    monkeypatch.setattr(words, "LOCALES", tmp_path)
    words._catalogue.cache_clear()
    try:
        french = Words("fr")
    finally:
        words._catalogue.cache_clear()
    assert french.of("Sales") == "Ventes"
    french.check()
    for text in ("Vague", "Untold", "Unknown"):
        assert french.of(text) == text
    with pytest.raises(
        MissingTranslationError, match=r"(?s)fr\.po translates 3 texts.*'Unknown'.*'Untold'.*'Vague'"
    ):
        french.check()


@pytest.mark.parametrize("language", ["fr", "he"])
def test_a_page_with_an_untranslated_word_is_no_site(published, tmp_path, language):
    pages = shutil.copytree(PAGES, tmp_path / "pages")
    (pages / "odd.sql").write_text("/*\ntitle: Wholly new words\norder: 1\n*/\n", encoding="utf-8")
    (pages / "odd.html.j2").write_text('{% extends "page.html.j2" %}', encoding="utf-8")
    with pytest.raises(MissingTranslationError, match="Wholly new words"):
        build_site(
            published, tmp_path / "site", "EUR", Reports(languages=[language], editions=["board"]), pages
        )


def test_values_stand_in_the_places_of_a_text():
    assert Words("en").of("%(ratio)s of 100 %%", ratio="5 %") == "5 % of 100 %"
    assert Words("en").of("100 %") == "100 %"


@pytest.mark.parametrize("language", ["fr", "he"])
def test_a_translation_keeps_the_places_of_the_values(language):
    for text, translated in words._catalogue(language).items():
        assert sorted(re.findall(r"%\(\w+\)s", text)) == sorted(re.findall(r"%\(\w+\)s", translated)), text


# formats

VALUES = [
    "0",
    "0.0049",
    "-0.5",
    "999.994",
    "-999.5",
    "1000",
    "-1234567.89",
    "99999999999999.9999",
    "-99999999999999.9999",
]
STEPS = {"amount": Decimal(1), "count": Decimal(1), "number": Decimal("0.1"), "ratio": Decimal("0.001")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("value", VALUES)
def test_a_number_can_be_read_back_from_what_is_shown(language, kind, value):
    formats = in_language(language)
    shown = formats.cell(kind, Decimal(value))
    assert parse_number(shown, language) == pytest.approx(Decimal(value), abs=STEPS[kind] / 2)


def parse_number(text: str, language: str) -> Decimal:
    """A number as its reader understands it, whatever steers its direction."""
    is_percent = "%" in text
    bare = re.sub(r"[\u200e\u200f\u061c%€]|[\u00a0\u202f ]$|^[\u00a0\u202f ]", "", text).strip(
        "\u00a0\u202f "
    )
    number = parse_decimal(bare.replace("\u2212", "-"), locale=language)
    return number / 100 if is_percent else number


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "€1,234,568"), ("fr", "1\u202f234\u202f568\u00a0€"), ("he", "\u200f1,234,568\u00a0\u200f€")],
)
def test_money_alone_has_its_unit(language, expected):
    assert in_language(language).figure("amount", Decimal("1234567.89")) == expected


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_money_alone_is_the_same_number(language, value):
    shown = in_language(language).figure("amount", Decimal(value))
    assert "€" in shown
    assert parse_number(shown, language) == pytest.approx(Decimal(value), abs=Decimal("0.5"))


def test_cents_are_shown_where_they_matter():
    formats = in_language("en")
    assert [formats.cell("amount", Decimal(value)) for value in ("0", "0.5", "999.99", "1000.5")] == [
        *("0", "0.50", "999.99", "1,000"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "kind", ["amount", "ratio", "count", "number", "day", "month", "moment", "flag", "code", "text"]
)
def test_what_is_undefined_is_a_dash_and_never_zero(language, kind):
    formats = in_language(language)
    assert formats.cell(kind, None) == formats.figure(kind, None) == NOTHING


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [
        ("en", "Jan 5, 2026", "Jan 2026"),
        ("fr", "5 janv. 2026", "janv. 2026"),
        ("he", "5 בינו\u05f3 2026", "ינו\u05f3 2026"),
    ],
)
def test_days_and_months_are_written_as_the_reader_does(language, day, month):
    formats = in_language(language)
    assert formats.day(date(2026, 1, 5)) == day
    assert formats.month(date(2026, 1, 5)) == month
    assert formats.moment(datetime(2026, 1, 5, 3, 30)).endswith(" UTC")  # noqa: DTZ001


def test_a_period_is_named_by_what_it_is():
    formats = in_language("en")
    assert formats.period("week", date(2025, 12, 29), date(2026, 1, 4)) == "Week from Dec 29, 2025"
    assert formats.period("month", date(2026, 2, 1), date(2026, 2, 28)) == "February 2026"
    assert formats.period("month", date(2026, 1, 26), date(2026, 2, 25)) == "Jan 26, 2026 \u2013 Feb 25, 2026"


def test_codes_are_words_and_nobody_is_a_dash():
    assert in_language("en").code("on_track") == "On track"
    assert [in_language("en").cell(kind, "(none)") for kind in ("code", "text")] == [NOTHING, NOTHING]


def test_text_cannot_turn_the_text_around_it():
    assert plain("a\u202eb\u2067c\x00d\x1b") == "a\ufffdb\ufffdc\ufffdd\ufffd"
    assert plain("עברית, 👩‍👩‍👧, tab\tand\nline") == "עברית, 👩‍👩‍👧, tab\tand\nline"


# results


@pytest.mark.parametrize(
    ("sql", "kind", "label"),
    [
        ("1.5 as net_sales_amount", "amount", "Net sales"),
        ("0.5 as pace_ratio", "ratio", "Pace"),
        ("1 as order_count", "count", "Orders"),
        ("1 as rank", "count", "Rank"),
        ("1 as queue_rank", "count", "Queue rank"),
        ("1 as silent_days", "number", "Silent days"),
        ("1.5 as leak_score", "number", "Leak score"),
        ("date '2026-01-31' as sales_on", "day", "Sales"),
        ("date '2026-01-01' as sales_month", "month", "Sales month"),
        ("timestamp '2026-01-01' as published_at", "moment", "Published"),
        ("true as is_stale", "flag", "Stale"),
        ("true as stale", "flag", "Stale"),
        ("'on_track' as status", "code", "Status"),
        ("'open' as coverage_status", "code", "Coverage status"),
        ("'r1' as rep_id", "hidden", "Rep id"),
        ("'Ana' as rep_name", "text", "Rep"),
        ("'x' as anything", "text", "Anything"),
    ],
)
def test_a_column_knows_by_its_name_what_it_holds(sql, kind, label):
    (column,) = query(f"select {sql}").columns
    assert (column.kind, column.label) == (kind, label)


def test_the_sql_that_is_shown_runs_as_it_stands():
    hostile = "o'neil; drop table x -- $edition \\ \0"
    found = query(
        "select $scope_id as a, $id as b where $edition = 'rep'",
        scope_id=hostile,
        id=None,
        edition="rep",
        more="x",
    )
    assert [dict(row) for row in found] == [{"a": hostile, "b": None}]
    assert [dict(row) for row in query(found.sql)] == [{"a": hostile, "b": None}]


def test_an_empty_result_is_false_and_has_no_first_row():
    found = query("select 1 as a where false")
    assert not found
    assert found.first is None
    assert [len(found), list(found)] == [0, []]


# charts


def charted(language: str = "en") -> Charts:
    return Charts(in_language(language))


DAYS = """
    select * from (values
        (date '2026-01-30', 10.5::decimal(18, 4), null),
        (date '2026-01-31', -3, 7::decimal(18, 4))
    ) as t(sales_on, net_sales_amount, target_amount)
"""
STEPS_OF_A_QUARTER = """
    select * from (values
        ('start', 100::decimal(18, 4), true), ('new', 50, false), ('lost', -30, false), ('end', 120, true)
    ) as t(movement, step_amount, is_total)
"""
INTERVALS = "select 'week' as period_type, 5.0 as mid_amount, 4.0 as l80, 6.0 as u80, 3.0 as l95, 7.0 as u95"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_empty", [False, True])
def test_every_chart_keeps_the_grammar(language, is_empty):
    charts = charted(language)
    where = " where false" if is_empty else ""
    made = [
        charts.lines(query(f"from ({DAYS}){where}"), "sales_on", ["net_sales_amount", "target_amount"]),
        charts.bars(query(f"from ({DAYS}){where}"), "net_sales_amount", "sales_on", mark="target_amount"),
        charts.waterfall(query(f"from ({STEPS_OF_A_QUARTER}){where}"), "movement", "step_amount", "is_total"),
        charts.intervals(
            query(f"from ({INTERVALS}){where}"), "period_type", "mid_amount", [("l95", "u95"), ("l80", "u80")]
        ),
    ]
    for spec in made:
        alt.Chart.from_dict(spec, validate=True)
        assert bool(spec["data"]["values"]) != is_empty
        json.dumps(spec, allow_nan=False)


def test_a_waterfall_ends_where_its_total_stands():
    found = charted().waterfall(query(STEPS_OF_A_QUARTER), "movement", "step_amount", "is_total")["data"][
        "values"
    ]
    assert [(step["from"], step["to"], step["kind"]) for step in found] == [
        *((0, 100, "total"), (100, 150, "up"), (150, 120, "down"), (0, 120, "total")),
    ]


def test_a_line_has_a_gap_where_there_is_no_value():
    found = charted().lines(query(DAYS), "sales_on", ["net_sales_amount", "target_amount"])["data"]["values"]
    assert [(point["series"], point["y"]) for point in found] == [
        *(("Net sales", 10.5), ("Net sales", -3), ("Target", None), ("Target", 7)),
    ]


def test_a_script_cannot_be_ended_by_what_stands_in_it():
    text = script_json({"a": "</script><!--<script>&\u2028"})
    assert not re.search("[<>&\u2028]", text)
    assert json.loads(text) == {"a": "</script><!--<script>&\u2028"}


def test_an_exact_value_is_the_warehouses():
    assert [exact(value) for value in (None, Decimal("1.2300"), 0, False, date(2026, 1, 31))] == [
        *("", "1.2300", "0", "False", "2026-01-31"),
    ]


# pages


def page_files(folder: Path, sql: str, template: str | None = "{% extends 'page.html.j2' %}") -> Path:
    folder.mkdir()
    (folder / "customers.sql").write_text(sql, encoding="utf-8")
    if template is not None:
        (folder / "customers.html.j2").write_text(template, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("select 1", "does not start with a comment"),
        ("\n" + HEAD, "does not start with a comment"),
        ("/* title: x */\nselect 1", "does not start with a comment"),
        (HEAD.replace("order", "place"), "place"),
        (HEAD.replace("60", "first"), "order"),
        (HEAD.replace("*/", "editions: [reps]\n*/"), "editions"),
    ],
)
def test_a_query_file_that_does_not_say_what_its_page_is_is_refused(tmp_path, sql, message):
    with pytest.raises(ValueError, match=message):
        load_pages(page_files(tmp_path / "pages", sql))


def test_a_query_file_without_a_template_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"customers\.sql: there is no template customers\.html\.j2"):
        load_pages(page_files(tmp_path / "pages", HEAD, template=None))


def test_queries_are_had_by_name_in_their_order():
    text = HEAD + "\n-- query: b\nselect 1; \n\n-- query: a\n-- a remark\nselect 2\n"
    assert list(load_queries(text).items()) == [("b", "select 1"), ("a", "-- a remark\nselect 2")]


def test_pages_stand_in_their_order():
    pages = load_pages()
    assert [page.head.order for page in pages] == sorted(page.head.order for page in pages)
    assert all(page.queries for page in pages)


def test_a_page_of_a_query_that_does_not_run_is_no_site(published, tmp_path):
    template = "{% extends 'page.html.j2' %}{% block content %}{{ ui.table(q.a, 'a') }}{% endblock %}"
    sql = HEAD + "-- query: a\nselect nothing from marts.nowhere\n"
    pages = page_files(tmp_path / "pages", sql, template)
    with pytest.raises(duckdb.CatalogException, match="nowhere"):
        build_site(published, tmp_path / "site", "EUR", Reports(editions=["board"]), pages)


def documented_page() -> dict[str, str]:
    """The files of the example, as the document has them."""
    text = (ROOT / "docs" / "adding-a-report-page.md").read_text(encoding="utf-8")
    return dict(re.findall(r"`(losses\.[a-z0-9.]+)`:\n\n```\w+\n(.*?)```", text, re.DOTALL))


def test_adding_a_page_needs_one_query_file_and_one_template(published, tmp_path):
    pages = shutil.copytree(PAGES, tmp_path / "pages")
    added = documented_page()
    assert set(added) == {"losses.sql", "losses.html.j2"}
    for name, text in added.items():
        (pages / name).write_text(text, encoding="utf-8")
    settings = Reports(languages=LANGUAGES, editions=["board", "lead"])
    build_site(published, tmp_path / "site", "EUR", settings, pages)
    for language in LANGUAGES:
        other = tmp_path / "site" / "board" / language / "today.html"
        assert 'href="losses.html"' in other.read_text(encoding="utf-8")
        page = ReadPage(tmp_path / "site" / "board" / language / "losses.html")
        with duckdb.connect(str(published), read_only=True) as connection:
            counted = connection.execute(
                "select count(*) from marts.loss_reasons where period_type = 'quarter'"
            ).fetchone()
        assert [(table.name, len(table.rows)) for table in page.tables] == [("reasons", *(counted or ()))]
        assert not (tmp_path / "site" / "lead-t1" / language / "losses.html").exists()


def test_every_page_of_every_edition_can_be_made_of_nothing(tmp_path):
    """A company's first night: tables are there, rows are not."""
    file = publish(tmp_path / "sales.duckdb", Staff([Rep("r1"), Rep("r2", "t2")]))
    with duckdb.connect(str(file)) as connection:
        for (name,) in connection.execute(
            """
            select table_name from duckdb_tables()
            where schema_name = 'marts' and table_name not in ('dim_rep', 'dim_team')
            """
        ).fetchall():
            connection.execute(f"delete from marts.{name}")
    build_some(file, tmp_path / "site")
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > len(load_pages())


@pytest.mark.parametrize("language", ["fr", "he"])
def test_no_page_says_anything_that_cannot_be_translated(published, tmp_path, language, monkeypatch):
    """In a language in which every text is between brackets, headings and captions are."""
    monkeypatch.setattr(words, "LOCALES", tmp_path / "none")
    with any_translation():
        build_some(published, tmp_path / "site", [language], pages=PAGES)
    for path in sorted((tmp_path / "site").rglob("*/*/*.html")):
        text = path.read_text(encoding="utf-8")
        # ids, labels of the SQL and names of the data stand between tags as they are.
        for tag in ("h2", "h3", "caption", "summary", "figcaption", "button", "legend", "label"):
            for found in re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", text, re.DOTALL):
                bare = re.sub(
                    r"<bdi[^>]*>.*?</bdi>|<a class=\"sql\".*?</a>|⟦.*?⟧|<[^>]+>|&\w+;",
                    "",
                    found,
                    flags=re.DOTALL,
                )
                assert not re.search(r"[A-Za-z]{3,}", bare), f"{path.name}: <{tag}> {found}"


def test_a_page_tells_the_sql_of_what_it_shows_and_of_nothing_else(published, tmp_path):
    editions = build_some(published, tmp_path / "site")
    told = {
        edition.kind: set(re.findall(r'<details id="q-(\w+)"', path.read_text(encoding="utf-8")))
        for edition in editions
        for path in (tmp_path / "site" / edition.folder / "en").glob("attainment.html")
    }
    assert told["rep"] < told["lead"]
    assert {"reps", "rep_bookings_month"} <= told["lead"] - told["rep"]


@pytest.mark.parametrize("page", load_pages(), ids=lambda page: page.name)
def test_a_template_asks_for_every_query_beside_it(page):
    template = (PAGES / page.template).read_text(encoding="utf-8")
    asked = set(re.findall(r"\bq\.(\w+)", template))
    assert page.queries.keys() - asked == {page.head.each} - {None}


def test_the_site_of_a_company_leads_everywhere(published, tmp_path):
    build_site(published, tmp_path / "site", "EUR", Reports(languages=LANGUAGES))
    assert broken_links(tmp_path / "site") == []
    assert (tmp_path / "site" / "stale.js").read_text(
        encoding="utf-8"
    ).strip() == "window.DAYBOOK_STALE = null;"
    assert BUSINESS_ON.isoformat() in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")


def test_every_page_says_that_last_good_data_stands_in(published, tmp_path):
    file = shutil.copy(published, tmp_path / "sales.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("update meta.sources set is_stale = true")
    build_some(file, tmp_path / "site", chosen=one_of_each)
    pages = [path.read_text(encoding="utf-8") for path in (tmp_path / "site").glob("*/en/*.html")]
    assert len(pages) > 20
    assert all("Last good data stands in for: shop." in page for page in pages)


def test_an_edition_is_about_its_own_sums():
    assert Edition("rep", "r1").scope == ("rep", "r1")
    assert Edition("lead", "t1").scope == Edition("supervisor", "t1").scope == ("team", "t1")
    assert Edition("board").scope == Edition("director").scope == ("company", "company")
