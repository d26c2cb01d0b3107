"""The workbook has an edition's rows exactly as the marts have them, as text where they are text."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import fastexcel
import pytest
from report_world import BUSINESS_ON, PUBLISHED_AT, publish_rows, small_company

from daybook.config import Language, Reports
from reporting.site import words, workbook
from reporting.site.editions import Edition, editions_of
from reporting.site.extract import open_publication, parameters, show
from reporting.site.results import Column, Result, Row, run_all
from reporting.site.words import Words
from reporting.site.workbook import Told, cell_text, load_layout, write_workbooks

DIRECTORS = Edition("director")
HOSTILE = '=cmd|"/c calc"!A1'


class Echo(dict[str, str]):
    """A catalogue that has every text: itself between angle quotes."""

    get = staticmethod("«{}»".format)


@pytest.fixture(autouse=True)
def any_language(monkeypatch):
    monkeypatch.setattr(words, "_catalogue", lambda _: Echo())


Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Writes the workbooks of an edition of a company; gives the folder of its languages."""

    def workbooks(
        rows: dict[str, Any] | None = None,
        folder: str = "director",
        languages: Sequence[Language] = ("en",),
        to: str = "out",
    ) -> Path:
        file = tmp_path / "sales.duckdb"
        if not file.exists():
            publish_rows(file, small_company() if rows is None else rows)
        with open_publication(file) as connection:
            editions = editions_of(connection, Reports(smallest_group=2))
            edition = next(edition for edition in editions if edition.folder == folder)
            show(connection, edition)
            results = run_all(connection, load_layout().queries, parameters(connection, edition))
        for language in languages:
            (tmp_path / to / language).mkdir(parents=True)
        told = Told(edition, "EUR", PUBLICATION, TRUST)
        write_workbooks(tmp_path / to, [Words(language) for language in languages], told, results)
        return tmp_path / to

    return workbooks


def row(**values: Any) -> Row:
    return Row({name: place for place, name in enumerate(values)}, tuple(values.values()))


PUBLICATION = row(
    publication_id="2026-01-30-run1",
    business_on=BUSINESS_ON,
    published_at=PUBLISHED_AT,
    verdict="pass_with_warnings",
)
TRUST = row(
    source_count=1,
    stale_source_count=0,
    read_row_count=Decimal(10),
    refused_row_count=Decimal(1),
    check_count=1,
    warning_count=1,
)


def sheet(path: Path, name: str) -> list[dict[str, Any]]:
    return fastexcel.read_excel(path).load_sheet(name).to_polars().to_dicts()


def names(path: Path) -> list[str]:
    return fastexcel.read_excel(path).sheet_names


def parts(path: Path) -> dict[str, str]:
    with ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def sheets_of(path: Path) -> list[str]:
    return [text for name, text in parts(path).items() if name.startswith("xl/worksheets/sheet")]


def test_values_are_those_of_the_marts_exactly(make):
    file = make() / "en" / "workbook.xlsx"
    targets = [line for line in sheet(file, "Targets") if line["Level"] == "Company"]
    assert {line["Actual"] for line in targets} == {float(Decimal("1234.5678"))}
    assert {line["Pace"] for line in targets} == {float(Decimal("0.6496666667"))}
    assert {line["Period start"].isoformat()[:10] for line in targets} == {"2026-01-01"}
    [day] = sheet(file, "Daily sales")
    assert day["Net sales"] == float(Decimal("1000.2234"))
    assert day["Sales"].isoformat()[:10] == "2026-01-30"
    assert day["Working day"] is True
    deals = sheet(file, "Open deals")
    assert [(deal["Deal id"], deal["Value"]) for deal in deals] == [("=d1", 7000.1234), ("d2", 7000.1234)]


def test_numbers_are_shown_by_their_kind(make):
    styles = parts(make() / "en" / "workbook.xlsx")["xl/styles.xml"]
    assert 'formatCode="0.0%"' in styles
    assert 'formatCode="#,##0.00"' in styles
    assert 'formatCode="yyyy-mm-dd"' in styles


def test_text_is_never_a_formula_a_link_or_a_number(make):
    texts = [HOSTILE, "+1", "https://example.org/?a=1", "00042", "@SUM(A1)", "_x0041_", " <b>&amp;\u202e"]
    rows = small_company()
    rows["deal_register"] = [
        deal | {"deal_id": f"d{place}", "deal_name": text, "deal_amount": Decimal(100 - place)}
        for place, text in enumerate(texts)
        for deal in rows["deal_register"][:1]
    ]
    file = make(rows) / "en" / "workbook.xlsx"
    for xml in sheets_of(file):
        assert "<f>" not in xml
        assert "<f " not in xml
        assert "<hyperlink" not in xml
    shown = fastexcel.read_excel(file).load_sheet("Open deals").to_polars().to_series(1).to_list()
    assert shown[:6] == texts[:6]
    assert shown[6] == " <b>&amp;\N{REPLACEMENT CHARACTER}"


def test_a_mark_in_the_data_is_no_mark(make):
    rows = small_company(deal_name="\ue0000\ue001")
    file = make(rows) / "en" / "workbook.xlsx"
    found = fastexcel.read_excel(file).load_sheet("Open deals").to_polars().to_series(1).to_list()
    assert found[0] == "\N{REPLACEMENT CHARACTER}0\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("letter", ["x", "\U0001f600"], ids=["plain", "two-units"])
