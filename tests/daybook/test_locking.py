"""One run at a time; the second is told who is at work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from daybook.errors import RunLocked
from daybook.home import Home
from daybook.locking import run_lock

HOLDER = """
import sys, pathlib
from daybook.home import Home
from daybook.locking import run_lock
with run_lock(Home(pathlib.Path(sys.argv[1])), purpose="the first run"):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(root: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_run_is_told_who_holds_the_lock(tmp_path):
    with start_holder(tmp_path) as holder:
        told = pytest.raises(RunLocked, match=f"process {holder.pid}, the first run")
        with told, run_lock(Home(tmp_path), purpose="the second run"):
            pass
        holder.communicate("")
    with run_lock(Home(tmp_path), purpose="the second run"):
        pass


def test_a_killed_holder_leaves_no_lock(tmp_path):
    with start_holder(tmp_path) as holder:
        holder.kill()
    with run_lock(Home(tmp_path), purpose="after the crash"):
        pass


def test_one_process_may_take_the_lock_twice(tmp_path):
    home = Home(tmp_path)
    with run_lock(home, purpose="command"):
        with run_lock(home, purpose="job"):
            pass
        assert home.lock.with_suffix(".holder.json").exists()
