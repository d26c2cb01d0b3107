from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from ingestion.demo import DEMO_BUSINESS_ON, DemoTruth, write_demo

HALF_YEAR = date(2026, 1, 1)
"""A late opening: the same plants in a fifth of the files."""


@dataclass(frozen=True)
class Demo:
    folder: Path
    truth: DemoTruth


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Half a year of a small company, laid out as daybook.yaml expects it."""
    folder = tmp_path_factory.mktemp("company") / "var" / "demo"
    folder.parent.mkdir()
    return Demo(folder, write_demo(folder, DEMO_BUSINESS_ON, scale=0.3, opened_on=HALF_YEAR))
