"""The closing words of a night."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from daybook.home import Home
from orchestration.records import NightRecord

HEADLINES = """
select
    net_sales_amount,
    order_count,
    month_to_date_net_sales_amount,
    month_to_date_target_amount,
    month_pace_ratio
from marts.daily_sales_summary
where sales_on = ?
"""


def show(console: Console, home: Home, currency: str, record: NightRecord) -> None:
    """Print what was read, refused, built and published, or why nothing was."""
    seconds = (record.ended_at - record.started_at).total_seconds()
    refused = (
        f", {record.rows_quarantined:,} refused (daybook quarantine list --date {record.business_on})"
        if record.rows_quarantined
        else ""
    )
    console.print(f"\nRead {record.rows_read:,} rows{refused}, in {seconds:.0f} s.", soft_wrap=True)
    if not record.published:
        failed = ", ".join(failure.step for failure in record.failures)
        console.print(f"[bold red]Nothing was published[/]: {escape(failed)} failed.")
        for failure in record.failures:
            console.print(escape(failure.error), soft_wrap=True)
        if home.pointer.exists():
            console.print(
                f"The last publication stays: {escape(str(home.pointer.resolve()))}", soft_wrap=True
            )
        return
    console.print(_figures(home.pointer, currency, record))
    console.print(f"[bold green]Published[/] {escape(str(home.pointer.resolve()))}", soft_wrap=True)
    console.print(f"Readers open {escape(str(home.pointer))}", soft_wrap=True)


def _figures(pointer: Path, currency: str, record: NightRecord) -> Table:
    """The day's headline figures, as published."""
    with duckdb.connect(str(pointer), read_only=True) as published:
        row = published.execute(HEADLINES, [record.business_on]).fetchone()
    table = Table(title=f"{record.business_on}", show_header=False, title_justify="left")
    if row is None:
        table.add_row("Net sales", "no sales on record up to this day")
        return table
    net, orders, month, target, pace = row
    table.add_row("Net sales of the day", _money(net, currency))
    table.add_row("Orders of the day", f"{orders:,}")
    table.add_row("Net sales, month to date", _money(month, currency))
    table.add_row("Target, month to date", _money(target, currency))
    table.add_row("Pace", "not set" if pace is None else f"{pace:.1%}")
    return table


def _money(amount: Decimal | None, currency: str) -> str:
    return "not set" if amount is None else f"{amount:,.2f} {currency}"
