"""The company that is measured: orders and order lines of any size, written as CSV by DuckDB.

A rep works one territory through one channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

DAYS = 1825
LAST_DAY = date(2026, 6, 30)
LINES_PER_ORDER = 3
PRODUCTS = 500
REPS = 200
CUSTOMERS = 50_000

CONFIG = """\
company: {name: Benchmark, currency: EUR, timezone: Europe/Paris, holidays: [FR]}
schedule: {start_on: 2020-01-01}
sources:
  shop:
    connector: files
    path: sources
    tables:
      territories: {read: territories.csv}
      teams: {read: teams.csv}
      reps: {read: reps.csv}
      customers: {read: customers.csv}
      products: {read: products.csv}
      targets: {read: targets.csv}
      orders: {read: "orders*.csv", load: incremental, cursor: updated_at}
      order_lines: {read: "order_lines*.csv", load: incremental, cursor: ordered_at}
gates: {default: {freshness_severity: "off"}}
"""

ORDERS = """
select
    i as order_id,
    strftime(ordered_at, '%Y-%m-%dT%H:%M:%SZ') as ordered_at,
    1 + hash(i, 1) % {customers} as customer_id,
    1 + hash(i, 2) % {reps} as rep_id,
    1 + hash(i, 2) % {reps} % 20 as territory_id,
    ['online', 'store', 'partner'][cast(1 + hash(i, 2) % {reps} % 3 as bigint)] as channel,
    'EUR' as currency_code,
    strftime(ordered_at, '%Y-%m-%dT%H:%M:%SZ') as updated_at
from ({moments}) as moments
"""

ORDER_LINES = """
select
    i as order_id,
    n as line_number,
    strftime(ordered_at, '%Y-%m-%dT%H:%M:%SZ') as ordered_at,
    1 + hash(i, n, 5) % {products} as product_id,
    1 + hash(i, n, 6) % 9 as quantity,
    printf('%.2f', (100 + hash(i, n, 7) % 90000) / 100) as unit_price_amount,
    printf('%.2f', (hash(i, n, 8) % 200) / 100) as discount_amount,
    printf('%.2f', (1 + hash(i, n, 6) % 9) * (100 + hash(i, n, 7) % 90000) / 100 - (hash(i, n, 8) % 200) / 100)
        as net_amount,
    printf('%.2f', (1 + hash(i, n, 6) % 9) * (60 + hash(i, n, 7) % 40000) / 100) as cost_amount,
    'EUR' as currency_code
from ({moments}) as moments
cross join (select unnest(range(1, {lines_per_order} + 1)) as n) as numbers
"""

HISTORY = """
select
    range as i,
    timestamp '{first}' + to_seconds(cast(range * {seconds} / {orders} as bigint)) as ordered_at
from range({orders})
"""

ONE_DAY = """
select
    range + {orders} as i,
    timestamp '{day}' + to_seconds(cast(range * 86400 / {count} as bigint)) as ordered_at
from range({count})
"""


@dataclass(frozen=True)
class BenchCompany:
    """A company on disk with so many order lines of history."""

    root: Path
    lines: int

    @property
    def sources(self) -> Path:
        """Its source files."""
        return self.root / "sources"

    @property
    def config(self) -> Path:
        """Its ``daybook.yaml``."""
        return self.root / "daybook.yaml"

    @property
    def home(self) -> Path:
        """Its state."""
        return self.root / "home"

    @property
    def orders(self) -> int:
        """Orders of history."""
        return self.lines // LINES_PER_ORDER

    @property
    def next_day(self) -> date:
        """The business date of the increment."""
        return LAST_DAY + timedelta(days=1)

    def write_history(self) -> None:
        """Write every file up to the last day of history."""
        self.sources.mkdir(parents=True)
        self.config.write_text(CONFIG, encoding="utf-8")
        first = LAST_DAY - timedelta(days=DAYS - 1)
        history = HISTORY.format(first=first, seconds=DAYS * 86400 - 7200, orders=self.orders)
        with duckdb.connect() as connection:
            self._write_dimensions(connection, first)
            self._write_sales(connection, history, "")

    def write_next_day(self) -> None:
        """Write one more day as files of its own, as a nightly export does."""
        count = self.orders // DAYS
        day = ONE_DAY.format(orders=self.orders, day=f"{self.next_day} 00:30:00", count=count)
        with duckdb.connect() as connection:
            self._write_sales(connection, day, f"_{self.next_day}")

    def _write_sales(self, connection: duckdb.DuckDBPyConnection, moments: str, suffix: str) -> None:
        sizes = {
            "customers": CUSTOMERS,
            "reps": REPS,
            "products": PRODUCTS,
            "lines_per_order": LINES_PER_ORDER,
        }
        self._copy(connection, ORDERS.format(moments=moments, **sizes), f"orders{suffix}")
        self._copy(connection, ORDER_LINES.format(moments=moments, **sizes), f"order_lines{suffix}")

    def _write_dimensions(self, connection: duckdb.DuckDBPyConnection, first: date) -> None:
        one_to = "select unnest(range(1, {} + 1)) as i"
        queries = {
            "territories": f"select i as territory_id, 'Territory ' || i as territory_name from ({one_to.format(20)})",
            "teams": f"select i as team_id, 'Team ' || i as team_name from ({one_to.format(20)})",
            "reps": f"select i as rep_id, 'Rep ' || i as rep_name, 1 + i % 20 as team_id from ({one_to.format(REPS)})",
            "customers": f"select i as customer_id, 'Customer ' || i as customer_name from ({one_to.format(CUSTOMERS)})",
            "products": "select i as product_id, 'Product ' || i as product_name, 'Category ' || (i % 12) as "
            f"product_category from ({one_to.format(PRODUCTS)})",
            "targets": "select 'rep' as scope_type, i as scope_id, 'net_sales' as metric, 'month' as period_type, "
            "cast(month as date) as period_start_on, 'plan' as plan_version, 100000 + i as target_amount "
            f"from ({one_to.format(REPS)}) cross join (select unnest(generate_series(date_trunc('month', "
            f"date '{first}'), date '{LAST_DAY}', interval 1 month)) as month)",
        }
        for name, query in queries.items():
            self._copy(connection, query, name)

    def _copy(self, connection: duckdb.DuckDBPyConnection, query: str, name: str) -> None:
        connection.execute(f"copy ({query}) to '{self.sources / name}.csv' (header, delimiter ',')")
