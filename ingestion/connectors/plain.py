"""Makes typed columns plain: what has no counterpart in a contract becomes text."""

from __future__ import annotations

import polars as pl

from ingestion.connectors.raw import RESERVED

PLAIN = (pl.String, pl.Boolean, pl.Date, pl.Datetime, pl.Decimal)
NESTED_PREFIX = '{"v":'


def plain_columns(schema: pl.Schema) -> list[pl.Expr]:
    """Expressions that keep numbers, dates and booleans, and turn all else into text.

    Nested values become JSON, bytes become UTF-8 text (hexadecimal where they are none),
    times and durations become ISO 8601.
    """
    return [_plain(name, dtype) for name, dtype in schema.items() if name not in RESERVED]


def _plain(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, PLAIN) or dtype.is_numeric():
        return column
    if dtype.is_nested():
        return _json(column).alias(name)
    if isinstance(dtype, pl.Binary):
        return column.map_batches(_decoded, return_dtype=pl.String(), is_elementwise=True)
    if isinstance(dtype, pl.Duration):
        return column.dt.to_string("iso")
    return column.cast(pl.String)


def _json(column: pl.Expr) -> pl.Expr:
    wrapped = pl.struct(column.alias("v")).struct.json_encode()
    inner = wrapped.str.slice(len(NESTED_PREFIX)).str.head(-1)
    return pl.when(column.is_not_null()).then(inner)


def _decoded(values: pl.Series) -> pl.Series:
    return pl.Series(values.name, [None if value is None else _text(value) for value in values], pl.String)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()
