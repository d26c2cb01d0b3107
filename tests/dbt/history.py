"""A company of many years, changed at random: what happens in one year leaves the others alone.

Every year has its own orders, product and identities, so one build answers for twelve histories.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from dbt_world import Row, World, month_of
from hypothesis import strategies as st
from small_company import line, order, refund

from quality.contracts import load_contracts

YEARS = range(2010, 2022)
AS_OF = "2022-01-31"

Table = dict[tuple[Any, ...], Row]
Change = Callable[["History"], None]


@dataclass
class History:
    """Rows by dataset and key, as the sources tell them now."""

    tables: dict[str, Table] = field(default_factory=lambda: defaultdict(dict))

    def put(self, dataset: str, *rows: Row) -> None:
        """Insert rows, or replace those of the same key."""
        key = load_contracts()[dataset].key
        for row in rows:
            self.tables[dataset][tuple(row[name] for name in key)] = row

    def drop(self, dataset: str, **named: object) -> None:
        """Delete the rows that have these values."""
        table = self.tables[dataset]
        for key in [key for key, row in table.items() if named.items() <= row.items()]:
            del table[key]

    def copy(self) -> History:
        """The same rows, to be changed on their own."""
        return copy.deepcopy(self)

    def world(self, folder: Path) -> World:
        """A world with these rows, written."""
        folder.mkdir(parents=True, exist_ok=True)
        world = World(folder)
        for dataset, table in self.tables.items():
            world.add(dataset, *table.values())
        return world.write()

    def months_changed_since(self, before: History) -> dict[str, list[str]]:
        """Lake months whose rows differ, as the commit would name them."""
        changed = {name: self._months(name, before) for name in {*self.tables, *before.tables}}
        return {name: months for name, months in sorted(changed.items()) if months}

    def _months(self, dataset: str, before: History) -> list[str]:
        contract = load_contracts()[dataset]
        old, new = before.tables[dataset], self.tables[dataset]
        differing = [key for key in {*old, *new} if old.get(key) != new.get(key)]
        rows = [table[key] for table in (old, new) for key in differing if key in table]
        return sorted({month_of(contract, row) for row in rows})


def beginning() -> History:
    """Each year: three orders in January, February and March, a product, a rate and a refund."""
    history = History()
    for year in YEARS:
        history.put("products", product(year))
        history.put("exchange_rates", rate(year, 1, 1, 0.5))
        for number, month in enumerate((1, 2, 3), 1):
            at = instant(year, month, 15, 10)
            history.put("orders", order(f"{year}-o{number}", at, rep_id=f"{year}-rep", currency_code="USD"))
            history.put("order_lines", sold(year, number, 1, at, 100), sold(year, number, 2, at, 50))
        history.put("refunds", refund(f"{year}-r1", f"{year}-o1", 1, instant(year, 2, 20, 10), 30))
    return history


def instant(year: int, month: int, day: int, hour: int) -> datetime:
    """An instant, UTC."""
    return datetime.combine(date(year, month, day), time(hour, 30))


def product(year: int, cost: int = 10, category: str = "Bikes") -> Row:
    """The product of a year."""
    key = {"product_id": f"{year}-bike", "product_name": "Bike"}
    return key | {"unit_cost_amount": cost, "product_category": category, "currency_code": "USD"}


def rate(year: int, month: int, day: int, value: float) -> Row:
    """What a dollar is worth from a day on."""
    return {"currency_code": "USD", "rate_on": date(year, month, day), "rate": value}


def sold(year: int, number: int, line_number: int, at: datetime, net: int, **columns: object) -> Row:
    """A line of one of the year's orders."""
    return line(f"{year}-o{number}", line_number, at, net, **({"product_id": f"{year}-bike"} | columns))


def identity(year: int, entity: str, external_id: str, internal_id: str) -> Row:
    """Whom the shop means by an id."""
    known = {"external_id": f"{year}-{external_id}", "internal_id": f"{year}-{internal_id}"}
    return {"entity": entity, "system": "shop"} | known


def _ordered(
    year: int, number: int, at: datetime, currency: str | None, cancelled: datetime | None
) -> Change:
    row = order(f"{year}-o{number}", at, rep_id=f"{year}-rep", currency_code=currency, cancelled_at=cancelled)
    return lambda history: history.put("orders", row)


def _put(dataset: str, row: Row) -> Change:
    return lambda history: history.put(dataset, row)


def _drop(dataset: str, order_id: str) -> Change:
    return lambda history: history.drop(dataset, order_id=order_id)


def _instants(year: int) -> st.SearchStrategy[datetime]:
    """Around the ends of months, where the lake's month and the business date part."""
    days = st.sampled_from([(1, 15), (1, 31), (2, 1), (2, 28), (3, 1)])
    return st.builds(lambda day, hour: instant(year, *day, hour), days, st.sampled_from([10, 22, 23]))


def _changes_of(year: int) -> st.SearchStrategy[Change]:
    numbers, amounts = st.integers(1, 4), st.integers(1, 500)
    at = _instants(year)
    products = st.sampled_from([f"{year}-bike", f"{year}-alias", None])
    ids = numbers.map(lambda number: f"{year}-o{number}")
    return st.one_of(
        st.builds(
            _ordered, st.just(year), numbers, at, st.sampled_from([None, "USD", "GBP"]), st.none() | at
        ),
        st.builds(
            lambda number, n, at, net, what: _put(
                "order_lines", sold(year, number, n, at, net, product_id=what)
            ),
            *(numbers, numbers, at, amounts, products),
        ),
        st.builds(
            lambda order_id, at, amount: _put("refunds", refund(f"{year}-r2", order_id, 1, at, amount)),
            *(ids, at, amounts),
        ),
        st.builds(_drop, st.sampled_from(["orders", "order_lines", "refunds"]), ids),
        st.builds(
            lambda at, cents: _put("exchange_rates", rate(year, at.month, at.day, cents / 100)), at, amounts
        ),
        st.builds(
            lambda cost, category: _put("products", product(year, cost, category)),
            *(amounts, st.sampled_from(["Bikes", "Parts"])),
        ),
        st.builds(
            lambda external, internal: _put("identities", identity(year, *external, internal)),
            *(
                st.sampled_from([("rep", "rep"), ("product", "alias"), ("product", "bike")]),
                st.sampled_from("xy"),
            ),
        ),
    )


def changes() -> st.SearchStrategy[list[list[Change]]]:
    """Up to four changes in each of the years."""
    return st.tuples(*(st.lists(_changes_of(year), max_size=4) for year in YEARS)).map(list)


def changed(history: History, several: Iterable[Iterable[Change]]) -> History:
    """The history after some changes."""
    after = history.copy()
    for change in (change for some in several for change in some):
        change(after)
    return after
