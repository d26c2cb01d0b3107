"""The shop's orders of one month, drawn whole and cut off at the business date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from ingestion.demo import clients
from ingestion.demo.basket import draw_lines, whole_lines
from ingestion.demo.catalogue import Catalogue
from ingestion.demo.company import (
    CHF,
    EUR,
    MARKETPLACE_CODE,
    MISSING_EXPORT_ON,
    SELLERS,
    SWISS_LAUNCH_ON,
    SWISS_SHARE,
    SWISS_TERRITORY,
    TERRITORIES,
    WON,
)
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import DAY_SECONDS, Days, days_of, demand, epoch_day, next_weekday

ORDERS_PER_DAY = 32.0
"""Orders of the average day of the first year, at scale 1."""

CHANNELS = ("online", "marketplace", "field", "partner")
CHANNEL_SHARES = (0.8, 0.04, 0.11, 0.05)
ONLINE, MARKETPLACE, FIELD, PARTNER = range(4)

NOBODY, STRANGER = len(SELLERS), len(SELLERS) + 1
SELLER_CODES = (*(seller.shop_code for seller in SELLERS), None, MARKETPLACE_CODE)
"""What the shop writes for a position of ``seller``."""

PAYMENTS = ("card", "transfer", "invoice", "wallet")
PAYMENT_SHARES = (0.55, 0.2, 0.17, 0.08)

GUEST_SHARE = 0.03
CANCELLED_SHARE = 0.02
UNDATED_SHARE = 0.1
"""Part of the cancellations whose time the shop does not keep: they are of the order's own day."""

TEST_SHARE = 0.005

NEVER = 10_000_000
"""A day after every other."""

CORRECTED_AFTER = 2
"""Planted: the first order of each month turns out, two days later, to be of the evening before."""

EVENING = 23 * 3_600 + 30 * 60
LARGEST_DELIVERY = 3_000
"""Deals up to this many euros are delivered by an order of the shop."""

SOONEST_DELIVERY, DELIVERY_LAGS = 3, 26
"""Days from winning to delivery: taken from the amount, and no delivery where that is sooner."""

CARRIED = (
    "row",
    "order",
    "day",
    "second",
    "drawn_day",
    "channel",
    "currency",
    "seller",
    "deal",
    "is_test",
    "cancelled_day",
)
"""What a line takes over from its order."""

IS_MISSING = (pl.col("drawn_day") == epoch_day(MISSING_EXPORT_ON)) & (pl.col("channel") == ONLINE)
"""Whether an order is one of those whose export never arrived."""


@dataclass(frozen=True)
class Orders:
    """Orders and their lines, in the order of the shop's numbers.

    Attributes:
        orders: one row per order, ``row`` its position when drawn. ``drawn_day`` is when the
            shop took it down, ``day`` and ``second`` when it says it was placed, all in the
            company's zone; ``paid_day``, ``shipped_day``, ``completed_day`` and
            ``cancelled_day`` are ``NEVER`` where that does not happen.
        lines: one row per line with the order's ``row`` and what it is paid and credited by;
            amounts are cents of the order's currency.
    """

    orders: pl.DataFrame
    lines: pl.DataFrame

    def known(self, today: int) -> Orders:
        """The part that the exports of a business date hold."""
        orders = self.orders.filter(pl.col("drawn_day") <= today, ~IS_MISSING)
        return Orders(orders, self.lines.join(orders.select("row"), on="row", maintain_order="left"))


def draw_orders(month: date, setting: Setting, catalogue: Catalogue, deals: pl.DataFrame) -> Orders:
    """Draw the orders of one month, as if all of the month were known.

    Args:
        month: first day of the month.
        setting: the company; its business date decides about corrected dates alone.
        catalogue: what is sold.
        deals: the CRM's deals, some of which the shop delivers.
    """
    rng = setting.stream("orders", month.isoformat())
    days = days_of(month)
    counts = rng.poisson(ORDERS_PER_DAY * setting.scale * demand(days, setting.opened_on))
    taken = _taken(rng, np.repeat(days, counts))
    orders = _corrected(taken.with_columns(**_buyers(rng, month, setting, taken)), month, setting)
    lines = draw_lines(rng, catalogue, orders)
    delivered, delivered_lines = _deliveries(month, setting, deals, first_row=len(orders))
    all_orders = pl.concat([orders, delivered], how="diagonal_relaxed")
    all_lines = pl.concat([lines, delivered_lines])
    totals = all_lines.group_by("row").agg(subtotal=pl.col("net").sum())
    return Orders(
        all_orders.join(totals, on="row", maintain_order="left"),
        all_lines.join(all_orders.select(CARRIED), on="row", maintain_order="left"),
    )


