"""Settles keys that stand more than once in a batch.

Where a cursor says which version is the latest, it wins and the others are superseded.
Where nothing does, equal rows are kept once, and rows that contradict each other are all
refused: nobody knows which is right. Finding out costs one pass over the staged keys;
only when keys are repeated are their rows read again and the months they touch rewritten.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation

from daybook.errors import SourceUnavailable, Where
from ingestion.batch import QUARANTINE_SCHEMA
from ingestion.connectors import FILE, ROW
from ingestion.lake_table import Workbench, names, quoted, same
from ingestion.merge import count
from ingestion.reasons import place, raw_values
from ingestion.rows import ACCEPTED, IS_DELETED, MONTH, Rows, partition

CODE = "duplicate_key"

KEY_HASH = "hash({})"
"""SQL of a small stand-in for a key; unequal keys may share it."""

PLACE = "_place"
"""Position of a row in the whole source table, in reading order."""

ROWS_PER_FILE = 10**12
"""More than any file has, so that files and rows together give one number."""

KEEP, MESSAGE, RAW_VALUES = "_keep", "_message", "_raw"


@dataclass(frozen=True)
class Settled:
    """What became of repeated keys."""

    superseded: int = 0
    refused: pl.LazyFrame | None = None
    """Refused rows, in ``QUARANTINE_SCHEMA``."""


@dataclass(frozen=True)
class Staged:
    """The accepted rows on their way into a batch."""

    data: Path
    """Folder of one folder for each month."""
    deletions: Path
    """File of the keys that are gone; may be absent."""
    rows: Rows
    stream: pl.LazyFrame
    """All rows of the source, judged; reading it again gives the same rows."""
    files: Sequence[str]
    """The source's files, in reading order."""

    @property
    def key(self) -> tuple[str, ...]:
        """Columns of the key."""
        return self.rows.contract.key

    def deletion_files(self) -> list[Path]:
        """The file of the keys that are gone, if there is one."""
        return [self.deletions] if self.deletions.exists() else []

    def month_files(self, month: str) -> list[Path]:
        """Staged files of one month."""
        return sorted((self.data / f"month={month}").glob("*.parquet"))

    def all_files(self) -> list[Path]:
        """Staged files of all months."""
        return sorted(self.data.glob("*/*.parquet"))


def settle(bench: Workbench, staged: Staged, where: Where) -> Settled:
    """Leave each key at most once in data and deletions together.

    Raises:
        SourceUnavailable: the source changed while it was read.
    """
    repeated = _repeated_keys(bench, staged)
    if repeated is None:
        return Settled()
    versions = _versions(bench, staged, repeated)
    if count(versions) != _total(repeated):
        raise SourceUnavailable(
            "The source changed while it was read.",
            remedy="let the export finish before the night starts; the next run tries again.",
            where=where,
        )
    judged = bench.table(
        "judged", _by_cursor(versions, staged) if staged.rows.cursor else _by_content(versions, staged)
    )
    _rewrite(bench, staged, judged, repeated)
    dropped = judged.filter(f"not {KEEP}")
    if staged.rows.cursor:
        return Settled(superseded=count(dropped))
    return Settled(refused=_refused(bench, staged, dropped))


def _repeated_keys(bench: Workbench, staged: Staged) -> DuckDBPyRelation | None:
    """Keys that stand more than once, with how often (``n``); None where there are none.

    Hashes are compared first: they are small, and mostly all there is to do.
    """
    key = names(staged.key)
    files = [files for files in (staged.all_files(), staged.deletion_files()) if files]
    if not files:
        return None
    keys = functools.reduce(DuckDBPyRelation.union, (bench.read(some).project(key) for some in files))
    hashed = keys.project(f"{KEY_HASH.format(key)} as h, {key}")
    hashes = hashed.aggregate("h, count(*) as n", "h").filter("n > 1")
    suspects = bench.table("suspects", hashes)
    if not count(suspects):
        return None
    likely = hashed.set_alias("k").join(suspects.set_alias("s"), "k.h = s.h", how="semi")
    counted = likely.aggregate(f"{key}, count(*) as n", key)
    repeated = bench.table("repeated", counted.filter("n > 1"))
    return repeated if count(repeated) else None


