from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pytest
from connectors.connector_world import SHARED, cells, needs_shared_data, numbers, origin_in, read, refusals
from hypothesis import given, settings
from hypothesis import strategies as st

from daybook.config import FileRead
from daybook.errors import ConfigurationError, ContractViolation, SourceUnavailable
from ingestion.connectors import FILE, ROW, read_file, rows, text
from ingestion.connectors.records import Dialect


def test_every_cell_stays_the_text_it_was(tmp_path):
    (tmp_path / "deals.csv").write_text("deal_id,amount,note\n00042,1.50, spaced \n7,,NULL\n")
    table = read(tmp_path, "deals.csv")
    assert cells(table) == [("00042", "1.50", " spaced "), ("7", "", "NULL")]
    assert set(table.frames.drop(ROW).collect_schema().dtypes()) == {pl.String()}


def test_rows_know_their_file_and_number(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "deals.csv").write_text("a\nx\ny\n")
    frame = read(tmp_path, "data/deals.csv").frames.collect()
    assert frame[FILE].to_list() == ["data/deals.csv"] * 2
    assert frame[ROW].to_list() == [1, 2]
    assert frame.schema[ROW] == pl.Int64()


def test_rows_with_too_few_or_too_many_fields_are_refused_with_their_number_and_line(tmp_path):
    (tmp_path / "deals.csv").write_text('a,b,c\n1,2,3\n1,2\n1,"x\ny",3\n1,2,3,4\n4,5,6\n')
    table = read(tmp_path, "deals.csv")
    assert cells(table) == [("1", "2", "3"), ("1", "x\ny", "3"), ("4", "5", "6")]
    assert numbers(table) == [1, 3, 5]
    assert refusals(table) == [
        (2, "too_few_fields", {"a": "1", "b": "2"}),
        (4, "too_many_fields", {"a": "1", "b": "2", "c": "3", "(field 4)": "4"}),
    ]
    reason = table.refused.collect()["reasons"][1][0]
    assert reason == {"column": None, "code": "too_many_fields", "message": "4 fields instead of 3 (line 6)."}


def test_one_bad_row_among_many_costs_only_itself(tmp_path):
    lines = [f"{number},{number % 7},x" for number in range(50_000)]
    lines[31_234] = "31234,x"
    (tmp_path / "deals.csv").write_text("a,b,c\n" + "\n".join(lines) + "\n")
    table = read(tmp_path, "deals.csv")
    kept = table.frames.collect()
    assert kept.height == 49_999
    assert (kept["a"].cast(pl.Int64) + 1 == kept[ROW]).all()
    assert [row for row, _, _ in refusals(table)] == [31_235]


def test_a_row_that_is_short_is_not_mended_by_one_that_is_long(tmp_path):
    (tmp_path / "deals.csv").write_text("a,b,c\n1,2\n1,2,3,4\n")
    assert [code for _, code, _ in refusals(read(tmp_path, "deals.csv"))] == [
        "too_few_fields",
        "too_many_fields",
    ]


def test_surplus_fields_are_dropped_only_where_that_is_asked_for(tmp_path):
    (tmp_path / "deals.csv").write_text("a,b\n1,2\n3,4,5\n6\n")
    table = read(tmp_path, "deals.csv", surplus_fields="drop")
    assert cells(table) == [("1", "2"), ("3", "4")]
    assert [code for _, code, _ in refusals(table)] == ["too_few_fields"]


def test_quotes_hold_delimiters_line_breaks_and_doubled_quotes(tmp_path):
    (tmp_path / "deals.csv").write_bytes(b'a,b\r\n"x,y","say ""hi"""\r\n"line\r\nbreak",""\r\n')
    assert cells(read(tmp_path, "deals.csv")) == [("x,y", 'say "hi"'), ("line\r\nbreak", "")]


def test_a_quote_within_an_unquoted_cell_is_a_character_like_any_other(tmp_path):
    (tmp_path / "deals.csv").write_text('size,colour\n5" disc,red\n6" disc,blue\n')
    assert cells(read(tmp_path, "deals.csv")) == [('5" disc', "red"), ('6" disc', "blue")]


