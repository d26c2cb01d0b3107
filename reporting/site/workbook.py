"""An edition's tables as an Excel workbook, in every language.

Each workbook is written once, with a mark in place of every text to be translated; for a language the
marks are filled in. xlsxwriter writes all but the rows, which are most of the work: see ``sheets``.

Values are exact: a Decimal turns into a float only in its cell, and nothing is rounded but by the
format that shows it. Text of the data is text: never a formula, a link or a number.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import yaml
from pydantic import BaseModel, ConfigDict
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from reporting.site.editions import EDITION_NAMES, Edition
from reporting.site.pages import HEAD, LAYOUT, load_queries
from reporting.site.results import Kind, Result, Row
from reporting.site.sheets import CLOSE, OPEN, cell_text, sheet_rows
from reporting.site.words import Words, spelled

QUERIES = LAYOUT / "workbook.sql"
FILE = "workbook.xlsx"
ABOUT = "About"

MOST_ROWS = 1_048_575
"""Rows of data that a sheet has room for, below its heading."""
MOST_NAME = 31
"""Characters of a sheet's name."""

MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
SHEET = "xl/worksheets/sheet{}.xml"
DIMENSION = re.compile(r'<dimension ref="[^"]*"/>')
COLUMN = re.compile(r'<col min="(\d+)" max="(\d+)" width="[^"]*" style="(\d+)"')
FROM_RIGHT = ' rightToLeft="1"'
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
QUOTE = {'"': "&quot;"}
CHUNK = 1 << 20
KEPT_SIZE = 1 << 25
"""Bytes of a pattern from which on it is kept on disk."""

NUMBER_FORMATS: dict[Kind, str] = {
    "amount": "#,##0.00",
    "ratio": "0.0%",
    "count": "#,##0",
    "number": "#,##0.0",
    "day": "yyyy-mm-dd",
    "month": "yyyy-mm",
    "moment": "yyyy-mm-dd hh:mm:ss",
}
WIDTHS: dict[Kind, int] = {"amount": 16, "ratio": 11, "count": 11, "number": 11, "text": 26, "moment": 20}
OTHER_WIDTH = 14
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Sheet(BaseModel):
    """What a sheet is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    meaning: str


@dataclass(frozen=True)
class Layout:
    """The sheets that there are, and the query of each."""

    sheets: Mapping[str, Sheet]
    queries: Mapping[str, str]


@cache
def load_layout(path: Path = QUERIES) -> Layout:
    """The sheets of a query file, in its order.

    Raises:
        ValueError: the file does not say what each of its queries is.
    """
    text = path.read_text(encoding="utf-8")
    head, queries = HEAD.match(text), load_queries(text)
    declared = yaml.safe_load(head["head"]) if head else {}
    sheets = {name: Sheet.model_validate(sheet) for name, sheet in declared.items()}
    if list(sheets) != list(queries):
        raise ValueError(f"{path}: its head and its queries do not name the same sheets in the same order")
    return Layout(sheets, queries)


@dataclass(frozen=True)
class Told:
    """What the first sheet says of the publication."""

    edition: Edition
    currency: str
    publication: Row
    trust: Row


def write_workbooks(
    folder: Path, languages: Sequence[Words], told: Told, results: Mapping[str, Result]
) -> None:
    """Write ``<language>/workbook.xlsx`` of an edition in every language.

    The same input gives the same bytes.

    Args:
        folder: the edition's, with a folder for each language.
        languages: the words of each.
        told: what the first sheet says.
        results: what the queries of the layout gave, by name; a sheet without rows is left out.
    """
    marks = _Marks()
    shown = {name: result for name, result in results.items() if result}
    with BytesIO() as headings, tempfile.SpooledTemporaryFile(KEPT_SIZE) as pattern:
        _write_headings(headings, marks, told, shown)
        _add_rows(headings, pattern, marks, shown)
        for words in languages:
            _fill(pattern, folder / words.language / FILE, marks, words)


class _Marks:
    """Texts to be translated, and the mark that stands for each."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._names: set[str] = set()
        self._ours: set[str] = set()

    def of(self, text: str) -> str:
        """The mark of a text that every language must have."""
        self._ours.add(text)
        return self.of_word(text)

    def of_word(self, text: str) -> str:
        """The mark of a word of the data, which stays as it is where a language does not know it."""
        return f"{OPEN}{self._places.setdefault(text, len(self._places))}{CLOSE}"

    def of_name(self, title: str) -> str:
        """The mark of a title that also names a sheet, wherever it stands."""
        self._names.add(title)
        return self.of(title)

    def filler(self, words: Words) -> Callable[[str], str]:
        """Fills the marks of a piece of XML in a language."""
        taken: set[str] = set()
        said = [escape(self._said(text, words, taken), QUOTE) for text in self._places]
        return lambda xml: MARK.sub(lambda mark: said[int(mark[1])], xml)

    def _said(self, text: str, words: Words, taken: set[str]) -> str:
        told = words.of(text) if text in self._ours else words.word(text)
        return _sheet_name(told, taken) if text in self._names else told


