"""dbt for many worlds: loaded and parsed once in a process beside, which then forks for every command.

Nothing but dbt is loaded there, no thread is at work and no warehouse is open, so that a fork is safe.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(arguments: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a dbt command; returns its exit code and what it printed."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        process = _process()
        request = {"arguments": arguments, "environment": environment, "output": output.name}
        print(json.dumps(request), file=process.stdin, flush=True)
        answer = process.stdout.readline() if process.stdout else ""
        return int(answer or 2), output.read()


@functools.cache
def _process() -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    atexit.register(process.kill)
    return process


def _serve() -> None:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from filelock import FileLock

    from orchestration.dbt_process import parsed_project
    from orchestration.dbt_process import run as run_command
    from tests.parsed_project import PARSED, PARSING

    with FileLock(PARSING):
        manifest = parsed_project(str(PARSED))
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            output = os.open(request["output"], os.O_WRONLY | os.O_TRUNC)
            os.dup2(output, sys.stdout.fileno())
            os.dup2(output, sys.stderr.fileno())
            os.environ.update(request["environment"])
            code = run_command(manifest, request["arguments"])
            DuckDBConnectionManager.close_all_connections()
            os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    _serve()