def _total(repeated: DuckDBPyRelation) -> int:
    (total,) = repeated.aggregate("sum(n)").fetchone() or (0,)
    return int(total)


def _versions(bench: Workbench, staged: Staged, repeated: DuckDBPyRelation) -> DuckDBPyRelation:
    """Every accepted row of the repeated keys, read from the source again."""
    keys, found = bench.scratch / "repeated.parquet", bench.scratch / "versions.parquet"
    repeated.project(names(staged.key)).write_parquet(str(keys))
    order = dict(zip(dict.fromkeys(staged.files), range(len(staged.files)), strict=False))
    file_number = pl.col(FILE).replace_strict(order, default=len(order), return_dtype=pl.Int64)
    schema = staged.stream.collect_schema()
    versions = staged.stream.filter(ACCEPTED).join(pl.scan_parquet(keys), on=list(staged.key), how="semi")
    versions.select(
        FILE,
        ROW,
        IS_DELETED,
        MONTH,
        *staged.rows.contract.schema,
        (file_number * ROWS_PER_FILE + pl.col(ROW)).alias(PLACE),
        raw_values(schema).alias(RAW_VALUES),
    ).sink_parquet(found)
    return bench.read([found])


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
    compared = versions.project(f"*, {content} is distinct from first_value({content}) {ordered} as differs")
    located = compared.project(
        f"*, row_number() over (partition by {key} order by {PLACE}) = 1 as is_first, "
        f"first_value({FILE}) {ordered} as first_file, first_value({ROW}) {ordered} as first_row, "
        f"arg_min({FILE}, {PLACE}) filter (differs) over (partition by {key}) as other_file, "
        f"arg_min({ROW}, {PLACE}) filter (differs) over (partition by {key}) as other_row"
    )
    return located.project(
        f"*, is_first and other_row is null as {KEEP}, "
        f"case when other_row is null then concat('identical to row ', first_row, ' of ', first_file) "
        f"when differs then concat('conflicts with row ', first_row, ' of ', first_file) "
        f"else concat('conflicts with row ', other_row, ' of ', other_file) end as {MESSAGE}"
    )


def _rewrite(bench: Workbench, staged: Staged, judged: DuckDBPyRelation, repeated: DuckDBPyRelation) -> None:
    """Replace all versions in the staged files by those that are kept."""
    columns = names(staged.rows.contract.schema)
    live, gone = judged.filter(f"not {IS_DELETED}"), judged.filter(IS_DELETED)
    for (month,) in live.project(MONTH).distinct().fetchall():
        name = partition(staged.rows.contract, month)
        here = (
            ColumnExpression(MONTH) == ConstantExpression(month)
            if month
            else ColumnExpression(MONTH).isnull()
        )
        kept = live.filter(here).filter(KEEP).project(columns)
        files = staged.month_files(name)
        rest = _without(bench.read(files), repeated, staged.key).project(columns)
        _replace(files, rest.union(kept), bench.scratch)
        if not staged.month_files(name):
            files[0].parent.rmdir()
    if count(gone):
        key = names(staged.key)
        rest = _without(bench.read([staged.deletions]).project(key), repeated, staged.key)
        _replace([staged.deletions], rest.union(gone.filter(KEEP).project(key)), bench.scratch)


def _without(rows: DuckDBPyRelation, keys: DuckDBPyRelation, key: Iterable[str]) -> DuckDBPyRelation:
    return rows.set_alias("r").join(keys.set_alias("k"), same(key, "r", "k"), how="anti")


def _replace(files: Sequence[Path], rows: DuckDBPyRelation, scratch: Path) -> None:
    """Put rows in place of the first of some files; none of them stays where there are no rows."""
    written = scratch / "rewritten.parquet"
    rows.write_parquet(str(written), compression="zstd")
    is_empty = pl.scan_parquet(written).select(pl.len()).collect().item() == 0
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
