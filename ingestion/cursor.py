"""Where an incremental load starts, and where the next one will."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from daybook.config import Table
from daybook.errors import ConfigurationError
from ingestion.mapping import Mapping
from ingestion.rows import Bound
from quality.contracts import Contract

ZONE_MARGIN = timedelta(days=2)
"""Wall times of any zone lie closer than this to UTC's."""


def require_cursor(table: Table, mapping: Mapping) -> None:
    """Refuse a cursor that nothing feeds, or that cannot be put in order.

    Raises:
        ConfigurationError: ``cursor`` names no such column.
    """
    if table.cursor is None:
        return
    usable = [f.name for f in mapping.contract.fields if f.logical_type not in ("boolean", "number")]
    fed = [name for name in usable if name in mapping.by_name]
    if table.cursor not in fed:
        raise ConfigurationError(
            f"cursor: {table.cursor!r} is no column of {mapping.contract.name} that this table feeds.",
            remedy=f"name one of: {', '.join(fed)}.",
            where=mapping.where,
        )


def start(table: Table, contract: Contract, last_cursor: str | None) -> Bound | None:
    """The first cursor value to read; None for everything.

    Dates and timestamps start ``overlap_days`` early, for changes that were written late.
    """
    if table.load != "incremental" or table.cursor is None or last_cursor is None:
        return None
    overlap = timedelta(days=table.overlap_days)
    last = _value(last_cursor, contract.by_name[table.cursor].logical_type)
    return last - overlap if isinstance(last, date) else last


def before(text: str, since: Bound, kind: str) -> bool:
    """Whether a cursor value lies before the first one to read."""
    value = _value(text, kind)
    return type(value) is type(since) and bool(value < since)  # type: ignore[operator]


def _value(text: str, kind: str) -> Bound:
    """A cursor as text, in the type that its column has."""
    if kind == "timestamp":
        return datetime.fromisoformat(text)
    if kind == "date":
        return date.fromisoformat(text)
    return int(text) if kind == "integer" else text


def pushed_down(
    frame: pl.LazyFrame, mapping: Mapping, cursor: str | None, since: Bound | None
) -> pl.LazyFrame:
    """Leave out what the source's own types already show to be older than ``since``.

    The exact comparison follows after conversion; this one only spares reading.
    """
    column = mapping.by_name[cursor].source_column if cursor else None
    if column is None or since is None:
        return frame
    dtype, value = frame.collect_schema()[column], pl.col(column)
    if dtype.is_integer() and isinstance(since, int):
        return frame.filter(value.is_null() | (value >= since))
    if not isinstance(dtype, pl.Date | pl.Datetime) or not isinstance(since, date):
        return frame
    earliest = pl.lit(since - ZONE_MARGIN).cast(pl.Datetime("us"))
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        earliest = earliest.dt.replace_time_zone("UTC").dt.convert_time_zone(dtype.time_zone)
    return frame.filter(value.is_null() | (value >= earliest))


def ceiling(kind: str | None, business_on: date) -> Bound | None:
    """The highest cursor value that a business date can know.

    One mistyped year would otherwise carry the cursor past everything to come. A business
    day ends, in the westernmost zone, within the UTC day that follows it.
    """
    if kind == "date":
        return business_on + timedelta(days=1)
    if kind == "timestamp":
        return datetime.combine(business_on + timedelta(days=2), datetime.min.time())
    return None


def as_text(value: Any) -> str:
    """A cursor value as text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def advanced(found: Any, last_cursor: str | None, kind: str | None) -> str | None:
    """The next cursor as text: the highest value found, never lower than the last."""
    if found is None:
        return last_cursor
    text = as_text(found)
    if last_cursor is None:
        return text
    if kind == "integer":
        return max(text, last_cursor, key=int)
    if kind == "timestamp":
        return max(text, last_cursor, key=datetime.fromisoformat)
    return max(text, last_cursor)
