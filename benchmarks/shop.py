"""The company whose sales are measured: orders and their lines.

A rep works one territory through one channel.
"""

from __future__ import annotations

from benchmarks.company import DAYS, FIRST_DAY, LAST_DAY, NEXT_DAY, ONE_TO, REPS, Company

LINES_PER_ORDER = 3
PRODUCTS = 500
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
reports: {editions: []}
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


DIMENSIONS = {
    "territories": f"select i as territory_id, 'Territory ' || i as territory_name from ({ONE_TO.format(20)})",
    "customers": f"select i as customer_id, 'Customer ' || i as customer_name from ({ONE_TO.format(CUSTOMERS)})",
    "products": "select i as product_id, 'Product ' || i as product_name, 'Category ' || (i % 12) as "
    f"product_category from ({ONE_TO.format(PRODUCTS)})",
    "targets": "select 'rep' as scope_type, i as scope_id, 'net_sales' as metric, 'month' as period_type, "
    "cast(month as date) as period_start_on, 'plan' as plan_version, 100000 + i as target_amount "
    f"from ({ONE_TO.format(REPS)}) cross join (select unnest(generate_series(date_trunc('month', "
    f"date '{FIRST_DAY}'), date '{LAST_DAY}', interval 1 month)) as month)",
}


class Shop(Company):
    """A company with so many order lines of history."""

    settings = CONFIG

    @property
    def orders(self) -> int:
        """Orders of history."""
        return self.size // LINES_PER_ORDER

    def history(self) -> dict[str, str]:
        """Dimensions, targets, and the sales of every day."""
        moments = HISTORY.format(first=FIRST_DAY, seconds=DAYS * 86400 - 7200, orders=self.orders)
        return {**DIMENSIONS, **self._sales(moments)}

    def next_day(self) -> dict[str, str]:
        """The sales of one more day."""
        count = self.orders // DAYS
        return self._sales(ONE_DAY.format(orders=self.orders, day=f"{NEXT_DAY} 00:30:00", count=count))

    def _sales(self, moments: str) -> dict[str, str]:
        sizes = {
            "customers": CUSTOMERS,
            "reps": REPS,
            "products": PRODUCTS,
            "lines_per_order": LINES_PER_ORDER,
        }
        return {
            "orders": ORDERS.format(moments=moments, **sizes),
            "order_lines": ORDER_LINES.format(moments=moments, **sizes),
        }
