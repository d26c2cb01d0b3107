"""Our own steps as commands to be measured.

``python -m benchmarks.ours load|build|publish CONFIG HOME DATE``: the steps of a night up to and
including the one named, each in a process of its own.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from daybook.home import Home
from orchestration import night
from quality.company_file import load_company


def load(tonight: night.Night) -> None:
    """Extract, audit and commit every table."""
    for source, dataset in tonight.config.tables():
        night.extract_table(tonight, source, dataset)
    night.audit(tonight)
    night.commit(tonight)


def build(tonight: night.Night) -> None:
    """Build and test the warehouse."""
    night.build(tonight)


def publish(tonight: night.Night) -> None:
    """Verify and publish."""
    night.publish_night(tonight)


if __name__ == "__main__":
    _, step, config, home, day = sys.argv
    steps = {"load": load, "build": build, "publish": publish}
    steps[step](
        night.Night(load_company(Path(config)), Home(Path(home)), date.fromisoformat(day), run_id="bench")
    )
