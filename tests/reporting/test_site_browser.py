"""Pages in a browser: what they do, and what becomes of data that means harm."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from site_world import BUSINESS_ON, Rep, Staff, Team, any_translation, build_some, kind_of_page, publish

from reporting.site.editions import Edition
from reporting.site.pages import PAGES
from tests.browser import loaded

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("site_browser")]

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    '=HYPERLINK("http://evil.example","Click")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd",
    "-2+3",
    "\t=1+1",
    "\u202egnp.exe\u202c \u2067x",
    "x" * 5000,
    "👩‍👩‍👧‍👦🏴‍☠️ emoji",
    "' onmouseover='alert(4)' x='",
    "{{ 7*7 }}{% raw %}${alert(5)}",
    "a\x00b\x1b[31m",
    'line\nbreak,comma;semicolon"quote',
]
HOSTILE_STAFF = Staff(
    [
        Rep("o'neil", name=HOSTILE[0]),
        Rep('a"b', name=HOSTILE[3]),
        Rep("<r>&", name=HOSTILE[8]),
        Rep("../../etc", name=HOSTILE[9]),
        Rep("$edition", name=HOSTILE[10]),
    ],
    [Team("t1", name=HOSTILE[1])],
)

PAGE = """/*
title: Trial
order: 99
*/

-- query: trial
select * from (values
    ('Zoe', 9.5, 1, date '2026-01-03', '=1+1'),
    ('anna', 100.25, 20, date '2025-12-31', '+1+cmd|x'),
    ('Bo', -3.0, 3, date '2026-01-01', '-2'),
    ('Émile', null, null, null, null),
    ('Carl', 0, 0, date '2026-01-02', '@SUM(A1)'),
    ('Dora', 1234567.5, 100, date '2026-01-04', 'plain, "quoted"'),
    ('Bo 10', 20, 4, date '2026-01-05', '' || chr(9) || '=2+2'),
    ('Bo 2', 30, 5, date '2026-01-06', '=HYPERLINK("http://evil.example")')
) as t(some_name, net_sales_amount, order_count, sales_on, remark)

-- query: total
select sum(net_sales_amount) as net_sales_amount from marts.daily_sales_summary
"""
TEMPLATE = """{% extends "page.html.j2" %}
{% block content %}
{{ ui.figure(q.total, "net_sales_amount", _("Net sales"), rows="trial") }}
{{ ui.chart(q.trial, bars(q.trial, "net_sales_amount", "some_name"), _("Net sales")) }}
{% endblock %}
"""


@dataclass(frozen=True)
class Site:
    """A site that was built."""

    folder: Path

    def page(self, edition: str, language: str, name: str) -> Path:
        return self.folder / edition / language / f"{name}.html"

    def pages(self) -> Iterator[Path]:
        """One page of each kind, of each kind of edition and language."""
        found: dict[str, Path] = {}
        for path in sorted(self.folder.glob("*/*/*.html")):
            found.setdefault(kind_of_page(path), path)
        yield from found.values()


@pytest.fixture(scope="module")
def trial(tmp_path_factory) -> Site:
    """A site with a page whose table is known, in English and in a language from right to left."""
    root = tmp_path_factory.mktemp("trial")
    file = publish(root / "sales.duckdb", Staff([Rep(f"r{i}") for i in range(5)]))
    pages = shutil.copytree(PAGES, root / "pages")
    (pages / "trial.sql").write_text(PAGE, encoding="utf-8")
    (pages / "trial.html.j2").write_text(TEMPLATE, encoding="utf-8")
    with any_translation(is_known_too=True):
        build_some(file, root / "site", ["en", "he"], _whole_company, pages)
    return Site(root / "site")


def _whole_company(editions: Sequence[Edition]) -> list[Edition]:
    return [edition for edition in editions if edition.kind in ("director", "board")]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> Site:
    """A site of a company in which every text means harm."""
    root = tmp_path_factory.mktemp("hostile")
    texts = cycle(HOSTILE)
    file = publish(root / "sales.duckdb", HOSTILE_STAFF, lambda _column, _owner: next(texts))
    build_some(file, root / "site")
    return Site(root / "site")


def opened(browser: Any, site: Site, **options: Any) -> Any:
    return loaded(browser, site.page("director", options.pop("language", "en"), "trial"), **options)


def column(page: Any, index: int) -> list[str]:
    """Shown cells of a column of the trial's table, from above."""
    return list(
        page.locator("table[data-name=trial] tbody").evaluate(
            "(body, index) => [...body.rows].filter(row => !row.hidden)"
            ".map(row => row.cells[index].dataset.value)",
            index,
        )
    )


