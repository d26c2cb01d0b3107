from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from connectors.connector_world import cells, numbers, origin_in, read, refusals

from daybook.config import FileRead
from daybook.errors import ConfigurationError, ContractViolation, SourceUnavailable
from ingestion.connectors import FILE, origin, read_file


def write(folder, **files):
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)


def test_files_of_a_glob_are_stacked_in_the_order_of_their_names(tmp_path):
    write(tmp_path, deals_02="a\n3\n", deals_01="a\n1\n2\n", other="b\n9\n")
    table = read(tmp_path, "deals_*.csv")
    assert cells(table) == [("1",), ("2",), ("3",)]
    assert numbers(table) == [1, 2, 1]
    assert [(file.path, file.rows_read) for file in table.files] == [("deals_01.csv", 2), ("deals_02.csv", 1)]
    assert table.frames.collect()[FILE].to_list() == ["deals_01.csv", "deals_01.csv", "deals_02.csv"]


def test_several_names_are_stacked_in_the_order_given_and_each_file_is_read_once(tmp_path):
    write(tmp_path, new="a\n2\n", old="a\n1\n")
    assert cells(read(tmp_path, ["old.csv", "*.csv"])) == [("1",), ("2",)]


def test_folders_below_are_searched_by_two_stars(tmp_path):
    (tmp_path / "2024" / "01").mkdir(parents=True)
    write(tmp_path / "2024" / "01", deals="a\n1\n")
    assert [file.path for file in read(tmp_path, "**/*.csv").files] == ["2024/01/deals.csv"]


def test_a_name_that_looks_like_a_glob_is_a_name_if_it_exists(tmp_path):
    write(tmp_path, **{"deals[1]": "a\n1\n", "deals1": "a\n2\n"})
    assert cells(read(tmp_path, "deals[1].csv")) == [("1",)]


def test_columns_may_stand_in_another_order_in_another_file(tmp_path):
    write(tmp_path, one="a,b\n1,2\n", two="b,a\n4,3\n")
    assert cells(read(tmp_path, ["one.csv", "two.csv"])) == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("order", [["full.csv", "less.csv"], ["less.csv", "full.csv"]])
def test_a_file_that_lacks_a_column_of_the_others_is_named_with_it(tmp_path, order):
    write(tmp_path, full="a,b\n1,2\n", less="a\n1\n")
    with pytest.raises(ContractViolation, match=r"file less\.csv, column b: The file lacks b"):
        read(tmp_path, order)


def test_refused_rows_of_all_files_are_kept_with_their_file(tmp_path):
    write(tmp_path, one="a,b\n1\n", two="a,b\n1,2\n1,2,3\n")
    table = read(tmp_path, "*.csv")
    assert table.refused.collect()["file"].to_list() == ["one.csv", "two.csv"]
    assert [row for row, _, _ in refusals(table)] == [1, 2]


def test_typed_columns_that_differ_between_files_become_text(tmp_path):
    pl.DataFrame({"id": [1], "n": [1]}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"id": [2], "n": ["x"]}).write_parquet(tmp_path / "b.parquet")
    assert cells(read(tmp_path, "*.parquet")) == [(1, "1"), (2, "x")]


def test_a_missing_file_may_come_yet(tmp_path):
    with pytest.raises(SourceUnavailable, match=r"file deals\.csv: The file does not exist"):
        read(tmp_path, "deals.csv")


def test_a_glob_without_match_may_match_yet(tmp_path):
    with pytest.raises(SourceUnavailable, match=r"No file matches deals_\*\.csv"):
        read(tmp_path, "deals_*.csv")


def test_an_optional_file_that_is_not_there_is_an_empty_table(tmp_path):
    table = read_file(FileRead(read=["deals.csv", "deals_*.csv"]), origin_in(tmp_path), optional=True)
    assert not table.files
    assert table.frames.collect().height == 0


def test_optional_files_that_are_there_are_read(tmp_path):
    write(tmp_path, there="a\n1\n")
    table = read_file(FileRead(read=["gone.csv", "there.csv"]), origin_in(tmp_path), optional=True)
    assert cells(table) == [("1",)]


def test_a_file_that_may_not_be_read_is_unavailable_even_where_it_is_optional(tmp_path, monkeypatch):
    write(tmp_path, deals="a\n1\n")
    open_file = Path.open

    def denied(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == "deals.csv":
            raise PermissionError(13, "Permission denied")
        return open_file(path, *args, **options)

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(SourceUnavailable, match=r"may not be read by this user.*read permission"):
        read_file(FileRead(read="deals.csv"), origin_in(tmp_path), optional=True)


def test_a_disk_that_fails_is_worth_a_retry(tmp_path):
    with (
        pytest.raises(SourceUnavailable, match=r"file deals\.csv: .*Input/output error"),
        origin.reading("deals.csv", origin_in(tmp_path)),
    ):
        raise OSError(5, "Input/output error")


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "deals").mkdir()
    with pytest.raises(ConfigurationError, match="This is a folder"):
        read(tmp_path, "deals")


def test_an_ending_that_tells_no_format_asks_for_one(tmp_path):
    (tmp_path / "deals.dat").write_text("a\n1\n")
    with pytest.raises(ConfigurationError, match=r"ending \.dat does not tell"):
        read(tmp_path, "deals.dat")
    assert cells(read(tmp_path, "deals.dat", format="csv")) == [("1",)]


def test_the_lock_file_of_an_open_workbook_is_passed_over(tmp_path):
    write(tmp_path, **{"deals": "a\n1\n", "~$deals": "\0\0"})
    assert [file.path for file in read(tmp_path, "*.csv").files] == ["deals.csv"]
