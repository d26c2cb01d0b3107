"""``daybook report``: the pages and workbooks that people read."""

from __future__ import annotations

import shutil
import webbrowser
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from daybook.config import Config
from daybook.errors import ConfigurationError, ReportsUnavailable, Where
from daybook.home import Home
from orchestration.cli import company, tables
from orchestration.cli.company import Company, console
from reporting import versions
from reporting.mail import Message, compose_digests, send_digests
from reporting.publication import Publication
from reporting.reports import build_reports
from reporting.wording import counted

app = typer.Typer(
    help="Open the published reports, send them, or try how they would look.", no_args_is_help=True
)


@app.command("open")
def open_reports(
    context: typer.Context,
    print_only: Annotated[bool, typer.Option("--print", help="Only print where the page is.")] = False,
) -> None:
    """Open the published reports in the browser."""
    daybook = company.of(context)
    page = _index_page(daybook)
    console.print(escape(str(page)), soft_wrap=True)
    if not print_only and not webbrowser.open(page.as_uri()):
        raise ReportsUnavailable(
            "No browser could be started.",
            remedy="open the page in a browser by hand; --print only says where it is.",
            where=Where(file=str(page)),
        )


@app.command("build")
def build(
    context: typer.Context,
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where to; must not exist yet.")],
) -> None:
    """Make the reports of the standing publication anew, to look at; what is published stays as it is."""
    daybook = company.of(context)
    publication = _standing(daybook)
    folder = to.expanduser().resolve()
    _require_editions(daybook.config)
    _require_new(folder, daybook.home)
    try:
        build_reports(publication.catalog_file, folder, daybook.config)
    except ReportsUnavailable:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    console.print(f"Reports of {publication.publication_id}: {escape(str(folder))}", soft_wrap=True)


@app.command("send")
def send(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show subjects and recipients only.")] = False,
) -> None:
    """Send the digests of reports.mail over the current publication."""
    daybook = company.of(context)
    if daybook.config.reports.mail is None:
        raise ConfigurationError(
            "No mail is configured.", remedy="add reports.mail to daybook.yaml; see docs/operations.md."
        )
    publication = _standing(daybook)
    act = compose_digests if dry_run else send_digests
    messages = act(publication.path, daybook.home.reports, daybook.config)
    tables.show(console, [_row(message) for message in messages])
    console.print(f"{counted(len(messages), 'digest')} {'not sent: --dry-run' if dry_run else 'sent'}.")


def _standing(daybook: Company) -> Publication:
    publication = versions.current_publication(daybook.home)
    if publication is None:
        raise ReportsUnavailable(
            "Nothing has been published yet.",
            remedy=f"`{daybook.command} run`.",
            where=Where(file=str(daybook.home.published)),
        )
    return publication


def _index_page(daybook: Company) -> Path:
    """The page that is opened, through the link that stays the same from night to night."""
    publication = _standing(daybook)
    page = daybook.home.index_page
    if not publication.has_reports:
        raise ReportsUnavailable(
            f"Publication {publication.publication_id} has no reports.",
            remedy="name reports.editions in daybook.yaml and run a business date; "
            f"`{daybook.command} report build` makes the reports of this one to look at.",
            where=Where(file=str(daybook.home.reports)),
        )
    if not page.is_file():
        raise ReportsUnavailable(
            f"The reports of publication {publication.publication_id} are damaged.",
            remedy=f"`{daybook.command} publications rollback`, or run its business date again.",
            where=Where(file=str(page)),
        )
    return page


def _require_editions(config: Config) -> None:
    if not config.reports.editions:
        raise ConfigurationError(
            "reports.editions names no edition to make.",
            remedy="name some, or leave the key out for all.",
            where=Where(file=str(config.path)),
        )


def _require_new(folder: Path, home: Home) -> None:
    if folder.exists():
        raise ConfigurationError(
            "There is something already.",
            remedy="name a folder with --to that does not exist yet.",
            where=Where(file=str(folder)),
        )
    if folder.is_relative_to(home.published.resolve()):
        raise ConfigurationError(
            "This is where publications are kept.",
            remedy="name a folder elsewhere with --to.",
            where=Where(file=str(folder)),
        )


def _row(message: Message) -> dict[str, str]:
    return {"digest": message.name, "to": ", ".join(message.to), "subject": message.subject}