def open_table(page: Any) -> None:
    page.locator("details.behind").evaluate_all("found => found.forEach(one => one.open = true)")


def head(page: Any, name: str) -> Any:
    return page.locator(f"table[data-name=trial] th[data-column={name}] button")


def exported(page: Any, table: str) -> list[list[str]]:
    """The table as a spreadsheet gets it."""
    with page.expect_download() as download:
        page.locator(f"table[data-name={table}] .tools button").click()
    assert download.value.suggested_filename == f"{table}.csv"
    text = Path(download.value.path()).read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(text.removeprefix("\ufeff").splitlines(keepends=True)))


# what a table does


def test_a_table_is_sorted_by_its_values_both_ways_and_what_is_undefined_stays_last(browser, trial):
    with opened(browser, trial) as page:
        open_table(page)
        amounts = ["-3.00", "0.00", "9.50", "20.00", "30.00", "100.25", "1234567.50"]
        for name, index, down in (
            ("net_sales_amount", 1, amounts[::-1]),
            ("order_count", 2, None),
            ("sales_on", 3, None),
        ):
            head(page, name).click()
            first = column(page, index)
            head(page, name).click()
            second = column(page, index)
            assert first[-1] == second[-1] == ""
            assert first[:-1] == second[:-1][::-1]
            assert first[:-1] == (down or first[:-1])
        head(page, "order_count").click()
        assert [int(value) for value in column(page, 2)[:-1]] == [100, 20, 5, 4, 3, 1, 0]
        assert page.locator("th[aria-sort]").evaluate_all("found => found.map(one => one.ariaSort)") == [
            "descending"
        ]


def test_names_are_sorted_as_people_sort_them(browser, trial):
    with opened(browser, trial) as page:
        open_table(page)
        head(page, "some_name").click()
        assert column(page, 0) == ["anna", "Bo", "Bo 2", "Bo 10", "Carl", "Dora", "Émile", "Zoe"]


def test_a_table_is_sorted_from_the_keyboard(browser, trial):
    with opened(browser, trial) as page:
        open_table(page)
        head(page, "some_name").focus()
        page.keyboard.press("Enter")
        assert column(page, 0)[0] == "anna"


def test_a_table_is_filtered_by_what_is_written_in_it(browser, trial):
    with opened(browser, trial) as page:
        open_table(page)
        page.locator("table[data-name=trial] .tools input").fill(" bo ")
        assert column(page, 0) == ["Bo", "Bo 10", "Bo 2"]
        assert page.locator("table[data-name=trial] .tools span").inner_text() == "3 rows"
        assert [row[0] for row in exported(page, "trial")[1:]] == ["Bo", "Bo 10", "Bo 2"]
        page.locator("table[data-name=trial] .tools input").fill("")
        assert len(column(page, 0)) == 8


def test_an_export_is_exact_and_no_cell_of_it_is_a_formula(browser, trial):
    with opened(browser, trial) as page:
        open_table(page)
        names, *rows = exported(page, "trial")
    assert names == ["some_name", "net_sales_amount", "order_count", "sales_on", "remark"]
    assert rows == [
        ["Zoe", "9.50", "1", "2026-01-03", "'=1+1"],
        ["anna", "100.25", "20", "2025-12-31", "'+1+cmd|x"],
        ["Bo", "-3.00", "3", "2026-01-01", "-2"],
        ["Émile", "", "", "", ""],
        ["Carl", "0.00", "0", "2026-01-02", "'@SUM(A1)"],
        ["Dora", "1234567.50", "100", "2026-01-04", 'plain, "quoted"'],
        ["Bo 10", "20.00", "4", "2026-01-05", "'\t=2+2"],
        ["Bo 2", "30.00", "5", "2026-01-06", '\'=HYPERLINK("http://evil.example")'],
    ]


