"""The rows that were refused, kept by business date until whoever owns the source mends them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from daybook.durable import write_atomically
from daybook.home import Home
from ingestion.batch import QUARANTINE_SCHEMA
from ingestion.runtables import parquet_bytes

QUARANTINE = "quarantine.parquet"
"""Name of the file of refused rows in a batch."""

LISTED = pl.Schema(
    {
        "business_on": pl.Date(),
        "source": pl.String(),
        "dataset": pl.String(),
        "column": pl.String(),
        "code": pl.String(),
        "rows": pl.Int64(),
        "example": pl.String(),
    }
)


def keep(
    home: Home, business_on: date, source: str, dataset: str, batch: Path, *, goes_on: bool = False
) -> None:
    """Keep a batch's refused rows, in place of those of an earlier run for the same date.

    A batch that refused nothing leaves nothing to keep.

    Args:
        home: the company's state.
        business_on: the night's date.
        source: name of the source.
        dataset: name of the table.
        batch: folder of the batch.
        goes_on: whether the batch holds only what came after an earlier one; what that refused
            has not been read again then, and stays.
    """
    kept = home.quarantine_file(business_on, source, dataset)
    refused = pl.read_parquet(batch / QUARANTINE)
    if goes_on and kept.exists():
        earlier = pl.read_parquet(kept).join(refused, on=["file", "row_number"], how="anti", nulls_equal=True)
        refused = pl.concat([earlier, refused])
    if refused.height:
        write_atomically(kept, parquet_bytes(refused))
    else:
        kept.unlink(missing_ok=True)


def list_refused(home: Home, business_on: date | None) -> pl.DataFrame:
    """Count the refused rows by table and reason.

    Args:
        home: the company's state.
        business_on: the date to list; all when None.

    Returns:
        Newest date first: ``business_on``, ``source``, ``dataset``, ``column``, ``code``,
        ``rows`` and one ``example`` of what was said. A row with several reasons counts
        under each.
    """
    day = business_on.isoformat() if business_on else "*"
    listed = [_counted(file) for file in sorted(home.quarantine.glob(f"{day}/*/*.parquet"))]
    found = pl.concat([LISTED.to_frame(), *listed])
    newest, most = pl.col("business_on").dt.epoch("d").neg(), pl.col("rows").neg()
    return found.sort(newest, "source", "dataset", most, "column", "code", nulls_last=True)


def show_refused(home: Home, business_on: date, source: str, dataset: str) -> pl.DataFrame:
    """The refused rows of one table, in ``QUARANTINE_SCHEMA``; none if all were accepted."""
    file = home.quarantine_file(business_on, source, dataset)
    return pl.read_parquet(file) if file.exists() else QUARANTINE_SCHEMA.to_frame()


def _counted(file: Path) -> pl.DataFrame:
    day, source = file.parent.parent.name, file.parent.name
    reasons = pl.scan_parquet(file).select(pl.col("reasons").explode()).unnest("reasons")
    counted = reasons.group_by("column", "code").agg(
        pl.len().cast(pl.Int64).alias("rows"), pl.col("message").min().alias("example")
    )
    labels = (
        pl.lit(date.fromisoformat(day)).alias("business_on"),
        pl.lit(source).alias("source"),
        pl.lit(file.stem).alias("dataset"),
    )
    return counted.with_columns(labels).select(LISTED.names()).collect()