def test_a_row_whose_quoted_cell_goes_on_after_its_quote_is_refused_alone(tmp_path):
    (tmp_path / "deals.csv").write_text('a,b\n1,"x"y\n2,z\n')
    table = read(tmp_path, "deals.csv")
    assert cells(table) == [("2", "z")]
    assert refusals(table) == [(1, "broken_quotes", {"(line)": '1,"x"y\n'})]


def test_a_stray_quote_swallows_no_rows_silently(tmp_path):
    (tmp_path / "deals.csv").write_text('a,b,c\n1,"open,x\n2,y,z\n3,"closed",z\n')
    table = read(tmp_path, "deals.csv")
    assert cells(table) == [("2", "y", "z"), ("3", "closed", "z")]
    assert [row for row, _, _ in refusals(table)] == [1]


def test_a_carriage_return_at_the_end_of_a_cell_is_kept_or_refused_but_not_dropped(tmp_path):
    (tmp_path / "deals.csv").write_bytes(b"a,b\n1\r,2\n3,4\n")
    assert cells(read(tmp_path, "deals.csv")) == [("1\r", "2"), ("3", "4")]
    table = read(tmp_path, "deals.csv", quote=None)
    assert cells(table) == [("3", "4")]
    assert refusals(table) == [(1, "stray_return", {"a": "1\r", "b": "2"})]


def test_rows_appended_after_the_check_wait_for_the_next_night(tmp_path):
    (tmp_path / "deals.csv").write_text("a,b\n1,2\n")
    table = read(tmp_path, "deals.csv")
    with (tmp_path / "deals.csv").open("a") as stream:
        stream.write("3\n")
    assert cells(table) == [("1", "2")]


def test_more_lines_to_skip_than_there_are_leave_no_header(tmp_path):
    (tmp_path / "deals.csv").write_text("a,b\n")
    with pytest.raises(ContractViolation, match="header"):
        read(tmp_path, "deals.csv", skip_rows=3)


def test_without_a_quote_sign_quotes_are_data(tmp_path):
    (tmp_path / "deals.csv").write_text('a\tb\n"x\t"y"\n')
    assert cells(read(tmp_path, "deals.csv", delimiter="\t", quote=None)) == [('"x', '"y"')]


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("semicolon.csv", "a;b\n1;2,5\n", {"delimiter": ";"}),
        ("tab.tsv", "a\tb\n1\t2,5\n", {}),
        ("pipe.txt", "a|b\n1|2,5\n", {"delimiter": "|"}),
        ("single-quotes.csv", "a,b\n1,'2,5'\n", {"quote": "'"}),
        ("section.csv", "a§b\n1§2,5\n", {"delimiter": "§"}),
        ("several.csv", "a+|b&|\n1+|2,5&|\n", {"delimiter": "+|", "line_end": "&|\n", "quote": None}),
        ("returns.csv", "a;b\r1;2,5\r", {"delimiter": ";", "line_end": "\r"}),
    ],
    ids=["semicolon", "tab", "pipe", "single-quotes", "two-bytes", "several", "carriage-returns"],
)
def test_any_delimiter_quote_and_line_end_can_be_read(tmp_path, name, content, options):
    (tmp_path / name).write_bytes(content.encode())
    table = read(tmp_path, name, **options)
    assert table.columns == ["a", "b"]
    assert cells(table) == [("1", "2,5")]


def test_separators_of_several_characters_keep_line_breaks_and_quotes_in_cells(tmp_path):
    (tmp_path / "stores.csv").write_text('1+|two\nlines, "quoted"&|\n2+|x&|\n3&|\n')
    table = read(
        tmp_path,
        "stores.csv",
        delimiter="+|",
        line_end="&|\n",
        quote=None,
        header=False,
        names=["id", "note"],
    )
    assert cells(table) == [("1", 'two\nlines, "quoted"'), ("2", "x")]
    assert refusals(table) == [(3, "too_few_fields", {"id": "3"})]


