"""The shop month by month, so that memory holds one month of orders at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from ingestion.demo.basket import draw_refunds
from ingestion.demo.catalogue import Catalogue
from ingestion.demo.orders import IS_MISSING, Orders, draw_orders, returnable
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import add_months, epoch_day, month_starts


@dataclass(frozen=True)
class ShopMonth:
    """What the shop exported for one month, as of the business date.

    Attributes:
        starts_on: first day of the month.
        orders: orders taken in the month, with their lines.
        refunds: refunds made in the month, of orders of any month; as from ``draw_refunds``.
        missing_order_count: orders of the month whose export never arrived.
    """

    starts_on: date
    orders: Orders
    refunds: pl.DataFrame
    missing_order_count: int


def shop_months(setting: Setting, catalogue: Catalogue, deals: pl.DataFrame) -> Iterator[ShopMonth]:
    """Simulate the shop from its opening to the business date.

    Args:
        setting: the company.
        catalogue: what is sold.
        deals: the CRM's deals, some of which the shop delivers.
    """
    today = epoch_day(setting.business_on)
    waiting: list[pl.DataFrame] = []
    for month in month_starts(setting.opened_on, setting.business_on):
        drawn = draw_orders(month, setting, catalogue, deals)
        coming = draw_refunds(setting.stream("refunds", month.isoformat()), returnable(drawn.lines))
        refunds = pl.concat([*waiting, coming.filter(pl.col("day") <= today)])
        is_due = pl.col("day") < epoch_day(add_months(month, 1))
        waiting = [refunds.filter(~is_due)]
        missing = drawn.orders.filter(IS_MISSING, pl.col("drawn_day") <= today)
        yield ShopMonth(
            month, drawn.known(today), refunds.filter(is_due).sort("day", "second", "refund"), len(missing)
        )
