"""What a contract asks of each row, beyond its types."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from ingestion.cells import codes
from quality.contracts.model import Field


def broken(values: pl.Series, field: Field) -> Iterator[pl.Series]:
    """Judge one converted column.

    Args:
        values: cells of ``field.dtype``.
        field: the contract column.

    Yields:
        For each rule that some row breaks, the rule's code at those rows and null elsewhere.
    """
    if field.required and values.null_count():
        yield codes(values.is_null(), "missing")
    for code, kept in _rules(values, field):
        # A null breaks no rule but "required".
        if not kept.all():
            yield codes(~kept, code)


def _rules(values: pl.Series, field: Field) -> Iterator[tuple[str, pl.Series]]:
    """Each rule's code with the cells that keep it."""
    if field.minimum is not None:
        yield "below_minimum", values >= _bound(field.minimum, field)
    if field.maximum is not None:
        yield "above_maximum", values <= _bound(field.maximum, field)
    if field.values and field.values_severity == "block":
        yield "not_allowed", values.is_in(list(field.values))
    if field.pattern is not None:
        yield "wrong_pattern", values.str.contains(field.pattern)
    if field.max_length is not None:
        yield "too_long", values.str.len_chars() <= field.max_length


def _bound(bound: float, field: Field) -> pl.Series:
    """A bound as an exact value, not a binary fraction."""
    return pl.Series([Decimal(str(bound))]).cast(field.dtype)
