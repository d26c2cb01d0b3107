"""Dates and timestamps as people and systems write them.

Timestamps become UTC without a zone. Those without an offset are wall times of the
source's zone: the hour that a clock change repeats is taken the first time, one that it
skips is shifted forward by what was skipped.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

import polars as pl

from daybook.config import TextFormats
from ingestion.cells import Converted, Notation, Target, nulls, settled

EXCEL = "excel"
"""Name among the formats for Excel's serial day numbers."""

OFFSET = r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})$"

MIDNIGHT = r"[ T]+(?:0{1,2}:00(?::00(?:\.0*)?)?|12:00(?::00)?\s*[AaPp][Mm])\s*(?:Z|[+-]00:?00)?$"

MOMENT = pl.Datetime("us")

PLAUSIBLE: dict[pl.DataType, list[int]] = {
    dtype: pl.Series([date(1000, 1, 1), date(9999, 12, 31)]).cast(dtype).to_physical().to_list()
    for dtype in (pl.Date(), MOMENT)
}
"""First and last value in the type's ticks.

Outside lie two-digit years read as four, and what Python and Spark cannot hold.
"""


def from_typed(cells: pl.Series, target: Target, zone: str) -> Converted | None:
    """Dates and timestamps that are typed at the source; None where they are something else."""
    if not isinstance(cells.dtype, pl.Date | pl.Datetime):
        return None
    aware = isinstance(cells.dtype, pl.Datetime) and cells.dtype.time_zone is not None
    if target.kind == "date":
        local = cells.dt.convert_time_zone(zone).dt.replace_time_zone(None) if aware else cells
        return settled(cells, _plausible(_midnights(local)), "not_a_date")
    utc = cells.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if aware else to_utc(cells, zone)
    return settled(cells, _plausible(utc.cast(MOMENT)), "not_a_timestamp")


def plain_dates(cells: pl.Series, formats: TextFormats) -> pl.Series:
    """Dates in one of the formats, the first that fits; null for every other cell."""
    found = nulls(len(cells), pl.Date())
    for pattern in formats.date:
        left = found.is_null() & cells.is_not_null()
        if not left.any():
            break
        if pattern != EXCEL:
            found = found.zip_with(~left, cells.set(~left, None).str.to_date(pattern, strict=False))
    return _plausible(found)


def other_dates(cells: pl.Series, formats: TextFormats) -> pl.Series:
    """Dates with a midnight behind them, and Excel's serial numbers."""
    bare = cells.str.replace(MIDNIGHT, "")
    found = plain_dates(bare.set(bare == cells, None), formats)
    return found.zip_with(found.is_not_null(), _midnights(_serials(cells, formats.date)))


def timestamps(cells: pl.Series, notation: Notation) -> pl.Series:
    """Timestamps in one of the formats, the first that fits; null for every other cell."""
    found = nulls(len(cells), MOMENT)
    for pattern in _in_likely_order(cells, notation.formats.timestamp):
        left = found.is_null() & cells.is_not_null()
        if not left.any():
            break
        parsed = _parsed(cells.set(~left, None), pattern, notation.zone)
        found = found.zip_with(~left, parsed)
    return _plausible(found)


def _in_likely_order(cells: pl.Series, declared: list[str]) -> list[str]:
    """The formats, those that end in an offset later where the first cell has none.

    A text that ends in an offset never fits a format that ends in the time of day, nor the
    other way round, so that these may change places.
    """
    known = [pattern for pattern in declared if pattern != EXCEL]
    first = cells.drop_nulls().head(1)
    if first.is_empty() or first.str.contains(OFFSET).item():
        return known
    ordered: list[str] = []
    later: list[str] = []
    for pattern in known:
        if pattern.endswith("z") and "%S" in pattern:
            later.append(pattern)
        elif pattern.endswith(("%S", "%.f")):
            ordered.append(pattern)
        else:
            ordered += [*later, pattern]
            later = []
    return ordered + later


def serial_timestamps(cells: pl.Series, notation: Notation) -> pl.Series:
    """Timestamps that are Excel's serial numbers."""
    return _plausible(to_utc(_serials(cells, notation.formats.timestamp), notation.zone))


def to_utc(local: pl.Series, zone: str) -> pl.Series:
    """Wall times of a zone as UTC without a zone."""
    naive = local.cast(MOMENT)
    if zone == "UTC":
        return naive
    utc = _localised(naive, zone)
    skipped = naive.is_not_null() & utc.is_null()
    if not skipped.any():
        return utc
    # The day before has the offset that was in force when the clock was put forward.
    day = timedelta(days=1)
    return utc.zip_with(~skipped, _localised(naive - day, zone) + day)


def _localised(naive: pl.Series, zone: str) -> pl.Series:
    aware = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return aware.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _parsed(cells: pl.Series, declared: str, zone: str) -> pl.Series:
    # "%#z" reads what "%z" and "%:z" do, and the Z of ISO 8601 too.
    pattern = declared.replace("%:z", "%z").replace("%z", "%#z")
    parsed = _read(cells, pattern)
    return parsed.dt.replace_time_zone(None) if "%#z" in pattern else to_utc(parsed, zone)


def _read(cells: pl.Series, pattern: str) -> pl.Series:
    # Seconds without a fraction are much the faster to read.
    parsed = cells.str.to_datetime(pattern.replace("%.f", ""), strict=False, time_unit="us")
    if "%.f" not in pattern or parsed.null_count() == cells.null_count():
        return parsed
    left = parsed.is_null() & cells.str.contains(".", literal=True)
    if not left.any():
        return parsed
    fractional = cells.set(~left, None).str.to_datetime(pattern, strict=False, time_unit="us")
    return parsed.zip_with(~left, fractional)


def _serials(cells: pl.Series, declared: list[str]) -> pl.Series:
    """Excel's days since 1900, to the millisecond; null unless the formats name them."""
    if EXCEL not in declared:
        return nulls(len(cells), MOMENT)
    written = cells.str.contains(r"^[0-9]{1,7}(?:\.[0-9]*)?$")
    serial = cells.set(~written, None).cast(pl.Float64)
    # Excel counts a 29 February 1900 that never was.
    days = pl.when(serial < 60).then(serial + 1).when(serial >= 61).then(serial)
    milliseconds = (days * 86_400_000).round().cast(pl.Int64)
    moment = pl.datetime(1899, 12, 30, time_unit="us") + pl.duration(milliseconds=milliseconds)
    return pl.select(moment.cast(MOMENT)).to_series()


def _midnights(cells: pl.Series) -> pl.Series:
    """The dates of moments without a time of day; null for the others."""
    dates = cells.cast(pl.Date)
    return dates.set(dates.cast(MOMENT) != cells.cast(MOMENT), None)


def _plausible(found: pl.Series) -> pl.Series:
    """Null where the year is none that people write."""
    ticks = found.to_physical()
    first, last = PLAUSIBLE[found.dtype]
    lowest, highest = cast("int | None", ticks.min()), cast("int | None", ticks.max())
    if lowest is None or highest is None or first <= lowest <= highest <= last:
        return found
    return found.set(~ticks.is_between(first, last), None)
