"""Runs one command and measures it: wall time, CPU time and peak memory of all its processes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Measured:
    """What a command cost."""

    wall_seconds: float
    cpu_seconds: float
    """User and system time of the command and the processes it waited for."""
    peak_bytes: int
    """Highest resident memory of the command and its children together."""


def measure(command: Sequence[str], log: Path) -> Measured:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; the message has the end of its log.
    """
    before = os.times()
    started = time.perf_counter()
    peak = 0
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT)
        family = psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, _resident(family))
            time.sleep(POLL_SECONDS)
    wall = time.perf_counter() - started
    after = os.times()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{log.read_text(encoding='utf-8')[-4000:]}")
    used = after.children_user - before.children_user + after.children_system - before.children_system
    return Measured(wall, used, peak)


def _resident(family: psutil.Process) -> int:
    try:
        members = [family, *family.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(_rss(member) for member in members)


def _rss(member: psutil.Process) -> int:
    try:
        return int(member.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