def test_a_figure_leads_to_its_sql_and_to_its_rows(browser, trial):
    with opened(browser, trial) as page:
        ways = page.locator(".figure .ways a")
        ways.nth(0).click()
        sql = page.locator("#q-total")
        assert sql.evaluate("one => one.open")
        assert sql.locator("code").is_visible()
        assert "marts.daily_sales_summary" in sql.inner_text()
        ways.nth(1).click()
        table = page.locator("#t-trial table")
        table.wait_for(state="visible")
        assert page.locator("#t-trial").evaluate("one => one.getBoundingClientRect().top < innerHeight")


def test_a_link_to_a_part_opens_it(browser, trial):
    with loaded(browser, trial.page("director", "en", "trial"), anchor="#t-trial") as page:
        page.locator("#t-trial table").wait_for(state="visible")


def test_a_chart_is_drawn_and_its_table_stands_behind_it(browser, trial):
    with opened(browser, trial) as page:
        page.locator("#c-trial .drawing svg").wait_for()
        assert page.locator("#c-trial .drawing svg path").count() >= 8
        assert not page.locator("#c-trial table").is_visible()
        page.locator("#c-trial details.behind summary").click()
        assert page.locator("#c-trial table").is_visible()


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
@pytest.mark.parametrize(("language", "month"), [("en", "Jan"), ("he", "ינו\N{HEBREW PUNCTUATION GERESH}")])
def test_a_chart_tells_days_in_the_readers_language_wherever_the_reader_is(
    browser, trial, zone, language, month
):
    with loaded(browser, trial.page("director", language, "today"), timezone_id=zone) as page:
        page.locator("#c-trend .drawing svg").wait_for()
        texts = page.locator("#c-trend .drawing svg text").all_text_contents()
    days = [text for text in texts if re.match(r"\d+ \D", text)]
    assert days[0] == f"29 {month}"
    assert days[-1] == f"31 {month}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_page_fits_on_paper_and_is_printed_dark_on_light(browser, trial, scheme):
    paper = {"width": 794, "height": 1123}
    path = trial.page("director", "en", "today")
    with loaded(browser, path, viewport=paper, color_scheme=scheme) as page:
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= paper["width"]
        assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        for unprinted in ("button.theme", ".tools", "details.behind:not([open])", ".top nav"):
            assert not page.locator(unprinted).first.is_visible(), unprinted


def test_the_heading_of_a_wide_table_stays_in_sight(browser, trial):
    path = trial.page("director", "en", "pipeline")
    with loaded(browser, path, viewport={"width": 360, "height": 800}) as page:
        sheet = page.locator("#t-health")
        sheet.evaluate("one => one.scrollLeft = one.scrollWidth")
        left, right = sheet.locator(".heading").evaluate(
            "one => { const box = one.getBoundingClientRect(); return [box.left, box.right] }"
        )
        assert sheet.evaluate("one => one.scrollLeft") > 360
        assert 0 <= left < right <= 360


def test_without_scripts_every_table_is_there(browser, trial):
    with opened(browser, trial, java_script_enabled=False) as page:
        assert page.locator(".figure data").is_visible()
        page.locator("details.behind summary").click()
        assert page.locator("table[data-name=trial] tbody tr").count() == 8
        assert page.locator("table[data-name=trial] tbody td").first.is_visible()


def test_light_and_dark_are_switched_by_the_reader(browser, trial):
    background = "getComputedStyle(document.body).backgroundColor"
    with opened(browser, trial, color_scheme="light") as page:
        light = page.evaluate(background)
        page.locator("button.theme").click()
        dark = page.evaluate(background)
        page.locator("button.theme").click()
        assert page.evaluate(background) == light
    assert dark != light
    with opened(browser, trial, color_scheme="dark") as page:
        assert page.evaluate(background) == dark


