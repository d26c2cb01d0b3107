"""What stands on the lines of orders, and what comes back."""

from __future__ import annotations

import numpy as np
import polars as pl

from ingestion.demo.catalogue import Catalogue
from ingestion.demo.company import EUR
from ingestion.demo.timeline import Days

LINE_COUNTS = np.arange(1, 6)
LINE_COUNT_SHARES = (0.6, 0.24, 0.1, 0.04, 0.02)
QUANTITIES = np.array([1, 2, 3, 5])
QUANTITY_SHARES = (0.8, 0.14, 0.04, 0.02)

DISCOUNT_PERCENTS = np.array([0, 5, 10, 15, 20])
DISCOUNT_SHARES = (0.8, 0.08, 0.07, 0.03, 0.02)
MEAN_LINES = float(LINE_COUNTS @ np.array(LINE_COUNT_SHARES))
MEAN_QUANTITY = float(QUANTITIES @ np.array(QUANTITY_SHARES))

GIFT_CARD_SHARE = 0.012
GIFT_CARDS = (2_500, 5_000, 10_000)
DISCREPANCY_SHARE = 0.006
UNCOSTED_SHARE = 0.05
DELIVERY_COST_PERCENT = 60

RETURNED_SHARE = 0.03
RETURNED_WHOLE_SHARE = 0.003
LATE_SHARE = 0.05
"""Planted: part of the refunds that come months after the sale."""

REASONS = ("damaged", "wrong item", "changed mind", "late delivery", None)

LINE_SCHEMA = pl.Schema(
    {
        "row": pl.Int64(),
        "line": pl.Int64(),
        "product": pl.Int64(),
        "kind": pl.String(),
        "quantity": pl.Int64(),
        "price": pl.Int64(),
        "discount": pl.Int64(),
        "net": pl.Int64(),
        "cost": pl.Int64(),
    }
)
"""A line of the order ``row``; money in cents of the order's currency."""

RETURNED = ("order", "drawn_day", "currency", "seller", "is_test")
"""What a refund takes over from the line or order that comes back."""


def draw_lines(rng: np.random.Generator, catalogue: Catalogue, orders: pl.DataFrame) -> pl.DataFrame:
    """Draw the lines of orders: products, now and then a gift card or a rounding difference."""
    count = len(orders)
    lines = rng.choice(LINE_COUNTS, count, p=LINE_COUNT_SHARES)
    row = np.repeat(np.arange(count), lines)
    line = np.arange(len(row)) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    currency = orders["currency"].to_numpy()[row]
    product = rng.choice(len(catalogue.popularity), len(row), p=catalogue.popularity)
    quantity = rng.choice(QUANTITIES, len(row), p=QUANTITY_SHARES)
    price = catalogue.price[currency, product]
    percent = rng.choice(DISCOUNT_PERCENTS, len(row), p=DISCOUNT_SHARES)
    discount = price * quantity * percent // 100
    # A line without a cost is costed by the product, whose cost is in euros.
    is_uncosted = (rng.random(len(row)) < UNCOSTED_SHARE) & (currency == EUR)
    cost = pl.Series(catalogue.cost[currency, product] * quantity).set(pl.Series(is_uncosted), None)
    net = price * quantity - discount
    products = _lines(
        row=row,
        line=line,
        product=product,
        quantity=quantity,
        price=price,
        discount=discount,
        net=net,
        cost=cost,
    )
    return pl.concat([products, *_extras(rng, lines)]).sort("row", "line")


def whole_lines(deals: pl.DataFrame) -> pl.DataFrame:
    """One line per deal delivered, for the deal's whole amount."""
    cents = deals["amount"].to_numpy() * 100
    one = np.ones(len(deals), dtype=np.int64)
    return _lines(
        row=deals["row"],
        line=one,
        product=deals["product"],
        quantity=one,
        price=cents,
        discount=0 * one,
        net=cents,
        cost=cents * DELIVERY_COST_PERCENT // 100,
    )


def draw_refunds(rng: np.random.Generator, lines: pl.DataFrame) -> pl.DataFrame:
    """Draw what comes back of a month's orders, now and then months later.

    Args:
        rng: the month's stream for refunds.
        lines: lines that can come back, with what they carry of their orders.

    Returns:
        One row per refund: refund, order, line (null for a whole order), day, second, quantity,
        amount and cost in cents, currency, reason, seller and is_test.
    """
    whole = lines.group_by("row", maintain_order=True).agg(pl.col(RETURNED).first(), pl.col("net").sum())
    whole = whole.filter(pl.Series(rng.random(len(whole)) < RETURNED_WHOLE_SHARE))
    parts = lines.filter(pl.Series(rng.random(len(lines)) < RETURNED_SHARE)).join(whole, on="row", how="anti")
    one_unit = (pl.col("quantity") > 1) & pl.Series(rng.random(len(parts)) < 0.5)
    units = pl.when(one_unit).then(1).otherwise("quantity")
    refunds = pl.concat(
        [
            parts.select(
                *RETURNED,
                "line",
                quantity=units,
                amount=pl.col("net") * units // pl.col("quantity"),
                cost=pl.col("cost") * units // pl.col("quantity"),
                refund=pl.format("RF-{}-{}", "order", "line"),
            ),
            whole.select(*RETURNED, amount="net", refund=pl.format("RF-{}", "order")),
        ],
        how="diagonal",
    )
    return refunds.with_columns(**_when_and_why(rng, len(refunds))).sort("day", "second", "refund")


def _when_and_why(rng: np.random.Generator, count: int) -> dict[str, pl.Expr | pl.Series]:
    soon = 2 + rng.geometric(1 / 9, count)
    late = 75 + rng.integers(0, 60, count)
    lag = np.where(rng.random(count) < LATE_SHARE, late, np.minimum(soon, 45))
    return {
        "day": pl.col("drawn_day") + pl.Series(lag),
        "second": pl.Series(rng.integers(9 * 3_600, 17 * 3_600, count)),
        "reason": pl.lit(pl.Series(REASONS)).gather(pl.Series(rng.integers(0, len(REASONS), count))),
    }


def _extras(rng: np.random.Generator, lines: Days) -> list[pl.DataFrame]:
    """Lines that are no product, after the product lines of their orders."""
    has_card = rng.random(len(lines)) < GIFT_CARD_SHARE
    differs = rng.random(len(lines)) < DISCREPANCY_SHARE
    card, difference = np.flatnonzero(has_card), np.flatnonzero(differs)
    cents = rng.choice(GIFT_CARDS, len(card))
    sign = rng.choice((-1, 1), len(difference))
    return [
        _lines(
            row=card,
            line=lines[card] + 1,
            kind="gift_card",
            quantity=np.ones_like(card),
            price=cents,
            net=cents,
        ),
        _lines(
            row=difference,
            line=lines[difference] + has_card[difference] + 1,
            kind="discrepancy",
            quantity=np.zeros_like(difference),
            net=sign * rng.integers(1, 300, len(difference)),
        ),
    ]


def _lines(kind: str | None = None, **columns: Days | pl.Series) -> pl.DataFrame:
    given = pl.DataFrame(columns).with_columns(kind=pl.lit(kind, dtype=pl.String))
    absent = [pl.lit(None).alias(name) for name in LINE_SCHEMA if name not in given.columns]
    return given.with_columns(absent).select(LINE_SCHEMA.names()).cast(LINE_SCHEMA)
