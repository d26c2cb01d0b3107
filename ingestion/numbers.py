"""Numbers as people and systems write them.

Numbers with more digits than their column are rounded half to even, so that sums over
many rounded rows do not drift; that is no fault. Exponents have to fit exactly: one that
does not is more often a misread cell than a measure.
"""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl

from daybook.config import TextFormats
from ingestion.cells import Column, Converted, Notation, Target, nulls

EXPONENT_LIMIT = 99
"""Larger exponents fit no column and would only write long rows of zeros."""

EXPONENT = "[eE]"

MINUS = "−"  # noqa: RUF001 - the typographic sign is the point
SPACE, APOSTROPHES = r"\s", "'’"  # noqa: RUF001


def may_be_plain(column: Column) -> bool:
    """Whether the column's cells may be cast as they stand, null markers included."""
    formats = column.notation.formats
    if column.target.kind not in ("number", "integer"):
        return False
    if column.target.kind == "number" and (formats.percent or formats.decimal != "."):
        return False
    markers = pl.Series(column.markers, dtype=pl.String).cast(column.target.dtype, strict=False)
    return markers.null_count() == len(markers)


def plain(cells: pl.Series, target: Target, formats: TextFormats) -> pl.Series:
    """Numbers without any sign but minus and decimal; null for every other cell."""
    if target.kind == "integer":
        return cells.cast(pl.Int64, strict=False)
    if formats.percent:
        return nulls(len(cells), target.dtype)
    if formats.decimal == ",":
        dotted = cells.str.contains(".", literal=True)
        cells = cells.set(dotted, None).str.replace(",", ".", literal=True)
    exponents = cells.str.contains(EXPONENT)
    return cells.set(exponents, None).cast(target.dtype, strict=False)


def cleaned(cells: pl.Series, target: Target, notation: Notation) -> Converted:
    """Numbers in any notation that the formats allow: signs, groups, percent, exponents."""
    parts = _parts(cells, notation.formats)
    percent = notation.formats.percent and target.kind == "number"
    digits = parts.select("negative", "exponent", "valid", plain=_hundredth() if percent else _joined())
    signed = pl.when("negative").then(pl.lit("-")).otherwise(pl.lit("")) + pl.col("plain")
    written = _written_out(digits).select(
        cell=cells,
        number=pl.when("valid").then(signed),
        finer=pl.col("plain").str.contains(rf"\.[0-9]{{{target.scale}}}[0-9]*[1-9]"),
        exponent=pl.col("exponent").is_not_null(),
    )
    wide = target.dtype if target.kind == "number" else pl.Decimal(38, 0)
    values = written["number"].cast(wide, strict=False).cast(target.dtype, strict=False)
    return _judged(written.with_columns(value=values), target, notation)


def _judged(written: pl.DataFrame, target: Target, notation: Notation) -> Converted:
    whole = target.kind == "integer"
    inexact = pl.col("finer") & (pl.lit(whole) | (pl.col("exponent") & pl.lit(not notation.measured)))
    found = written.select(
        pl.when(pl.col("cell").is_null())
        .then(pl.lit(None, dtype=pl.String))
        .when(pl.col("number").is_null())
        .then(pl.lit("not_a_number"))
        .when(inexact)
        .then(pl.lit("not_an_integer" if whole else "not_exact"))
        .when(pl.col("value").is_null())
        .then(pl.lit("too_large"))
    ).to_series()
    if found.null_count() == len(found):
        return Converted(written["value"])
    return Converted(written["value"].set(found.is_not_null(), None), found)


def _parts(cells: pl.Series, formats: TextFormats) -> pl.DataFrame:
    """Whole digits, digits after the decimal sign, exponent, sign, and whether it is a number at all."""
    bare = cells.str.replace_all(MINUS, "-", literal=True)
    for sign in formats.currency_signs:
        bare = bare.str.replace(rf"^([-+(]*)\s*{re.escape(sign)}\s*", "${1}")
        bare = bare.str.replace(rf"\s*{re.escape(sign)}\s*([-)%]*)$", "${1}")
    groups = bare.str.extract_groups(_pattern(formats)).struct.unnest()
    whole, rest = pl.col("whole").fill_null(""), pl.col("rest").fill_null("")
    written = {name: pl.col(name).is_not_null() for name in ("sign", "trail", "open", "close", "percent")}
    signs = pl.sum_horizontal(written["sign"], written["trail"], written["open"])
    return groups.select(
        "exponent",
        whole=whole.str.replace_all("[^0-9]", ""),
        rest=rest,
        negative=(pl.col("sign").fill_null("") == "-") | written["trail"] | written["open"],
        valid=(whole + rest != "")
        & (signs <= 1)
        & (written["open"] == written["close"])
        & (~written["percent"] | pl.lit(formats.percent)),
    )


def _pattern(formats: TextFormats) -> str:
    grouped = ""
    signs = "".join(_group_sign(sign) for sign in formats.thousands if sign != formats.decimal)
    if signs:
        # Groups of three, or of two as in India; "12,5" is not twelve thousand five.
        grouped = rf"[0-9]{{1,3}}(?:[{signs}][0-9]{{2,3}})*[{signs}][0-9]{{3}}|"
    return (
        r"^(?P<open>\()?\s*(?P<sign>[+-])?\s*"
        rf"(?P<whole>{grouped}[0-9]*)(?:{re.escape(formats.decimal)}(?P<rest>[0-9]*))?"
        r"(?:[eE](?P<exponent>[+-]?[0-9]{1,4}))?"
        r"\s*(?P<percent>%)?\s*(?P<trail>-)?\s*(?P<close>\))?$"
    )


def _group_sign(sign: str) -> str:
    """A sign inside a character class; spaces and apostrophes of any shape are one sign."""
    return {" ": SPACE, "'": APOSTROPHES}.get(sign, re.escape(sign))


def _joined() -> pl.Expr:
    return pl.concat_str("whole", pl.lit("."), "rest")


def _hundredth() -> pl.Expr:
    padded = pl.col("whole").str.zfill(3)
    return pl.concat_str(padded.str.head(-2), pl.lit("."), padded.str.tail(2), "rest")


def _written_out(digits: pl.DataFrame) -> pl.DataFrame:
    """Digits with their exponents written out; those are rare, so cell by cell."""
    chosen = digits["valid"] & digits["exponent"].is_not_null()
    if not chosen.any():
        return digits
    pairs = digits.filter(chosen).select("plain", "exponent").iter_rows()
    written = pl.Series([_without_exponent(text, int(exponent)) for text, exponent in pairs], dtype=pl.String)
    return digits.with_columns(plain=digits["plain"].scatter(chosen.arg_true(), written))


def _without_exponent(text: str, exponent: int) -> str:
    bounded = max(-EXPONENT_LIMIT, min(EXPONENT_LIMIT, exponent))
    return f"{Decimal(text).scaleb(bounded):f}"
