"""One pass over the judged rows that writes every kind of row where it belongs."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.io.partition import FileProviderArgs

from ingestion.batch import QUARANTINE_SCHEMA
from ingestion.connectors import FILE, ROW
from ingestion.mapping import DELETED, FED, RAW
from ingestion.measure import rows_in
from ingestion.reasons import explain
from ingestion.rows import FATE, MONTH, Bound, Fate, Rows, partition

KEY_HASH = "_key_hash"

COMPRESSION_LEVEL = 1
"""Of zstd: staged files are read once or twice, then merged."""

ROW_GROUP_SIZE = 2**14
"""Rows that each month buffers: months that come in no order must all fit in memory at once."""


@dataclass(frozen=True)
class Pass:
    """Where one pass writes; ``folder`` is the batch, ``scratch`` goes when it is whole."""

    rows: Rows
    folder: Path
    scratch: Path
    ceiling: Bound | None = None
    """Highest cursor value that counts."""

    @property
    def data(self) -> Path:
        """Accepted rows, a folder for each month."""
        return self.folder / "data"

    @property
    def refused(self) -> Path:
        """Refused rows, as they were judged."""
        return self.scratch / "refused.parquet"

    @property
    def key_hashes(self) -> Path:
        """``KEY_HASH`` of every accepted row."""
        return self.scratch / "key_hashes.parquet"

    @property
    def deletions(self) -> Path:
        """Keys of the accepted rows that say their key is gone."""
        return self.folder / "deletions.parquet"

    def run(self, stream: pl.LazyFrame) -> pl.DataFrame:
        """Write all rows.

        Args:
            stream: what ``Rows.stage`` makes of the source.

        Returns:
            Per file: ``_file``, ``rows``, ``money`` (exact sum, null where there is none), of that
            ``money_refused`` and ``money_deleted`` (of rows that only say their key is gone),
            ``cursor`` (highest value among the accepted rows that counts, null where there is none),
            ``unplaced_rows`` (rows without a cursor, which every night reads again) and ``last``
            (highest cursor value of all rows).
        """
        self.scratch.mkdir(parents=True, exist_ok=True)
        sinks = [self._accepted(stream), self._key_hashes(stream), self._refused(stream)]
        if DELETED in self.rows.mapping.by_name:
            sinks.append(self._deletions(stream))
        *_, tally = pl.collect_all([*sinks, self._tally(stream)], engine="streaming")
        if not rows_in(self.deletions):
            self.deletions.unlink(missing_ok=True)
        return tally

    def explained(self) -> pl.LazyFrame:
        """The refused rows with their reasons, in ``QUARANTINE_SCHEMA``."""
        describe = functools.partial(explain, self.rows)
        return pl.scan_parquet(self.refused).map_batches(describe, streamable=True, schema=QUARANTINE_SCHEMA)

    def _accepted(self, stream: pl.LazyFrame) -> pl.LazyFrame:
        kept = stream.filter(pl.col(FATE) == Fate.STAGED).select(*self.rows.contract.schema, MONTH)
        by_month = pl.PartitionBy(self.data, key=MONTH, include_key=False, file_path_provider=self._file)
        return kept.sink_parquet(
            by_month,
            compression_level=COMPRESSION_LEVEL,
            row_group_size=ROW_GROUP_SIZE,
            mkdir=True,
            lazy=True,
        )

    def _file(self, part: FileProviderArgs) -> str:
        month = partition(self.rows.contract, part.partition_keys.item())
        return f"month={month}/{part.index_in_partition:04d}.parquet"

    def _key_hashes(self, stream: pl.LazyFrame) -> pl.LazyFrame:
        hashes = stream.filter(pl.col(FATE) != Fate.REFUSED).select(self.rows.key_hash().alias(KEY_HASH))
        return hashes.sink_parquet(self.key_hashes, compression="uncompressed", statistics=False, lazy=True)

    def _refused(self, stream: pl.LazyFrame) -> pl.LazyFrame:
        read = [name for name in stream.collect_schema() if name.startswith((RAW, FED))]
        return (
            stream.filter(pl.col(FATE) == Fate.REFUSED)
            .select(FILE, ROW, *read)
            .sink_parquet(self.refused, lazy=True)
        )

    def _deletions(self, stream: pl.LazyFrame) -> pl.LazyFrame:
        gone = stream.filter(pl.col(FATE) == Fate.DELETED).select(self.rows.contract.key)
        return gone.sink_parquet(self.deletions, lazy=True)

    def _tally(self, stream: pl.LazyFrame) -> pl.LazyFrame:
        money, cursor = self.rows.contract.money_column, self.rows.cursor
        return stream.group_by(FILE).agg(
            pl.len().alias("rows"),
            (pl.col(money).sum() if money else pl.lit(None)).alias("money"),
            (self._sum_of(Fate.REFUSED, money) if money else pl.lit(None)).alias("money_refused"),
            (self._sum_of(Fate.DELETED, money) if money else pl.lit(None)).alias("money_deleted"),
            (self._highest(cursor) if cursor else pl.lit(None)).alias("cursor"),
            (pl.col(cursor).null_count() if cursor else pl.lit(None)).alias("unplaced_rows"),
            (pl.col(cursor).max() if cursor else pl.lit(None)).alias("last"),
        )

    def _sum_of(self, fate: Fate, money: str) -> pl.Expr:
        return pl.col(money).filter(pl.col(FATE) == fate).sum()

    def _highest(self, cursor: str) -> pl.Expr:
        counts = pl.col(FATE) != Fate.REFUSED
        if self.ceiling is not None:
            counts &= pl.col(cursor) <= pl.lit(self.ceiling)
        return pl.col(cursor).filter(counts).max()
