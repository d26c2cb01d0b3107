"""Adds up, while simulating, what any pipeline must find.

Money is whole ten-thousandths of a euro: cents times hundredths of a euro per unit, so that
every sum is exact. Nothing here is shared with the pipeline's own reckoning.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from ingestion.demo.company import CURRENCIES, MARKETPLACE_CODE, SELLERS, WON
from ingestion.demo.deals import Deals
from ingestion.demo.rates import UNPRICED, Rates
from ingestion.demo.shop import ShopMonth
from ingestion.demo.timeline import add_months, calendar_day, epoch_day, month_of
from ingestion.demo.truth import ControlTotal, DayRepAmount, Unpriced

REP_KEYS = (*(seller.rep_id for seller in SELLERS), "(none)", MARKETPLACE_CODE)
"""Who is credited, by position of the seller."""

LATE_DAYS = 60
CLOSING_DAYS = 5
"""Days into a month after which the shop reports the month before."""


class Ledger:
    """The truth of the shop, month after month.

    Args:
        rates: treasury's rates.
        business_on: nothing after this day counts.
    """

    def __init__(self, rates: Rates, business_on: date) -> None:
        self._rates = rates
        self._today = epoch_day(business_on)
        self._sales: list[pl.DataFrame] = []
        self._products: list[pl.DataFrame] = []
        self._unpriced: list[pl.DataFrame] = []
        self._controls: list[pl.DataFrame] = []
        self.test_order_count = 0
        self.cancelled_order_count = 0
        self.missing_order_count = 0
        self.corrected_order_ids: list[str] = []
        self.late_refund_ids: list[str] = []

    def add(self, month: ShopMonth) -> None:
        """Count what the shop exported for one month."""
        orders, lines, refunds = month.orders.orders, month.orders.lines, month.refunds
        self._note(orders, refunds)
        self.missing_order_count += month.missing_order_count
        self._control("orders", orders.select("day", amount="subtotal"))
        self._control("order_lines", lines.select("day", amount="net"))
        self._control("refunds", refunds.select("day", "amount"))
        is_sale = ~pl.col("is_test") & (pl.col("kind").is_null() | (pl.col("kind") == "discrepancy"))
        self._add_sales(lines.filter(is_sale).with_columns(amount="net"))
        self._add(refunds.filter(~pl.col("is_test")).with_columns(amount=-pl.col("amount")))

    def net_sales(self) -> list[DayRepAmount]:
        """Net sales by day and rep, days and reps in order."""
        sales = pl.concat(self._sales)
        return _entries(sales.with_columns(rep=pl.lit(pl.Series(REP_KEYS)).gather(pl.col("seller"))))

    def top_product(self) -> int:
        """Position of the product with the highest sales."""
        totals = pl.concat(self._products).group_by("product").agg(pl.col("value").sum())
        return int(totals.sort("value", "product", descending=[True, False])["product"][0])

    def unpriced(self) -> Unpriced | None:
        """Sales that no rate could price; None where there are none."""
        lines = pl.concat(self._unpriced)
        if lines.is_empty():
            return None
        days = lines["day"].unique().sort()
        return Unpriced(
            currency_code=CURRENCIES[lines["currency"][0]],
            first_on=calendar_day(days[0]),
            last_on=calendar_day(days[-1]),
            order_count=lines["order"].n_unique(),
            line_count=len(lines),
            amount=Decimal(int(lines["net"].sum())).scaleb(-2),
        )

    def control_totals(self) -> list[ControlTotal]:
        """What the shop reports: every month that had been closed by the business date."""
        totals = (
            pl.concat(self._controls)
            .group_by("dataset", "month")
            .agg(pl.col("rows", "amount").sum())
            .sort("dataset", "month")
        )
        reports = [
            ControlTotal(
                dataset=dataset,
                period_start_on=calendar_day(month),
                period_end_on=add_months(calendar_day(month), 1) - timedelta(days=1),
                row_count=rows,
                total_amount=Decimal(amount).scaleb(-2),
            )
            for dataset, month, rows, amount in totals.iter_rows()
        ]
        return [report for report in reports if epoch_day(report.period_end_on) + CLOSING_DAYS <= self._today]

    def _note(self, orders: pl.DataFrame, refunds: pl.DataFrame) -> None:
        self.test_order_count += int(orders["is_test"].sum())
        self.cancelled_order_count += int((orders["cancelled_day"] <= self._today).sum())
        self.corrected_order_ids += orders.filter(pl.col("corrected_day").is_not_null())["order"].to_list()
        late = refunds.filter(pl.col("day") - pl.col("drawn_day") > LATE_DAYS)
        self.late_refund_ids += late["refund"].to_list()

    def _add_sales(self, sold: pl.DataFrame) -> None:
        is_cancelled = pl.col("cancelled_day") <= self._today
        self._add(sold)
        self._add(sold.filter(is_cancelled).with_columns(day="cancelled_day", amount=-pl.col("amount")))
        kept = self._priced(sold.filter(~is_cancelled, pl.col("product").is_not_null()))
        self._products.append(kept.group_by("product").agg(pl.col("value").sum()))
        self._unpriced.append(
            sold.filter(self._rate(sold) == UNPRICED).select("order", "day", "currency", "net")
        )

    def _add(self, entries: pl.DataFrame) -> None:
        priced = self._priced(entries)
        self._sales.append(priced.group_by("day", "seller").agg(pl.col("value").sum()))

    def _priced(self, entries: pl.DataFrame) -> pl.DataFrame:
        """Entries with ``value`` in ten-thousandths of a euro; those without a rate are left out."""
        rate = self._rate(entries)
        return entries.with_columns(value=pl.col("amount") * rate).filter(rate != UNPRICED)

    def _rate(self, entries: pl.DataFrame) -> pl.Series:
        return pl.Series(self._rates.at(entries["currency"].to_numpy(), entries["day"].to_numpy()))

    def _control(self, dataset: str, entries: pl.DataFrame) -> None:
        months = pl.Series("month", month_of(entries["day"].to_numpy()))
        grouped = (
            entries.with_columns(months).group_by("month").agg(rows=pl.len(), amount=pl.col("amount").sum())
        )
        self._controls.append(grouped.select(pl.lit(dataset).alias("dataset"), "month", "rows", "amount"))


def bookings(deals: Deals, rates: Rates) -> list[DayRepAmount]:
    """Value of deals won by day and rep: whole units times hundredths of a euro times per cents."""
    won = deals.deals.filter((pl.col("stage") == WON) & ~pl.col("is_deleted"))
    rate = pl.Series("rate", rates.at(won["currency"].to_numpy(), won["closed_day"].to_numpy()))
    credited = (
        won.with_columns(rate)
        .join(deals.splits, on="deal", how="left")
        .select(
            day="closed_day",
            rep=pl.coalesce("rep", "owner"),
            value=pl.col("amount") * pl.col("rate") * pl.col("percent").fill_null(100),
        )
    )
    return _entries(credited)


def _entries(values: pl.DataFrame) -> list[DayRepAmount]:
    totals = values.group_by("day", "rep").agg(pl.col("value").sum()).sort("day", "rep")
    return [
        DayRepAmount(on=calendar_day(day), rep_id=rep, amount=Decimal(value).scaleb(-4))
        for day, rep, value in totals.iter_rows()
    ]
