"""What a query gave: columns that know by their names what they hold, and rows.

Names follow the warehouse: ``_amount`` is money, ``_ratio`` a fraction, ``_count`` a whole number,
``_on`` a day, and so on; a query names its columns so, and pages need no other word about them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

import duckdb

from quality.sql import literal
from reporting.site.words import spelled

Kind = Literal[
    "amount", "ratio", "count", "number", "day", "month", "moment", "flag", "code", "text", "hidden"
]
NUMBERS: frozenset[Kind] = frozenset({"amount", "ratio", "count", "number"})

Parameters = Mapping[str, str | date | None]
"""Values that a query may ask for, by name."""

NAMED = re.compile(r"\$(\w+)")
"""A value that a query asks for."""
TABLE = re.compile(r"\b(?:marts|meta)\.\w+")
"""A table that a query reads."""
ENDINGS: dict[str, Kind] = {
    "_amount": "amount",
    "_ratio": "ratio",
    "_count": "count",
    "_days": "number",
    "_hours": "number",
    "_weeks": "number",
    "_per_deal": "number",
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
    "excess_lost_deal_count": "number",
    "forecast_won_deal_count": "number",
    "metric": "code",
    "rank_change": "count",
    "rank_in_company": "count",
    "previous_rank_in_company": "count",
    "scope_type": "code",
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
    "compared_with": "code",
    "feedback_type": "code",
    "entry_type": "code",
    "resolution": "code",
    "reported_value": "number",
    "claimed_value": "number",
}

LABELS = {
    "scope_type": "Level",
    "period_type": "Period",
    "deal_amount": "Deal value",
    "item_amount": "Value",
    "stage_days": "Days in stage",
    "rep_queue_rank": "Turn",
    "booking_amount": "Bookings",
    "previous_booking_amount": "Bookings before",
    "previous_net_sales_amount": "Net sales before",
    "order_count": "Orders",
    "unit_count": "Units",
    "rep_count": "Reps",
    "active_rep_count": "Active reps",
    "open_deal_count": "Open deals",
    "decided_deal_count": "Deals decided",
    "others_decided_deal_count": "Deals decided, others",
    "team_decided_deal_count": "Deals decided, team",
    "own_past_decided_deal_count": "Deals decided, own past",
    "valued_won_deal_count": "Won deals with a value",
    "lost_deal_count": "Deals lost",
    "overdue_deal_count": "Overdue deals",
    "end_deal_count": "Deals at end",
    "excess_lost_deal_count": "Deals lost beyond the usual",
    "excess_lost_amount": "Lost beyond the usual",
    "forecast_won_deal_count": "Closings forecast",
    "forecast_won_amount": "Value forecast",
    "win_count_ratio": "Win rate by count",
    "win_value_ratio": "Win rate by value",
    "cohort_win_count_ratio": "Win rate of deals created in the period",
    "cohort_closed_deal_count": "Deals created and closed",
    "sales_cycle_median_days": "Median days to win",
    "sales_cycle_deal_count": "Deals measured, won",
    "lost_cycle_median_days": "Median days to lose",
    "lost_cycle_deal_count": "Deals measured, lost",
    "share_of_total_ratio": "Share of all reps",
    "rank_change": "Places gained",
    "rank_in_company": "Rank",
    "previous_rank_in_company": "Rank before",
    "previous_rank": "Rank before",
    "push_count_ratio": "Deals pushed",
    "coverage_status": "Coverage status",
    "needed_coverage_ratio": "Coverage needed",
    "mean_won_amount": "Mean won deal",
    "mean_cycle_days": "Mean days to win",
    "conversion_ratio": "Passed on",
    "own_past_conversion_ratio": "Own past",
    "team_conversion_ratio": "Team",
    "others_conversion_ratio": "Others",
    "overdue_expected_amount": "Overdue part of it",
    "lower_80_amount": "Low, 80 %",
    "upper_80_amount": "High, 80 %",
    "lower_95_amount": "Low, 95 %",
    "upper_95_amount": "High, 95 %",
    "lower_95_ratio": "Low, 95 %",
    "upper_95_ratio": "High, 95 %",
    "employed_ratio": "Part employed",
    "feedback_type": "Kind",
    "entry_type": "Kind",
    "entry_name": "Order or deal",
    "entry_number": "Order, refund or deal",
    "feedback_count": "Remarks and disputes",
    "accepted_feedback_count": "Accepted",
    "waiting_feedback_count": "Without an answer",
    "waiting_days": "Days waiting",
    "answer_days": "Days to an answer",
    "answered_on": "Date of the answer",
    "reported_value": "Reported",
    "claimed_value": "Claimed",
    "target_prorated_amount": "Prorated target",
    "attainment_prorated_ratio": "Prorated attainment",
}
"""Headings of columns whose names do not read well."""
OPTIONAL = frozenset(
    {
        "funnel",
        "rep_name",
        "contact_name",
        "job_title",
        "sample",
        "message",
        "judged_by",
        "answered_by",
        "why",
    }
)
"""Columns that tables leave out where they are empty: in editions without persons, with a single funnel."""


@dataclass(frozen=True)
class Column:
    """One column of a result."""

    name: str
    kind: Kind

    @property
    def label(self) -> str:
        """Its heading, as a text to be translated."""
        if self.name in LABELS:
            return LABELS[self.name]
        stem = self.name.removeprefix("is_") if self.kind == "flag" else self.name
        for ending in ("_amount", "_ratio", "_count", "_on", "_at", "_name"):
            stem = stem.removesuffix(ending)
        return spelled(stem)

    @property
    def is_number(self) -> bool:
        """Whether its values stand right-aligned under each other."""
        return self.kind in NUMBERS


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

    def by(self, name: str) -> dict[Any, list[Row]]:
        """Its rows by their value of a column, in its order."""
        found: dict[Any, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row[name], []).append(row)
        return found

    def column(self, name: str) -> Column:
        """One of its columns."""
        return next(column for column in self.columns if column.name == name)


class Kept:
    """Results that editions have in common: of queries that read nothing but tables that no edition cuts."""

    def __init__(self) -> None:
        self.whole: frozenset[str] = frozenset()
        """Tables that the edition at hand shows as every other of its kind that shows all their rows."""
        self._results: dict[tuple[str, str], Result] = {}

    def of(self, name: str, sql: str, answer: Callable[[str, str], Result]) -> Result:
        """What a query gives; asked once where the next edition would be given the same."""
        if not self.whole.issuperset(TABLE.findall(sql)):
            return answer(name, sql)
        if (name, sql) not in self._results:
            self._results[name, sql] = answer(name, sql)
        return self._results[name, sql]


def run(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, known: Parameters, kept: Kept | None = None
) -> Result:
    """Run a page's query.

    Args:
        connection: shows an edition's rows.
        name: what the page calls it.
        query: SQL; ``$scope_id`` in it is the value known as ``scope_id``.
        known: values that a query may ask for.
        kept: what other editions of the same kind were given.
    """
    # What runs is what the page shows. To bind values, DuckDB loads pandas: longer than an edition takes.
    filled = _filled(query, known)
    ask = partial(_ask, connection)
    return kept.of(name, filled, ask) if kept else ask(name, filled)


def _ask(connection: duckdb.DuckDBPyConnection, name: str, filled: str) -> Result:
    cursor = connection.execute(filled)
    columns = tuple(Column(field[0], _kind(field[0], str(field[1]))) for field in cursor.description or ())
    places = {column.name: place for place, column in enumerate(columns)}
    return Result(name, filled, columns, [Row(places, values) for values in cursor.fetchall()])


def run_all(
    connection: duckdb.DuckDBPyConnection,
    queries: Mapping[str, str],
    known: Parameters,
    kept: Kept | None = None,
) -> dict[str, Result]:
    """Run queries; what each gave, by its name."""
    return {name: run(connection, name, query, known, kept) for name, query in queries.items()}


class Answers(dict[str, Result]):
    """What queries give, by their names; a query is run when a page first asks for it.

    Editions share their pages' queries, and no edition shows all that a page can show.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        queries: Mapping[str, str],
        known: Parameters,
        kept: Kept | None = None,
    ) -> None:
        super().__init__()
        self._run = partial(run, connection, known=known, kept=kept)
        self._queries = queries

    def __missing__(self, name: str) -> Result:
        return self.setdefault(name, self._run(name, self._queries[name]))


def _filled(query: str, known: Parameters) -> str:
    """The query as a reader can run it, with the values in their places."""
    # All in one go: a value that looks like the name of another stays what it is.
    return NAMED.sub(lambda found: _value(found, known), query)


def _value(found: re.Match[str], known: Parameters) -> str:
    if found[1] not in known:
        return found[0]
    value = known[found[1]]
    if isinstance(value, date):
        return f"date {literal(value.isoformat())}"
    return "null" if value is None else literal(value)


def _kind(name: str, type_name: str) -> Kind:
    if name.startswith(("is_", "has_")) or type_name == "BOOLEAN":
        return "flag"
    if name in WHOLE:
        return WHOLE[name]
    return next((kind for ending, kind in ENDINGS.items() if name.endswith(ending)), "text")
