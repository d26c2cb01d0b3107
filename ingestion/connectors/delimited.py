"""CSV and its kin."""

from __future__ import annotations

import polars as pl

from daybook.config import FileRead
from ingestion.batch import BatchFile
from ingestion.connectors.origin import Origin, SourceFile, reading
from ingestion.connectors.raw import ROW, RawTable, labelled


def read_delimited(file: SourceFile, read: FileRead, origin: Origin) -> RawTable:
    """Scan one delimited file, every column as text."""
    with reading(file.name, origin):
        scanned = pl.scan_csv(
            file.path,
            separator=read.delimiter or ",",
            quote_char=read.quote,
            has_header=read.header,
            new_columns=read.names,
            skip_lines=read.skip_rows,
            infer_schema=False,
            empty_string_is_null=False,
            row_index_name=ROW,
            row_index_offset=1,
        )
        rows = scanned.select(pl.len()).collect().item()
    return RawTable(
        labelled(scanned, file.name),
        files=[BatchFile(path=file.name, size_bytes=file.size_bytes, rows_read=rows)],
    )
