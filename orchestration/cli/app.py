"""The command line: its commands, its options and how it ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.markup import escape

from daybook import settings
from daybook.errors import DaybookError
from orchestration.cli import doctor, nights, publications, refused, report, sources, status
from orchestration.cli.company import Company, errors

app = typer.Typer(
    name="daybook",
    help="Takes a company's sales in, audits them, builds a warehouse and publishes what passed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(nights.run)
app.command("backfill")(nights.backfill)
app.command("status")(status.status)
app.command("doctor")(doctor.doctor)
app.command("dev")(nights.dev)
app.add_typer(sources.app, name="sources")
app.add_typer(refused.app, name="quarantine")
app.add_typer(publications.app, name="publications")
app.add_typer(report.app, name="report")


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The company's file; ./daybook.yaml when not given.")
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Options of every command."""
    path = config.expanduser().resolve() if config else settings.config_path()
    context.obj = Company(path, named=config is not None, debug=debug)


def main() -> None:
    """Run the command line; errors are shown without a traceback unless ``--debug``."""
    debug = "--debug" in sys.argv
    try:
        app()
    except DaybookError as error:
        if debug:
            raise
        errors.print(f"[bold red]{type(error).__name__}[/]: {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    # A fault inside polars is no Exception.
    except (Exception, pl.exceptions.PanicException) as error:
        if debug:
            raise
        errors.print(
            f"[bold red]Unexpected {type(error).__name__}[/]: {escape(str(error))}\n"
            "This is a fault of Sales Daybook. Run again with --debug and report what it prints.",
            soft_wrap=True,
        )
        sys.exit(2)
