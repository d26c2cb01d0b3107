"""Says why rows are refused, in words that whoever mends them understands."""

from __future__ import annotations

import polars as pl

from ingestion.batch import QUARANTINE_SCHEMA
from ingestion.connectors import FILE, ROW
from ingestion.mapping import FED, RAW
from ingestion.rows import Fault, Rows
from quality.contracts.model import Field

SHOWN_LENGTH = 40
"""Longest part of a value that a message shows."""

NUL_SHOWN = "␀"


def explain(rows: Rows, frame: pl.DataFrame) -> pl.DataFrame:
    """Describe refused rows.

    Args:
        rows: how they were judged.
        frame: the refused rows as ``Rows.stage`` got them.

    Returns:
        ``QUARANTINE_SCHEMA``: place, every reason of each row, and what its source wrote.
    """
    # polars panics over the lists of reasons when a frame has several chunks.
    frame = frame.rechunk()
    reasons = [_reason(rows, frame, fault) for fault in rows.faults(frame)]
    found = pl.concat_list(reasons).list.drop_nulls() if reasons else pl.lit([])
    described = frame.select(*place(), found.alias("reasons"), raw_values(frame.schema).alias("raw"))
    return described.cast(QUARANTINE_SCHEMA)


def place() -> list[pl.Expr]:
    """Where a row stands, in the words of the quarantine."""
    return [pl.col(FILE).alias("file"), pl.col(ROW).alias("row_number")]


def raw_values(schema: pl.Schema) -> pl.Expr:
    """The source's own columns of a row as JSON text, as they were read."""
    own = {name: dtype for name, dtype in schema.items() if name.startswith(RAW)}
    return pl.struct(_printed(name, dtype) for name, dtype in own.items()).struct.json_encode()


def _printed(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if dtype == pl.Binary:
        value = value.bin.encode("hex")
    elif not dtype.is_nested():
        value = value.cast(pl.String)
    return value.alias(name.removeprefix(RAW))


def _reason(rows: Rows, frame: pl.DataFrame, fault: Fault) -> pl.Expr:
    shown = _shown(frame, fault.column)
    message = pl.lit(None, dtype=pl.String)
    for code in fault.codes.drop_nulls().unique().sort():
        words = pl.lit(_words(code, fault.column, rows))
        said = words if code == "missing" else pl.concat_str(shown, pl.lit(" "), words)
        message = pl.when(fault.codes == code).then(said).otherwise(message)
    reason = pl.struct(column=pl.lit(fault.column), code=fault.codes, message=message)
    return pl.when(fault.codes.is_not_null()).then(reason)


def _shown(frame: pl.DataFrame, column: str) -> pl.Expr:
    """A cell as a message shows it: quoted, shortened, and printable."""
    name = FED + column
    if name not in frame.columns:
        return pl.lit("nothing")
    text = pl.col(name).cast(pl.String).str.replace_all("\0", NUL_SHOWN, literal=True)
    short = (
        pl.when(text.str.len_chars() > SHOWN_LENGTH)
        .then(text.str.head(SHOWN_LENGTH - 1) + "…")
        .otherwise(text)
    )
    return pl.format("'{}'", short).fill_null("nothing")


def _words(code: str, column: str, rows: Rows) -> str:
    """What to say of a cell; for ``missing``, the whole sentence."""
    feed = rows.mapping.by_name.get(column)
    fed_by = f" (from {feed.origin})" if feed is not None and feed.origin != column else ""
    field = rows.contract.by_name.get(column)
    said = _ALWAYS[code] if field is None or code in _ALWAYS else _of_field(code, field)
    return f"{said}{fed_by}"


_ALWAYS = {
    "not_a_number": "is not a number",
    "not_an_integer": "is not a whole number",
    "not_a_boolean": "is neither true nor false",
    "not_a_date": "is not a date in a format of this source",
    "not_a_timestamp": "is not a timestamp in a format of this source",
    "contains_nul": "contains a NUL character",
}


def _of_field(code: str, field: Field) -> str:
    said = {
        "missing": f"{field.name} is required, and is missing",
        "not_exact": f"has an exponent that {field.sql_type} cannot hold exactly",
        "too_large": f"is too large for {field.sql_type}",
        "below_minimum": f"is below {field.minimum}",
        "above_maximum": f"is above {field.maximum}",
        "not_allowed": f"is not one of {', '.join(field.values)}",
        "wrong_pattern": f"does not match {field.pattern}",
        "too_long": f"is longer than {field.max_length} characters",
    }
    return said[code]
