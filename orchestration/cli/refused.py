"""``daybook quarantine``: the rows that were refused, and why."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer
from rich.markup import escape

from ingestion import quarantine
from orchestration.cli import company, tables
from orchestration.cli.company import console

app = typer.Typer(help="Look at refused rows.", no_args_is_help=True)

Day = Annotated[str | None, typer.Option("--date", help="Business date; all when not given.")]


@app.command("list")
def list_refused(context: typer.Context, day: Day = None) -> None:
    """Count refused rows by date, table and reason."""
    daybook = company.of(context)
    frame = quarantine.list_refused(daybook.home, daybook.business_date(day) if day else None)
    if frame.is_empty():
        console.print("No row was refused.")
        return
    rows = [
        {name: "" if value is None else str(value) for name, value in row.items()}
        for row in frame.iter_rows(named=True)
    ]
    tables.show(console, rows, prose=["example"])


@app.command("show")
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SOURCE.DATASET")],
    day: Annotated[
        str | None, typer.Option("--date", help="Business date; that of the last run when not given.")
    ] = None,
    rows: Annotated[int, typer.Option(help="Rows to show.")] = 20,
) -> None:
    """Show refused rows with their place, reasons and raw values."""
    daybook = company.of(context)
    source, dataset = company.split_table(daybook, name)
    business_on = daybook.business_date(day) if day else daybook.last_business_date()
    frame = quarantine.show_refused(daybook.home, business_on, source, dataset)
    owner = daybook.config.sources[source].owner
    show_rows(frame.head(rows))
    left = frame.height - min(rows, frame.height)
    console.print(
        f"{frame.height} rows refused on {business_on}{f', {left} more with --rows' if left else ''}."
    )
    if frame.height:
        who = owner or "the owner of the source"
        load = daybook.config.sources[source].tables[dataset].load
        anew = f" --reload {source}.{dataset}" if load == "incremental" else ""
        again = f"{daybook.command} run --date {business_on}{anew}"
        advice = f"To replay them: {who} mends them at the source, then {again}"
        console.print(escape(advice), soft_wrap=True)


def show_rows(frame: pl.DataFrame) -> None:
    """Print refused rows one by one: place, reasons, raw values."""
    for row in frame.iter_rows(named=True):
        console.print(f"[bold]{escape(str(row['file']))}[/], row {row['row_number']}", soft_wrap=True)
        for reason in row["reasons"]:
            column = reason["column"] or "row"
            console.print(f"  {escape(column)}: {escape(reason['message'])}", soft_wrap=True)
        console.print(f"  [dim]{escape(str(row['raw']))}[/]", soft_wrap=True)
