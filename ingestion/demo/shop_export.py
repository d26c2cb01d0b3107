"""The shop's export: a file per month of orders, order lines and refunds, and its own totals."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ingestion.demo import clients
from ingestion.demo.catalogue import Catalogue
from ingestion.demo.columns import account_key, at, customer_key, money, named, on
from ingestion.demo.company import COUNTRIES, CURRENCIES, REGIONS, TERRITORY_IDS
from ingestion.demo.export import Export
from ingestion.demo.orders import CHANNELS, PAYMENTS, SELLER_CODES
from ingestion.demo.setting import Setting
from ingestion.demo.shop import ShopMonth
from ingestion.demo.timeline import epoch_day
from ingestion.demo.truth import ControlTotal

SOURCE = "shop"

TAX_PERCENT = 20
SHIPPING_CENTS = 690
FREE_SHIPPING_FROM = 10_000

NOON = 12 * 3_600
"""When the warehouse reports what it did in a day."""


def write_masters(export: Export, setting: Setting, catalogue: Catalogue) -> None:
    """Write customers and products."""
    number = pl.col("number").cast(pl.String).str.zfill(6)
    customers = clients.customers(setting).select(
        customer_no=customer_key("number"),
        company="name",
        email=pl.format("buyer{}@example.com", number),
        crm_account=account_key("account"),
        zone=named(TERRITORY_IDS, "territory"),
        size_class="size",
        sector="industry",
        region=named(REGIONS, "territory"),
        country=named(COUNTRIES, "territory"),
        acquired_through="channel",
        registered_on=on("created_day"),
    )
    products = catalogue.products.select(
        product="product_id",
        title="name",
        sku="sku",
        category="category",
        subcategory="subcategory",
        billing="stream",
        list_price=money("price"),
        unit_cost=money("cost"),
        active=_yes_or_no("is_active"),
    )
    export.write(SOURCE, "customers", "customers.csv", customers)
    export.write(SOURCE, "products", "products.csv", products)


def write_month(export: Export, month: ShopMonth, catalogue: Catalogue) -> None:
    """Write a month's orders, order lines and refunds as they stand on the business date."""
    today = epoch_day(export.business_on)
    tables = {
        "orders": _orders(month.orders.orders, today),
        "order_lines": _lines(month.orders.lines, catalogue),
        "refunds": _refunds(month.refunds),
    }
    for dataset, rows in tables.items():
        export.write(SOURCE, dataset, f"{dataset}_{month.starts_on:%Y-%m}.csv", rows, month=month.starts_on)


def write_control_totals(export: Export, totals: Sequence[ControlTotal]) -> None:
    """Write what the shop says it exported."""
    rows = pl.DataFrame(
        [
            (total.dataset, total.period_start_on, total.period_end_on, total.row_count, total.total_amount)
            for total in totals
        ],
        schema={
            "export": pl.String,
            "from": pl.Date,
            "to": pl.Date,
            "rows": pl.Int64,
            "amount": pl.Decimal(18, 2),
        },
        orient="row",
    )
    export.write(SOURCE, "control_totals", "control_totals.csv", rows)


def _orders(orders: pl.DataFrame, today: int) -> pl.DataFrame:
    is_same_day = pl.col("cancelled_day") == pl.col("drawn_day")
    return orders.with_columns(
        placed=at("day", "second"),
        cancelled=_by(today, "cancelled", pl.col("cancelled_second")),
    ).select(
        order_no="order",
        placed_at="placed",
        customer_no=customer_key("customer"),
        seller=named(SELLER_CODES, "seller"),
        zone=named(TERRITORY_IDS, "territory"),
        deal_ref="deal",
        channel=named(CHANNELS, "channel"),
        state=_state(today),
        cancelled_at=pl.when(~(is_same_day & pl.col("is_undated"))).then("cancelled"),
        test=_yes_or_no("is_test"),
        payment=named(PAYMENTS, "payment"),
        currency=named(CURRENCIES, "currency"),
        subtotal=money("subtotal"),
        tax=money(pl.col("subtotal") * TAX_PERCENT // 100),
        shipping=money(pl.when(pl.col("subtotal") < FREE_SHIPPING_FROM).then(SHIPPING_CENTS).otherwise(0)),
        modified_at=pl.max_horizontal(
            "placed",
            "cancelled",
            *(_by(today, event, pl.lit(NOON)) for event in ("paid", "shipped", "completed", "corrected")),
        ),
    )


def _by(today: int, event: str, second: pl.Expr) -> pl.Expr:
    """When something happened to an order, null where it did not by the business date."""
    day = pl.col(f"{event}_day")
    return pl.when(day <= today).then(at(day.clip(upper_bound=today), second))


def _state(today: int) -> pl.Expr:
    """The last of the states that an order reached by the business date."""
    state = pl.lit("open")
    for reached in ("paid", "shipped", "completed", "cancelled"):
        state = pl.when(pl.col(f"{reached}_day") <= today).then(pl.lit(reached)).otherwise(state)
    return state


def _lines(lines: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    return lines.select(
        order_no="order",
        line="line",
        placed_at=at("day", "second"),
        product=named(catalogue.product_ids, "product"),
        kind="kind",
        qty="quantity",
        unit_price=money("price"),
        discount=money("discount"),
        net=money("net"),
        cost=money("cost"),
        currency=named(CURRENCIES, "currency"),
        billing=named(catalogue.streams, "product"),
    )


def _refunds(refunds: pl.DataFrame) -> pl.DataFrame:
    return refunds.select(
        refund_no="refund",
        order_no="order",
        line="line",
        refunded_at=at("day", "second"),
        qty="quantity",
        amount=money("amount"),
        cost=money("cost"),
        currency=named(CURRENCIES, "currency"),
        reason="reason",
    )


def _yes_or_no(flag: str) -> pl.Expr:
    return pl.when(flag).then(pl.lit("yes")).otherwise(pl.lit("no"))
