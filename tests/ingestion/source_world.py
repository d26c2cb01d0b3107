"""A company with small source files, and plain readings of what is extracted from them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from daybook.config import Config, load_config
from ingestion.batch import BatchSummary, Taken
from ingestion.extract import extract
from ingestion.preview import Preview, preview
from quality.contracts import load_contracts

NIGHT = date(2024, 6, 30)


@dataclass
class Batch:
    """What one extraction left."""

    folder: Path
    summary: BatchSummary

    @property
    def rows(self) -> pl.DataFrame:
        """All staged rows, with their month."""
        files = sorted(self.folder.glob("data/*/*.parquet"))
        month = pl.lit(None, dtype=pl.String).alias("month")
        empty = load_contracts()[self.summary.dataset].empty().with_columns(month)
        return pl.concat(
            [empty, *(pl.read_parquet(f).with_columns(month=pl.lit(f.parent.name[6:])) for f in files)]
        )

    def column(self, name: str) -> list[Any]:
        """Values of one column, in the order of the key."""
        key = list(load_contracts()[self.summary.dataset].key)
        return self.rows.sort(key)[name].to_list()

    @property
    def refused(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "quarantine.parquet")

    @property
    def reasons(self) -> list[tuple[int, str, str]]:
        """Row number, column and code of every reason."""
        return [
            (row["row_number"], reason["column"], reason["code"])
            for row in self.refused.sort("row_number").iter_rows(named=True)
            for reason in row["reasons"]
        ]

    @property
    def messages(self) -> dict[int, list[str]]:
        """What is said of each refused row."""
        rows = self.refused.iter_rows(named=True)
        return {row["row_number"]: [reason["message"] for reason in row["reasons"]] for row in rows}

    @property
    def raw(self) -> dict[int, dict[str, str | None]]:
        """What the source wrote in each refused row."""
        return {row["row_number"]: json.loads(row["raw"]) for row in self.refused.iter_rows(named=True)}

    @property
    def deleted(self) -> list[tuple[Any, ...]]:
        file = self.folder / "deletions.parquet"
        return sorted(pl.read_parquet(file).rows()) if file.exists() else []


@dataclass
class World:
    """One company whose source ``crm`` reads files below a folder."""

    folder: Path
    timezone: str = "UTC"
    source: dict[str, Any] = field(default_factory=dict)

    def config(self, **tables: dict[str, Any]) -> Config:
        company = {"name": "Acme", "currency": "EUR", "timezone": self.timezone}
        crm = {"connector": "files", "path": "data", **self.source, "tables": tables}
        path = self.folder / "daybook.yaml"
        path.write_text(yaml.safe_dump({"company": company, "sources": {"crm": crm}}), encoding="utf-8")
        return load_config(path)

    def write(self, name: str, *lines: str) -> None:
        file = self.folder / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def extract(self, dataset: str, taken: str | Taken | None = None, **table: Any) -> Batch:
        """Extract ``<dataset>.csv``, or what ``read`` names; from a cursor on, or where a load ended."""
        config = self.config(**{dataset: {"read": f"{dataset}.csv", **table}})
        folder = self.folder / "staging" / dataset
        contract = load_contracts()[dataset]
        going_on = taken if isinstance(taken, Taken) else Taken(taken)
        return Batch(folder, extract(config, "crm", dataset, contract, folder, NIGHT, going_on))

    def preview(self, dataset: str, limit: int = 20, **table: Any) -> Preview:
        config = self.config(**{dataset: {"read": f"{dataset}.csv", **table}})
        return preview(config, "crm", dataset, load_contracts()[dataset], NIGHT, limit)
