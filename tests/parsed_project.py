"""The dbt project, parsed once for all tests: no company of a test has to wait for it."""

from __future__ import annotations

import shutil

from filelock import FileLock

from daybook.home import Home
from orchestration import dbt

PARSED = dbt.PROJECT / "target"
PARSING = PARSED.with_suffix(".lock")


def give_parsed_project(home: Home) -> Home:
    """Leave the project in a company's state as an earlier night would have."""
    home.dbt.mkdir(parents=True)
    with FileLock(PARSING):
        dbt.fresh_manifest(PARSED)
        for name in ("manifest.json", "partial_parse.msgpack"):
            shutil.copy2(PARSED / name, home.dbt)
    return home
