"""Puts a whole batch in its place, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from daybook.durable import fsync_path, fsync_tree
from daybook.errors import StagingFailed, Where


@contextmanager
def replacing(batch: Path, where: Where | None = None) -> Iterator[Path]:
    """Fill a new folder, and let it take the place of ``batch`` once it is complete.

    Whatever interrupts the filling, the process or an error, leaves the former batch as
    it was. Leftovers of a killed run are cleared away.

    Args:
        batch: the folder to replace.
        where: the table it holds, for messages.

    Yields:
        An empty folder beside ``batch``.

    Raises:
        StagingFailed: the disk refused something.
    """
    fresh, former = (batch.with_name(f".{batch.name}.{state}") for state in ("new", "old"))
    try:
        for leftover in (fresh, former):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh.mkdir(parents=True)
        yield fresh
        fsync_tree(fresh)
        _swap(fresh, batch, former)
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise unwritable(error, replace(where or Where(), file=str(batch))) from error
    finally:
        for leftover in (fresh, former):
            shutil.rmtree(leftover, ignore_errors=True)


def unwritable(error: Exception, where: Where) -> StagingFailed:
    """The error of a batch that the disk refused."""
    return StagingFailed(
        f"The batch could not be written: {error}.",
        remedy="free disk space, or mend the permissions below DAYBOOK_HOME, and run the date again.",
        where=where,
    )


def _swap(fresh: Path, batch: Path, former: Path) -> None:
    if batch.exists():
        batch.rename(former)
    fresh.rename(batch)
    fsync_path(batch.parent)