def test_hebrew_reads_from_right_to_left(browser, trial):
    with opened(browser, trial, language="he") as page:
        assert page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == ["rtl", "he"]
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        open_table(page)
        cells = page.locator("table[data-name=trial] tbody tr").first.locator("td")
        lefts = cells.evaluate_all("found => found.map(one => one.getBoundingClientRect().left)")
        assert lefts == sorted(lefts, reverse=True), "the first column stands on the right"
        side = "one => getComputedStyle(one).textAlign.replace('start', 'right').replace('end', 'left')"
        assert cells.nth(0).evaluate(side) == "right"
        assert page.locator("h1").evaluate(
            "one => { const range = document.createRange(); range.selectNodeContents(one);"
            " return range.getBoundingClientRect().right > innerWidth / 2 }"
        )
        assert page.locator("#q-trial pre").evaluate("one => getComputedStyle(one).direction") == "ltr"


# old figures


def test_a_site_that_could_not_be_followed_by_another_says_so(browser, trial):
    stale = trial.folder / "stale.js"
    before = stale.read_text(encoding="utf-8")
    mark = {"business_on": "2026-02-01", "reasons": ["orders are late", "<b>bold</b>"]}
    stale.write_text(f"window.DAYBOOK_STALE = {json.dumps(mark)};\n", encoding="utf-8")
    try:
        for path in (trial.page("director", "en", "trial"), trial.folder / "index.html"):
            with loaded(browser, path) as page:
                alarm = page.locator("#alarms .alarm").first
                assert "stale" in alarm.inner_text()
                assert "2026-02-01" in alarm.inner_text()
                assert "<b>bold</b>" in alarm.inner_text()
                assert alarm.get_attribute("role") == "alert"
    finally:
        stale.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(("days", "is_told"), [(1, False), (4, False), (5, True), (400, True)])
def test_figures_that_nobody_renewed_say_how_old_they_are(browser, trial, days, is_told):
    now = datetime(BUSINESS_ON.year, BUSINESS_ON.month, BUSINESS_ON.day, 9, tzinfo=UTC) + timedelta(days=days)
    context = browser.new_context()
    context.clock.set_fixed_time(now)
    page = context.new_page()
    page.goto(trial.page("director", "en", "trial").as_uri())
    told = page.locator("#alarms .alarm").all_inner_texts()
    context.close()
    assert told == ([f"These figures are {days - 1} days old."] if is_told else [])


# data that means harm


def test_no_text_of_the_data_does_anything_or_spoils_a_page(browser, hostile):
    for path in hostile.pages():
        with loaded(browser, path, viewport={"width": 360, "height": 800}) as page:
            page.locator("body").hover()
            for figure in page.locator("figure.chart").all():
                figure.locator(".drawing svg").wait_for(state="attached")
            assert page.locator("img, [onerror], [onmouseover]").count() == 0, path
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_hostile_text_is_shown_as_it_is_written(browser, hostile):
    with loaded(browser, hostile.page("director", "en", "today")) as page:
        shown = page.locator("body").inner_text()
    for text in ("<script>alert(1)</script>", "=HYPERLINK("):
        assert text in shown


def test_nothing_in_a_file_turns_or_hides_the_text_around_it(hostile):
    for path in sorted(hostile.folder.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", text), path
        for script in re.findall(r"<script type=\"application/json\"[^>]*>(.*?)</script>", text, re.DOTALL):
            json.loads(script)
        for bad in ("<script>alert", "<img", html.unescape("&lt;r&gt;")):
            assert bad not in text, f"{path}: {bad}"


def test_an_export_of_hostile_data_has_no_formula(browser, hostile):
    with loaded(browser, hostile.page("director", "en", "today")) as page:
        page.locator("details.behind").evaluate_all("found => found.forEach(one => one.open = true)")
        for name in page.locator("table[data-name]").evaluate_all(
            "found => found.map(one => one.dataset.name)"
        ):
            for row in exported(page, name)[1:]:
                for cell in row:
                    is_number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
                    assert is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
