"""What a staged batch holds, computed once from its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from ingestion.batch import MonthPart
from ingestion.workbench import MONTH, Workbench, fingerprint_expression, quoted
from quality.contracts import Contract


@dataclass(frozen=True)
class Measured:
    """Figures of the staged rows."""

    months: Mapping[str, MonthPart] = field(default_factory=dict)
    money: Decimal | None = None
    """Exact sum of the contract's money column; None where it has none."""
    newest: date | None = None
    """Newest date or timestamp of the contract's latency column."""

    @property
    def row_count(self) -> int:
        """Rows of all months."""
        return sum(part.rows for part in self.months.values())


def measure(bench: Workbench, files: Sequence[Path], contract: Contract) -> Measured:
    """Count, sum and fingerprint the rows of staged files, month by month, in one pass."""
    money = f"sum({quoted(contract.money_column)})" if contract.money_column else "null"
    newest = f"max({quoted(contract.latency_column)})" if contract.latency_column else "null"
    if not files:
        return Measured(money=Decimal(0) if contract.money_column else None)
    figures = f"{MONTH}, count(*), {fingerprint_expression(contract)}, {money}, {newest}"
    found = sorted(bench.read_with_month(files).aggregate(figures, MONTH).fetchall())
    return Measured(
        months={month: MonthPart(rows=rows, digest=f"{digest:032x}") for month, rows, digest, _, _ in found},
        money=sum((row[3] or Decimal(0) for row in found), Decimal(0)) if contract.money_column else None,
        newest=max((row[4] for row in found if row[4] is not None), default=None),
    )


def rows_in(file: Path) -> int:
    """Rows of a Parquet file; none if there is no file."""
    return int(pl.scan_parquet(file).select(pl.len()).collect().item()) if file.exists() else 0
