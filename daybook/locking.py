"""One run at a time: the second is told who holds the lock."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from daybook.durable import write_atomically
from daybook.errors import RunLocked
from daybook.home import Home


@contextmanager
def run_lock(home: Home, purpose: str) -> Iterator[None]:
    """Hold the lock of a home while the block runs.

    The operating system releases the lock when the holder dies, however it dies.
    Within one process the lock may be taken again, so a command and the job it runs share it.

    Raises:
        RunLocked: another process holds it; the message names it.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    holder = home.lock.with_suffix(".holder.json")
    lock = FileLock(home.lock, blocking=False, is_singleton=True)
    try:
        lock.acquire()
    except Timeout as error:
        raise RunLocked(
            f"Another run is at work: {_describe(holder)}.",
            remedy="wait for it to end, or stop that process; the lock goes with it.",
        ) from error
    try:
        if lock.lock_counter == 1:
            _sign(holder, purpose)
        yield
    finally:
        if lock.lock_counter == 1:
            holder.unlink(missing_ok=True)
        lock.release()


def _sign(holder: Path, purpose: str) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    write_atomically(holder, json.dumps({"pid": os.getpid(), "purpose": purpose, "started_at": started}))


def _describe(holder: Path) -> str:
    try:
        known = json.loads(holder.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "a process that has just started"
    return f"process {known['pid']}, {known['purpose']}, since {known['started_at']}"
