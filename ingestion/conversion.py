"""Turns what a source wrote into the types of a contract, with a reason for every cell that does not fit.

Columns in plain notation are cast as they stand, all at once. Only the cells that fail go
through the slower cleaning: signs, thousands, several formats. Nothing becomes null
silently: a cell is a value, a null marker, or a fault with a code.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from daybook.config import TextFormats
from ingestion import moments, numbers
from ingestion.cells import Column, Converted, Notation, codes, nulls, settled, without_markers

PLAIN = TextFormats()
"""How values that were typed at the source read as text."""

NUL = b"\0"


def convert(cells: pl.DataFrame, columns: Mapping[str, Column]) -> dict[str, Converted]:
    """Convert columns to their contract's types.

    Args:
        cells: text, or values typed at the source.
        columns: what each of them becomes, by the name it has in ``cells``.

    Returns:
        For each of ``columns``, values of its target's type, as many as ``cells`` has rows;
        timestamps are in UTC without a zone.
    """
    texts = {name: column for name, column in columns.items() if cells.schema[name] == pl.String}
    plain = _plain_texts(cells, texts) | _plain_numbers(cells, texts)
    return {
        name: Converted(plain[name]) if name in plain else _convert(cells[name], column)
        for name, column in columns.items()
    }


def _plain_texts(cells: pl.DataFrame, columns: Mapping[str, Column]) -> dict[str, pl.Series]:
    """The text columns in which nothing is to be refused, trimmed."""
    wanted = {name: column for name, column in columns.items() if column.target.kind == "string"}
    values = cells.select(_trimmed(name, column.notation.formats) for name, column in wanted.items())
    holds_nul = values.select(pl.all().cast(pl.Binary).bin.contains(NUL).any())
    return {
        name: without_markers(values[name], column.markers)
        for name, column in wanted.items()
        if not holds_nul[name].item()
    }


def _plain_numbers(cells: pl.DataFrame, columns: Mapping[str, Column]) -> dict[str, pl.Series]:
    """The number columns in which every cell is plain or a null marker."""
    wanted = {name: column for name, column in columns.items() if numbers.may_be_plain(column)}
    values = cells.select(
        pl.col(name).cast(column.target.dtype, strict=False) for name, column in wanted.items()
    )
    missing = cells.select(pl.col(name).is_in(column.markers).sum() for name, column in wanted.items())
    exponents = cells.select(pl.col(list(wanted)).str.contains(numbers.EXPONENT).any())
    return {
        name: values[name]
        for name in wanted
        if values[name].null_count() == cells[name].null_count() + missing[name].item()
        and not exponents[name].item()
    }


def _trimmed(name: str, formats: TextFormats) -> pl.Expr:
    return pl.col(name).str.strip_chars() if formats.trim else pl.col(name)


def _convert(cells: pl.Series, column: Column) -> Converted:
    if cells.dtype == pl.String:
        return _from_text(cells, column)
    typed = _from_typed(cells, column)
    if typed is not None:
        return typed
    plain = Notation(PLAIN, column.notation.zone, measured=cells.dtype.is_float())
    return _from_text(cells.cast(pl.String), Column(column.target, plain))


def _from_typed(cells: pl.Series, column: Column) -> Converted | None:
    """Values of a kindred type as they are; None where they have to go over text."""
    target = column.target
    if cells.dtype == pl.Null:
        return Converted(cells.cast(target.dtype))
    if target.kind in ("date", "timestamp"):
        return moments.from_typed(cells, target, column.notation.zone)
    if cells.dtype == target.dtype:
        return Converted(cells)
    if target.kind == "integer" and cells.dtype.is_integer():
        return settled(cells, cells.cast(pl.Int64, strict=False), "too_large")
    return None


def _from_text(cells: pl.Series, column: Column) -> Converted:
    if column.target.kind == "string":
        return _texts(cells, column)
    if column.target.kind in ("date", "timestamp"):
        cells = cells.str.strip_chars()
    marked = without_markers(cells, column.markers)
    quick = _quickly(marked, column)
    left = marked.is_not_null() & quick.is_null()
    if not left.any():
        return Converted(quick)
    slow = _slowly(without_markers(marked.filter(left).str.strip_chars(), column.markers), column)
    at = left.arg_true()
    values = quick.scatter(at, slow.values)
    if slow.faults is None:
        return Converted(values)
    return Converted(values, nulls(len(cells), pl.String()).scatter(at, slow.faults))


def _quickly(cells: pl.Series, column: Column) -> pl.Series:
    """Cells in the plainest notation; null for all that need a closer look."""
    target, notation = column.target, column.notation
    if target.kind in ("number", "integer"):
        return numbers.plain(cells, target, notation.formats)
    if target.kind == "boolean":
        return _words(cells, notation.formats)
    if target.kind == "date":
        return moments.plain_dates(cells, notation.formats)
    return moments.timestamps(cells, notation)


def _slowly(cells: pl.Series, column: Column) -> Converted:
    """The cells that are not in the plainest notation, tried again."""
    target, notation = column.target, column.notation
    if target.kind in ("number", "integer"):
        return numbers.cleaned(cells, target, notation)
    if target.kind == "boolean":
        return settled(cells, _words(cells, notation.formats), "not_a_boolean")
    if target.kind == "date":
        return settled(cells, moments.other_dates(cells, notation.formats), "not_a_date")
    return settled(cells, moments.serial_timestamps(cells, notation), "not_a_timestamp")


def _texts(cells: pl.Series, column: Column) -> Converted:
    trimmed = cells.to_frame("cell").select(_trimmed("cell", column.notation.formats)).to_series()
    values = without_markers(trimmed, column.markers)
    nul = values.cast(pl.Binary).bin.contains(NUL)
    return Converted(values.set(nul, None), codes(nul, "contains_nul")) if nul.any() else Converted(values)


def _words(cells: pl.Series, formats: TextFormats) -> pl.Series:
    lowered = cells.str.to_lowercase()
    true = lowered.is_in([word.lower() for word in formats.true])
    false = lowered.is_in([word.lower() for word in formats.false])
    return true.set((~(true | false)).fill_null(value=True), None)
