"""The process that ``orchestration.dbt`` starts: ``python -m orchestration.dbt_process PARSED [COMMAND...]``.

Parsing the project takes longer than building a small company. Nothing that changes from night
to night decides what is parsed, so it is done once, kept in the folder PARSED, and brought up
to date by dbt itself where files have changed.

The process ends with the one that started it, which holds its standard input open: a dbt that
survived a killed night would still write into a candidate that the next night clears away.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from orchestration.dbt import DIALOGUE, PROJECT_FLAGS

NOWHERE = {"DAYBOOK_WAREHOUSE": "warehouse.duckdb"}
"""What the profile is parsed with: it names the catalog as every warehouse does, and is never opened."""


def main(parsed: str, *command: str) -> int:
    """Bring what was parsed up to date, and run a dbt command with it, if there is one.

    Args:
        parsed: folder of the project as last parsed.
        command: flags, name and arguments, as on dbt's own command line.

    Returns:
        0 when all of it went well, 1 when something failed, 2 when the project cannot be parsed.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    manifest = parsed_project(parsed)
    if manifest is None:
        return 2
    return run(manifest, command) if command else 0


def run(manifest: Any, command: Sequence[str]) -> int:
    """Run a dbt command with the parsed project; returns 0 when all of it went well, else 1."""
    return 0 if dbtRunner(manifest=manifest).invoke(list(command)).success else 1


def parsed_project(parsed: str) -> Any:
    """The project's manifest, brought up to date; None when it cannot be parsed."""
    tonight = dict(os.environ)
    os.environ.update(NOWHERE)
    try:
        flags = [*DIALOGUE, "--quiet", "--no-write-json"]
        arguments = [*flags, "parse", *PROJECT_FLAGS, "--target-path", parsed]
        manifest = dbtRunner().invoke(arguments).result
    finally:
        os.environ.update(tonight)
    if manifest is not None:
        _write_whole(manifest, Path(parsed) / "manifest.json")
    return manifest


def _write_whole(manifest: Any, path: Path) -> None:
    """Write what others read while a second process may be parsing too, or be killed at it."""
    own = path.with_suffix(f".{os.getpid()}.json")
    manifest.write(str(own))
    own.replace(path)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(2)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
