"""One run at a time: the second is told who holds the lock."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from filelock import FileLock, Timeout

from daybook.durable import write_atomically
from daybook.errors import RunLocked
from daybook.home import Home


@contextmanager
def run_lock(home: Home, purpose: str) -> Iterator[None]:
    """Hold the lock of a home while the block runs.

    The operating system releases the lock when the holder dies, however it dies.

    Raises:
        RunLocked: another process holds it; the message names it.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    holder = home.lock.with_suffix(".holder.json")
    lock = FileLock(home.lock, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise RunLocked(
            f"Another run is at work: {_describe(holder)}.",
            remedy="wait for it to end, or stop that process; the lock goes with it.",
        ) from error
    try:
        started = datetime.now(UTC).isoformat(timespec="seconds")
        write_atomically(holder, json.dumps({"pid": os.getpid(), "purpose": purpose, "started_at": started}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _describe(holder: os.PathLike[str]) -> str:
    try:
        with open(holder, encoding="utf-8") as stream:
            known = json.load(stream)
    except (OSError, ValueError):
        return "a process that has just started"
    return f"process {known['pid']}, {known['purpose']}, since {known['started_at']}"