def test_a_file_without_header_gets_the_names_given(tmp_path):
    (tmp_path / "deals.csv").write_text("1,2\n3,4\n")
    table = read(tmp_path, "deals.csv", header=False, names=["x", "y"])
    assert table.columns == ["x", "y"]
    assert cells(table) == [("1", "2"), ("3", "4")]


def test_lines_before_the_header_are_passed_over(tmp_path):
    (tmp_path / "deals.csv").write_text('Export of "today\nby,whom,ever,it was\na,b\n1,2\n')
    assert cells(read(tmp_path, "deals.csv", skip_rows=2)) == [("1", "2")]


def test_header_names_are_trimmed_and_nameless_columns_are_called_by_their_place(tmp_path):
    (tmp_path / "deals.csv").write_text(' a ,"b, c",\n1,2,3\n')
    assert read(tmp_path, "deals.csv").columns == ["a", "b, c", "column_3"]


def test_blank_lines_are_no_rows(tmp_path):
    (tmp_path / "deals.csv").write_text("a,b\n1,2\n\n3,4\n\n\n")
    table = read(tmp_path, "deals.csv")
    assert cells(table) == [("1", "2"), ("3", "4")]
    assert numbers(table) == [1, 2]


def test_a_last_row_without_line_break_counts(tmp_path):
    (tmp_path / "deals.csv").write_text("a,b\n1,2\n3,4")
    assert cells(read(tmp_path, "deals.csv")) == [("1", "2"), ("3", "4")]


def test_a_header_alone_is_an_empty_table(tmp_path):
    (tmp_path / "deals.csv").write_text("a,b\n")
    table = read(tmp_path, "deals.csv")
    assert table.columns == ["a", "b"]
    assert cells(table) == []


@pytest.mark.parametrize(
    ("encoding", "configured"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "latin-1"),
        ("mac-roman", "mac-roman"),
    ],
)
@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
def test_every_encoding_reads_alike(tmp_path, encoding, configured, compress):
    content = 'prénom;montant\nZoé;"1;5"\nNaïm;2\n'.encode(encoding)
    (tmp_path / "deals.csv").write_bytes(gzip.compress(content) if compress else content)
    table = read(tmp_path, "deals.csv", encoding=configured, delimiter=";")
    assert table.columns == ["prénom", "montant"]
    assert cells(table) == [("Zoé", "1;5"), ("Naïm", "2")]


def test_a_byte_order_mark_decides_where_no_header_follows_it(tmp_path):
    (tmp_path / "deals.csv").write_bytes(b"\xef\xbb\xbf1,2\n")
    assert cells(read(tmp_path, "deals.csv", header=False, names=["a", "b"])) == [("1", "2")]


def test_a_mended_file_with_byte_order_mark_keeps_its_first_rows(tmp_path):
    many = "".join(f"{number},x\n" for number in range(30_000))
    (tmp_path / "deals.csv").write_bytes(b"\xef\xbb\xbf" + f"a,b\n{many}short\n".encode())
    table = read(tmp_path, "deals.csv")
    assert cells(table)[0] == ("0", "x")
    assert [row for row, _, _ in refusals(table)] == [30_001]


def test_bytes_that_are_no_utf_8_name_their_place_and_the_remedy(tmp_path):
    (tmp_path / "deals.csv").write_bytes(b"a,b\n1,2\n3,caf\xe9\n")
    with pytest.raises(ContractViolation, match=r"file deals\.csv, line 3: Byte 13 .*UTF-8.*encoding:"):
        read(tmp_path, "deals.csv")


def test_a_file_that_ends_within_a_character_is_refused(tmp_path):
    (tmp_path / "deals.csv").write_bytes("a\ncafé".encode()[:-1])
    with pytest.raises(ContractViolation, match="Byte 5"):
        read(tmp_path, "deals.csv")


@pytest.mark.parametrize("encoding", ["klingon", "base64"])
def test_an_unknown_encoding_is_a_fault_of_the_configuration(tmp_path, encoding):
    (tmp_path / "deals.csv").write_text("a\n1\n")
    with pytest.raises(ConfigurationError, match=f"'{encoding}' is not the name of an encoding"):
        read(tmp_path, "deals.csv", encoding=encoding)


