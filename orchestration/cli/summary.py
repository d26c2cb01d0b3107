"""The closing words of a night."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.cli.company import Company
from orchestration.records import NightRecord
from reporting.publication import Publication
from reporting.versions import current_publication
from reporting.wording import counted

SHOWN_WARNINGS = 10

HEADLINES = """
select
    net_sales_amount,
    order_count,
    pace_metric,
    month_to_date_pace_amount,
    month_to_date_target_amount,
    month_pace_ratio
from marts.daily_sales_summary
where sales_on = ?
"""


def show(console: Console, daybook: Company, record: NightRecord) -> None:
    """Print what was read, refused, built and published, or why nothing was."""
    seconds = (record.ended_at - record.started_at).total_seconds()
    refused = (
        f", {record.rows_quarantined:,} refused "
        f"({daybook.command} quarantine list --date {record.business_on})"
        if record.rows_quarantined
        else ""
    )
    console.print(f"\nRead {record.rows_read:,} rows{escape(refused)}, in {seconds:.0f} s.", soft_wrap=True)
    publication = current_publication(daybook.home)
    if not record.published:
        _show_failures(console, record, publication)
    elif publication is not None:
        _show_publication(console, daybook, record, publication)


def _show_failures(console: Console, record: NightRecord, standing: Publication | None) -> None:
    console.print("[bold red]Nothing was published[/].")
    for failure in record.failures:
        console.print(f"[bold]{escape(failure.step)}[/]: {escape(failure.error)}", soft_wrap=True)
    if standing is not None:
        console.print(f"The last publication stays: {escape(str(standing.path))}", soft_wrap=True)


def _show_publication(
    console: Console, daybook: Company, record: NightRecord, publication: Publication
) -> None:
    pointer = daybook.home.pointer
    console.print(_figures(pointer, daybook.config.company.currency, record))
    warnings = publication.warnings
    if warnings:
        console.print(f"[bold yellow]{counted(len(warnings), 'warning')}[/]:")
        for check in warnings[:SHOWN_WARNINGS]:
            said = f"  {check.scope}: {check.check}: {check.message}"
            console.print(escape(said), soft_wrap=True)
        if len(warnings) > SHOWN_WARNINGS:
            console.print(f"  and {len(warnings) - SHOWN_WARNINGS} more")
    console.print(f"[bold green]Published[/] {escape(str(publication.path))}", soft_wrap=True)
    console.print(f"Quality: {escape(str(publication.quality_page))}", soft_wrap=True)
    console.print(f"Readers open {escape(str(pointer))}", soft_wrap=True)
    if publication.has_reports:
        console.print(f"Reports: {escape(str(daybook.home.index_page))}", soft_wrap=True)
    if record.unsent is not None:
        console.print(f"[bold yellow]Mail[/]: {escape(record.unsent)}", soft_wrap=True)


def _figures(pointer: Path, currency: str, record: NightRecord) -> Table:
    """The day's headline figures, as published."""
    with duckdb.connect(str(pointer), read_only=True) as published:
        row = published.execute(HEADLINES, [record.business_on]).fetchone()
    table = Table(title=f"{record.business_on}", show_header=False, title_justify="left")
    if row is None:
        table.add_row("Net sales", "no sales on record up to this day")
        return table
    net, orders, metric, to_date, target, pace = row
    measured = metric.replace("_", " ").capitalize()
    table.add_row("Net sales of the day", _money(net, currency))
    table.add_row("Orders of the day", f"{orders:,}")
    table.add_row(f"{measured}, month to date", _money(to_date, currency))
    table.add_row(f"{measured} target, month to date", _money(target, currency))
    table.add_row(f"{measured} pace", "not set" if pace is None else f"{pace:.1%}")
    return table


def _money(amount: Decimal | None, currency: str) -> str:
    return "not set" if amount is None else f"{amount:,.2f} {currency}"
