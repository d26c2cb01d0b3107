"""What a query gave: columns that know by their names what they hold, and rows.

Names follow the warehouse: ``_amount`` is money, ``_ratio`` a fraction, ``_count`` a whole number,
``_on`` a day, and so on; a query names its columns so, and pages need no other word about them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from quality.sql import literal

Kind = Literal[
    "amount", "ratio", "count", "number", "day", "month", "moment", "flag", "code", "text", "hidden"
]

ENDINGS: dict[str, Kind] = {
    "_amount": "amount",
    "_ratio": "ratio",
    "_count": "count",
    "_days": "number",
    "_hours": "number",
    "_weeks": "number",
    "_score": "number",
    "_rank": "count",
    "_position": "count",
    "_on": "day",
    "_month": "month",
    "_at": "moment",
    "_status": "code",
    "_method": "code",
    "_id": "hidden",
}
WHOLE: dict[str, Kind] = {
    "rank": "count",
    "metric": "code",
    "period_type": "code",
    "horizon": "code",
    "reason": "code",
    "status": "code",
    "outcome": "code",
    "forecast_category": "code",
    "decision_role": "code",
    "business_type": "code",
    "revenue_stream": "code",
    "item_type": "code",
    "severity": "code",
    "verdict": "code",
    "movement": "code",
    "recognition": "code",
    "cohort": "code",
    "scope_type": "code",
}

OPTIONAL = frozenset({"funnel", "rep_name", "contact_name", "job_title", "sample"})
"""Columns that tables leave out where they are empty: in editions without persons, with a single funnel."""


@dataclass(frozen=True)
class Column:
    """One column of a result."""

    name: str
    kind: Kind

    @property
    def label(self) -> str:
        """Its heading, as a text to be translated."""
        stem = self.name.removeprefix("is_") if self.kind == "flag" else self.name
        for ending in ("_amount", "_ratio", "_count", "_on", "_at", "_name"):
            stem = stem.removesuffix(ending)
        return stem.replace("_", " ").capitalize()

    @property
    def is_number(self) -> bool:
        """Whether its values stand right-aligned under each other."""
        return self.kind in ("amount", "ratio", "count", "number")


class Row(Mapping[str, Any]):
    """One row; its values are had by name."""

    __slots__ = ("_places", "values_")

    def __init__(self, places: Mapping[str, int], values: tuple[Any, ...]) -> None:
        self._places = places
        self.values_ = values

    def __getitem__(self, name: str) -> Any:
        return self.values_[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@dataclass(frozen=True)
class Result:
    """All rows of a query."""

    name: str
    sql: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]

    def __bool__(self) -> bool:
        return bool(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def first(self) -> Row | None:
        """The first row; None when there is none."""
        return self.rows[0] if self.rows else None

    @property
    def shown(self) -> list[Column]:
        """Columns that a table has."""
        return [
            column for column in self.columns if column.kind != "hidden" and not self._is_left_out(column)
        ]

    def _is_left_out(self, column: Column) -> bool:
        return column.name in OPTIONAL and all(row[column.name] is None for row in self.rows)

    def column(self, name: str) -> Column:
        """One of its columns."""
        return next(column for column in self.columns if column.name == name)


def run(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, known: Mapping[str, str | None]
) -> Result:
    """Run a page's query.

    Args:
        connection: shows an edition's rows.
        name: what the page calls it.
        query: SQL; ``$scope_id`` in it is the value known as ``scope_id``.
        known: values that a query may ask for.
    """
    asked = {key: value for key, value in known.items() if f"${key}" in query}
    cursor = connection.execute(query, asked)
    columns = tuple(Column(field[0], _kind(field[0], str(field[1]))) for field in cursor.description or ())
    places = {column.name: place for place, column in enumerate(columns)}
    return Result(name, _filled(query, asked), columns, [Row(places, values) for values in cursor.fetchall()])


def _filled(query: str, asked: Mapping[str, str | None]) -> str:
    """The query as a reader can run it, with the values in their places."""
    for key, value in asked.items():
        query = query.replace(f"${key}", "null" if value is None else literal(value))
    return query


def _kind(name: str, type_name: str) -> Kind:
    if name.startswith(("is_", "has_")) or type_name == "BOOLEAN":
        return "flag"
    if name in WHOLE:
        return WHOLE[name]
    return next((kind for ending, kind in ENDINGS.items() if name.endswith(ending)), "text")