@pytest.mark.parametrize("options", [{"quote": "''"}, {"quote": ";", "delimiter": ";"}])
def test_a_quote_that_cannot_be_told_from_the_rest_is_a_fault_of_the_configuration(tmp_path, options):
    (tmp_path / "deals.csv").write_text("a\n1\n")
    with pytest.raises(ConfigurationError, match=r"quote: .* cannot be told"):
        read(tmp_path, "deals.csv", **options)


def test_a_nul_byte_refuses_its_row(tmp_path):
    (tmp_path / "deals.csv").write_bytes(b"a,b\n1,x\0y\n2,z\n")
    table = read(tmp_path, "deals.csv")
    assert cells(table) == [("2", "z")]
    assert refusals(table) == [(1, "nul_byte", {"a": "1", "b": "x\0y"})]


def test_a_run_of_nul_bytes_refuses_the_file(tmp_path):
    (tmp_path / "deals.csv").write_bytes(b"a,b\n1,2\n" + bytes(512))
    with pytest.raises(ContractViolation, match=r"line 3: .*run of NUL bytes near byte 8"):
        read(tmp_path, "deals.csv")


def test_utf_16_without_mark_is_recognised(tmp_path):
    (tmp_path / "deals.csv").write_bytes("a,b\n1,2\n".encode("utf-16-le"))
    with pytest.raises(ContractViolation, match="encoding: utf-16-le"):
        read(tmp_path, "deals.csv")


def test_a_quote_that_never_closes_is_a_truncated_file(tmp_path):
    (tmp_path / "deals.csv").write_text('a,b\n1,2\n3,"half a no')
    with pytest.raises(
        ContractViolation, match=r"line 3: The file ends within quotes that open in data row 2"
    ):
        read(tmp_path, "deals.csv")


def test_a_record_that_never_ends_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(text, "LONGEST_RECORD", 1 << 18)
    (tmp_path / "deals.csv").write_text('a,b\n1,"' + "2,3\n" * 100_000)
    with pytest.raises(ContractViolation, match="a quote or bracket is never closed"):
        read(tmp_path, "deals.csv")


def test_a_truncated_gzip_file_is_refused(tmp_path):
    content = gzip.compress(("a,b\n" + "1,2\n" * 10_000).encode())
    (tmp_path / "deals.csv.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(ContractViolation, match="gzip stream is truncated or damaged"):
        read(tmp_path, "deals.csv.gz")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"], ids=["nothing", "blank", "mark"])
def test_an_empty_file_is_not_a_day_without_rows(tmp_path, content):
    (tmp_path / "deals.csv").write_bytes(content)
    with pytest.raises(ContractViolation, match="empty: not even a header"):
        read(tmp_path, "deals.csv")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("a,b,a", "names 'a' more than once"),
        ("a,_row", "this program's own"),
        ('"a', "A quote in the header is never closed"),
        ('"a"b,c\n1,2', "goes on after its closing quote"),
        ("a,b\r1,2\r3,4", "carriage returns"),
    ],
    ids=["repeated", "reserved", "unclosed", "broken", "carriage-returns"],
)
def test_a_header_that_cannot_name_columns_is_refused(tmp_path, header, reason):
    (tmp_path / "deals.csv").write_bytes(header.encode())
    with pytest.raises(ContractViolation, match=reason):
        read(tmp_path, "deals.csv")


def test_a_cell_of_ten_megabytes_is_a_cell(tmp_path):
    long = "x,y\n" * 2_500_000
    (tmp_path / "deals.csv").write_text(f'a,b\n1,"{long}"\n2,z\n')
    assert cells(read(tmp_path, "deals.csv")) == [("1", long), ("2", "z")]


def test_a_folder_for_scratch_that_is_full_says_so(tmp_path):
    (tmp_path / "deals.csv").write_text("a,b\n1\n")
    (tmp_path / "scratch").write_text("in the way")
    with pytest.raises(SourceUnavailable, match="cannot be set down in"):
        read_file(FileRead(read="deals.csv"), origin_in(tmp_path))


