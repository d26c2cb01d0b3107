"""What every command starts from: the company's file, its folders and a console."""

from __future__ import annotations

import functools
import shlex
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import typer
from rich.console import Console

from daybook import settings
from daybook.config import Config
from daybook.errors import ConfigurationError
from daybook.home import Home
from orchestration.records import list_records
from quality.company_file import load_company

FILE_WIDTH = 200
"""Columns of output that goes into a file or a pipe, which has no width of its own."""


def _console(*, stderr: bool) -> Console:
    terminal = Console(stderr=stderr)
    return terminal if terminal.is_terminal else Console(stderr=stderr, width=FILE_WIDTH)


console = _console(stderr=False)
errors = _console(stderr=True)


@dataclass(frozen=True, eq=False)
class Company:
    """The company a command works for; its file is read when first needed."""

    path: Path
    named: bool = False
    """Whether ``--config`` named the file."""
    debug: bool = False
    """Whether tracebacks are wanted."""

    @property
    def command(self) -> str:
        """What starts a command for this company, for hints."""
        return f"daybook --config {shlex.quote(str(self.path))}" if self.named else "daybook"

    @functools.cached_property
    def config(self) -> Config:
        """The validated ``daybook.yaml``."""
        return load_company(self.path)

    @property
    def home(self) -> Home:
        """Its state."""
        return Home(settings.home_root())

    def business_date(self, text: str | None) -> date:
        """A ``--date`` option; yesterday in the company's zone when it is missing.

        Raises:
            ConfigurationError: not a date, or before ``schedule.start_on``, or in the future.
        """
        today = datetime.now(self.config.company.zone).date()
        if text is None:
            return today - timedelta(days=1)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise ConfigurationError(f"{text!r} is not a date.", remedy="write it as 2026-06-30.") from None
        start = self.config.schedule.start_on
        if not start <= day <= today:
            raise ConfigurationError(
                f"The business date {day} is outside {start} to {today}.",
                remedy="choose another, or set schedule.start_on earlier in daybook.yaml.",
            )
        return day

    def last_business_date(self) -> date:
        """The business date of the run that ended last; yesterday in the company's zone when none has."""
        last = max(list_records(self.home), key=lambda record: record.ended_at, default=None)
        return last.business_on if last else self.business_date(None)


def of(context: typer.Context) -> Company:
    """The company of a command's context."""
    company = context.obj
    if not isinstance(company, Company):
        raise TypeError("the command was started without its options")
    return company


def split_table(company: Company, name: str) -> tuple[str, str]:
    """A ``source.dataset`` argument.

    Raises:
        ConfigurationError: it is not a table of ``daybook.yaml``; the message lists those.
    """
    source, _, dataset = name.partition(".")
    sources = company.config.sources
    if source not in sources or dataset not in sources[source].tables:
        known = [f"{source}.{dataset}" for source, dataset in company.config.tables()]
        raise ConfigurationError(
            f"{name!r} is no table of a source.", remedy=f"use one of {', '.join(known)}."
        )
    return source, dataset
