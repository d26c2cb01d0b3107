"""One source's rows of one dataset in a candidate's lake, as files by month.

Files are never changed: a partition gets new files under new names, and the old names leave the
candidate only.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from duckdb import DuckDBPyRelation

from daybook.durable import link_file
from ingestion.batch import MonthPart
from ingestion.generation import LakePart
from ingestion.workbench import Workbench, fingerprint_expression, names, quoted
from quality.contracts import Contract


@dataclass
class LakeTable:
    """The partitions of one source in one dataset; ``folder`` holds one folder for each month."""

    bench: Workbench
    folder: Path
    contract: Contract
    business_on: date
    parts: dict[str, LakePart]
    changed: set[str] = field(default_factory=set)
    """Months that differ from the generation before."""

    @property
    def row_count(self) -> int:
        """Rows of all partitions."""
        return sum(part.rows for part in self.parts.values())

    @property
    def money(self) -> str | None:
        """Exact sum of the money column as decimal text; None where the contract has none."""
        if self.contract.money_column is None:
            return None
        return str(sum((Decimal(part.money or 0) for part in self.parts.values()), Decimal("0.0000")))

    def rows(self, month: str) -> DuckDBPyRelation:
        """Rows of one partition."""
        return self.bench.read(self._files(month))

    def rows_with_month(self, months: Iterable[str]) -> DuckDBPyRelation:
        """Rows of some partitions, and their month as column ``_month``."""
        return self.bench.read_with_month(file for month in months for file in self._files(month))

    def adopt(self, month: str, staged: list[Path], part: MonthPart) -> None:
        """Make staged files the partition as they are, by hard links.

        Raises:
            AssertionError: the files do not hold the rows that the batch says.
        """
        rows, _, money = self._measure(staged, with_digest=False)
        if rows != part.rows:
            raise AssertionError(
                f"{self.folder}, {month}: {part.rows} rows were staged, but the files hold {rows}"
            )
        links = [self.bench.scratch / f"{month}-{index}" for index in range(len(staged))]
        for source, link in zip(staged, links, strict=True):
            link_file(source, link)
        self._place(month, links, MonthPart(rows=rows, digest=part.digest), money)

    def write(self, month: str, rows: DuckDBPyRelation) -> None:
        """Make rows the partition, sorted by key; the partition goes when there are none."""
        file = self.bench.scratch / f"{month}.parquet"
        rows.order(names(self.contract.key)).write_parquet(str(file), compression="zstd")
        count, digest, money = self._measure([file], with_digest=True)
        if count:
            self._place(month, [file], MonthPart(rows=count, digest=digest), money)
        else:
            file.unlink()
            self.remove(month)

    def confirm(self, month: str, part: MonthPart) -> None:
        """Take over the digest of equal rows that were fingerprinted in another way."""
        self.parts[month] = self.parts[month].model_copy(update={"digest": part.digest})

    def remove(self, month: str) -> None:
        """Drop a partition, if it is there."""
        if self.parts.pop(month, None) is not None:
            shutil.rmtree(self._partition(month))
            self.changed.add(month)

    def _partition(self, month: str) -> Path:
        return self.folder / f"month={month}"

    def _files(self, month: str) -> list[Path]:
        return [self._partition(month) / name for name in self.parts[month].files]

    def _place(self, month: str, files: list[Path], part: MonthPart, money: str | None) -> None:
        folder = self._partition(month)
        folder.mkdir(parents=True, exist_ok=True)
        stem = hashlib.blake2b(f"{part.digest} {part.rows}".encode(), digest_size=8).hexdigest()
        targets = [f"{stem}-{index}.parquet" for index in range(len(files))]
        for file, target in zip(files, targets, strict=True):
            file.replace(folder / target)
        for name in set(self.parts[month].files if month in self.parts else ()) - set(targets):
            (folder / name).unlink()
        self.parts[month] = LakePart(
            rows=part.rows, digest=part.digest, files=tuple(targets), money=money, changed_on=self.business_on
        )
        self.changed.add(month)

    def _measure(self, files: list[Path], *, with_digest: bool) -> tuple[int, str, str | None]:
        money = self.contract.money_column
        digest = fingerprint_expression(self.contract) if with_digest else "0"
        total = f"coalesce(sum({quoted(money)}), 0)" if money else "null"
        found = self.bench.read(files).aggregate(f"count(*), {digest}, {total}").fetchone()
        rows, digest_sum, amount = found or (0, 0, None)
        return rows, f"{digest_sum or 0:032x}", None if amount is None else str(amount)
