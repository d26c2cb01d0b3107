"""Turns wide tables into long ones: a row for each of some columns."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from daybook.config import TextFormats, Unpivot
from daybook.errors import ConfigurationError, ContractViolation
from ingestion.connectors.origin import Origin
from ingestion.connectors.raw import FILE, RESERVED, ROW, RawTable


def unpivoted(table: RawTable, wanted: Unpivot, formats: TextFormats, origin: Origin) -> RawTable:
    """Make a row of each matching cell; row numbers stay those of the wide rows.

    Args:
        table: the wide table.
        wanted: which columns to turn, and what to call the results.
        formats: tells which cells are missing.
        origin: for messages.

    Raises:
        ContractViolation: no column matches.
        ConfigurationError: the expression is wrong, or a result has the name of a column.
    """
    columns = table.columns
    turned = [name for name in columns if _pattern(wanted, origin).fullmatch(name)]
    if not turned:
        raise ContractViolation(
            f"No column matches {wanted.columns!r}; there are {', '.join(columns)}.",
            remedy="correct unpivot.columns:, or have the columns named as before.",
            where=origin.where(),
        )
    taken = {wanted.name_to, wanted.value_to} & (set(columns) - set(turned))
    if taken or wanted.name_to == wanted.value_to:
        raise ConfigurationError(
            f"unpivot makes a column {min(taken, default=wanted.name_to)}, which is there already.",
            remedy="give name_to: and value_to: other names.",
            where=origin.where(),
        )
    index = [name for name in table.frames.collect_schema().names() if name not in turned]
    long = table.frames.with_columns(pl.col(turned).cast(pl.String)).unpivot(
        turned, index=index, variable_name=wanted.name_to, value_name=wanted.value_to
    )
    kept = long.filter(~_missing(pl.col(wanted.value_to), formats)) if wanted.skip_missing else long
    own = [name for name in index if name not in RESERVED]
    return replace(table, frames=kept.select(*own, wanted.name_to, wanted.value_to, FILE, ROW))


def _pattern(wanted: Unpivot, origin: Origin) -> re.Pattern[str]:
    try:
        return re.compile(wanted.columns)
    except re.error as error:
        raise ConfigurationError(
            f"unpivot.columns: {wanted.columns!r} is no regular expression: {error}.",
            remedy="correct it; M\\d\\d matches M01 to M12.",
            where=origin.where(),
        ) from error


def _missing(value: pl.Expr, formats: TextFormats) -> pl.Expr:
    text = value.str.strip_chars() if formats.trim else value
    return value.is_null() | text.is_in(formats.nulls)
