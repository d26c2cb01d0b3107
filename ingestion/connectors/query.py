"""``query:``: a table that is polars SQL over several files of its source."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from daybook.config import FileRead
from daybook.errors import ConfigurationError
from ingestion.connectors.files import read_file
from ingestion.connectors.origin import Origin, first_line
from ingestion.connectors.raw import FILE, RESERVED, ROW, RawTable, gather, nothing

UNORDERED = re.compile(r"\b(JOIN|AGGREGATE|UNIQUE|SORT)\b|maintain_order: false")
"""Steps of a plan after which the order of rows is not the same every time."""


def read_query(
    sql: str, files: Mapping[str, FileRead], origin: Origin, *, optional: bool = False
) -> RawTable:
    """Run a query over the files that it names.

    ``_file`` names all files read. Rows are numbered in the order of all their columns
    where the query joins, groups or sorts, so that the numbers are the same every time.
    Rows of the files that cannot be split are refused as in a table of their own.

    Raises:
        ConfigurationError: the query is wrong, or does not fit the files.
        SourceUnavailable, ContractViolation: as for the files.
    """
    named = {name: read for name, read in files.items() if re.search(rf"\b{re.escape(name)}\b", sql)}
    tables = {name: read_file(read, origin, optional=optional) for name, read in named.items()}
    if tables and not all(table.files for table in tables.values()):
        return nothing()
    frames = {name: table.frames.drop(RESERVED) for name, table in tables.items()}
    try:
        result = pl.SQLContext(frames, eager=False).execute(sql)
        columns = result.collect_schema().names()
        plan = result.explain(optimized=False)
    except pl.exceptions.PolarsError as error:
        raise ConfigurationError(
            f"The query cannot be run: {first_line(error)}.",
            remedy=f"correct query:; it may use the source's files: {', '.join(files) or 'none are given'}.",
            where=origin.where(),
        ) from error
    ordered = result.sort(columns) if UNORDERED.search(plan) else result
    read = [file for table in tables.values() for file in table.files]
    label = ", ".join(file.path for file in read)
    numbered = ordered.with_row_index(ROW, offset=1).select(
        *columns, pl.lit(label).alias(FILE), pl.col(ROW).cast(pl.Int64)
    )
    return RawTable(numbered, gather(table.refused for table in tables.values()), read)