@contextmanager
def cut_into(block: int, piece: int) -> Iterator[None]:
    """Read so many bytes at a time, and look for faults in pieces down to that size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "BLOCK", block)
        patch.setattr(rows, "BLOCK", block)
        patch.setattr(rows, "SMALLEST_PIECE", piece)
        yield


CELLS = st.text(alphabet='ab ,;"\né\t', max_size=4)


@settings(max_examples=100)
@given(
    written=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12),
    dialect=st.sampled_from([(",", "\n"), (";", "\r\n"), ("\t", "\n")]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    block=st.sampled_from([5, 64, 1 << 17]),
    piece=st.sampled_from([4, 1 << 12]),
)
def test_what_the_csv_module_writes_is_read_back_cell_by_cell(
    tmp_path_factory, written, dialect, quoting, block, piece
):
    folder = tmp_path_factory.mktemp("written")
    delimiter, line_end = dialect
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([("a", "b", "c"), *written])
    (folder / "deals.csv").write_text(stream.getvalue(), encoding="utf-8", newline="")
    with cut_into(block, piece):
        assert cells(read(folder, "deals.csv", delimiter=delimiter)) == written


@settings(max_examples=100)
@given(
    content=st.text(alphabet='ab,"\n\r', max_size=60),
    block=st.sampled_from([3, 16, 1 << 17]),
    piece=st.sampled_from([4, 1 << 12]),
)
def test_any_text_is_read_as_its_exact_records(tmp_path_factory, content, block, piece):
    folder = tmp_path_factory.mktemp("any")
    (folder / "deals.csv").write_bytes(b"a,b\n" + content.encode())
    records = list(Dialect(",", '"').records(content, last=True))
    with cut_into(block, piece):
        if sum(len(record.text) for record in records) < len(content):
            with pytest.raises(ContractViolation, match="ends within quotes"):
                read(folder, "deals.csv")
            return
        table = read(folder, "deals.csv")
    filled = [record for record in records if not record.is_blank]
    assert cells(table) == [tuple(row.fields) for row in filled if len(row.fields) == 2]
    refused = [number for number, row in enumerate(filled, start=1) if len(row.fields) != 2]
    assert [number for number, _, _ in refusals(table)] == refused


@pytest.mark.shared
@needs_shared_data
def test_adventureworks_stores_have_separators_of_several_characters(tmp_path):
    names = ["store_id", "name", "rep_id", "demographics", "rowguid", "modified"]
    options = {"delimiter": "+|", "line_end": "&|\n", "quote": None, "header": False, "names": names}
    folder = SHARED / "adventureworks"
    stores = read(folder, "ms_csv/Store.csv", scratch=tmp_path, **options).frames.collect()
    expected = pl.read_parquet(folder / "parquet" / "Sales.Store.parquet").sort("BusinessEntityID")
    assert stores.height == 701
    assert stores["name"].to_list() == expected["Name"].to_list()
    assert stores["rep_id"].to_list() == expected["SalesPersonID"].cast(pl.String).to_list()


@pytest.mark.shared
@needs_shared_data
def test_adventureworks_targets_are_utf_16(tmp_path):
    folder = SHARED / "adventureworks" / "targets"
    targets = read(folder, "ResellerSalesTargets.csv", scratch=tmp_path)
    assert targets.columns[-12:] == [f"M{month:02d}" for month in range(1, 13)]
    assert len(cells(targets)) == 81


def test_surplus_fields_may_be_dropped_where_nothing_mapped_stands_behind_them(tmp_path):
    (tmp_path / "orders.csv").write_text("id,name,address\n1,ana,Rua 5, Porto\n2,bo,High Street\n3,cy\n")
    table = read(tmp_path, "orders.csv", surplus_fields="drop")
    assert cells(table) == [("1", "ana", "Rua 5"), ("2", "bo", "High Street")]
    assert [code for _, code, _ in refusals(table)] == ["too_few_fields"]
