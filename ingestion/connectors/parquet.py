"""Parquet: typed columns stay typed; what has no plain type becomes text."""

from __future__ import annotations

import polars as pl

from ingestion.connectors.columns import distinct
from ingestion.connectors.origin import Origin, SourceFile, reading
from ingestion.connectors.plain import plain_columns
from ingestion.connectors.raw import ROW, RawTable, labelled


def read_parquet(file: SourceFile, origin: Origin) -> RawTable:
    """Scan a Parquet file, on disk or in an object store.

    Raises:
        SourceUnavailable: the store did not answer.
        ContractViolation: the file is truncated or no Parquet.
    """
    with reading(file.name, origin):
        # Statistics in old Spark files are wrong for INT96 columns: a filter that trusts them loses rows.
        scanned = pl.scan_parquet(
            file.path,
            use_statistics=False,
            row_index_name=ROW,
            row_index_offset=1,
            glob=False,
            hive_partitioning=False,
            storage_options=origin.storage_options or None,
        )
        schema = scanned.collect_schema()
        rows = scanned.select(pl.len()).collect().item()
    distinct([name for name in schema if name != ROW], file.name, origin)
    frame = scanned.select(*plain_columns(schema), ROW)
    return RawTable(
        labelled(frame, file.name),
        files=[file.read(rows)],
    )
