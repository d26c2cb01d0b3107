"""``daybook sources``: what feeds the contracts, tried before a night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from rich.markup import escape
from rich.text import Text

from daybook.errors import DaybookError
from daybook.redaction import without_secrets
from ingestion.preview import ROWS_LOOKED_AT, Preview, preview
from orchestration.cli import company, tables
from orchestration.cli.company import Company, console
from orchestration.cli.refused import show_rows
from quality.contracts import load_contracts

app = typer.Typer(help="Look at the sources before a night does.", no_args_is_help=True)

SHOWN_WIDTH = 40
"""Longest value of a preview that is shown whole."""

REFUSED_OUTCOMES = {"block": "would block", "use_last_good": "would keep last good"}
"""What a batch with too many refused rows does to a night, by ``on_failure``."""


@app.command("list")
def list_sources(context: typer.Context) -> None:
    """List every table of every source."""
    daybook = company.of(context)
    rows = []
    for name, source in daybook.config.sources.items():
        for dataset, feed in source.tables.items():
            origin = feed.query or (
                feed.read if isinstance(feed.read, str) else ", ".join(feed.read.read if feed.read else [])
            )
            rows.append(
                {
                    "table": f"{name}.{dataset}",
                    "read from": without_secrets(" ".join(origin.split())),
                    "load": feed.load,
                    "if it fails": feed.on_failure or source.on_failure,
                }
            )
    tables.show(console, rows, prose=["read from"])


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
    head = [{name: _short(value) for name, value in row.items()} for row in seen.head.iter_rows(named=True)]
    tables.show(console, head, title=f"{name}, as the contract gets it")
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
    """Look at the first rows of every table; exit code 1 if one cannot be read or has too many refused."""
    daybook = company.of(context)
    findings = [_find(daybook, source, dataset, day) for source, dataset in daybook.config.tables()]
    tables.show(
        console,
        [finding.row for finding in findings],
        title=f"Judged by the first {ROWS_LOOKED_AT:,} rows of each table",
        prose=["unused source columns", "unfed contract columns"],
    )
    for finding in findings:
        if finding.fault:
            console.print(f"[red]{finding.table}[/]: {escape(finding.fault)}", soft_wrap=True)
    if any(finding.fault for finding in findings):
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Finding:
    """What became of looking at one table."""

    table: str
    outcome: str
    refused: str = ""
    unmapped: str = ""
    unfed: str = ""
    fault: str | None = None
    """Why a night would not take it."""

    @property
    def row(self) -> dict[str, str | Text]:
        return {
            "table": self.table,
            "outcome": Text(self.outcome, "red" if self.fault else "green"),
            "refused": self.refused,
            "unused source columns": self.unmapped,
            "unfed contract columns": self.unfed,
        }


def _find(daybook: Company, source: str, dataset: str, day: str | None) -> _Finding:
    name = f"{source}.{dataset}"
    try:
        seen = _preview(daybook, source, dataset, day, ROWS_LOOKED_AT)
    except DaybookError as error:
        return _Finding(name, "cannot be read", fault=str(error))
    feeds = daybook.config.sources[source]
    on_failure = feeds.tables[dataset].on_failure or feeds.on_failure
    fault = _too_many_refused(daybook, dataset, seen)
    return _Finding(
        name,
        outcome=REFUSED_OUTCOMES[on_failure] if fault else "readable",
        refused=f"{seen.refused.height:,} of {seen.rows_seen:,}",
        unmapped=", ".join(seen.unmapped),
        unfed=", ".join(seen.unfed),
        fault=fault and f"{fault} Remedy: `{daybook.command} sources preview {name}` tells why.",
    )


def _too_many_refused(daybook: Company, dataset: str, seen: Preview) -> str | None:
    """A sentence, where more rows are refused than the dataset's gate lets pass."""
    gate = daybook.config.gates.of(dataset)
    share = seen.refused.height / seen.rows_seen if seen.rows_seen else 0.0
    if gate.quarantined_ratio_severity != "block" or share <= gate.quarantined_ratio:
        return None
    return (
        f"{seen.refused.height:,} of {seen.rows_seen:,} rows would be refused; "
        f"at most {gate.quarantined_ratio:.2%} may be."
    )


def _preview(daybook: Company, source: str, dataset: str, day: str | None, rows: int) -> Preview:
    contract = load_contracts()[dataset]
    return preview(daybook.config, source, dataset, contract, daybook.business_date(day), limit=rows)


def _short(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= SHOWN_WIDTH else text[: SHOWN_WIDTH - 1] + "…"