def _sheet_name(title: str, taken: set[str]) -> str:
    """A title as Excel takes it for a sheet: short, without some signs, and unlike every other."""
    plain_title = NOT_IN_A_NAME.sub(" ", title).strip() or "-"
    name, number = plain_title[:MOST_NAME], 2
    while name.casefold() in taken:
        ending = f" {number}"
        name, number = plain_title[: MOST_NAME - len(ending)] + ending, number + 1
    taken.add(name.casefold())
    return name


def _write_headings(file: IO[bytes], marks: _Marks, told: Told, results: Mapping[str, Result]) -> None:
    with Workbook(file, OPTIONS) as workbook:
        workbook.set_properties(
            {"title": marks.of("Sales daybook"), "created": told.publication["published_at"]}
        )
        _About(workbook, marks).write(told, results)
        writer = _Writer(workbook, marks)
        for name, result in results.items():
            writer.write(load_layout().sheets[name].title, result)


class _Writer:
    """Writes a sheet without its rows: a heading that stays in sight and filters, and columns."""

    def __init__(self, workbook: Workbook, marks: _Marks) -> None:
        self._workbook = workbook
        self._marks = marks
        self._heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._formats = {
            kind: workbook.add_format({"num_format": code}) for kind, code in NUMBER_FORMATS.items()
        }

    def write(self, title: str, result: Result) -> None:
        """Add the sheet of a result."""
        sheet = _add_sheet(self._workbook, self._marks.of_name(title))
        for place, column in enumerate(result.columns):
            width, shape = WIDTHS.get(column.kind, OTHER_WIDTH), self._formats.get(column.kind)
            sheet.set_column(place, place, width, shape)
            sheet.write_string(0, place, self._marks.of(column.label), self._heading)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, min(len(result), MOST_ROWS), len(result.columns) - 1)


class _About:
    """Writes the first sheet: what the workbook is, how far it can be trusted, and what each sheet holds."""

    def __init__(self, workbook: Workbook, marks: _Marks) -> None:
        self._marks = marks
        self._bold = workbook.add_format({"bold": True, "valign": "top"})
        self._wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "align": "left"})
        self._day = workbook.add_format({"num_format": NUMBER_FORMATS["day"], "align": "left"})
        self._moment = workbook.add_format({"num_format": NUMBER_FORMATS["moment"], "align": "left"})
        self._sheet = _add_sheet(workbook, marks.of_name(ABOUT))
        self._line = 0

    def write(self, told: Told, results: Mapping[str, Result]) -> None:
        """Write all of it."""
        self._sheet.set_column(0, 0, 28)
        self._sheet.set_column(1, 1, 60)
        self._sheet.set_column(2, 3, 12)
        self._sheet.set_column(4, 4, 80)
        for label, value in _facts(told, self._marks):
            self._add(label, value)
        self._line += 1
        self._add_row("Sheet", *map(self._marks.of, ("What it holds", "Rows", "Rows left out", "SQL")))
        for name, result in results.items():
            sheet = load_layout().sheets[name]
            shown = min(len(result), MOST_ROWS)
            self._add_row(
                sheet.title, self._marks.of(sheet.meaning), shown, len(result) - shown, cell_text(result.sql)
            )

    def _add(self, label: str, value: Any) -> None:
        if isinstance(value, datetime):
            self._sheet.write_datetime(self._line, 1, value, self._moment)
        elif isinstance(value, date):
            self._sheet.write_datetime(self._line, 1, value, self._day)
        else:
            self._add_row(label, value)
            return
        self._sheet.write_string(self._line, 0, self._marks.of(label), self._bold)
        self._line += 1

    def _add_row(self, label: str, *values: str | float) -> None:
        self._sheet.write_string(self._line, 0, self._marks.of(label), self._bold)
        for place, value in enumerate(values, start=1):
            if isinstance(value, str):
                self._sheet.write_string(self._line, place, value, self._wrapped)
            else:
                self._sheet.write_number(self._line, place, value, self._wrapped)
        self._line += 1


