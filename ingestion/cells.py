"""The words that conversion is spoken in: how cells are written, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import polars as pl

from daybook.config import TextFormats
from quality.contracts.model import Field

Kind = Literal["string", "integer", "number", "boolean", "date", "timestamp"]


@dataclass(frozen=True)
class Target:
    """The type that cells are converted to."""

    kind: Kind
    dtype: pl.DataType
    scale: int = 0
    """Digits after the decimal sign of a number."""

    @classmethod
    def of(cls, field: Field) -> Target:
        """The type of a contract column."""
        scale = field.decimal[1] if field.logical_type == "number" else 0
        return cls(cast("Kind", field.logical_type), field.dtype, scale)


BOOLEAN = Target("boolean", pl.Boolean())


@dataclass(frozen=True)
class Notation:
    """How a source writes the values of one column."""

    formats: TextFormats
    zone: str
    """Time zone of timestamps without an offset."""
    measured: bool = False
    """Whether numbers come from binary fractions, whose exponents are no sign of a misread cell."""


@dataclass(frozen=True)
class Column:
    """A contract column to be, and how its source writes it."""

    target: Target
    notation: Notation

    @property
    def markers(self) -> list[str]:
        """Texts that mean a missing value; an empty one always does, but among texts."""
        declared = self.notation.formats.nulls
        return declared if self.target.kind == "string" else [*declared, ""]


@dataclass(frozen=True)
class Converted:
    """One column after conversion.

    ``faults`` holds a code for each cell that could not be converted (its value is null),
    null elsewhere; it is None when every cell could.
    """

    values: pl.Series
    faults: pl.Series | None = None


def settled(cells: pl.Series, values: pl.Series, code: str) -> Converted:
    """Values that are final: a cell that has none although it was not null has the fault ``code``."""
    lost = cells.is_not_null() & values.is_null()
    return Converted(values, codes(lost, code) if lost.any() else None)


def codes(mask: pl.Series, code: str) -> pl.Series:
    """The code where the mask holds, null elsewhere."""
    return pl.select(pl.when(mask).then(pl.lit(code))).to_series()


def nulls(length: int, dtype: pl.DataType) -> pl.Series:
    """A column of nulls."""
    return pl.Series([None], dtype=dtype).new_from_index(0, length)


def without_markers(cells: pl.Series, markers: list[str]) -> pl.Series:
    """Cells with null where the source writes a null marker."""
    found = cells.is_in(markers)
    return cells.set(found, None) if found.any() else cells
