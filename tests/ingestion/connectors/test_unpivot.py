from __future__ import annotations

import polars as pl
import pytest
from connectors.connector_world import SHARED, cells, needs_shared_data, numbers, origin_in, read

from daybook.config import TextFormats, Unpivot
from daybook.errors import ConfigurationError, ContractViolation
from ingestion.connectors import FILE, ROW, RawTable
from ingestion.connectors.unpivot import unpivoted

MONTHS = Unpivot(columns=r"M\d\d", name_to="month", value_to="quota")
DASHES = TextFormats(nulls=["-", ""])


def turn(folder, content: str, wanted: Unpivot = MONTHS) -> RawTable:
    (folder / "targets.csv").write_text(content)
    return unpivoted(read(folder, "targets.csv"), wanted, DASHES, origin_in(folder))


def by_row(table: RawTable) -> list[tuple[object, ...]]:
    return table.frames.collect().sort(ROW, "month").drop(FILE).rows()


def test_each_matching_cell_makes_a_row_that_keeps_the_wide_rows_number(tmp_path):
    table = turn(tmp_path, "rep,M01,M02,Mx\nana,1,2,a\nbo,3,4,b\n")
    assert table.columns == ["rep", "Mx", "month", "quota"]
    assert by_row(table) == [
        ("ana", "a", "M01", "1", 1),
        ("ana", "a", "M02", "2", 1),
        ("bo", "b", "M01", "3", 2),
        ("bo", "b", "M02", "4", 2),
    ]


def test_a_missing_cell_makes_no_row(tmp_path):
    table = turn(tmp_path, "rep,M01,M02\nana, - ,2\nbo,,0\n")
    assert by_row(table) == [("ana", "M02", "2", 1), ("bo", "M02", "0", 2)]


def test_missing_cells_make_rows_where_they_are_asked_for(tmp_path):
    table = turn(tmp_path, "rep,M01\nana,-\n", MONTHS.model_copy(update={"skip_missing": False}))
    assert by_row(table) == [("ana", "M01", "-", 1)]


def test_typed_columns_become_text(tmp_path):
    pl.DataFrame({"M01": [1.5, None], "M02": [2, 3]}).write_parquet(tmp_path / "targets.parquet")
    table = unpivoted(read(tmp_path, "targets.parquet"), MONTHS, DASHES, origin_in(tmp_path))
    assert sorted(cells(table)) == [("M01", "1.5"), ("M02", "2"), ("M02", "3")]
    assert sorted(numbers(table)) == [1, 1, 2]


def test_that_no_column_matches_is_said_with_the_columns_there_are(tmp_path):
    with pytest.raises(ContractViolation, match=r"No column matches .*; there are rep, January"):
        turn(tmp_path, "rep,January\nana,1\n")


def test_a_result_may_not_hide_a_column(tmp_path):
    with pytest.raises(ConfigurationError, match="makes a column quota, which is there already"):
        turn(tmp_path, "rep,quota,M01\nana,1,2\n")


def test_a_wrong_expression_is_a_fault_of_the_configuration(tmp_path):
    with pytest.raises(ConfigurationError, match="is no regular expression"):
        turn(tmp_path, "rep,M01\nana,1\n", Unpivot(columns="M(01"))


@pytest.mark.shared
@needs_shared_data
def test_adventureworks_targets_have_a_row_for_each_month_with_a_target(tmp_path):
    folder = SHARED / "adventureworks" / "targets"
    wide = read(folder, "ResellerSalesTargets.csv", scratch=tmp_path)
    content = (folder / "ResellerSalesTargets.csv").read_text(encoding="utf-16")
    months = [cell for line in content.splitlines()[1:] for cell in line.split(",")[2:]]
    long = unpivoted(wide, MONTHS, DASHES, origin_in(folder, tmp_path)).frames.collect()
    assert len(months) == 81 * 12
    assert sorted(long["quota"]) == sorted(cell for cell in months if cell.strip() != "-")
