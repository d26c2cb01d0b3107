"""Sends the digests of a publication, each to its readers.

Mail goes through apprise, which makes the text part of a mail from its HTML and sends every
recipient a mail of their own. What it is told of the server stays out of every message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from urllib.parse import quote, unquote, urlencode

import duckdb
from jinja2 import TemplateError
from tenacity import RetryCallState, Retrying, retry_if_result, stop_after_attempt, wait_exponential

from daybook.config import Config, Digest, EditionKind, Mail, Retries
from daybook.errors import ConfigurationError, MailFailed

if TYPE_CHECKING:
    from reporting.site.editions import Edition

SCHEMES = ("mailto://", "mailtos://")
RETRIES = Retries()
REASON = "Socket Exception: "
"""What stands before the server's own words in apprise's log."""
MOST_BYTES = 10_000_000
"""Of a workbook that is attached; many servers refuse larger mails."""
HIDDEN = "***"


@dataclass(frozen=True)
class Message:
    """A digest as it is sent."""

    name: str
    """Which digest of the configuration it is."""
    to: tuple[str, ...]
    subject: str
    html: str
    workbook: Path | None
    """The workbook to attach."""


def send_digests(file: Path, reports: Path, config: Config, retries: Retries = RETRIES) -> list[Message]:
    """Send every digest of the configuration, each recipient a mail of their own.

    A recipient whom the server refuses does not keep the others from their mail.

    Args:
        file: the published file.
        reports: folder of the reports made from it.
        config: the company; without ``reports.mail`` nothing is sent.
        retries: how often and how patiently the server is asked again.

    Returns:
        What was sent.

    Raises:
        ConfigurationError: a digest or the server is none that there is.
        MailFailed: a digest could not be written or sent; all that could be sent was.
    """
    mail = config.reports.mail
    if mail is None:
        return []
    _require_mail_server(mail)
    messages = compose_digests(file, reports, config)
    failures: list[str] = []
    for message in messages:
        for recipient in message.to:
            # A server that did not answer the first mail is not waited for with every other.
            attempts = 1 if failures else retries.attempts
            reason = _send_patiently(mail, message, recipient, attempts, retries.wait_seconds)
            if reason is not None:
                failures.append(f"\n  {message.name} to {recipient}: {reason}")
    if failures:
        raise MailFailed(
            f"{len(failures)} of {sum(len(message.to) for message in messages)} mails could not be sent:"
            f"{''.join(failures)}\n",
            remedy="check reports.mail in daybook.yaml and the variable that its server comes from, "
            "then run: daybook report send.",
        )
    return messages


def compose_digests(file: Path, reports: Path, config: Config) -> list[Message]:
    """Write every digest of the configuration.

    Args:
        file: the published file.
        reports: folder of the reports made from it; mails name it, and workbooks are taken from it.
        config: the company; without ``reports.mail`` there is no digest.

    Raises:
        ConfigurationError: a digest is of a rep or team that has no edition.
        MailFailed: a digest could not be written.
    """
    # What draws the pages is slow to load, and most commands draw none.
    from reporting.site.editions import editions_of
    from reporting.site.extract import open_publication

    mail = config.reports.mail
    every_kind = config.reports.model_copy(update={"editions": list(get_args(EditionKind))})
    with open_publication(file) as connection:
        editions = {(e.kind, e.subject_id): e for e in editions_of(connection, every_kind)}
        return [
            _compose(connection, digest, _edition(digest, editions), reports, config.company.currency)
            for digest in (mail.digests if mail else [])
        ]


def _edition(digest: Digest, editions: Mapping[tuple[EditionKind, str | None], Edition]) -> Edition:
    found = editions.get((digest.edition, digest.of))
    if found is None:
        known = ", ".join(of for kind, of in editions if kind == digest.edition and of) or "none"
        raise ConfigurationError(
            f"The digest {_name(digest)} is of no edition of this publication.",
            remedy=f"correct it in reports.mail.digests; editions for {digest.edition} are of: {known}.",
        )
    return found


def _compose(
    connection: duckdb.DuckDBPyConnection, digest: Digest, edition: Edition, reports: Path, currency: str
) -> Message:
    from reporting.site.digest import write_digest
    from reporting.site.words import MissingTranslationError, Words

    folder = reports / edition.folder / digest.language
    report = folder if folder.is_dir() else reports
    try:
        text = write_digest(connection, edition, Words(digest.language), currency, str(report))
    except (duckdb.Error, TemplateError, MissingTranslationError, OSError) as error:
        raise MailFailed(
            f"The digest {_name(digest)} could not be written: {type(error).__name__}: {error}.",
            remedy="mend what is named, then run: daybook report send.",
        ) from error
    workbook = folder / "workbook.xlsx"
    is_attached = digest.workbook and workbook.is_file() and workbook.stat().st_size <= MOST_BYTES
    return Message(
        _name(digest), tuple(digest.to), text.subject, text.html, workbook if is_attached else None
    )


def _name(digest: Digest) -> str:
    subject = f" {digest.of}" if digest.of else ""
    return f"{digest.edition}{subject} ({digest.language})"


def _require_mail_server(mail: Mail) -> None:
    if not mail.server.get_secret_value().lower().startswith(SCHEMES):
        raise ConfigurationError(
            "reports.mail.server is no mail server.",
            remedy="give its variable an apprise URL such as mailtos://user:password@smtp.example.com.",
        )


def _send_patiently(
    mail: Mail, message: Message, recipient: str, attempts: int, wait_seconds: float
) -> str | None:
    """Send a mail, and again where it did not go; returns why it did not."""
    asked = Retrying(
        retry=retry_if_result(lambda reason: reason is not None),
        stop=stop_after_attempt(attempts),
        wait=wait_exponential(multiplier=wait_seconds),
        retry_error_callback=_last_reason,
    )
    return asked(_send, mail, message, recipient)


def _last_reason(state: RetryCallState) -> str | None:
    return state.outcome.result() if state.outcome else None


def _send(mail: Mail, message: Message, recipient: str) -> str | None:
    """Send a mail; returns why it did not go."""
    from apprise import Apprise, AppriseAsset, NotifyFormat

    url = mail.server.get_secret_value()
    asset = AppriseAsset(app_id="Sales Daybook", interpret_emojis=False)
    addressed = f"{url}{'&' if '?' in url else '?'}{urlencode({'from': mail.sender, 'to': recipient})}"
    workbook = message.workbook
    attached = f"{workbook.as_uri()}?name={quote(workbook.name)}" if workbook else None
    with _overheard() as heard:
        server = Apprise(asset=asset)
        is_sent = server.add(addressed) and server.notify(
            title=message.subject, body=message.html, body_format=NotifyFormat.HTML, attach=attached
        )
    return None if is_sent else _without_secrets(_reason(heard), url)


def _reason(heard: list[str]) -> str:
    """Why a mail did not go: the server's own words where there are any."""
    said = [text.removeprefix(REASON) for text in heard if text.startswith(REASON)]
    return (said or heard or ["the server did not take it"])[-1]


def _without_secrets(text: str, url: str) -> str:
    rest = url.partition("://")[2]
    userinfo = {rest.partition("@")[0], rest.rpartition("@")[0]}
    passwords = {password for info in userinfo if (password := info.partition(":")[2])}
    for secret in {url, *passwords, *map(unquote, passwords)}:
        text = text.replace(secret, HIDDEN)
    return text


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """What apprise logs in the block; it goes nowhere else, as it may name what is secret."""
    heard: list[str] = []
    logger = logging.getLogger("apprise")
    level, propagate = logger.level, logger.propagate
    handler = _Ear(heard)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield heard
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class _Ear(logging.Handler):
    """Keeps warnings, and why a server did not answer."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message that says why a mail did not go."""
        text = record.getMessage()
        if record.levelno >= logging.WARNING or text.startswith(REASON):
            self._heard.append(text)
