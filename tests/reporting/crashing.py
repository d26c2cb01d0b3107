"""Publishes in a child process that is killed at a chosen moment."""

from __future__ import annotations

import io
import multiprocessing
import os
import posix
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

from published_world import World, compact_nodes, write_site

import reporting.publish
import reporting.site

FILE_CALLS = frozenset({"fsync", "replace", "rename", "link", "symlink", "unlink", "mkdir", "rmdir", "chmod"})


def changes_files(function: Any) -> bool:
    """Whether a built-in function writes to a file, or makes, moves or removes one."""
    owner = function.__self__
    return (owner is posix and function.__name__ in FILE_CALLS) or (
        isinstance(owner, io.BufferedWriter) and function.__name__ == "write"
    )


def asks_database(function: Any) -> bool:
    """Whether a built-in function runs a statement of DuckDB."""
    return function.__name__ in ("execute", "begin", "commit")


children = multiprocessing.get_context("forkserver")
# Pandas is what DuckDB imports when the first value is bound; it takes seconds.
children.set_forkserver_preload(["crashing", "reporting.publish", "pandas"])


def publish(world: World, run: int, keep: int = 2) -> None:
    """Publish a few pages, without the checks that take most of the time and write nothing."""
    with (
        mock.patch.object(reporting.publish, "verify_tables", return_value=[]),
        mock.patch.object(reporting.site, "build_site", write_site),
    ):
        reporting.publish.publish(world.home, world.warehouse, world.config(keep=keep), world.context(run))


def publish_run(root: Path, run: int) -> None:
    """Publish the world below ``root``."""
    publish(World(root, compact_nodes()), run)


def start(root: Path, run: int) -> Any:
    """Begin to publish in a child."""
    child = children.Process(target=publish_run, args=(root, run))
    child.start()
    return child


def killed_before(
    root: Path, action: Callable[[World], object], counts: Callable[[Any], bool], position: int
) -> bool:
    """Do something to the world below ``root`` in a child that kills itself before a call.

    Args:
        root: of the world.
        action: what is done; a function of a module, or a partial of one.
        counts: which calls count.
        position: which of those is not made any more.

    Returns:
        Whether it was killed; False when it made fewer such calls.
    """
    child = children.Process(target=_do_and_die, args=(root, action, counts, position))
    child.start()
    child.join()
    if child.exitcode not in (0, -signal.SIGKILL):
        raise AssertionError(f"the child ended with {child.exitcode}")
    return child.exitcode != 0


def _do_and_die(
    root: Path, action: Callable[[World], object], counts: Callable[[Any], bool], position: int
) -> None:
    left = position

    def count(_frame: FrameType, event: str, function: Any) -> None:
        nonlocal left
        if event == "c_call" and counts(function):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    world = World(root, compact_nodes())
    sys.setprofile(count)
    action(world)
    sys.setprofile(None)
