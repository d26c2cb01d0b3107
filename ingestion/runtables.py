"""What dbt must know of the company and of the loads, as Parquet beside the lake."""

from __future__ import annotations

import io
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from daybook.config import WEEKDAYS, Config
from daybook.durable import write_atomically
from ingestion.generation import LoadRecord

MONEY = pl.Decimal(18, 4)

COMPANY = pl.Schema(
    {
        "company_name": pl.String(),
        "currency_code": pl.String(),
        "timezone": pl.String(),
        "fiscal_start_month": pl.Int64(),
        "fiscal_start_day": pl.Int64(),
        "week_start_iso": pl.Int64(),
        "opening_minute": pl.Int64(),
        "closing_minute": pl.Int64(),
        "revenue_setting": pl.String(),
    }
)
WORKING_WEEKDAYS = pl.Schema({"iso_weekday": pl.Int64(), "is_working": pl.Boolean()})
FUNNEL_STAGES = pl.Schema(
    {
        "funnel": pl.String(),
        "stage": pl.String(),
        "stage_position": pl.Int64(),
        "probability": pl.Decimal(9, 4),
        "stage_kind": pl.String(),
        "norm_days": pl.Int64(),
        "is_retired": pl.Boolean(),
    }
)
LOADS = pl.Schema(
    {
        "business_on": pl.Date(),
        "source_system": pl.String(),
        "dataset": pl.String(),
        "load": pl.String(),
        "rows_read": pl.Int64(),
        "rows_accepted": pl.Int64(),
        "rows_quarantined": pl.Int64(),
        "rows_superseded": pl.Int64(),
        "rows_inserted": pl.Int64(),
        "rows_updated": pl.Int64(),
        "rows_unchanged": pl.Int64(),
        "rows_deleted": pl.Int64(),
        "rows_marked_deleted": pl.Int64(),
        "rows_in_lake": pl.Int64(),
        "money_read": MONEY,
        "money_accepted": MONEY,
        "money_quarantined": MONEY,
        "money_superseded": MONEY,
        "money_deleted": MONEY,
        "money_in_lake": MONEY,
        "is_stale": pl.Boolean(),
    }
)


def write_run_tables(run: Path, config: Config, loads: Iterable[LoadRecord]) -> None:
    """Write the run tables; equal input gives equal files.

    Args:
        run: folder of the run tables.
        config: the company, its week and its funnel.
        loads: every load ever committed, in order.
    """
    _write(run / "company.parquet", COMPANY, [_company(config)])
    _write(run / "working_weekdays.parquet", WORKING_WEEKDAYS, _working_weekdays(config))
    _write(run / "funnel_stages.parquet", FUNNEL_STAGES, _funnel_stages(config))
    _write(run / "loads.parquet", LOADS, [_load(record) for record in loads])


def _company(config: Config) -> dict[str, Any]:
    company = config.company
    month, day = company.fiscal_year_start.split("-")
    return {
        "company_name": company.name,
        "currency_code": company.currency,
        "timezone": company.timezone,
        "fiscal_start_month": int(month),
        "fiscal_start_day": int(day),
        "week_start_iso": WEEKDAYS.index(company.week_start) + 1,
        "opening_minute": _minute_of_day(company.opens_at),
        "closing_minute": _minute_of_day(company.closes_at),
        "revenue_setting": company.revenue,
    }


def _minute_of_day(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def _working_weekdays(config: Config) -> list[dict[str, Any]]:
    working = config.company.working_days
    return [{"iso_weekday": index, "is_working": day in working} for index, day in enumerate(WEEKDAYS, 1)]


def _funnel_stages(config: Config) -> list[dict[str, Any]]:
    funnels = dict.fromkeys(stage.funnel for stage in config.funnel)
    return [
        {
            "funnel": funnel,
            "stage": stage.stage,
            "stage_position": position,
            "probability": Decimal(str(stage.probability)).quantize(Decimal("0.0001")),
            "stage_kind": stage.kind,
            "norm_days": stage.norm_days,
            "is_retired": stage.retired,
        }
        for funnel in funnels
        for position, stage in enumerate((s for s in config.funnel if s.funnel == funnel), 1)
    ]


def _load(record: LoadRecord) -> dict[str, Any]:
    row = record.model_dump()
    money = {name: row[name] for name, dtype in LOADS.items() if dtype == MONEY}
    return row | {name: None if text is None else Decimal(text) for name, text in money.items()}


def _write(path: Path, schema: pl.Schema, rows: list[dict[str, Any]]) -> None:
    write_atomically(path, parquet_bytes(pl.DataFrame(rows, schema=schema)))


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """A small frame as the content of a Parquet file."""
    content = io.BytesIO()
    frame.write_parquet(content)
    return content.getvalue()
