from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from connectors.connector_world import SHARED, cells, config_in, needs_shared_data

from daybook.errors import SourceUnavailable
from ingestion.connectors import FILE, RawTable, read_table

NIGHT = date(2024, 3, 5)


def table_of(folder: Path, table: dict[str, Any], **source: Any) -> RawTable:
    config = config_in(folder, {"tables": {"deals": table}, **source})
    return read_table(config, "crm", "deals", folder / "scratch", NIGHT)


def test_files_are_found_below_the_sources_path_and_named_from_the_configurations_folder(tmp_path):
    (tmp_path / "data" / "crm").mkdir(parents=True)
    (tmp_path / "data" / "crm" / "deals.csv").write_text("a\n1\n")
    table = table_of(tmp_path, {"read": "deals.csv"}, path="data/crm")
    assert table.frames.collect()[FILE].to_list() == ["data/crm/deals.csv"]


def test_an_absolute_path_is_named_as_it_is(tmp_path):
    (tmp_path / "deals.csv").write_text("a\n1\n")
    table = table_of(tmp_path / "elsewhere", {"read": str(tmp_path / "deals.csv")})
    assert table.files[0].path == str(tmp_path / "deals.csv")


def test_a_table_may_read_an_entry_of_files_with_its_options(tmp_path):
    (tmp_path / "export.csv").write_text("a;b\n1;2\n")
    files = {"export": {"read": "export.csv", "delimiter": ";"}}
    assert cells(table_of(tmp_path, {"read": "export"}, files=files)) == [("1", "2")]


def test_a_table_may_be_a_query_over_files(tmp_path):
    (tmp_path / "export.csv").write_text("a,b\n1,2\n")
    query = "select b || a as ba from export"
    assert cells(table_of(tmp_path, {"query": query}, files={"export": "export.csv"})) == [("21",)]


@pytest.mark.parametrize(
    "formats", [{"formats": {"nulls": ["-"]}}, {}], ids=["of-the-table", "of-the-source"]
)
def test_a_wide_table_is_turned_with_the_null_markers_that_apply(tmp_path, formats):
    (tmp_path / "targets.csv").write_text("rep,M01,M02\nana,-,5\n")
    table = {"read": "targets.csv", "unpivot": {"columns": r"M\d\d"}, **formats}
    source = {} if formats else {"formats": {"nulls": ["-"]}}
    assert cells(table_of(tmp_path, table, **source)) == [("ana", "M02", "5")]


def test_a_missing_file_stops_a_table_unless_it_is_optional(tmp_path):
    with pytest.raises(SourceUnavailable, match=r"source crm, dataset deals, file deals\.csv"):
        table_of(tmp_path, {"read": "deals.csv"})
    assert not table_of(tmp_path, {"read": "deals.csv", "optional": True}).files
    wide = {"read": "deals.csv", "optional": True, "unpivot": {"columns": "M.."}}
    assert not table_of(tmp_path, wide).files


@pytest.mark.parametrize(("mapped", "kept"), [("id", 1), ("helper", 0), ("upper(helper)", 0)])
def test_a_flaw_in_a_workbook_matters_only_in_columns_that_are_mapped(tmp_path, mapped, kept):
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "deals.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["id", "helper"])
    sheet.write_row(1, 0, ["1"])
    sheet.write_formula(1, 1, "=A2*2", None, "")
    book.close()
    table = table_of(tmp_path, {"read": "deals.xlsx", "columns": {"deal_id": mapped}})
    assert len(cells(table)) == kept


@pytest.mark.shared
@needs_shared_data
def test_the_maven_pipeline_is_read_whole(tmp_path):
    table = table_of(tmp_path, {"read": "sales_pipeline.csv"}, path=str(SHARED / "maven_crm"))
    won = table.frames.filter(deal_stage="Won").collect()
    assert table.files[0].rows_read == 8_800
    assert won.height == 4_238
    assert won["close_value"].cast(int).sum() == 10_005_534
