"""How a batch changes the lake: a snapshot replaces, an increment merges by key.

Both compare before they write, so that equal rows change no file, and both work through one
partition at a time. Batches have passed the audit: within a batch every key stands once.
"""

from __future__ import annotations

import functools
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation

from ingestion.batch import BatchSummary, MonthPart
from ingestion.lake_table import LakeTable
from ingestion.workbench import MONTH, count, names, quoted, same, same_row

NEW, OLD = "new", "old"
"""Aliases of the batch's and the lake's rows."""


@dataclass(frozen=True)
class Counts:
    """What a batch did to the rows of its source and dataset."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    """Rows of the batch equal to the lake's, or older than them."""
    deleted: int = 0


@dataclass(frozen=True)
class StagedRows:
    """The accepted rows of a batch by month, and the keys it says are gone."""

    folder: Path
    months: Mapping[str, MonthPart]

    @classmethod
    def of(cls, folder: Path, summary: BatchSummary) -> StagedRows:
        """Rows of a complete batch."""
        return cls(folder, {month: part for month, part in sorted(summary.months.items()) if part.rows})

    @property
    def row_count(self) -> int:
        """Rows of all months."""
        return sum(part.rows for part in self.months.values())

    @property
    def deletions(self) -> Path | None:
        """File of the keys that are gone, where there is one."""
        file = self.folder / "deletions.parquet"
        return file if file.exists() else None

    def without(self, months: Container[str]) -> StagedRows:
        """The same batch less some months."""
        rest = {month: part for month, part in self.months.items() if month not in months}
        return StagedRows(self.folder, rest)

    def files(self, month: str) -> list[Path]:
        """Files of one month."""
        return sorted((self.folder / "data" / f"month={month}").glob("*.parquet"))

    def all_files(self) -> list[Path]:
        """Files of all months."""
        return [file for month in self.months for file in self.files(month)]


@dataclass(frozen=True)
class _MonthComparison:
    """Rows of one month that batch and lake have."""

    staged: int = 0
    held: int = 0
    stayed: int = 0
    """Keys that both have."""
    equal: int = 0
    """Rows that both have."""

    @property
    def is_equal(self) -> bool:
        return self.equal == self.staged == self.held


def replace_all(table: LakeTable, staged: StagedRows) -> Counts:
    """Make a snapshot the whole truth of its source and dataset.

    Months whose digest stands in the lake are not read at all. A month that only the batch has is
    taken over by hard links, so a first load costs next to nothing.
    """
    differing = [
        month
        for month in sorted({*table.parts, *staged.months})
        if not _is_equal(table.parts.get(month), staged.months.get(month))
    ]
    before, untouched = table.row_count, sum(table.parts[m].rows for m in {*table.parts} - {*differing})
    compared = [_compare_month(table, staged, month) for month in differing]
    moved = _count_moved(table, staged, differing)
    for month, comparison in zip(differing, compared, strict=True):
        if comparison.is_equal:
            table.confirm(month, staged.months[month])
        elif month in staged.months:
            table.adopt(month, staged.files(month), staged.months[month])
        else:
            table.remove(month)
    stayed = sum(comparison.stayed for comparison in compared)
    equal = sum(comparison.equal for comparison in compared)
    kept = untouched + stayed + moved
    return Counts(
        inserted=staged.row_count - kept,
        updated=stayed - equal + moved,
        unchanged=untouched + equal,
        deleted=before - kept,
    )


def _is_equal(held: MonthPart | None, staged: MonthPart | None) -> bool:
    return (
        held is not None and staged is not None and (held.rows, held.digest) == (staged.rows, staged.digest)
    )


def _compare_month(table: LakeTable, staged: StagedRows, month: str) -> _MonthComparison:
    if month not in table.parts:
        return _MonthComparison(staged=staged.months[month].rows)
    if month not in staged.months:
        return _MonthComparison(held=table.parts[month].rows)
    stayed, equal = _agreement(table, month, table.bench.read(staged.files(month)))
    return _MonthComparison(staged.months[month].rows, table.parts[month].rows, stayed, equal)


def _agreement(table: LakeTable, month: str, rows: DuckDBPyRelation) -> tuple[int, int]:
    """Keys that rows have in common with a partition of the lake, and those whose whole row is equal."""
    old, new = table.rows(month).set_alias(OLD), rows.set_alias(NEW)
    joined = old.join(new, same(table.contract.key, OLD, NEW))
    found = joined.aggregate(f"count(*), count(*) filter ({same_row(table.contract, OLD, NEW)})").fetchone()
    return found or (0, 0)


def _count_moved(table: LakeTable, staged: StagedRows, months: list[str]) -> int:
    """Keys that a snapshot has in another month than the lake."""
    old_months = [month for month in months if month in table.parts]
    new_files = [file for month in months if month in staged.months for file in staged.files(month)]
    if not old_months or not new_files:
        return 0
    old = table.rows_with_month(old_months).set_alias(OLD)
    new = table.bench.read_with_month(new_files).set_alias(NEW)
    elsewhere = f"{same(table.contract.key, OLD, NEW)} and {OLD}.{MONTH} <> {NEW}.{MONTH}"
    return count(old.join(new, elsewhere, how="semi"))


