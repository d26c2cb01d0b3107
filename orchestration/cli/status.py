"""``daybook status``: what is published, how fresh it is, and how the last nights went."""

from __future__ import annotations

import typer
from rich.markup import escape

from ingestion.generation import current_generation
from orchestration.cli import company, tables
from orchestration.cli.company import Company, console
from orchestration.records import list_records, record_file
from reporting import versions
from reporting.staleness import read_stale_mark

SHOWN_RUNS = 7
SHOWN_LINES = 2
"""Of a reason: what is wrong, and the first thing that shows it."""


def status(context: typer.Context) -> None:
    """Show the current publication, the sources' state and the last runs."""
    daybook = company.of(context)
    _publication(daybook)
    _sources(daybook)
    _runs(daybook)


def _publication(daybook: Company) -> None:
    current = versions.current_publication(daybook.home)
    if current is None:
        console.print(f"Nothing has been published yet: {escape(daybook.command)} run", soft_wrap=True)
        return
    headline = f"{current.publication_id} for {current.business_on}, {current.verdict}"
    console.print(f"Published [bold]{headline}[/]")
    console.print(f"Readers open {escape(str(daybook.home.pointer))}", soft_wrap=True)
    if current.has_reports:
        console.print(f"Reports: {escape(str(daybook.home.index_page))}", soft_wrap=True)
    mark = read_stale_mark(daybook.home)
    if mark is not None:
        reasons = "; ".join(" ".join(reason.split("\n")[:SHOWN_LINES]) for reason in mark.reasons)
        failure = f"{mark.business_on} could not be published: {reasons}"
        whole = f"The whole message: {record_file(daybook.home, mark.business_on)}"
        console.print(f"[bold yellow]Stale[/]: {escape(failure)}\n{escape(whole)}", soft_wrap=True)


def _sources(daybook: Company) -> None:
    current = current_generation(daybook.home)
    if current is None:
        return
    lasts = {name: batches[-1] for name, batches in sorted(current.state.history.items())}
    rows = [
        {
            "table": name,
            "last batch": str(last.business_on),
            "rows read": f"{last.rows_read:,}",
            "refused": f"{last.rows_quarantined:,}",
            "newest": last.newest or "-",
        }
        for name, last in lasts.items()
    ]
    tables.show(console, rows)


def _runs(daybook: Company) -> None:
    rows = [
        {
            "business date": str(record.business_on),
            "outcome": record.outcome,
            "seconds": f"{(record.ended_at - record.started_at).total_seconds():.0f}",
            "why": "; ".join(f"{failure.step}: {failure.headline}" for failure in record.failures),
        }
        for record in list_records(daybook.home)[:SHOWN_RUNS]
    ]
    tables.show(console, rows, prose=["why"])
    if any(row["why"] for row in rows):
        console.print(f"The whole messages: {escape(str(daybook.home.runs))}", soft_wrap=True)
