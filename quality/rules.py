"""What a rule about rows is: an expectation to check, and the query that finds who breaks it.

Expectations stand here as plain data; only ``quality.validation`` needs Great Expectations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from quality.contracts import Contract, Field
from quality.contracts.model import RuleSeverity
from quality.sql import quoted

BATCH = "with batch as (select * from {batch}) "
"""Start of every query; whoever runs it says what the batch is."""

NO_ROWS = "expect_query_to_find_no_rows"
"""Our own expectation: a query finds nothing."""

SAMPLE_WIDTH = 60
"""Characters of one value that a sample shows."""

YEARS_BACK = 50
"""Years before the business date that an event may carry; the warehouse's calendar reaches no further."""

DAYS_AHEAD = 1
"""Days after the business date that an event may carry: a source's day may end later than ours."""


@dataclass(frozen=True)
class Expectation:
    """One expectation by the name and arguments that Great Expectations gives it."""

    type: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What rows must keep, how it is checked, and what is said of rows that do not."""

    check: str
    severity: RuleSeverity
    expectation: Expectation
    offenders: str
    """Query for a column ``sample``, one row for each offender; starts with BATCH."""
    expected: str
    """What holds where the rule is kept."""
    fault: str
    """What is wrong where it is not; ``{count}`` and ``{rows}`` are filled in."""
    remedy: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Values that the offenders' query binds."""
    is_guarded: bool = False
    """Whether the expectation is only a quick sign of trouble, and the offenders decide."""


@dataclass(frozen=True)
class Horizon:
    """The first moments that an event cannot carry yet, and the first day that it can."""

    on: date
    at: datetime
    """UTC without an offset, as timestamps are stored."""
    earliest: date

    @classmethod
    def of(cls, business_on: date, zone: ZoneInfo) -> Horizon:
        """The horizon of a night."""
        first = business_on + timedelta(days=DAYS_AHEAD + 1)
        # The 29th of February has no anniversary in most years.
        earliest = business_on.replace(year=business_on.year - YEARS_BACK, day=min(business_on.day, 28))
        return cls(first, midnight_utc(first, zone), earliest)


def midnight_utc(day: date, zone: ZoneInfo) -> datetime:
    """When a business day begins: UTC without an offset, as timestamps are stored."""
    return datetime.combine(day, time.min, zone).astimezone(UTC).replace(tzinfo=None)


def no_rows(query: str) -> Expectation:
    """The expectation that a query over the batch finds nothing."""
    return Expectation(NO_ROWS, {"unexpected_rows_query": BATCH + query})


def sample_of(contract: Contract, *columns: str, table: str = "batch") -> str:
    """SQL expression that shows a row by its key and some more columns; personal ones never."""
    shown = [*contract.key, *(column for column in columns if column not in contract.key)]
    return "concat_ws(', ', " + ", ".join(_shown(contract.by_name[c], table) for c in shown) + ")"


def _shown(column: Field, table: str) -> str:
    if column.personal:
        return f"'{column.name}=(personal)'"
    text = f"cast({quoted(table)}.{quoted(column.name)} as varchar)"
    return f"'{column.name}=' || coalesce(left({text}, {SAMPLE_WIDTH}), 'null')"
