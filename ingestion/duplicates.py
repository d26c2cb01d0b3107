"""Settles keys that stand more than once in a batch.

Where a cursor says which version is the latest, it wins and the others are superseded.
Where nothing does, equal rows are kept once, and rows that contradict each other are all
refused: nobody knows which is right. Finding out costs sorting a hash of each key; only
where hashes are repeated are their rows read again and the months they touch rewritten.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation

from daybook.errors import SourceUnavailable, Where
from ingestion.batch import QUARANTINE_SCHEMA
from ingestion.connectors import FILE, ROW
from ingestion.measure import rows_in
from ingestion.reasons import place, raw_values
from ingestion.rows import FATE, MONTH, Fate, Rows, partition
from ingestion.sinks import KEY_HASH, Pass
from ingestion.workbench import Workbench, count, names, quoted, same

CODE = "duplicate_key"

PLACE = "_place"
"""Position of a row in the whole source table, in reading order."""

ROWS_PER_FILE = 10**12
"""More than any file has, so that files and rows together give one number."""

HASHES_AT_ONCE = 2**25
"""Key hashes that are sorted in memory together: a quarter of a gigabyte."""

IS_DELETED, KEEP, MESSAGE, RAW_VALUES = "_deleted", "_keep", "_message", "_raw"


@dataclass(frozen=True)
class Settled:
    """What became of repeated keys."""

    superseded: int = 0
    money: Decimal = Decimal(0)
    """Sum of the contract's money column over the rows that were superseded or refused."""
    refused: pl.LazyFrame | None = None
    """Refused rows, in ``QUARANTINE_SCHEMA``."""


@dataclass(frozen=True)
class Staged:
    """The accepted rows on their way into a batch."""

    written: Pass
    stream: pl.LazyFrame
    """All rows of the source, judged; reading it again gives the same rows."""
    files: Sequence[str]
    """The source's files, in reading order."""

    @property
    def rows(self) -> Rows:
        """How the rows were judged."""
        return self.written.rows

    @property
    def key(self) -> tuple[str, ...]:
        """Columns of the key."""
        return self.rows.contract.key

    def month_files(self, month: str) -> list[Path]:
        """Staged files of one month."""
        return sorted((self.written.data / f"month={month}").glob("*.parquet"))

    def all_files(self) -> list[Path]:
        """Staged files of all months."""
        return sorted(self.written.data.glob("*/*.parquet"))


def settle(bench: Workbench, staged: Staged, where: Where) -> Settled:
    """Leave each key at most once in data and deletions together.

    Raises:
        SourceUnavailable: the source changed while it was read.
    """
    hashes, row_count = _repeated_hashes(staged.written.key_hashes)
    if hashes.is_empty():
        return Settled()
    versions = _versions(bench, staged, hashes)
    if count(versions) != row_count:
        raise SourceUnavailable(
            "The source changed while it was read.",
            remedy="let the export finish before the night starts; the next run tries again.",
            where=where,
        )
    found = _by_cursor(versions, staged) if staged.rows.cursor else _by_content(versions, staged)
    judged = bench.table("judged", found)
    _rewrite(bench, staged, judged)
    dropped = judged.filter(f"not {KEEP}")
    money = _money(dropped, staged.rows.contract.money_column)
    if staged.rows.cursor:
        return Settled(superseded=count(dropped), money=money)
    return Settled(refused=_refused(bench, staged, dropped), money=money)


def _money(dropped: DuckDBPyRelation, column: str | None) -> Decimal:
    """What the dropped rows are worth; deletion marks are counted as such."""
    if column is None:
        return Decimal(0)
    (found,) = dropped.filter(f"not {IS_DELETED}").aggregate(f"sum({quoted(column)})").fetchall()
    return found[0] or Decimal(0)


def _repeated_hashes(file: Path) -> tuple[pl.DataFrame, int]:
    """Hashes that stand more than once in a file, and how many rows have one of them."""
    hashes = pl.scan_parquet(file)
    shares = rows_in(file) // HASHES_AT_ONCE + 1
    found, row_count = [], 0
    for share in range(shares):
        part = hashes.filter(pl.col(KEY_HASH) % shares == share) if shares > 1 else hashes
        ordered = part.collect(engine="streaming").to_series().sort()
        again = ordered.filter(ordered == ordered.shift())
        found.append(again.unique())
        row_count += len(again) + len(found[-1])
    return pl.concat(found).to_frame(), row_count


