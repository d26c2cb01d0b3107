"""Our own steps as commands to be measured.

``python -m benchmarks.ours load|build|publish|report CONFIG HOME DATE``: a step of a night, in a process
of its own.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from daybook.config import Reports
from daybook.home import Home
from orchestration import night
from quality.company_file import load_company
from reporting.site import build_site


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


def report(tonight: night.Night) -> None:
    """Build the pages of every edition from what was published, in one language."""
    build_site(tonight.home.pointer, tonight.home.root / "site", tonight.config.company.currency, Reports())


if __name__ == "__main__":
    _, step, config, home, day = sys.argv
    steps = {"load": load, "build": build, "publish": publish, "report": report}
    steps[step](
        night.Night(load_company(Path(config)), Home(Path(home)), date.fromisoformat(day), run_id="bench")
    )