def upsert(table: LakeTable, staged: StagedRows, cursor: str | None) -> Counts:
    """Merge an increment by key; a row that the cursor shows to be older than the lake's is passed over.

    Deletions are for keys that the batch does not also bring. Only key and cursor columns are read to
    find where keys stand, and only partitions that change are rewritten.

    Args:
        table: what the lake holds.
        staged: the batch.
        cursor: contract column that grows with every change, if the source has one.
    """
    if not table.parts:
        return replace_all(table, staged)
    pending = staged.without(_settled_months(table, staged))
    settled = staged.row_count - pending.row_count
    if not pending.months and pending.deletions is None:
        return Counts(unchanged=settled)
    planned = _plan(table, pending, cursor)
    late = count(planned.filter("is_late"))
    plan = planned.filter("not is_late")
    equal = sum(_merge_month(table, pending, plan, month) for month in _months(plan))
    return Counts(
        inserted=count(plan.filter("old_month is null")),
        updated=count(plan.filter("old_month is not null and new_month is not null")) - equal,
        unchanged=settled + late + equal,
        deleted=count(plan.filter("new_month is null")),
    )


def _settled_months(table: LakeTable, staged: StagedRows) -> set[str]:
    """Months of an increment that the lake holds already, row for row.

    With deletions there are none: whether a deleted key is also brought takes a look at all keys.
    """
    if staged.deletions is not None:
        return set()
    return {month for month, part in staged.months.items() if _is_equal(table.parts.get(month), part)}


def _plan(table: LakeTable, staged: StagedRows, cursor: str | None) -> DuckDBPyRelation:
    """Where each key that may change stands in lake and batch: key, old_month, new_month, is_late.

    A key without an old month is new; one without a new month is deleted.
    """
    key, on_key = table.contract.key, same(table.contract.key, OLD, NEW)
    located_columns = f"{names(key)}, {quoted(cursor) if cursor else 'null'} as version, {MONTH}"
    held = table.rows_with_month(table.parts).project(located_columns)
    arriving = table.bench.table("arriving", held.limit(0))
    if staged.months:
        table.bench.read_with_month(staged.all_files()).project(located_columns).insert_into("arriving")
    wanted = arriving.project(names(key))
    if staged.deletions is not None:
        wanted = wanted.union(table.bench.read([staged.deletions]).project(names(key)))
    located = table.bench.table(
        "located", held.set_alias(OLD).join(wanted.set_alias(NEW), on_key, how="semi")
    )

    old, new = located.set_alias(OLD), arriving.set_alias(NEW)
    brought = new.join(old, on_key, how="left").project(
        f"{names(key, NEW)}, {OLD}.{MONTH} as old_month, {NEW}.{MONTH} as new_month, "
        f"coalesce({NEW}.version < {OLD}.version, false) as is_late"
    )
    gone = old.join(new, on_key, how="anti").project(f"{names(key)}, {MONTH}, null, false")
    return table.bench.table("plan", brought.union(gone))


def _months(plan: DuckDBPyRelation) -> list[str]:
    """Months that the plan takes rows from or puts rows into."""
    either = plan.project("old_month").union(plan.project("new_month")).distinct()
    return sorted(month for (month,) in either.fetchall() if month is not None)


def _merge_month(table: LakeTable, staged: StagedRows, plan: DuckDBPyRelation, month: str) -> int:
    """Bring one partition up to date; returns how many of the batch's rows it had already."""
    here = ConstantExpression(month)
    leaving = plan.filter(ColumnExpression("old_month") == here)
    coming = plan.filter(ColumnExpression("new_month") == here)
    leaving_count, coming_count = count(leaving), count(coming)
    if month not in table.parts and coming_count == staged.months[month].rows:
        table.adopt(month, staged.files(month), staged.months[month])
        return 0
    parts, equal = [], 0
    if coming_count:
        arrivals = _matching(table, table.bench.read(staged.files(month)), coming, "semi")
        parts.append(arrivals)
    if month in table.parts:
        equal = _agreement(table, month, arrivals)[1] if coming_count else 0
        parts.append(_matching(table, table.rows(month), leaving, "anti"))
    if equal != leaving_count or equal != coming_count:
        table.write(month, functools.reduce(DuckDBPyRelation.union, parts))
    return equal


def _matching(
    table: LakeTable, rows: DuckDBPyRelation, keys: DuckDBPyRelation, how: Literal["semi", "anti"]
) -> DuckDBPyRelation:
    """Rows that are among some keys (semi) or not (anti), in the contract's columns."""
    matched = rows.set_alias(OLD).join(keys.set_alias(NEW), same(table.contract.key, OLD, NEW), how=how)
    return matched.project(names(table.contract.schema))
