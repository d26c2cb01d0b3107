"""Runs nights that die, each in a process of its own, forked from one that has everything imported.

Reads one JSON request per line and answers each with one line. A night's steps are the system calls
that change the home folder: making, opening for writing, linking, renaming and removing files, and
fsync. ``die_before`` ends the process right before that step as a power cut would: what was not yet
synced is lost. ``die_after_seconds`` sends SIGKILL at that moment.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pandas  # noqa: F401 - duckdb imports it on first use, which would be slow in every fork
from lake_world import config, some_contracts

import ingestion.lake
from daybook.home import Home
from ingestion.generation import open_candidate, promote

CONTRACTS = some_contracts("deals", "reps")
CONFIG = config(crm__deals={"load": "incremental", "cursor": "updated_at"})
CHANGES = {"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"}
DIED = 86


def night(root: Path, batches: list[Path], business_on: date) -> None:
    """A night whose build step writes the business date into the warehouse."""
    home = Home(root)
    candidate = open_candidate(home)
    ingestion.lake.commit(candidate, CONFIG, batches, [], business_on)
    candidate.warehouse.write_text(business_on.isoformat())
    promote(home, candidate)


class Steps:
    """Counts the steps of this process, and ends it before one of them."""

    def __init__(self, root: Path, die_before: int | None) -> None:
        self.root = root
        self.die_before = die_before
        self.count = 0
        self.durable = {path.stat().st_ino for path in root.rglob("*") if path.is_file()}

    def watch(self) -> None:
        os.fsync = self.fsync
        sys.addaudithook(self.audit)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES or (event == "open" and self.writes(*arguments)):
            self.step()

    def writes(self, path: Any, _: Any, flags: int) -> bool:
        return bool(flags & (os.O_WRONLY | os.O_RDWR)) and str(path).startswith(str(self.root))

    def fsync(self, descriptor: int) -> None:
        """Only noted: the process dies, not the machine."""
        self.step()
        self.durable.add(os.fstat(descriptor).st_ino)

    def step(self) -> None:
        if self.count == self.die_before:
            self.lose_what_is_not_on_disk()
            os._exit(DIED)
        self.count += 1

    def lose_what_is_not_on_disk(self) -> None:
        for path in self.root.rglob("*"):
            if path.is_file() and not path.is_symlink() and path.stat().st_ino not in self.durable:
                os.truncate(path, 0)


def live(request: dict[str, Any], answer: int) -> None:
    """The forked process: one night, from the first step to the last or to its death."""
    root = Path(request["root"])
    ingestion.lake.load_contracts = lambda: CONTRACTS
    steps = Steps(root, request.get("die_before"))
    steps.watch()
    night(root, [Path(batch) for batch in request["batches"]], date.fromisoformat(request["business_on"]))
    os.write(answer, str(steps.count).encode())


def serve(request: dict[str, Any]) -> dict[str, Any]:
    """Fork a night and say how it ended."""
    reader, writer = os.pipe()
    started = time.monotonic()
    process = os.fork()
    if process == 0:
        try:
            live(request, writer)
        finally:
            os._exit(0)
    os.close(writer)
    if (seconds := request.get("die_after_seconds")) is not None:
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
    with os.fdopen(reader) as stream:
        steps = stream.read()
    _, status = os.waitpid(process, 0)
    return {
        "died": os.waitstatus_to_exitcode(status) in (DIED, -signal.SIGKILL),
        "steps": int(steps) if steps else None,
        "seconds": time.monotonic() - started,
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), flush=True)
