"""Small lakes of Parquet files, and dbt run over them as the night runs it: as a command of its own."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import dbt_commands as commands
import duckdb
import polars as pl

from daybook.config import Config
from ingestion.generation import LoadRecord
from ingestion.runtables import write_run_tables
from quality.contracts import Contract, load_contracts
from quality.contracts.model import Field

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"

FUNNEL = [
    {"stage": "Lead", "probability": 0.1, "kind": "open", "norm_days": 14},
    {"stage": "Offer", "probability": 0.5, "kind": "open", "norm_days": 30},
    {"stage": "Won", "probability": 1, "kind": "won"},
    {"stage": "Lost", "probability": 0, "kind": "lost"},
    {"stage": "Duplicate", "probability": 0, "kind": "discarded"},
]

Row = dict[str, Any]
Program = Callable[[list[str], Mapping[str, str]], tuple[int, str]]
"""Runs dbt with arguments and variables of the environment; returns its exit code and what it printed."""


def company(funnel: list[Row] | None = None, **settings: Any) -> Config:
    """A company of Paris whose fiscal year starts in April."""
    defaults = {
        "name": "Acme",
        "currency": "EUR",
        "timezone": "Europe/Paris",
        "fiscal_year_start": "04-01",
    }
    source = {"connector": "files", "tables": {"deals": {"read": "deals.csv"}}}
    return Config.model_validate(
        {"company": defaults | settings, "sources": {"crm": source}, "funnel": funnel or FUNNEL}
    )


@dataclass
class World:
    """A lake, its run tables and the warehouse that dbt builds from them."""

    folder: Path
    config: Config = field(default_factory=company)
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=lambda: defaultdict(list))
    loads: list[LoadRecord] = field(default_factory=list)

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def target(self) -> Path:
        return self.folder / "target"

    def add(self, dataset: str, *rows: Row, source: str = "shop") -> World:
        """Rows of a dataset; columns left out are null."""
        self.rows[source, dataset].extend(rows)
        return self

    def write(self) -> World:
        """Write lake and run tables as they stand now, in place of any before."""
        lake = self.folder / "lake"
        shutil.rmtree(lake, ignore_errors=True)
        for contract in load_contracts().values():
            parts = self._parts(contract)
            for (source, month), rows in parts.items():
                _write_part(lake / contract.name / f"source={source}" / f"month={month}", contract, rows)
            if not parts:
                _write_part(lake / contract.name / "source=none" / "month=none", contract, [])
        run = self.folder / "run"
        run.mkdir(exist_ok=True)
        write_run_tables(run, self.config, self.loads)
        return self

    def loaded(self, business_on: date) -> World:
        """Record that all rows were loaded as snapshots on a day, nothing refused."""
        self.loads = [
            _load_of(load_contracts()[dataset], source, rows, business_on)
            for (source, dataset), rows in sorted(self.rows.items())
        ]
        return self

    def build(
        self,
        as_of: str,
        changed_months: Mapping[str, list[str]] | None = None,
        select: str | None = None,
        command: str = "build",
        options: tuple[str, ...] = (),
    ) -> World:
        """Run dbt over the world; everything, unless the changed months are given.

        Raises:
            AssertionError: dbt failed; the message holds what it printed.
        """
        arguments = ["--exclude-resource-type", "unit_test"] if command == "build" else []
        if changed_months is None:
            arguments.append("--full-refresh")
        variables = {"as_of_date": as_of, "changed_months": changed_months, "run_id": "test"}
        if select:
            arguments += ["--select", *select.split()]
        return self.dbt(command, *arguments, *options, "--vars", json.dumps(variables))

    def dbt(
        self,
        command: str,
        *arguments: str,
        program: Program = commands.run,
        target: Path | None = None,
    ) -> World:
        """Run one dbt command; raises AssertionError with its output when it fails."""
        code, said = program(
            [
                "--no-use-colors",
                command,
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                *("--target-path", str(target or self.target), "--log-level-file", "none"),
                *arguments,
            ],
            {
                "DAYBOOK_WAREHOUSE": str(self.warehouse),
                "DAYBOOK_LAKE": str(self.folder / "lake"),
                "DAYBOOK_RUN": str(self.folder / "run"),
            },
        )
        assert code == 0, said[-6000:]
        return self

    def query(self, sql: str, *values: Any) -> list[Row]:
        """Rows of a query over the warehouse, money as Decimal."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            cursor = connection.execute(sql, values)
            names = [column[0] for column in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, sql: str, *values: Any) -> Row:
        """The only row of a query."""
        (row,) = self.query(sql, *values)
        return row

    def value(self, sql: str, *values: Any) -> Any:
        """The only value of a query."""
        (value,) = self.one(sql, *values).values()
        return value

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """All rows of a table, sorted: equal tables give equal lists."""
        rows = [tuple(row.values()) for row in self.query(f"select * from {name}")]
        return sorted(rows, key=repr)

    def _parts(self, contract: Contract) -> dict[tuple[str, str], list[Row]]:
        parts: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for (source, dataset), rows in self.rows.items():
            if dataset == contract.name:
                for row in rows:
                    parts[source, month_of(contract, row)].append(row)
        return parts


def month_of(contract: Contract, row: Row) -> str:
    """Lake month of a row."""
    if contract.event_date is None:
        return "all"
    event = row.get(contract.event_date)
    return "none" if event is None else f"{event:%Y-%m}"


def _write_part(folder: Path, contract: Contract, rows: Iterable[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    full = [{name: _exact(contract.by_name[name], row.get(name)) for name in contract.schema} for row in rows]
    pl.DataFrame(full, schema=contract.schema).write_parquet(folder / "part-0.parquet")


def _exact(column: Field, value: Any) -> Any:
    """Numbers as decimals of the contract's scale, everything else as it is."""
    if value is None or column.logical_type != "number":
        return value
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-column.decimal[1]))


def _load_of(contract: Contract, source: str, rows: list[Row], business_on: date) -> LoadRecord:
    amounts = [Decimal(str(row[contract.money_column] or 0)) for row in rows if contract.money_column in row]
    money = str(sum(amounts)) if contract.money_column else None
    return LoadRecord(
        business_on=business_on,
        source_system=source,
        dataset=contract.name,
        load="snapshot",
        rows_read=len(rows),
        rows_accepted=len(rows),
        rows_inserted=len(rows),
        rows_in_lake=len(rows),
        money_read=money,
        money_accepted=money,
        money_quarantined="0" if money else None,
        money_in_lake=money,
    )
