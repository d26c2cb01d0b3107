"""Small staged batches and plain readings of a lake, for the tests of the lake."""

from __future__ import annotations

import functools
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb
import polars as pl

from daybook.config import Config
from daybook.home import Home
from ingestion.batch import BatchSummary, MonthPart, write_summary
from ingestion.generation import Generation, open_candidate, promote
from ingestion.lake import Commit, commit
from ingestion.workbench import fingerprint_expression
from quality.contracts import Contract, load_contracts

Row = Mapping[str, Any]


def some_contracts(*datasets: str) -> dict[str, Contract]:
    """A few contracts: every dataset costs each night some syncing of folders.

    Beside deals stand the histories that a night reads and writes with them.
    """
    histories = ("deal_stage_changes", "deal_observations", "deal_plans") if "deals" in datasets else ()
    return {dataset: load_contracts()[dataset] for dataset in (*datasets, *histories)}


def config(*, keeps_history: bool = True, **tables: Mapping[str, Any]) -> Config:
    """A company whose sources ``crm`` and ``shop`` have the given tables, as ``source__dataset``.

    Sources of deals tell how they moved, unless ``keeps_history`` is off.
    """
    sources: dict[str, Any] = defaultdict(lambda: {"connector": "files", "tables": {}})
    for name, table in tables.items():
        source, dataset = name.split("__")
        sources[source]["tables"][dataset] = {"read": f"{dataset}.csv", **table}
    if not sources:
        sources["crm"]["tables"]["deals"] = {"read": "deals.csv"}
    if keeps_history:
        for source in sources.values():
            if "deals" in source["tables"]:
                source["tables"].setdefault("deal_stage_changes", {"read": "moves.csv"})
    funnel = [
        {"stage": "Open", "probability": 0.1, "kind": "open", "norm_days": 14},
        {"stage": "Won", "probability": 1, "kind": "won"},
        {"stage": "Lost", "probability": 0, "kind": "lost"},
    ]
    company = {"name": "Acme", "currency": "EUR", "fiscal_year_start": "04-01", "timezone": "Europe/Paris"}
    return Config.model_validate({"company": company, "sources": dict(sources), "funnel": funnel})


def month_of(contract: Contract, row: Row) -> str:
    if contract.event_date is None:
        return "all"
    value = row.get(contract.event_date)
    return "none" if value is None else f"{value:%Y-%m}"


def frame(contract: Contract, rows: Iterable[Row]) -> pl.DataFrame:
    full = [{name: row.get(name) for name in contract.schema} for row in rows]
    return pl.DataFrame(full, schema=contract.schema)


def stage(
    folder: Path,
    source: str,
    dataset: str,
    rows: Iterable[Row],
    *,
    load: Literal["snapshot", "incremental"] = "snapshot",
    deleted: Iterable[Row] = (),
    business_on: date = date(2024, 6, 1),
    cursor: str | None = None,
) -> Path:
    """Write a staged batch as the extract step does, replacing any in the same place."""
    contract = load_contracts()[dataset]
    batch = folder / source / dataset
    shutil.rmtree(batch, ignore_errors=True)
    rows, deleted = list(rows), list(deleted)
    months = {
        month: _stage_month(batch / "data" / f"month={month}", contract, month_rows)
        for month, month_rows in _by_month(contract, rows).items()
    }
    batch.mkdir(parents=True, exist_ok=True)
    if deleted:
        frame(contract, deleted).select(contract.key).write_parquet(batch / "deletions.parquet")
    money = contract.money_column
    total = str(sum((Decimal(row.get(money) or 0) for row in rows), Decimal(0))) if money else None
    summary = BatchSummary(
        source=source,
        dataset=dataset,
        business_on=business_on,
        load=load,
        rows_read=len(rows) + len(deleted),
        rows_accepted=len(rows) + len(deleted),
        rows_quarantined=0,
        rows_deleted=len(deleted),
        money_read=total,
        money_accepted=total,
        cursor=cursor,
        months=months,
    )
    write_summary(batch, summary)
    return batch


def _by_month(contract: Contract, rows: Iterable[Row]) -> dict[str, list[Row]]:
    months: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        months[month_of(contract, row)].append(row)
    return months


def _stage_month(folder: Path, contract: Contract, rows: list[Row]) -> MonthPart:
    folder.mkdir(parents=True)
    file = folder / "00000000.parquet"
    frame(contract, rows).write_parquet(file)
    return measured(contract, [file])


def measured(contract: Contract, files: Iterable[Path]) -> MonthPart:
    """What the files of a partition hold, computed from nothing else."""
    rows = _reader().read_parquet([str(file) for file in files], hive_partitioning=False)
    found = rows.aggregate(f"count(*), {fingerprint_expression(contract)}").fetchone()
    return MonthPart(rows=found[0], digest=f"{found[1]:032x}")


@functools.cache
def _reader() -> duckdb.DuckDBPyConnection:
    # Files are written anew under their old paths faster than DuckDB's cache notices.
    return duckdb.connect(config={"enable_external_file_cache": False})


def lake_rows(generation: Generation, dataset: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """All rows of a dataset by source and month, as they stand in the files, in key order."""
    contract = load_contracts()[dataset]
    found = {}
    for folder in sorted((generation.lake / dataset).glob("source=*/month=*")):
        source, month = folder.parent.name.removeprefix("source="), folder.name.removeprefix("month=")
        rows = pl.concat([pl.read_parquet(file) for file in sorted(folder.glob("*"))])
        assert rows.schema == contract.schema
        if rows.height:
            found[source, month] = rows.sort(contract.key).to_dicts()
    return found


def lake_files(generation: Generation, dataset: str = "*") -> dict[str, int]:
    """Path below the lake and inode of every file."""
    files = sorted(generation.lake.glob(f"{dataset}/*/*/*"))
    return {file.relative_to(generation.lake).as_posix(): file.stat().st_ino for file in files}


def at(day: int, hour: int = 0, month: int = 1) -> datetime:
    return datetime(2024, month, day, hour)  # noqa: DTZ001 - the lake's timestamps are naive UTC


def run_night(
    home: Home,
    settings: Config,
    batches: list[Path],
    *,
    stale: list[tuple[str, str]] | None = None,
    business_on: date = date(2024, 6, 1),
) -> Commit:
    """Commit some batches and promote the result, as a night does."""
    candidate = open_candidate(home)
    done = commit(candidate, settings, batches, stale or [], business_on)
    promote(home, candidate)
    return done