def _versions(bench: Workbench, staged: Staged, hashes: pl.DataFrame) -> DuckDBPyRelation:
    """Every accepted row of the repeated keys, read from the source again.

    Rows that only share the hash of another key are among them.
    """
    file = bench.scratch / "versions.parquet"
    order = dict(zip(dict.fromkeys(staged.files), range(len(staged.files)), strict=False))
    file_number = pl.col(FILE).replace_strict(order, default=len(order), return_dtype=pl.Int64)
    hashed = staged.stream.filter(pl.col(FATE) != Fate.REFUSED).with_columns(
        staged.rows.key_hash().alias(KEY_HASH)
    )
    hashed.join(hashes.lazy(), on=KEY_HASH, how="semi").select(
        FILE,
        ROW,
        MONTH,
        (pl.col(FATE) == Fate.DELETED).alias(IS_DELETED),
        *staged.rows.contract.schema,
        (file_number * ROWS_PER_FILE + pl.col(ROW)).alias(PLACE),
        raw_values(staged.stream.collect_schema()).alias(RAW_VALUES),
    ).sink_parquet(file)
    return bench.read([file])


def _by_cursor(versions: DuckDBPyRelation, staged: Staged) -> DuckDBPyRelation:
    """The version with the highest cursor is kept; of several, the last in reading order."""
    latest = f"{quoted(str(staged.rows.cursor))} desc nulls last, {PLACE} desc"
    window = f"over (partition by {names(staged.key)} order by {latest})"
    return versions.project(f"*, row_number() {window} = 1 as {KEEP}, null as {MESSAGE}")


def _by_content(versions: DuckDBPyRelation, staged: Staged) -> DuckDBPyRelation:
    """The first of equal rows is kept; of rows that differ, none."""
    key, content = names(staged.key), f"row({names(staged.rows.contract.schema)}, {IS_DELETED})"
    ordered = (
        f"over (partition by {key} order by {PLACE} rows between unbounded preceding and unbounded following)"
    )
    compared = versions.project(f"*, {content} is distinct from first_value({content}) {ordered} as _differs")
    located = compared.project(
        f"*, row_number() over (partition by {key} order by {PLACE}) = 1 as _is_first, "
        f"first_value({FILE}) {ordered} as _first_file, first_value({ROW}) {ordered} as _first_row, "
        f"arg_min({FILE}, {PLACE}) filter (_differs) over (partition by {key}) as _other_file, "
        f"arg_min({ROW}, {PLACE}) filter (_differs) over (partition by {key}) as _other_row"
    )
    return located.project(
        f"*, _is_first and _other_row is null as {KEEP}, "
        f"case when _other_row is null then concat('identical to row ', _first_row, ' of ', _first_file) "
        f"when _differs then concat('conflicts with row ', _first_row, ' of ', _first_file) "
        f"else concat('conflicts with row ', _other_row, ' of ', _other_file) end as {MESSAGE}"
    )


def _rewrite(bench: Workbench, staged: Staged, judged: DuckDBPyRelation) -> None:
    """Replace all versions in the staged files by those that are kept."""
    columns, key = names(staged.rows.contract.schema), names(staged.key)
    live, gone = judged.filter(f"not {IS_DELETED}"), judged.filter(IS_DELETED)
    for (month,) in live.project(MONTH).distinct().fetchall():
        name = partition(staged.rows.contract, month)
        files = staged.month_files(name)
        stored = ColumnExpression(MONTH)
        kept = live.filter(stored == ConstantExpression(month) if month else stored.isnull()).filter(KEEP)
        rest = _without(bench.read(files), judged, staged.key)
        _replace(files, rest.project(columns).union(kept.project(columns)), bench.scratch)
        if not staged.month_files(name):
            files[0].parent.rmdir()
    if count(gone):
        rest = _without(bench.read([staged.written.deletions]).project(key), judged, staged.key)
        _replace([staged.written.deletions], rest.union(gone.filter(KEEP).project(key)), bench.scratch)


def _without(rows: DuckDBPyRelation, keys: DuckDBPyRelation, key: Iterable[str]) -> DuckDBPyRelation:
    return rows.set_alias("r").join(keys.set_alias("k"), same(key, "r", "k"), how="anti")


def _replace(files: Sequence[Path], rows: DuckDBPyRelation, scratch: Path) -> None:
    """Put rows in place of the first of some files; none of them stays where there are no rows."""
    written = scratch / "rewritten.parquet"
    rows.write_parquet(str(written), compression="zstd")
    is_empty = not rows_in(written)
    for file in files:
        file.unlink()
    if is_empty:
        written.unlink()
    else:
        shutil.move(written, files[0])


def _refused(bench: Workbench, staged: Staged, dropped: DuckDBPyRelation) -> pl.LazyFrame:
    file = bench.scratch / "refused_versions.parquet"
    dropped.order(PLACE).project(f"{FILE}, {ROW}, {MESSAGE}, {RAW_VALUES}").write_parquet(str(file))
    reason = pl.struct(
        column=pl.lit(", ".join(staged.key)),
        code=pl.lit(CODE),
        message=pl.col(MESSAGE),
    )
    described = pl.scan_parquet(file).select(
        *place(), pl.concat_list(reason).alias("reasons"), pl.col(RAW_VALUES).alias("raw")
    )
    return described.cast(QUARANTINE_SCHEMA)
