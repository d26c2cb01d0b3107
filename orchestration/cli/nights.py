"""``daybook run``, ``backfill`` and ``dev``."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from daybook import settings
from daybook.errors import ConfigurationError
from daybook.locking import run_lock
from orchestration.cli import company, summary
from orchestration.cli.company import Company, console
from orchestration.cli.live import LiveListener
from orchestration.records import NightRecord
from orchestration.runs import prepare_instance, run_night

INTERRUPTED = 130
"""Exit code of a command that was stopped, as shells have it."""

FullRefresh = Annotated[
    bool, typer.Option("--full-refresh", help="Rebuild the warehouse from the whole lake.")
]


def run(
    context: typer.Context,
    day: Annotated[
        str | None, typer.Option("--date", help="Business date; yesterday when not given.")
    ] = None,
    full_refresh: FullRefresh = False,
    reload: Annotated[
        list[str] | None,
        typer.Option(
            "--reload",
            metavar="SOURCE.DATASET",
            help="Read this incremental table from its beginning, for rows that were mended; repeatable.",
        ),
    ] = None,
) -> None:
    """Run one night: extract, audit, commit, build, verify, publish."""
    daybook = company.of(context)
    tables = frozenset(".".join(company.split_table(daybook, name)) for name in reload or ())
    business_on = daybook.business_date(day)
    record = _night(daybook, business_on, full_refresh=full_refresh, backfill=False, reload=tables)
    _require_published(record)


def backfill(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", help="First business date.")],
    last: Annotated[str, typer.Option("--to", help="Last business date.")],
    full_refresh: FullRefresh = False,
) -> None:
    """Run the nights of several business dates in order; stops at the first that fails."""
    daybook = company.of(context)
    start, end = daybook.business_date(first), daybook.business_date(last)
    if end < start:
        raise ConfigurationError(f"--to {end} is before --from {start}.", remedy="swap them.")
    days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
    for day in days:
        record = _night(daybook, day, full_refresh=full_refresh and day == start, backfill=True)
        if not record.published and day < end:
            console.print(f"Not tried: {day + timedelta(days=1)} to {end}.")
        _require_published(record)


def dev(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Open the Dagster page, with the schedule, on this machine only."""
    daybook = company.of(context)
    daybook.config  # noqa: B018 - a wrong file is told here rather than by a page that does not load
    home = daybook.home
    prepare_instance(home)
    command = [
        str(Path(sys.executable).with_name("dagster")),
        "dev",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environment = settings.subprocess_environment(
        DAYBOOK_CONFIG=str(daybook.path), DAYBOOK_HOME=str(home.root)
    )
    workspace = settings.PROJECT_ROOT / "workspace.yaml"
    raise typer.Exit(
        subprocess.call([*command, "--workspace", str(workspace)], cwd=settings.PROJECT_ROOT, env=environment)
    )


def _night(
    daybook: Company,
    business_on: date,
    *,
    full_refresh: bool,
    backfill: bool,
    reload: frozenset[str] = frozenset(),
) -> NightRecord:
    config, home = daybook.config, daybook.home
    console.print(f"[bold]{escape(config.company.name)}[/], business date [bold]{business_on}[/]")
    with (
        run_lock(home, purpose=f"daybook run --date {business_on}"),
        LiveListener(console, debug=daybook.debug) as listener,
    ):
        record = run_night(
            config,
            home,
            business_on,
            listener,
            full_refresh=full_refresh,
            backfill=backfill,
            reload=reload,
        )
    summary.show(console, daybook, record)
    return record


def _require_published(record: NightRecord) -> None:
    if not record.published:
        raise typer.Exit(INTERRUPTED if record.outcome == "interrupted" else 1)
