"""A published file of a few rows, with every table and column that the project declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from daybook.config import Config
from quality.sql import quoted
from reporting import meta_schema

MARTS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
BUSINESS_ON = date(2026, 1, 30)
PUBLISHED_AT = datetime(2026, 1, 31, 3, 0)  # noqa: DTZ001 - UTC, unsaid, as in the published file

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

MONTH: dict[str, Any] = {
    "period_type": "month",
    "period_start_on": date(2026, 1, 1),
    "period_end_on": date(2026, 1, 31),
}


def rep(rep_id: str, name: str) -> dict[str, Any]:
    return {"rep_id": rep_id, "rep_name": name, "team_id": "t1", "is_active": True, "is_inferred": False}


def sale(rep_id: str, amount: str) -> dict[str, Any]:
    return {
        "sales_on": BUSINESS_ON,
        "rep_id": rep_id,
        "channel": "online",
        "product_category": "Lamps",
        "order_count": 1,
        "net_sales_amount": Decimal(amount),
        "booking_amount": Decimal("10.5"),
    }


def target(scope_type: str, scope_id: str, metric: str = "net_sales") -> dict[str, Any]:
    return {
        **MONTH,
        "scope_type": scope_type,
        "scope_id": scope_id,
        "metric": metric,
        "plan_version": "plan",
        "is_current_plan": True,
        "target_amount": Decimal(2000),
        "target_to_date_amount": Decimal("1900.25"),
        "actual_amount": Decimal("1234.5678"),
        "pace_ratio": Decimal("0.6496666667"),
        "status": "behind",
    }


def deal(rep_id: str, deal_id: str, name: str) -> dict[str, Any]:
    return {
        "deal_id": deal_id,
        "deal_name": name,
        "rep_id": rep_id,
        "rep_name": rep_id,
        "outcome": "open",
        "forecast_category": "best_case",
        "deal_amount": Decimal("7000.1234"),
        "expected_revenue_amount": Decimal("3500.0617"),
        "expected_close_on": date(2026, 2, 15),
        "silent_days": 12,
        "is_stalled": True,
        "is_overdue": False,
        "is_next_action_overdue": False,
        "is_suspended": False,
    }


def small_company(name: str = "Ana", deal_name: str = "Lamps for all") -> dict[str, list[dict[str, Any]]]:
    """Two reps of a team, one sale and one open deal each."""
    reps = {"r1": name, "r2": "Bo"}
    scopes = [("rep", "r1"), ("rep", "r2"), ("team", "t1"), ("company", "company")]
    return {
        "dim_rep": [rep(*item) for item in reps.items()],
        "dim_team": [{"team_id": "t1", "team_name": "North", "is_inferred": False}],
        "daily_sales": [sale("r1", "1000.1234"), sale("r2", "0.1")],
        "daily_sales_summary": [
            {"sales_on": BUSINESS_ON, "is_working_day": True, "net_sales_amount": Decimal("1000.2234")}
        ],
        "target_attainment": [
            target(*scope, metric) for scope in scopes for metric in ("net_sales", "bookings")
        ],
        "deal_register": [deal("r1", "=d1", deal_name), deal("r2", "d2", "Chairs")],
        "follow_up_queue": [
            {
                "item_type": "deal",
                "item_id": "=d1",
                "item_name": deal_name,
                "rep_id": "r1",
                "reason": "next_action_overdue",
                "next_action": deal_name,
                "queue_rank": 1,
            }
        ],
        "sales_forecast": [
            {
                **MONTH,
                "scope_type": kind,
                "scope_id": scope,
                "horizon": "current",
                "forecast_method": "run_rate",
                "is_best_method": True,
                "forecast_amount": Decimal("2100.5"),
                "lower_80_amount": Decimal(1900),
                "upper_80_amount": Decimal(2300),
            }
            for kind, scope in scopes
        ],
    }


def publish_rows(file: Path, rows: Rows, *, is_stale: bool = False) -> Path:
    """Write a published file; columns that a row does not give are null."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema meta")
        for name, columns in _marts().items():
            _write(connection, f"marts.{name}", columns, rows.get(name, []))
        for table, content in _meta(is_stale).items():
            columns = {column.name: column.type for column in table.columns}
            _write(connection, f"meta.{table.name}", columns, content)
    return file


def company_config(**mail: Any) -> Config:
    """The company's configuration, with mail."""
    settings = {"server": "mailto://127.0.0.1:9", "sender": "Daybook <daybook@example.org>", **mail}
    return Config.model_validate(
        {
            "company": {"name": "Small", "currency": "EUR"},
            "sources": {"shop": {"connector": "files", "path": ".", "tables": {}}},
            "reports": {"smallest_group": 2, "mail": settings},
        }
    )


@cache
def _marts() -> dict[str, dict[str, str]]:
    models = (yaml.safe_load(path.read_bytes())["models"] for path in sorted(MARTS.rglob("*__models.yml")))
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for found in models
        for model in found
    }


def _meta(is_stale: bool) -> dict[meta_schema.Table, list[dict[str, Any]]]:
    return {
        meta_schema.PUBLICATION: [
            {
                "publication_id": "2026-01-30-run1",
                "business_on": BUSINESS_ON,
                "published_at": PUBLISHED_AT,
                "run_id": "run1",
                "verdict": "pass_with_warnings",
            }
        ],
        meta_schema.SOURCES: [
            {
                "source_system": "shop",
                "dataset": "orders",
                "rows_read": 10,
                "rows_accepted": 9,
                "rows_quarantined": 1,
                "is_stale": is_stale,
            }
        ],
        meta_schema.CHECKS: [
            {"check_name": "volume", "scope": "shop.orders", "outcome": "fail", "message": "Fewer <rows>."}
        ],
    }


def _write(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    typed = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
    connection.execute(f"create table {name} ({typed})")
    for row in rows:
        given = ", ".join(map(quoted, row))
        asked = ", ".join("?" for _ in row)
        connection.execute(f"insert into {name} ({given}) values ({asked})", list(row.values()))
