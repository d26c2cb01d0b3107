"""Turns what a source wrote into the types of a contract, with a reason for every cell that does not fit.

Plain values are cast as they stand, whole columns at a time. Only the cells that fail go
through the slower cleaning: signs, thousands, several formats. Nothing becomes null
silently: a cell is a value, a null marker, or a fault with a code.
"""

from __future__ import annotations

import polars as pl

from daybook.config import TextFormats
from ingestion import moments, numbers
from ingestion.cells import Converted, Notation, Target, codes, nulls, settled, without_markers

PLAIN = TextFormats()
"""How values that were typed at the source read as text."""


def convert(cells: pl.Series, target: Target, notation: Notation) -> Converted:
    """Convert one column to its contract's type.

    Args:
        cells: text, or values typed at the source.
        target: the type of the contract column.
        notation: how the source writes it.

    Returns:
        Values of ``target.dtype``, as many as ``cells``, timestamps in UTC without a zone.
    """
    if cells.dtype == pl.String:
        return _from_text(cells, target, notation)
    typed = _from_typed(cells, target, notation)
    if typed is not None:
        return typed
    plain = Notation(PLAIN, notation.zone, measured=cells.dtype.is_float())
    return _from_text(cells.cast(pl.String), target, plain)


def _from_typed(cells: pl.Series, target: Target, notation: Notation) -> Converted | None:
    """Values of a kindred type as they are; None where they have to go over text."""
    if cells.dtype == pl.Null:
        return Converted(cells.cast(target.dtype))
    if target.kind in ("date", "timestamp"):
        return moments.from_typed(cells, target, notation.zone)
    if cells.dtype == target.dtype:
        return Converted(cells)
    if target.kind == "integer" and cells.dtype.is_integer():
        return settled(cells, cells.cast(pl.Int64, strict=False), "too_large")
    return None


def _from_text(cells: pl.Series, target: Target, notation: Notation) -> Converted:
    if target.kind == "string":
        return _texts(cells, notation.formats)
    if target.kind in ("date", "timestamp"):
        cells = cells.str.strip_chars()
    marked = without_markers(cells, notation.formats)
    quick = _quickly(marked, target, notation)
    left = marked.is_not_null() & quick.is_null()
    if not left.any():
        return Converted(quick)
    slow = _slowly(without_markers(marked.filter(left).str.strip_chars(), notation.formats), target, notation)
    at = left.arg_true()
    values = quick.scatter(at, slow.values)
    if slow.faults is None:
        return Converted(values)
    return Converted(values, nulls(len(cells), pl.String()).scatter(at, slow.faults))


def _quickly(cells: pl.Series, target: Target, notation: Notation) -> pl.Series:
    """Cells in the plainest notation; null for all that need a closer look."""
    if target.kind in ("number", "integer"):
        return numbers.plain(cells, target, notation.formats)
    if target.kind == "boolean":
        return _words(cells, notation.formats)
    if target.kind == "date":
        return moments.plain_dates(cells, notation.formats)
    return moments.timestamps(cells, notation)


def _slowly(cells: pl.Series, target: Target, notation: Notation) -> Converted:
    """The cells that are not in the plainest notation, tried again."""
    if target.kind in ("number", "integer"):
        return numbers.cleaned(cells, target, notation)
    if target.kind == "boolean":
        return settled(cells, _words(cells, notation.formats), "not_a_boolean")
    if target.kind == "date":
        return settled(cells, moments.other_dates(cells, notation.formats), "not_a_date")
    return settled(cells, moments.serial_timestamps(cells, notation), "not_a_timestamp")


def _texts(cells: pl.Series, formats: TextFormats) -> Converted:
    trimmed = cells.str.strip_chars() if formats.trim else cells
    markers = trimmed.is_in(formats.nulls)
    values = trimmed.set(markers, None) if markers.any() else trimmed
    nul = values.cast(pl.Binary).bin.contains(b"\0")
    return Converted(values.set(nul, None), codes(nul, "contains_nul")) if nul.any() else Converted(values)


def _words(cells: pl.Series, formats: TextFormats) -> pl.Series:
    lowered = cells.str.to_lowercase()
    true = lowered.is_in([word.lower() for word in formats.true])
    false = lowered.is_in([word.lower() for word in formats.false])
    return true.set((~(true | false)).fill_null(value=True), None)