def _taken(rng: np.random.Generator, day: Days) -> pl.DataFrame:
    """When orders come in, how they are paid and what becomes of them."""
    count = len(day)
    by_day = 8 * 3_600 + (rng.random(count) * 14.5 * 3_600).astype(np.int64)
    by_night = 300 + (rng.random(count) * 6_000).astype(np.int64)
    second = np.where(rng.random(count) < 0.03, by_night, by_day)
    moments = np.sort(day * DAY_SECONDS + second)
    day, second = np.divmod(moments, DAY_SECONDS)
    paid = day + rng.integers(0, 2, count)
    shipped = paid + rng.integers(1, 5, count)
    is_cancelled = rng.random(count) < CANCELLED_SHARE
    return pl.DataFrame(
        {
            "row": np.arange(count),
            "drawn_day": day,
            "day": day,
            "second": second,
            "channel": rng.choice(len(CHANNELS), count, p=CHANNEL_SHARES),
            "payment": rng.choice(len(PAYMENTS), count, p=PAYMENT_SHARES),
            "is_test": rng.random(count) < TEST_SHARE,
            "paid_day": paid,
            "shipped_day": np.where(is_cancelled, NEVER, shipped),
            "completed_day": np.where(is_cancelled, NEVER, shipped + rng.integers(5, 15, count)),
            "cancelled_day": np.where(is_cancelled, day + rng.integers(0, 3, count), NEVER),
            "cancelled_second": second + (rng.random(count) * (DAY_SECONDS - 1 - second)).astype(np.int64),
            "is_undated": rng.random(count) < UNDATED_SHARE,
        }
    )


def _buyers(
    rng: np.random.Generator, month: date, setting: Setting, taken: pl.DataFrame
) -> dict[str, pl.Series | pl.Expr]:
    """Who buys from whom, where and in which currency."""
    count = len(taken)
    channel, day = taken["channel"].to_numpy(), taken["drawn_day"].to_numpy()
    weights = np.array([seller.weight * seller.works(month) for seller in SELLERS])
    homes = np.array([seller.home(month) for seller in SELLERS])
    sold_by = rng.choice(len(SELLERS), count, p=weights / weights.sum())
    online_shares = np.array([place.online_share for place in TERRITORIES])
    elsewhere = rng.choice(len(TERRITORIES), count, p=online_shares / online_shares.sum())
    has_seller = channel >= FIELD
    territory = np.where(has_seller, homes[sold_by], elsewhere)
    customer = clients.pick(clients.joined_by(setting, "customers", month), territory, rng.random(count))
    is_guest = (rng.random(count) < GUEST_SHARE) & ~has_seller
    pays_francs = (rng.random(count) < SWISS_SHARE) & (territory == SWISS_TERRITORY)
    pays_francs &= day >= epoch_day(SWISS_LAUNCH_ON)
    home_currency = np.array([place.currency for place in TERRITORIES])[territory]
    currency = np.where(pays_francs, CHF, home_currency)
    cancelled = taken["cancelled_day"].to_numpy()
    return {
        "order": pl.format(
            "SO{}-{}", pl.lit(f"{month:%y%m}"), (pl.col("row") + 1).cast(pl.String).str.zfill(7)
        ),
        "seller": pl.Series(
            np.where(has_seller, sold_by, np.where(channel == MARKETPLACE, STRANGER, NOBODY))
        ),
        "territory": pl.Series(territory),
        "customer": pl.Series(customer).set(pl.Series(is_guest), None),
        "currency": pl.Series(currency),
        # Abroad the shop cancels on the order's own day only: whether a reversal takes the rate
        # of the sale or of its own day is then no question.
        "cancelled_day": pl.Series(np.where((currency != EUR) & (cancelled != NEVER), day, cancelled)),
    }


def _corrected(orders: pl.DataFrame, month: date, setting: Setting) -> pl.DataFrame:
    """Move the month's first order to the evening before, once that is known."""
    first = epoch_day(month)
    known = epoch_day(setting.business_on) >= first + CORRECTED_AFTER and month > setting.opened_on
    is_first = (
        (pl.col("row") == 0) & (pl.col("drawn_day") == first) & (pl.col("cancelled_day") == NEVER) & known
    )
    return orders.with_columns(
        corrected_day=pl.when(is_first).then(first + CORRECTED_AFTER),
        day=pl.when(is_first).then(first - 1).otherwise("day"),
        second=pl.when(is_first).then(EVENING).otherwise("second"),
    )


def _deliveries(
    month: date, setting: Setting, deals: pl.DataFrame, first_row: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The orders, of one line each, that deliver small deals won some days before."""
    lag = pl.col("amount") // 50 % DELIVERY_LAGS
    small = deals.filter(
        pl.col("stage") == WON,
        pl.col("currency") == EUR,
        pl.col("amount") <= LARGEST_DELIVERY,
        pl.col("owner") == pl.col("seller_id"),
        lag >= SOONEST_DELIVERY,
    )
    due = small.select(pl.col("closed_day") + lag).to_series().to_numpy()
    chosen = (
        small.with_columns(day=pl.Series(next_weekday(due)))
        .filter(pl.col("day").is_in(days_of(month)))
        .sort("day", "deal")
        .with_row_index("row", offset=first_row)
        .cast({"row": pl.Int64})
    )
    customers = clients.joined_by(setting, "customers", month)
    orders = chosen.select(
        "row",
        "day",
        "seller",
        "territory",
        "currency",
        "deal",
        order="SO-" + pl.col("deal"),
        drawn_day="day",
        second=pl.lit(15 * 3_600),
        channel=pl.lit(FIELD),
        payment=pl.lit(PAYMENTS.index("invoice")),
        is_test=False,
        paid_day=pl.col("day") + 20,
        shipped_day=pl.col("day") + 1,
        completed_day=pl.col("day") + 21,
        cancelled_day=NEVER,
        customer=pl.when(pl.col("account") < customers).then("account"),
    )
    return orders, whole_lines(chosen)


def returnable(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines that customers may send back; none of a day whose export nobody has."""
    return lines.filter(
        ~IS_MISSING,
        pl.col("kind").is_null(),
        pl.col("deal").is_null(),
        pl.col("cancelled_day") == NEVER,
        pl.col("net") > 0,
    )
