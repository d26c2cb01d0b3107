"""``daybook doctor``: is everything a night needs there?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec

import typer
from rich.markup import escape

from daybook.config import Config
from daybook.errors import DaybookError, RunLocked
from daybook.locking import run_lock
from ingestion.generation import current_generation
from orchestration import dbt
from orchestration.cli import company
from orchestration.cli.company import Company, console
from quality import dbt_sources
from quality.contracts import load_contracts
from quality.generated import is_current
from reporting import versions

NEEDED_FREE_BYTES = 2 * 1024**3


def doctor(context: typer.Context) -> None:
    """Check Python, tools, configuration, folders and the last publication."""
    daybook = company.of(context)
    examinations: list[tuple[str, Callable[[Company], str]]] = [
        ("Python", _python),
        ("dbt", _dbt),
        ("contracts", _contracts),
        ("configuration", _configuration),
        ("state folder", _home),
        ("run lock", _lock),
        ("lake and warehouse", _generation),
        ("publication", _publication),
    ]
    ill = sum(not _examine(name, examine, daybook) for name, examine in examinations)
    if ill:
        raise typer.Exit(1)


class Ill(DaybookError):  # noqa: N818 - what the doctor calls a finding
    """Something a night needs is missing or broken."""


class Doubt(DaybookError):  # noqa: N818
    """Something that a night can do without, and that is probably not meant."""


def _examine(name: str, examine: Callable[[Company], str], daybook: Company) -> bool:
    try:
        finding = examine(daybook)
    except Doubt as doubt:
        console.print(f"[yellow]![/] {name}: {escape(str(doubt))}", soft_wrap=True)
        return True
    except DaybookError as error:
        console.print(f"[red]✗[/] {name}: {escape(str(error))}", soft_wrap=True)
        return False
    console.print(f"[green]✓[/] {name}: {escape(finding)}", soft_wrap=True)
    return True


def _python(_: Company) -> str:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] not in ((3, 11), (3, 12)):
        raise Ill(f"This is Python {version}.", remedy="use 3.11 or 3.12.")
    return version


def _dbt(_: Company) -> str:
    if find_spec("dbt") is None:
        raise Ill("dbt is not installed beside this Python.", remedy="run `make setup`.")
    return f"project in {dbt.PROJECT}"


def _contracts(_: Company) -> str:
    if not is_current(dbt_sources.TARGET, dbt_sources.render(load_contracts())):
        raise Ill("dbt's sources are older than the contracts.", remedy="run `make docs`.")
    return f"{len(load_contracts())} datasets"


def _configuration(daybook: Company) -> str:
    config = daybook.config
    _doubt_holidays(config)
    return f"{daybook.path}: {config.company.name}, {len(config.sources)} sources"


def _doubt_holidays(config: Config) -> None:
    codes = ", ".join(config.company.holidays)
    if codes and not any(source.connector == "calendar" for source in config.sources.values()):
        raise Doubt(
            f"company.holidays names {codes}, but no source brings them in: they count as working days.",
            remedy="add a source with connector: calendar and tables: {holidays: {read: calendar}}.",
        )


def _home(daybook: Company) -> str:
    root = daybook.home.root
    root.mkdir(parents=True, exist_ok=True)
    probe = root / ".probe"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Ill(
            f"{root} cannot be written: {error.strerror}.", remedy="set DAYBOOK_HOME elsewhere."
        ) from error
    free = shutil.disk_usage(root).free
    if free < NEEDED_FREE_BYTES:
        raise Ill(f"{root} has {free / 1e9:.1f} GB free.", remedy="make room; a night wants 2 GB or more.")
    return f"{root}, {free / 1e9:.0f} GB free"


def _lock(daybook: Company) -> str:
    try:
        with run_lock(daybook.home, purpose="daybook doctor"):
            return "free"
    except RunLocked as held:
        return held.reason


def _generation(daybook: Company) -> str:
    current = current_generation(daybook.home)
    if current is None:
        return "no night has run yet"
    return f"generation {current.number}, business date {current.state.business_on}"


def _publication(daybook: Company) -> str:
    current = versions.current_publication(daybook.home)
    if current is None:
        return "nothing published yet"
    damaged = versions.damaged_part(current)
    if damaged is not None:
        raise Ill(f"{damaged} is not what was published.", remedy="`daybook publications rollback`.")
    return f"{current.publication_id}, checksum verified"
