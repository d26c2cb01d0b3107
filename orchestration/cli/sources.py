"""``daybook sources``: what feeds the contracts, tried before a night."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer
from rich.markup import escape
from rich.table import Table

from daybook.errors import DaybookError
from ingestion.preview import Preview, preview
from orchestration.cli import company
from orchestration.cli.company import Company, console
from orchestration.cli.refused import show_rows
from quality.contracts import load_contracts

app = typer.Typer(help="Look at the sources before a night does.", no_args_is_help=True)

SHOWN_WIDTH = 40


@app.command("list")
def list_sources(context: typer.Context) -> None:
    """List every table of every source."""
    daybook = company.of(context)
    table = Table("table", "read from", "load", "if it fails")
    for name, source in daybook.config.sources.items():
        for dataset, feed in source.tables.items():
            origin = feed.query or (
                feed.read if isinstance(feed.read, str) else ", ".join(feed.read.read if feed.read else [])
            )
            failure = feed.on_failure or source.on_failure
            table.add_row(f"{name}.{dataset}", escape(_short(origin)), feed.load, failure)
    console.print(table)


@app.command("preview")
def preview_table(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SOURCE.DATASET")],
    rows: Annotated[int, typer.Option(help="Rows to show.")] = 10,
    day: Annotated[
        str | None, typer.Option("--date", help="Business date; yesterday when not given.")
    ] = None,
) -> None:
    """Show a table as its contract will get it, and what would be refused."""
    daybook = company.of(context)
    source, dataset = company.split_table(daybook, name)
    seen = _preview(daybook, source, dataset, day, rows)
    console.print(_as_table(f"{name}, as the contract gets it", seen.head))
    if seen.refused.height:
        console.print(f"{seen.refused.height} of the first {seen.rows_seen:,} rows would be refused:")
        show_rows(seen.refused.head(rows))
    console.print(
        f"Source columns no contract column uses: {', '.join(map(escape, seen.unmapped)) or 'none'}",
        soft_wrap=True,
    )
    console.print(f"Contract columns nothing feeds: {', '.join(seen.unfed) or 'none'}", soft_wrap=True)


@app.command("check")
def check(
    context: typer.Context,
    day: Annotated[
        str | None, typer.Option("--date", help="Business date; yesterday when not given.")
    ] = None,
) -> None:
    """Preview every table; exit code 1 if one cannot be read."""
    daybook = company.of(context)
    table = Table("table", "outcome", "refused", "unused source columns", "unfed contract columns")
    failed = False
    for source, feeds in daybook.config.sources.items():
        for dataset in feeds.tables:
            try:
                seen = _preview(daybook, source, dataset, day, rows=1000)
            except DaybookError as error:
                failed = True
                table.add_row(f"{source}.{dataset}", f"[red]{escape(str(error))}[/]", "", "", "")
            else:
                refused = f"{seen.refused.height} of {seen.rows_seen}"
                table.add_row(
                    f"{source}.{dataset}",
                    "[green]readable[/]",
                    refused,
                    ", ".join(map(escape, seen.unmapped)),
                    ", ".join(seen.unfed),
                )
    console.print(table)
    if failed:
        raise typer.Exit(1)


def _preview(daybook: Company, source: str, dataset: str, day: str | None, rows: int) -> Preview:
    contract = load_contracts()[dataset]
    return preview(daybook.config, source, dataset, contract, daybook.business_date(day), limit=rows)


def _as_table(title: str, frame: pl.DataFrame) -> Table:
    table = Table(*map(escape, frame.columns), title=title, title_justify="left")
    for row in frame.iter_rows():
        table.add_row(*(escape(_short(value)) for value in row))
    return table


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= SHOWN_WIDTH else text[: SHOWN_WIDTH - 1] + "…"
