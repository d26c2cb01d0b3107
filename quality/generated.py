"""Files that are written from the contracts: written again, or checked for being current."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from daybook.durable import write_atomically
from daybook.settings import PROJECT_ROOT


def keep_current(file: Path, content: str, command: str, arguments: Sequence[str] | None = None) -> int:
    """Run the command line of a generated file: write it, or with ``--check`` only compare.

    Args:
        file: the generated file.
        content: what it must hold.
        command: how it is called, for the message.
        arguments: command line without the program's name; the process's own when None.

    Returns:
        Exit code: 1 when ``--check`` finds the file stale or missing, else 0.
    """
    parser = argparse.ArgumentParser(prog=command, description=f"Writes {_shown(file)} from the contracts.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is stale")
    if not parser.parse_args(arguments).check:
        write_atomically(file, content)
        return 0
    if is_current(file, content):
        return 0
    print(f"{_shown(file)} is not what the contracts say. Remedy: run `{command}` and commit the file.")
    return 1


def is_current(file: Path, content: str) -> bool:
    """Whether the file holds exactly this content."""
    return file.is_file() and file.read_text(encoding="utf-8") == content


def _shown(file: Path) -> str:
    return str(file.relative_to(PROJECT_ROOT)) if file.is_relative_to(PROJECT_ROOT) else str(file)
