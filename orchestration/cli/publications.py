"""``daybook publications``: the published versions, and the way back."""

from __future__ import annotations

from typing import Annotated

import typer

from daybook.locking import run_lock
from orchestration.cli import company, tables
from orchestration.cli.company import console
from reporting import versions

app = typer.Typer(help="List published versions, or go back to one.", no_args_is_help=True)


@app.command("list")
def list_publications(context: typer.Context) -> None:
    """List the versions kept, newest first; the current one is marked."""
    daybook = company.of(context)
    current = versions.current_publication(daybook.home)
    rows = [
        {
            "publication": item.publication_id,
            "business date": str(item.business_on),
            "published at": item.published_at.isoformat(timespec="seconds"),
            "verdict": item.verdict,
            "MB": f"{item.size_bytes / 1e6:.1f}",
            "": "← current" if current is not None and item.publication_id == current.publication_id else "",
        }
        for item in versions.list_publications(daybook.home)
    ]
    tables.show(console, rows)


@app.command("rollback")
def rollback(
    context: typer.Context,
    to: Annotated[
        str | None, typer.Argument(help="Publication to return to; the one before when not given.")
    ] = None,
) -> None:
    """Point readers to an earlier version, after its checksum is verified."""
    daybook = company.of(context)
    with run_lock(daybook.home, purpose="daybook publications rollback"):
        publication = versions.rollback(daybook.home, to)
    console.print(f"Readers now open {publication.publication_id} of {publication.business_on}.")