def _facts(told: Told, marks: _Marks) -> Iterator[tuple[str, Any]]:
    """What the first sheet says line by line: a label and a value."""
    publication, trust = told.publication, told.trust
    yield "Edition", marks.of(EDITION_NAMES[told.edition.kind])
    if told.edition.subject_name is not None:
        yield "For", cell_text(told.edition.subject_name)
    yield "Business date", publication["business_on"]
    yield "Published (UTC)", publication["published_at"]
    yield "Publication", cell_text(publication["publication_id"])
    yield "Verdict", marks.of(spelled(publication["verdict"]))
    yield "Currency of amounts", told.currency
    yield "Source tables", trust["source_count"]
    yield "Source tables that are not current", trust["stale_source_count"]
    yield "Rows read", int(trust["read_row_count"] or 0)
    yield "Rows refused", int(trust["refused_row_count"] or 0)
    yield "Checks", trust["check_count"]
    yield "Warnings", trust["warning_count"]


def _add_sheet(workbook: Workbook, name: str) -> Worksheet:
    sheet = workbook.add_worksheet(name)
    # Taken back where the language reads from the left.
    sheet.right_to_left()
    return sheet


def _add_rows(headings: IO[bytes], pattern: IO[bytes], marks: _Marks, results: Mapping[str, Result]) -> None:
    """Write the pattern of a workbook: its headings, and the rows below them."""
    results_of = {SHEET.format(place): result for place, result in enumerate(results.values(), start=2)}
    with ZipFile(headings) as source, ZipFile(pattern, "w") as target:
        for part in source.infolist():
            xml, result = source.read(part), results_of.get(part.filename)
            with target.open(ZipInfo(part.filename, part.date_time), "w") as written:
                if result is None:
                    written.write(xml)
                else:
                    written.writelines(piece.encode() for piece in _sheet(xml.decode(), result, marks))


def _sheet(xml: str, result: Result, marks: _Marks) -> Iterator[str]:
    """The XML of a sheet that has a heading, with its rows, in pieces."""

    def code_text(value: str) -> str:
        # (none) is nobody or nothing.
        return "" if value == "(none)" else marks.of_word(cell_text(spelled(value)))

    row_count = min(len(result), MOST_ROWS)
    end = xl_rowcol_to_cell(row_count, len(result.columns) - 1)
    above, closing, below = DIMENSION.sub(f'<dimension ref="A1:{end}"/>', xml, count=1).partition(
        "</sheetData>"
    )
    yield above
    yield from sheet_rows(result, row_count, _styles(above), code_text)
    yield closing + below


def _styles(xml: str) -> dict[int, str]:
    """Style of a sheet's columns, by their place."""
    return {
        place: style
        for first, last, style in COLUMN.findall(xml)
        for place in range(int(first) - 1, int(last))
    }


def _fill(pattern: IO[bytes], path: Path, marks: _Marks, words: Words) -> None:
    """Write the workbook of a language: the pattern with its marks filled."""
    fill = marks.filler(words)
    is_from_left = words.direction == "ltr"
    with ZipFile(pattern) as source, ZipFile(path, "w") as target:
        for part in source.infolist():
            kept = ZipInfo(part.filename, part.date_time)
            kept.compress_type = ZIP_DEFLATED
            with source.open(part) as read, target.open(kept, "w") as written:
                for text in _pieces(read):
                    said = text.replace(FROM_RIGHT, "", 1) if is_from_left and "<sheetView" in text else text
                    written.write(fill(said).encode())


def _pieces(stream: IO[bytes]) -> Iterator[str]:
    """XML in pieces that each end with a tag, so that no mark is split."""
    rest = b""
    while chunk := stream.read(CHUNK):
        kept, end, rest = (rest + chunk).rpartition(b">")
        yield (kept + end).decode()
    if rest:
        yield rest.decode()
