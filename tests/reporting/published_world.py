"""A small company whose warehouse is built by hand, to be published."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from daybook.config import Config, Reports
from daybook.home import Home
from quality.results import CheckResult
from reporting.publication import PublicationContext, SourceState

BUSINESS_ON = date(2026, 1, 31)

TABLES: dict[str, str] = {
    "dim_rep": """
        create or replace table marts.dim_rep as
        select * from (values ('r1', 'Ana', 'ana@example.org'), ('r2', 'Bo', 'bo@example.org'))
            as t(rep_id, rep_name, email)
    """,
    "daily_sales": """
        create or replace table marts.daily_sales as
        select
            date '2026-01-01' + cast(i // 2 as integer) as sales_on,
            case when i % 2 = 0 then 'r1' else 'r2' end as rep_id,
            cast(i * 1.25 as decimal(18, 4)) as net_sales_amount
        from range(20) as t(i)
    """,
    "rep_scorecard": """
        create or replace table marts.rep_scorecard as
        select * from (values ('r1', cast(0.6 as decimal(9, 4))), ('r2', null)) as t(rep_id, win_count_ratio)
    """,
    "reconciliation": """
        create or replace table marts.reconciliation as
        select
            dataset,
            date '2026-01-31' as business_on,
            0 as unexplained_count,
            cast(residual as decimal(18, 4)) as residual_amount
        from (values ('orders', 0), ('refunds', null)) as t(dataset, residual)
    """,
    "fct_order_lines": """
        create or replace table marts.fct_order_lines as
        select 'o' || i as order_id, 'r1' as rep_id from range(3) as t(i)
    """,
}

PAGES = ("index.html", "assets/style.css", "director/en/page.html")

RECONCILED = ("dataset", "business_on", "unexplained_count", "residual_amount")


def _column(name: str, **meta: str) -> dict[str, Any]:
    return {"name": name, "description": f"What {name} means.", "meta": meta}


def _columns(*columns: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {column["name"]: column for column in columns}


def _required(column: dict[str, Any]) -> dict[str, Any]:
    return column | {"description": f"{column['description']} Never null."}


def model(name: str, *columns: dict[str, Any], schema: str = "marts") -> dict[str, Any]:
    """A model as dbt's manifest has it; only the parts that matter here."""
    return {
        "resource_type": "model",
        "unique_id": f"model.daybook.{name}",
        "name": name,
        "alias": name,
        "schema": schema,
        "description": f"What {name} answers.\n",
        "columns": _columns(*columns),
        "config": {"materialized": "table"},
    }


def generic_test(rule: str, table: str, where: str | None = None, **arguments: Any) -> dict[str, Any]:
    """A data test as dbt's manifest has it."""
    return {
        "resource_type": "test",
        "unique_id": f"test.daybook.{rule}_{table}",
        "name": f"{rule}_{table}",
        "attached_node": f"model.daybook.{table}",
        "test_metadata": {"name": rule, "kwargs": arguments},
        "config": {"severity": "ERROR", "where": where},
    }


def manifest_nodes() -> dict[str, dict[str, Any]]:
    """The project that describes ``TABLES``."""
    nodes = [
        model(
            "dim_rep",
            _required(_column("rep_id")),
            _column("rep_name", classification="personal"),
            _column("email", classification="personal"),
        ),
        model("daily_sales", _column("sales_on"), _required(_column("rep_id")), _column("net_sales_amount")),
        model("rep_scorecard", _column("rep_id"), _column("win_count_ratio")),
        model("reconciliation", *map(_column, RECONCILED)),
        model("fct_order_lines", _column("order_id"), _column("rep_id")),
        model("stg_crm__reps", _column("rep_id"), schema="staging"),
        generic_test("unique", "dim_rep", column_name="rep_id"),
        generic_test("not_null", "daily_sales", column_name="sales_on"),
        generic_test("unique_grain", "daily_sales", columns=["sales_on", "rep_id"]),
        generic_test("unique_grain", "rep_scorecard", columns=["rep_id"]),
        generic_test("unique_grain", "reconciliation", columns=["dataset", "business_on"]),
        generic_test("unique_grain", "fct_order_lines", columns=["order_id"]),
    ]
    return {node["unique_id"]: node for node in nodes}


def compact_nodes() -> dict[str, dict[str, Any]]:
    """A project of two marts, for tests that publish many times."""
    marts = ("daily_sales", "reconciliation")
    return {name: node for name, node in manifest_nodes().items() if name.endswith(marts)}


def passed(check: str, scope: str = "shop.orders") -> CheckResult:
    """A check that found nothing."""
    return CheckResult(
        check=check, scope=scope, severity="block", outcome="pass", message="No offending rows."
    )


@dataclass
class World:
    """A home, a warehouse and the project that built it."""

    root: Path
    nodes: dict[str, dict[str, Any]] = field(default_factory=manifest_nodes)

    @property
    def home(self) -> Home:
        return Home(self.root / "home")

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.json"

    def build(self) -> World:
        """Make the warehouse with the tables that the project describes."""
        models = [node["name"] for node in self.nodes.values() if node["resource_type"] == "model"]
        self.change("create schema marts", *(TABLES[name] for name in models if name in TABLES))
        return self

    def change(self, *statements: str) -> None:
        """Change the warehouse as dbt would."""
        with duckdb.connect(str(self.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)

    def config(self, reports: dict[str, Any] | None = None, **publish: Any) -> Config:
        return Config.model_validate(
            {
                "company": {"name": "Small", "currency": "EUR"},
                "sources": {"shop": {"connector": "files", "path": ".", "tables": {}}},
                "publish": publish,
                "reports": reports or {},
            }
        )

    def context(
        self,
        run: int = 1,
        business_on: date = BUSINESS_ON,
        *,
        checks: list[CheckResult] | None = None,
        sources: list[SourceState] | None = None,
        is_backfill: bool = False,
    ) -> PublicationContext:
        """What the step is told in run number ``run``; every run is a minute later than the one before."""
        self.manifest.write_text(json.dumps({"nodes": self.nodes}), encoding="utf-8")
        tests = [node["name"] for node in self.nodes.values() if node["resource_type"] == "test"]
        return PublicationContext(
            business_on=business_on,
            run_id=f"run{run}",
            published_at=datetime(2026, 2, 1, 3, tzinfo=UTC) + timedelta(minutes=run),
            manifest=self.manifest,
            checks=[passed(f"dbt.{test}", "warehouse") for test in tests] if checks is None else checks,
            sources=sources or [],
            is_backfill=is_backfill,
        )


def rows(file: Path, query: str) -> list[tuple[Any, ...]]:
    """What a reader gets from a published file."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def write_site(file: Path, folder: Path, currency: str, settings: Reports) -> None:
    """Stands in for the real reports: every page tells the run of the file it was made from."""
    ((run_id,),) = rows(file, "select run_id from meta.publication")
    for page in PAGES:
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        (folder / page).write_bytes(run_id.encode())


def run_of_reports(reports: Path) -> str:
    """The run that all pages of a folder of reports tell."""
    (run_id,) = {(reports / page).read_text(encoding="utf-8") for page in PAGES}
    return run_id


def as_before_reports(world: World) -> None:
    """Make what is published look as it did before there were reports."""
    home, standing = world.home, world.home.standing.readlink()
    for folder in home.published.glob("open/*"):
        shutil.rmtree(folder / "reports")
    for file in home.published.glob("*.manifest.json"):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        del manifest["has_reports"]
        file.write_text(json.dumps(manifest), encoding="utf-8")
    (home.published / "stale.js").unlink()
    for link in (home.pointer, home.reports, home.standing):
        link.unlink()
    home.pointer.symlink_to(standing / home.pointer.name)
