"""``daybook report``: what people read of a publication."""

from __future__ import annotations

from typing import Annotated

import typer

from daybook.errors import ConfigurationError, MailFailed
from orchestration.cli import company, tables
from orchestration.cli.company import console
from reporting.mail import Message, compose_digests, send_digests
from reporting.versions import current_publication
from reporting.wording import counted

app = typer.Typer(help="The reports of the current publication.", no_args_is_help=True)


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
    publication = current_publication(daybook.home)
    if publication is None:
        raise MailFailed("Nothing has been published yet.", remedy=f"run: {daybook.command} run.")
    act = compose_digests if dry_run else send_digests
    messages = act(publication.path, daybook.home.reports, daybook.config)
    tables.show(console, [_row(message) for message in messages])
    console.print(f"{counted(len(messages), 'digest')} {'not sent: --dry-run' if dry_run else 'sent'}.")


def _row(message: Message) -> dict[str, str]:
    return {"digest": message.name, "to": ", ".join(message.to), "subject": message.subject}