def test_text_longer_than_a_cell_is_cut_and_marked(letter):
    cut = cell_text(letter * 40_000)
    assert len(cut.encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert cut.endswith(f"{letter}…")
    assert cell_text("x" * 32_767) == "x" * 32_767


def test_rows_beyond_a_sheet_are_cut_and_said(make, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    file = make() / "en" / "workbook.xlsx"
    assert len(sheet(file, "Open deals")) == 1
    about = fastexcel.read_excel(file).load_sheet("About", header_row=None).to_polars().rows()
    [said] = [line for line in about if line[0] == "Open deals"]
    assert [float(figure) for figure in said[2:4]] == [1, 1]


def test_the_first_sheet_says_what_the_workbook_is(make):
    file = make() / "en" / "workbook.xlsx"
    assert names(file)[0] == "About"
    about = "\n".join(
        map(str, fastexcel.read_excel(file).load_sheet("About", header_row=None).to_polars().rows())
    )
    for said in ("Directors", "2026-01-30-run1", "Pass with warnings", "EUR", "from marts.deal_register"):
        assert said in about


def test_sheets_without_rows_are_left_out(make):
    found = names(make() / "en" / "workbook.xlsx")
    assert "Forecast" in found
    assert "Losses" not in found


def test_an_edition_has_its_own_rows_only(make):
    file = make(folder="rep-r2") / "en" / "workbook.xlsx"
    assert {name for line in sheet(file, "Open deals") for name in [line["Deal id"]]} == {"d2"}
    assert "Lamps for all" not in "".join(parts(file).values())


def test_hebrew_sheets_run_from_the_right_and_others_from_the_left(make):
    folder = make(languages=["en", "he"])
    assert all('rightToLeft="1"' in xml for xml in sheets_of(folder / "he" / "workbook.xlsx"))
    assert not any("rightToLeft" in xml for xml in sheets_of(folder / "en" / "workbook.xlsx"))


def test_names_headings_and_codes_are_translated_and_data_is_not(make):
    file = make(languages=["fr"]) / "fr" / "workbook.xlsx"
    assert names(file)[0] == "«About»"
    [first, *_] = sheet(file, "«Targets»")
    assert first["«Status»"] == "«Behind»"
    assert first["«Scope»"] == "company"


def test_rows_are_the_same_in_every_language(make):
    folder = make(languages=["en", "fr", "he"])
    numbers = [
        re.findall(r"<v>([^<]+)</v>", "".join(sheets_of(folder / code / "workbook.xlsx")))
        for code in ("en", "fr", "he")
    ]
    assert numbers[0] == numbers[1] == numbers[2]


def test_no_mark_is_left(make):
    for text in parts(make(languages=["he"]) / "he" / "workbook.xlsx").values():
        assert not re.search("[\ue000\ue001]", text)


def test_the_same_input_gives_the_same_bytes(make):
    first = make(languages=["en", "he"], to="first")
    again = make(languages=["en", "he"], to="again")
    for language in ("en", "he"):
        file = Path(language, "workbook.xlsx")
        assert (first / file).read_bytes() == (again / file).read_bytes()


def test_sheet_names_are_short_valid_and_unlike_each_other():
    taken: set[str] = set()
    titles = ["A" * 40, "A" * 40, "a" * 40, "[Q1/Q2]: 'plan'?", "***"]
    found = [workbook._sheet_name(title, taken) for title in titles]
    assert all(0 < len(name) <= 31 for name in found)
    assert len({name.casefold() for name in found}) == len(found)
    assert not any(set(name) & set("[]:*?/\\'") for name in found)


def test_headings_of_a_sheet_are_unlike_each_other(make):
    file = make() / "en" / "workbook.xlsx"
    for name in names(file)[1:]:
        headings = fastexcel.read_excel(file).load_sheet(name, header_row=None, n_rows=1).to_polars().row(0)
        assert len(set(headings)) == len(headings)


def test_a_heading_stays_in_sight_and_filters(make):
    for xml in sheets_of(make() / "en" / "workbook.xlsx")[1:]:
        assert 'state="frozen"' in xml
        assert "<autoFilter" in xml


@pytest.mark.parametrize(
    ("name", "kind", "value", "read"),
    [
        ("sales_on", "day", date(1900, 2, 28), "1900-02-28"),
        ("sales_on", "day", date(1900, 3, 1), "1900-03-01 00:00:00"),
        ("read_at", "moment", datetime(2026, 1, 1, 12, 30, 15, tzinfo=UTC), "2026-01-01 12:30:15"),
        ("deal_amount", "amount", Decimal("-0.0001"), "-0.0001"),
        ("deal_amount", "amount", float("nan"), "nan"),
        ("deal_amount", "amount", float("-inf"), "-inf"),
        ("is_won", "flag", False, "false"),
        ("deal_name", "text", "  two lines\r\nand blanks ", "  two lines\r\nand blanks "),
        ("deal_name", "text", "_x0041_", "_x0041_"),
        ("deal_name", "text", "<r>not rich</r>", "<r>not rich</r>"),
        ("deal_name", "text", "", ""),
    ],
)
def test_odd_values_are_read_as_they_are(tmp_path, name, kind, value, read):
    result = Result("days", "select", (Column(name, kind),), [Row({name: 0}, (value,))])
    (tmp_path / "en").mkdir()
    write_workbooks(tmp_path, [Words("en")], Told(DIRECTORS, "EUR", PUBLICATION, TRUST), {"days": result})
    book = fastexcel.read_excel(tmp_path / "en" / "workbook.xlsx")
    assert book.load_sheet("Daily sales", dtypes="string").to_polars().rows() == [(read,)]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
@pytest.mark.parametrize("language", ["en", "he"])
def test_libreoffice_opens_it(make, tmp_path, language):
    file = make(languages=[language]) / language / "workbook.xlsx"
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
        "--outdir",
        str(tmp_path / "csv"),
        str(file),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "csv").glob("*.csv")}
    assert len(written) == len(names(file))
    assert "=d1" in "".join(written.values())
