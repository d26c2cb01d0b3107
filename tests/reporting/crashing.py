"""Publishes in a child process that is killed at a chosen moment."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from published_world import World

from reporting.publish import publish

FILE_CALLS = frozenset({"fsync", "write", "replace", "rename", "link", "symlink", "unlink", "mkdir", "rmdir", "chmod"})
DATABASE_CALLS = frozenset({"execute", "begin", "commit", "close"})

children = multiprocessing.get_context("forkserver")
# pandas is what DuckDB imports, for seconds, when the first value is bound.
children.set_forkserver_preload(["crashing", "reporting.publish", "pandas"])


def publish_run(root: Path, run: int) -> None:
    """Publish the world below ``root``."""
    world = World(root)
    publish(world.home, world.warehouse, world.config(keep=2), world.context(run))


def start(root: Path, run: int) -> Any:
    """Begin to publish in a child."""
    child = children.Process(target=publish_run, args=(root, run))
    child.start()
    return child


def publish_killed_before(root: Path, run: int, calls: frozenset[str], position: int) -> bool:
    """Publish in a child that kills itself before the ``position``-th of some calls.

    Returns:
        Whether it was killed; False when it made fewer such calls.
    """
    child = children.Process(target=_publish_and_die, args=(root, run, calls, position))
    child.start()
    child.join()
    if child.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"the child ended with {child.exitcode}")
    return child.exitcode != 0


def _publish_and_die(root: Path, run: int, calls: frozenset[str], position: int) -> None:
    left = position

    def count(_frame: FrameType, event: str, function: Any) -> None:
        nonlocal left
        if event == "c_call" and function.__name__ in calls and not isinstance(function.__self__, str):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    world = World(root)
    context = world.context(run)
    sys.setprofile(count)
    publish(world.home, world.warehouse, world.config(keep=2), context)
    sys.setprofile(None)
