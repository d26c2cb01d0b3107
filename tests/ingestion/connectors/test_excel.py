from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from connectors.connector_world import SHARED, cells, needs_shared_data, numbers, origin_in, read, refusals

from daybook.config import FileRead
from daybook.errors import ContractViolation
from ingestion.connectors import read_file, workbook

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns"


@pytest.fixture
def book(tmp_path):
    """A workbook to fill; it is written when a test reads it."""
    made = xlsxwriter.Workbook(tmp_path / "targets.xlsx")
    yield made
    if not made.fileclosed:
        made.close()


def sheet(
    book: xlsxwriter.Workbook, *rows: list[Any], name: str = "Targets", at: tuple[int, int] = (0, 0)
) -> Any:
    made = book.add_worksheet(name)
    for number, row in enumerate(rows):
        made.write_row(at[0] + number, at[1], row)
    return made


def read_book(book: xlsxwriter.Workbook, folder: Path, **options: Any) -> Any:
    book.close()
    return read(folder, "targets.xlsx", **options)


def raw_workbook(path: Path, *row_cells: str) -> None:
    """The least of an xlsx, its cells given as XML."""
    rows = "".join(f"<row>{row}</row>" for row in row_cells)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{RELATIONS}">'
        '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SPREADSHEET}">'
        f"<sheetData>{rows}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, '<?xml version="1.0"?>' + content)


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_cells_become_the_text_that_a_person_sees(tmp_path, book):
    made = sheet(
        book, ["id", "count", "amount", "won"], ["00042", 5, 12.5, True], ["7", 0.1 + 0.2, -3, False]
    )
    made.write_row(0, 4, ["due", "signed"])
    made.write_datetime(1, 4, date(2024, 1, 31), book.add_format({"num_format": "dd/mm/yyyy"}))
    made.write_datetime(
        1, 5, datetime.fromisoformat("2024-01-31T09:30:00"), book.add_format({"num_format": 22})
    )
    assert cells(read_book(book, tmp_path)) == [
        ("00042", "5", "12.5", "true", "2024-01-31 00:00:00", "2024-01-31 09:30:00"),
        ("7", "0.3", "-3", "false", None, None),
    ]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("5.0", "5"),
        ("12.50", "12.5"),
        ("0.30000000000000004", "0.3"),
        ("1234567.891", "1234567.891"),
        ("0.123456789012", "0.123456789012"),
        ("1E-7", "0.0000001"),
        ("4.6566128730773926E-10", "0.000000000465661287307739"),
        ("1E+21", "1000000000000000000000"),
        ("9007199254740991", "9007199254740991"),
    ],
)
def test_numbers_keep_the_digits_that_excel_shows(tmp_path, stored, shown):
    raw_workbook(tmp_path / "n.xlsx", text_cell("A1", "a"), f'<c r="A2"><v>{stored}</v></c>')
    assert cells(read(tmp_path, "n.xlsx")) == [(shown,)]


def test_a_text_that_looks_like_a_number_stays_as_it_is(tmp_path, book):
    texts = ["00042", "1.50", "1e3", "0.30000000000000004", " 7"]
    made = sheet(book, ["a"])
    for number, text in enumerate(texts, start=1):
        made.write_string(number, 0, text)
    assert [row[0] for row in cells(read_book(book, tmp_path))] == texts


def test_a_formula_gives_its_last_computed_value(tmp_path, book):
    made = sheet(book, ["a", "b"])
    made.write_formula(1, 0, "=1+1", None, 2)
    made.write_formula(1, 1, '="x"&"y"', None, "xy")
    assert cells(read_book(book, tmp_path)) == [("2", "xy")]


def test_an_error_is_shown_by_its_sign(tmp_path, book):
    made = sheet(book, ["a", "b"], [1, "x"])
    made.write_formula(2, 0, "=NA()", None, "#N/A")
    made.write_string(2, 1, "y")
    assert cells(read_book(book, tmp_path)) == [("1", "x"), ("#N/A", "y")]


def test_errors_are_found_behind_a_namespace_prefix_and_single_quotes(tmp_path):
    raw_workbook(
        tmp_path / "e.xlsx",
        text_cell("A1", "a") + text_cell("B1", "b"),
        """<c r='A2' t='e'><f>1/0</f><v>#DIV/0!</v></c><c r='B2'><v>1</v></c>""",
    )
    assert cells(read(tmp_path, "e.xlsx")) == [("#DIV/0!", "1")]
    prefixed = (
        b'<x:row><x:c r="A2" t="e"><x:v>#REF!</x:v></x:c></x:row>'
        b'<x:row><x:c r="B3"><x:f>A2</x:f><x:v/></x:c></x:row>'
    )
    assert set(workbook.flaws_in(prefixed)) == {(1, 0, "#REF!"), (2, 1, None)}


def never_computed(folder: Path) -> None:
    raw_workbook(
        folder / "f.xlsx",
        text_cell("A1", "amount") + text_cell("B1", "helper"),
        '<c r="A2"><v>1</v></c><c r="B2"><f>A2*2</f><v></v></c>',
        '<c r="A3"><v>3</v></c><c r="B3"><v>6</v></c>',
    )


