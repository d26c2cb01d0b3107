"""``daybook status``: what is published, how fresh it is, and how the last nights went."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from ingestion.generation import current_generation
from orchestration.cli import company
from orchestration.cli.company import Company, console
from orchestration.records import list_records
from reporting import versions
from reporting.staleness import read_stale_mark

SHOWN_RUNS = 7


def status(context: typer.Context) -> None:
    """Show the current publication, the sources' state and the last runs."""
    daybook = company.of(context)
    _publication(daybook)
    _sources(daybook)
    _runs(daybook)


def _publication(daybook: Company) -> None:
    current = versions.current_publication(daybook.home)
    if current is None:
        console.print("Nothing has been published yet: daybook run")
        return
    headline = f"{current.publication_id} for {current.business_on}, {current.verdict}"
    console.print(f"Published [bold]{headline}[/]")
    console.print(f"Readers open {escape(str(daybook.home.pointer))}", soft_wrap=True)
    mark = read_stale_mark(daybook.home)
    if mark is not None:
        failure = f"{mark.business_on} could not be published: {'; '.join(mark.reasons)}"
        console.print(f"[bold yellow]Stale[/]: {escape(failure)}", soft_wrap=True)


def _sources(daybook: Company) -> None:
    current = current_generation(daybook.home)
    if current is None:
        return
    table = Table("table", "last batch", "rows read", "refused", "newest")
    for name, batches in sorted(current.state.history.items()):
        last = batches[-1]
        table.add_row(
            name,
            str(last.business_on),
            f"{last.rows_read:,}",
            f"{last.rows_quarantined:,}",
            last.newest or "-",
        )
    console.print(table)


def _runs(daybook: Company) -> None:
    records = list_records(daybook.home)[:SHOWN_RUNS]
    if not records:
        return
    table = Table("business date", "outcome", "seconds", "failed at")
    for record in records:
        seconds = (record.ended_at - record.started_at).total_seconds()
        table.add_row(
            str(record.business_on),
            record.outcome,
            f"{seconds:.0f}",
            ", ".join(f.step for f in record.failures),
        )
    console.print(table)
