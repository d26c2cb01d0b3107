from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest
from connectors.connector_world import SHARED, cells, needs_shared_data, numbers, read

from daybook.errors import ContractViolation
from ingestion.connectors import ROW

AT = datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=UTC).replace(tzinfo=None)


def test_plain_types_stay_as_they_are(tmp_path):
    row = ("00042", 7, Decimal("1.2500"), True, date(2024, 1, 2), AT, None)
    schema = {
        "text": pl.String(),
        "count": pl.Int32(),
        "amount": pl.Decimal(19, 4),
        "won": pl.Boolean(),
        "on": pl.Date(),
        "at": pl.Datetime("us"),
        "ratio": pl.Float64(),
    }
    pl.DataFrame([row], schema=schema, orient="row").write_parquet(tmp_path / "deals.parquet")
    table = read(tmp_path, "deals.parquet")
    assert cells(table) == [row]
    assert table.frames.collect_schema()["amount"] == pl.Decimal(19, 4)
    assert numbers(table) == [1]


def test_what_has_no_plain_type_becomes_text(tmp_path):
    pl.DataFrame(
        {
            "lines": [[1, 2], None],
            "buyer": [{"name": "Zoé", "tags": ["a"]}, None],
            "bytes": [b"caf\xc3\xa9", b"\xff\x00"],
            "stage": pl.Series(["Won", None], dtype=pl.Categorical()),
            "at": [time(3, 4, 5), None],
            "took": [timedelta(hours=1, minutes=2), None],
        }
    ).write_parquet(tmp_path / "deals.parquet")
    assert cells(read(tmp_path, "deals.parquet")) == [
        ("[1,2]", '{"name":"Zoé","tags":["a"]}', "café", "Won", "03:04:05", "PT1H2M"),
        (None, None, "ff00", None, None, None),
    ]


@pytest.mark.parametrize("damage", [lambda content: content[:-20], lambda content: b"PAR1" + content[4:8]])
def test_a_truncated_or_foreign_file_is_refused(tmp_path, damage):
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "deals.parquet")
    (tmp_path / "deals.parquet").write_bytes(damage((tmp_path / "deals.parquet").read_bytes()))
    with pytest.raises(ContractViolation, match=r"file deals\.parquet: The file cannot be read"):
        read(tmp_path, "deals.parquet")


@pytest.mark.parametrize("name", ["_file", "_row"])
def test_a_column_of_this_programs_own_is_refused(tmp_path, name):
    pl.DataFrame({"a": [1], name: [2]}).write_parquet(tmp_path / "deals.parquet")
    with pytest.raises(ContractViolation, match=name):
        read(tmp_path, "deals.parquet")


def test_a_folder_named_like_a_partition_adds_no_column(tmp_path):
    (tmp_path / "month=2024-01").mkdir()
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "month=2024-01" / "deals.parquet")
    assert read(tmp_path, "*/deals.parquet").columns == ["a"]


@pytest.mark.shared
@needs_shared_data
@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_wrong_statistics_of_int96_columns_lose_no_rows(tmp_path, engine):
    name = "parquet/Sales.SalesOrderHeader.parquet"
    orders = read(SHARED / "adventureworks", name, scratch=tmp_path).frames
    june = orders.filter(pl.col("OrderDate") >= pl.datetime(2014, 6, 1))
    assert june.select(pl.len()).collect(engine=engine).item() == 939
    first_year = orders.filter(pl.col("OrderDate").dt.year() == 2011)
    assert first_year.select(ROW).collect(engine=engine).height == 1607