def test_a_row_whose_formula_was_never_computed_is_refused(tmp_path):
    never_computed(tmp_path)
    table = read(tmp_path, "f.xlsx")
    assert cells(table) == [("3", "6")]
    assert numbers(table) == [2]
    assert refusals(table) == [(1, "formula_without_value", {"amount": "1", "helper": None})]
    reason = table.refused.collect()["reasons"][0][0]
    assert reason["column"] == "helper"
    assert "formula in B2 was never computed" in reason["message"]


def test_a_formula_in_a_column_that_feeds_nothing_refuses_no_row(tmp_path):
    never_computed(tmp_path)
    table = read_file(FileRead(read="f.xlsx"), origin_in(tmp_path, mentions="amount\nid"))
    assert cells(table) == [("1", None), ("3", "6")]


def test_empty_rows_are_no_rows_and_the_others_keep_their_distance_from_the_header(tmp_path, book):
    sheet(book, ["a", "b"], [1, 2], [], [3, 4])
    table = read_book(book, tmp_path)
    assert cells(table) == [("1", "2"), ("3", "4")]
    assert numbers(table) == [1, 3]


def test_a_column_without_name_is_called_by_its_place_unless_it_is_empty(tmp_path, book):
    made = sheet(book, ["a", "", "c", ""], [1, 2, 3])
    made.write_blank(0, 3, None, book.add_format({"bold": True}))
    assert read_book(book, tmp_path).columns == ["a", "column_2", "c"]


def test_the_first_sheet_that_people_see_is_read_unless_another_is_named(tmp_path, book):
    sheet(book, ["x"], [1], name="Secret").hide()
    sheet(book, ["a"], [2], name="Targets").activate()
    sheet(book, ["b"], [3], name="Other")
    book.worksheets_objs[1].set_first_sheet()
    assert cells(read_book(book, tmp_path)) == [("2",)]
    assert cells(read(tmp_path, "targets.xlsx", sheet="Other")) == [("3",)]
    assert cells(read(tmp_path, "targets.xlsx", sheet="Secret")) == [("1",)]


def test_a_merged_cell_has_its_value_in_its_first_row_only(tmp_path, book):
    made = sheet(book, ["region", "a"])
    made.merge_range(1, 0, 2, 0, "North")
    made.write_column(1, 1, [1, 2])
    assert cells(read_book(book, tmp_path)) == [("North", "1"), (None, "2")]


def layout(book: xlsxwriter.Workbook) -> None:
    """A title, then a table at C4:E6 with its header in row 4, then a remark."""
    made = sheet(book, ["k", "v", "w"], ["a", 1, 2], ["b", 3, 4], at=(3, 2))
    made.write(0, 0, "Targets of 2024")
    made.write(8, 2, "approved")


@pytest.mark.parametrize(
    "options",
    [
        {"range": "C4:E6"},
        {"range": "$C$4:$E$6"},
        {"range": "Targets!C4:E6"},
        {"range": "B2:E6", "header_row": 3},
        {"range": "Plan"},
        {"range": "plan"},
    ],
    ids=["plain", "absolute", "with-sheet", "header-within", "name", "name-in-lower-case"],
)
def test_a_range_or_a_name_for_one_is_a_table(tmp_path, book, options):
    layout(book)
    book.define_name("Plan", "=Targets!$C$4:$E$6")
    table = read_book(book, tmp_path, **options)
    assert table.columns == ["k", "v", "w"]
    assert cells(table) == [("a", "1", "2"), ("b", "3", "4")]


def test_the_header_may_stand_below_the_first_row(tmp_path, book):
    layout(book)
    assert cells(read_book(book, tmp_path, header_row=4))[0] == ("a", "1", "2")


def test_open_ranges_reach_to_the_end_of_the_sheet(tmp_path, book):
    layout(book)
    assert cells(read_book(book, tmp_path, range="C4:D")) == [("a", "1"), ("b", "3"), ("approved", None)]


def test_a_range_without_header_is_named_by_letters_or_as_given(tmp_path, book):
    layout(book)
    options = {"format": "excel", "range": "C5:E6", "header": False}
    assert read_book(book, tmp_path, **options).columns == ["C", "D", "E"]
    assert read(tmp_path, "targets.xlsx", names=["x", "y", "z"], **options).columns == ["x", "y", "z"]
    with pytest.raises(ContractViolation, match="3 columns, not 2"):
        read(tmp_path, "targets.xlsx", names=["x", "y"], **options)


