"""Puts a whole batch in its place, or none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daybook.durable import fsync_path, fsync_tree


@contextmanager
def replacing(batch: Path) -> Iterator[Path]:
    """Fill a new folder, and let it take the place of ``batch`` once it is complete.

    Whatever interrupts the filling, the process or an error, leaves the former batch as
    it was. Leftovers of a killed run are cleared away.

    Yields:
        An empty folder beside ``batch``.
    """
    fresh, former = (batch.with_name(f".{batch.name}.{state}") for state in ("new", "old"))
    for leftover in (fresh, former):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        yield fresh
        fsync_tree(fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if batch.exists():
        batch.rename(former)
    fresh.rename(batch)
    fsync_path(batch.parent)
    shutil.rmtree(former, ignore_errors=True)
