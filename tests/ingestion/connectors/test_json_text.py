from __future__ import annotations

import gzip
import json

import polars as pl
import pytest
from connectors.connector_world import cells, numbers, read, refusals

from daybook.errors import ContractViolation
from ingestion.connectors import json_text, text


@pytest.fixture(params=["json", "ndjson"])
def written(request, tmp_path):
    """Write objects, given as JSON text, in either form; the name of the file."""

    def write(*objects: str) -> str:
        content = f"[{', '.join(objects)}]" if request.param == "json" else "\n".join(objects) + "\n"
        (tmp_path / f"deals.{request.param}").write_text(content, encoding="utf-8")
        return f"deals.{request.param}"

    return write


def test_values_become_text_and_numbers_keep_their_digits(tmp_path, written):
    name = written(
        '{"id": "00042", "amount": 12.10, "big": 12345678901234567890.123456789, "won": true, "note": null}'
    )
    table = read(tmp_path, name)
    assert cells(table) == [("00042", "12.10", "12345678901234567890.123456789", "true", None)]
    assert table.columns == ["id", "amount", "big", "won", "note"]


def test_nested_values_become_json_text(tmp_path, written):
    name = written('{"id": 1, "buyer": {"name": "Zoé", "age": 7}, "tags": [1.5, "a"]}')
    assert cells(read(tmp_path, name)) == [("1", '{"name": "Zoé", "age": 7}', '[1.5, "a"]')]


def test_a_key_that_an_object_lacks_is_null(tmp_path, written):
    name = written('{"a": "1"}', '{"b": "2"}')
    assert cells(read(tmp_path, name)) == [("1", None), (None, "2")]


def test_columns_may_appear_in_a_later_part_of_a_long_file(tmp_path, written, monkeypatch):
    monkeypatch.setattr(json_text, "ROWS_PER_PART", 2)
    name = written('{"a": "1"}', '{"a": "2"}', '{"a": "3", "b": "x"}')
    table = read(tmp_path, name)
    assert cells(table) == [("1", None), ("2", None), ("3", "x")]
    assert numbers(table) == [1, 2, 3]


@pytest.mark.parametrize("block", [1, 7, 1 << 17])
def test_objects_may_be_cut_anywhere_between_blocks(tmp_path, written, monkeypatch, block):
    monkeypatch.setattr(text, "BLOCK", block)
    name = written(*(json.dumps({"id": number, "note": 'é"]},\n['}) for number in range(20)))
    assert cells(read(tmp_path, name)) == [(str(number), 'é"]},\n[') for number in range(20)]


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ('{"a": 1, "a": 2}', "repeated_key"),
        ("[1, 2]", "not_an_object"),
        ("17", "not_an_object"),
        (r'{"a": "\ud83d"}', "broken_text"),
    ],
)
def test_what_is_no_single_object_is_refused_alone(tmp_path, written, element, code):
    name = written('{"a": 1}', element, '{"a": 3}')
    table = read(tmp_path, name)
    assert cells(table) == [("1",), ("3",)]
    assert refusals(table) == [(2, code, {"(text)": element})]


def test_a_line_that_is_no_json_is_refused_alone(tmp_path):
    (tmp_path / "deals.ndjson").write_text('{"a": 1}\n\n{"a": 2\n{"a": 3} {"a": 4}\n{"a": 5}')
    table = read(tmp_path, "deals.ndjson")
    assert cells(table) == [("1",), ("5",)]
    assert refusals(table) == [
        (2, "not_json", {"(text)": '{"a": 2'}),
        (3, "not_json", {"(text)": '{"a": 3} {"a": 4}'}),
    ]
    assert "(line 3)" in table.refused.collect()["reasons"][0][0]["message"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ('[{"a": 1}, {"a"', r"line 1: .*it is no JSON"),
        ('[{"a": 1},\n {"a": 1}\n', r"line 2: .*it ends within its array"),
        ('[{"a": 1},\n {"a": x}]', r"line 2: .*it is no JSON"),
        ('[{"a": 1}] [{"a": 2}]', "it goes on after its array"),
        ('{"data": []}', "does not start with an array"),
        ('[{"_row": 1}]', "this program's own"),
    ],
    ids=["empty", "truncated", "unclosed", "broken", "two-arrays", "an-object", "reserved-name"],
)
def test_a_file_that_is_no_whole_array_is_refused(tmp_path, content, reason):
    (tmp_path / "deals.json").write_text(content)
    with pytest.raises(ContractViolation, match=reason):
        read(tmp_path, "deals.json")


def test_an_empty_array_is_a_day_without_rows(tmp_path):
    (tmp_path / "deals.json").write_text(" [ ] \n")
    assert not read(tmp_path, "deals.json").files


def test_compressed_and_utf_16_files_read_alike(tmp_path):
    (tmp_path / "deals.json.gz").write_bytes(gzip.compress('[{"a": "é"}]'.encode("utf-16")))
    assert cells(read(tmp_path, "deals.json.gz")) == [("é",)]


def test_line_separators_of_unicode_are_no_line_breaks(tmp_path):
    (tmp_path / "deals.ndjson").write_text('{"a": "x\u2028y"}\n', encoding="utf-8")
    assert cells(read(tmp_path, "deals.ndjson")) == [("x\u2028y",)]


def test_files_of_objects_need_not_share_all_keys(tmp_path):
    (tmp_path / "a.ndjson").write_text('{"a": 1}\n')
    (tmp_path / "b.ndjson").write_text('{"b": 2}\n')
    table = read(tmp_path, "*.ndjson")
    assert cells(table) == [("1", None), (None, "2")]
    assert set(table.frames.collect_schema().dtypes()) == {pl.String(), pl.Int64()}