def test_a_named_table_is_read_without_its_totals(tmp_path, book):
    made = sheet(book, ["noise"])
    columns = [{"header": "k"}, {"header": "v", "total_function": "sum", "total_value": 4}]
    made.add_table(
        2, 1, 5, 2, {"name": "Sales", "columns": columns, "data": [["a", 1], ["b", 3]], "total_row": True}
    )
    table = read_book(book, tmp_path, table="Sales")
    assert table.columns == ["k", "v"]
    assert cells(table) == [("a", "1"), ("b", "3")]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"sheet": "Plan"}, "no sheet 'Plan', only Targets"),
        ({"table": "Plan"}, "no table 'Plan', only none"),
        ({"range": "Plan"}, "'Plan' is neither a range nor a name for one; names are Const"),
        ({"range": "Const"}, "'Const' is neither a range nor a name for one"),
        ({"header_row": 9}, "Row 9 of sheet 'Targets' holds no header"),
        ({"header_row": 3}, "names 'x' more than once"),
    ],
    ids=["sheet", "table", "range", "constant", "header", "repeated"],
)
def test_what_the_workbook_lacks_is_said_with_what_it_has(tmp_path, book, options, reason):
    sheet(book, ["a"], [1], ["x", "x"])
    book.define_name("Const", "=5")
    with pytest.raises(ContractViolation, match=reason):
        read_book(book, tmp_path, **options)


def test_an_old_xls_is_read_like_an_xlsx(tmp_path):
    table = read(Path(__file__).parent, "targets.xls", scratch=tmp_path)
    assert table.columns == ["rep", "quota", "due", "active"]
    assert cells(table) == [
        ("00042", "1500", "2024-01-31 00:00:00", "true"),
        ("7", "0.125", "2024-02-29 00:00:00", "false"),
    ]


def test_an_ods_is_read_like_an_xlsx(tmp_path):
    rows = [["rep", "quota"], ["00042", 1500], ["7", 0.125]]
    shown = "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows)
    namespaces = " ".join(
        f'xmlns:{name}="{OPEN_DOCUMENT}:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content {namespaces}><office:body><office:spreadsheet><table:table table:name="T">'
        f"{shown}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "targets.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        manifest = f'<manifest:manifest xmlns:manifest="{OPEN_DOCUMENT}:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", manifest)
    assert cells(read(tmp_path, "targets.ods")) == [("00042", "1500"), ("7", "0.125")]


def ods_cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


@pytest.mark.parametrize("kept", [0, 100, -400], ids=["nothing", "start", "without-directory"])
def test_a_truncated_workbook_is_refused(tmp_path, book, kept):
    sheet(book, ["a"], [1])
    book.close()
    content = (tmp_path / "targets.xlsx").read_bytes()
    (tmp_path / "targets.xlsx").write_bytes(content[:kept])
    with pytest.raises(ContractViolation, match=r"file targets\.xlsx: The file cannot be read"):
        read(tmp_path, "targets.xlsx")


def test_a_workbook_with_a_damaged_part_is_refused(tmp_path, book):
    sheet(book, ["a"], *([number] for number in range(5_000)))
    book.close()
    content = bytearray((tmp_path / "targets.xlsx").read_bytes())
    with zipfile.ZipFile(tmp_path / "targets.xlsx") as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    content[part.header_offset + 200] ^= 0xFF
    (tmp_path / "targets.xlsx").write_bytes(content)
    with pytest.raises(ContractViolation, match="damaged"):
        read(tmp_path, "targets.xlsx")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    raw_workbook(tmp_path / "bomb.xlsx", " " * 5_000_000)
    monkeypatch.setattr(workbook, "SUSPICIOUS_UNPACKED", 1_000_000)
    with pytest.raises(ContractViolation, match="taken for a zip bomb"):
        read(tmp_path, "bomb.xlsx")


def test_a_workbook_too_large_to_read_at_all_is_refused(tmp_path, book, monkeypatch):
    sheet(book, ["a"], [1])
    monkeypatch.setattr(workbook, "LARGEST_UNPACKED", 1_000)
    with pytest.raises(ContractViolation, match="taken for a zip bomb"):
        read_book(book, tmp_path)


@pytest.mark.shared
@needs_shared_data
def test_adventureworks_order_lines_are_those_of_the_converted_file(tmp_path):
    folder = SHARED / "adventureworks"
    lines = read(folder, "xlsx/SalesOrderDetails.xlsx", scratch=tmp_path)
    expected = pl.read_csv(folder / "converted" / "SalesOrderDetails.csv.gz", infer_schema=False)
    assert lines.columns == expected.columns
    assert len(cells(lines)) == 121_317
    # The workbook stores 2024.994000, which Excel and we show as 2024.994.
    exact = expected.select(pl.all().cast(pl.Decimal(38, 9)))
    found = lines.frames.select(pl.col(name).cast(pl.Decimal(38, 9)) for name in lines.columns).collect()
    assert found.equals(exact)
    assert found["LineTotal"].sum() == Decimal("109846381.399888")


def test_cells_that_are_only_formatted_may_lie_anywhere(tmp_path):
    raw_workbook(
        tmp_path / "far.xlsx", text_cell("A1", "a"), text_cell("A2", "x"), '<c r="XFD1048576" s="1"/>'
    )
    assert cells(read(tmp_path, "far.xlsx")) == [("x",)]


def test_cells_so_far_apart_that_memory_would_end_are_refused(tmp_path):
    raw_workbook(tmp_path / "far.xlsx", text_cell("A1", "a"), text_cell("XFD1048576", "x"))
    with pytest.raises(ContractViolation, match="span 1,048,576 rows and 16,384 columns"):
        read(tmp_path, "far.xlsx")
