from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
from lake_world import config

from daybook.config import Config
from ingestion.generation import LoadRecord
from ingestion.runtables import write_run_tables


def test_the_company_is_one_row(tmp_path):
    write_run_tables(tmp_path, config(), [])

    assert pl.read_parquet(tmp_path / "company.parquet").to_dicts() == [
        {
            "company_name": "Acme",
            "currency_code": "EUR",
            "timezone": "Europe/Paris",
            "fiscal_start_month": 4,
            "fiscal_start_day": 1,
            "week_start_iso": 1,
            "opening_minute": 540,
            "closing_minute": 1020,
            "revenue_setting": "net_sales",
        }
    ]


def test_a_week_that_starts_on_sunday_and_works_until_thursday(tmp_path):
    data = config().model_dump()
    data["company"] |= {
        "week_start": "sunday",
        "working_days": ["sunday", "monday", "tuesday", "wednesday", "thursday"],
    }

    write_run_tables(tmp_path, Config.model_validate(data), [])

    assert pl.read_parquet(tmp_path / "company.parquet")["week_start_iso"].to_list() == [7]
    assert dict(pl.read_parquet(tmp_path / "working_weekdays.parquet").iter_rows()) == {
        1: True,
        2: True,
        3: True,
        4: True,
        5: False,
        6: False,
        7: True,
    }


def test_funnel_stages_keep_their_order_and_retired_ones_their_place(tmp_path):
    data = config().model_dump()
    data["funnel"][1:1] = [{"stage": "Demo", "probability": 0.3, "kind": "open", "retired": True}]

    write_run_tables(tmp_path, Config.model_validate(data), [])

    assert pl.read_parquet(tmp_path / "funnel_stages.parquet").rows() == [
        ("default", "Open", 1, Decimal("0.1000"), "open", 14, False),
        ("default", "Demo", 2, Decimal("0.3000"), "open", None, True),
        ("default", "Won", 3, Decimal("1.0000"), "won", None, False),
        ("default", "Lost", 4, Decimal("0.0000"), "lost", None, False),
    ]


def test_money_of_loads_is_exact(tmp_path):
    load = LoadRecord(
        business_on=date(2024, 6, 1),
        source_system="crm",
        dataset="deals",
        load="snapshot",
        rows_read=3,
        rows_in_lake=2,
        money_read="12345678901234.5678",
        money_in_lake="0.1",
    )

    write_run_tables(tmp_path, config(), [load])

    row = pl.read_parquet(tmp_path / "loads.parquet").row(0, named=True)
    assert row["money_read"] == Decimal("12345678901234.5678")
    assert row["money_in_lake"] == Decimal("0.1000")
    assert row["money_accepted"] is None
    assert row == row | {
        "business_on": date(2024, 6, 1),
        "rows_read": 3,
        "rows_inserted": 0,
        "is_stale": False,
    }


def test_tables_without_rows_have_their_types(tmp_path):
    data = config().model_dump() | {"funnel": []}

    write_run_tables(tmp_path, Config.model_validate(data), [])

    assert pl.read_parquet(tmp_path / "loads.parquet").schema["money_read"] == pl.Decimal(18, 4)
    assert pl.read_parquet(tmp_path / "funnel_stages.parquet").schema["norm_days"] == pl.Int64()


def test_writing_again_gives_the_same_bytes(tmp_path):
    for folder in ("once", "again"):
        write_run_tables(tmp_path / folder, config(), [])

    for file in (tmp_path / "once").iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


def test_every_funnel_counts_its_own_stages(tmp_path):
    funnel = [
        {"stage": "Lead", "probability": 0.1, "kind": "open"},
        {"stage": "Renewal", "funnel": "renewals", "probability": 0.7, "kind": "open"},
        {"stage": "Won", "probability": 1, "kind": "won"},
        {"stage": "Won", "funnel": "renewals", "probability": 1, "kind": "won"},
    ]
    company = config().model_dump(mode="json") | {"funnel": funnel}
    write_run_tables(tmp_path, Config.model_validate(company), [])
    stages = pl.read_parquet(tmp_path / "funnel_stages.parquet")
    assert stages.select("funnel", "stage", "stage_position").rows() == [
        ("default", "Lead", 1),
        ("default", "Won", 2),
        ("renewals", "Renewal", 1),
        ("renewals", "Won", 2),
    ]
