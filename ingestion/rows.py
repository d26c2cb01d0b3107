"""Converts and checks rows, a frame at a time: the part of extraction that streams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

import polars as pl

from ingestion.cells import Converted, nulls
from ingestion.conversion import convert
from ingestion.mapping import DELETED, FED, Mapping
from ingestion.rules import broken
from quality.contracts.model import MONTH_OF_DIMENSIONS, MONTH_UNKNOWN, Contract

FATE = "_fate"
"""What becomes of a row: a ``Fate``."""


class Fate(IntEnum):
    """What becomes of a row."""

    REFUSED = 0
    """It breaks its contract."""
    STAGED = 1
    """It keeps its contract."""
    DELETED = 2
    """It only says that its key is gone."""


MONTH = "_month"
"""First day of the month of a row's event date; null where it has none."""

Bound = date | datetime | int | str


@dataclass(frozen=True)
class Fault:
    """What is wrong in one column: a code at the rows it concerns, null elsewhere."""

    column: str
    codes: pl.Series


@dataclass(frozen=True)
class Rows:
    """What becomes of the rows of one table.

    ``cursor`` and ``since`` belong together: rows whose cursor is known to lie before
    ``since`` were taken on an earlier night, and are not read.
    """

    mapping: Mapping
    key_prefix: str = ""
    cursor: str | None = None
    since: Bound | None = None

    @property
    def contract(self) -> Contract:
        """The contract the rows should keep."""
        return self.mapping.contract

    def key_hash(self) -> pl.Expr:
        """A small stand-in for a row's key; unequal keys may share it."""
        return pl.struct(self.contract.key).hash(seed=0)

    @property
    def cursor_kind(self) -> str | None:
        """The cursor's type, in the contract's words."""
        return self.contract.by_name[self.cursor].logical_type if self.cursor else None

    def schema(self, fed: pl.Schema) -> pl.Schema:
        """Schema of ``stage``, given that of its input."""
        added = {FATE: pl.Int8(), MONTH: pl.Date()}
        return pl.Schema({**fed, **self.contract.schema, **added})

    def stage(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the contract's columns, and say which rows keep it.

        Args:
            frame: file, row number, ``raw:`` and ``fed:`` columns, see ``Mapping.apply``.

        Returns:
            The same rows but for those before ``since``, with the contract's columns,
            ``_fate`` and ``_month``.
        """
        frame = self._unread(frame)
        values, faults = self._converted(frame)
        deleted = values.pop(DELETED).fill_null(value=False)
        return frame.with_columns(
            *(self._prefixed(name, column).alias(name) for name, column in values.items()),
            self._fate(faults, deleted).alias(FATE),
            self._month(values, frame.height).alias(MONTH),
        )

    def faults(self, frame: pl.DataFrame) -> list[Fault]:
        """Everything that is wrong with rows of the input of ``stage``."""
        values, faults = self._converted(frame)
        deleted = values[DELETED].fill_null(value=False)
        return [Fault(fault.column, self._concerning(fault, deleted)) for fault in faults]

    def _unread(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self.cursor is None or self.since is None:
            return frame
        column = self.mapping.by_name[self.cursor].column
        cursor = convert(frame, {FED + self.cursor: column})[FED + self.cursor].values
        return frame.filter((cursor >= pl.lit(self.since, dtype=column.target.dtype)).fill_null(value=True))

    def _converted(self, frame: pl.DataFrame) -> tuple[dict[str, pl.Series], list[Fault]]:
        """The contract's columns and the deletion mark, and what is wrong with them."""
        done = convert(frame, {FED + feed.name: feed.column for feed in self.mapping.feeds})
        values, faults = {}, []
        for name, dtype in [*self.contract.schema.items(), (DELETED, pl.Boolean())]:
            found = done.get(FED + name) or Converted(nulls(frame.height, dtype))
            values[name] = found.values
            if found.faults is not None:
                faults.append(Fault(name, found.faults))
        return values, [*faults, *self._broken(values, faults)]

    def _broken(self, values: dict[str, pl.Series], faults: list[Fault]) -> Iterator[Fault]:
        unconverted = {fault.column: fault.codes.is_not_null() for fault in faults}
        for field in self.contract.fields:
            for found in broken(values[field.name], field):
                # A cell that could not be converted is not missing as well.
                known = unconverted.get(field.name)
                yield Fault(field.name, found if known is None else found.set(known, None))

    def _fate(self, faults: list[Fault], deleted: pl.Series) -> pl.Series:
        fate = deleted.cast(pl.Int8) + Fate.STAGED
        for fault in faults:
            fate = fate.set(self._concerning(fault, deleted).is_not_null(), Fate.REFUSED)
        return fate

    def _concerning(self, fault: Fault, deleted: pl.Series) -> pl.Series:
        """A deletion mark needs its key and its cursor, and nothing else."""
        if fault.column in (*self.contract.key, self.cursor, DELETED) or not deleted.any():
            return fault.codes
        return fault.codes.set(deleted, None)

    def _prefixed(self, name: str, column: pl.Series) -> pl.Series:
        if not self.key_prefix or name not in self.contract.identifiers:
            return column
        return self.key_prefix + column

    def _month(self, values: dict[str, pl.Series], height: int) -> pl.Series:
        if self.contract.event_date is None:
            return nulls(height, pl.Date())
        return values[self.contract.event_date].cast(pl.Date).dt.month_start()


def partition(contract: Contract, month: date | None) -> str:
    """Name of the partition of the rows of one ``_month``."""
    if contract.event_date is None:
        return MONTH_OF_DIMENSIONS
    return f"{month:%Y-%m}" if month else MONTH_UNKNOWN
