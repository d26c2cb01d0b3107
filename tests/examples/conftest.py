"""Companies taken through the whole night by their configuration alone: real public ones, and the demo's."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from daybook.config import Reports, load_config
from daybook.home import Home
from ingestion.demo import DEMO_BUSINESS_ON, DemoTruth, write_demo
from orchestration import night
from quality.company_file import load_company
from tests.browser import browser  # noqa: F401  a fixture
from tests.parsed_project import give_parsed_project

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class PublishedCompany:
    """One company's publication, and the facts that were computed independently of it."""

    home: Home
    data: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the published file."""
        with duckdb.connect(str(self.home.pointer), read_only=True) as published:
            return published.execute(query).fetchall()

    def expected_table(self, heading: str) -> list[dict[str, str]]:
        """Rows of the table below a heading of the expected facts, of which the beginning is enough."""
        text = (self.data / "EXPECTED.md").read_text(encoding="utf-8")
        (section,) = (part for part in text.split("\n## ") if part.startswith(heading))
        names, _, *rows = ([*line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def expected(self, file: str) -> list[dict[str, str]]:
        """Rows of a file of expected facts."""
        with (self.data / "expected" / file).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


Publish = Callable[[str, str, date], PublishedCompany]


@pytest.fixture(scope="session")
def publish(tmp_path_factory) -> Publish:
    """Runs one night of an example; skips, naming the folder, where its data is absent."""

    def run(name: str, variable: str, business_on: date) -> PublishedCompany:
        data = DATA / name
        if not data.is_dir():
            pytest.skip(f"the public data set is not there: {data}")
        home = give_parsed_project(Home(tmp_path_factory.mktemp(name)))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(variable, str(data))
            config = load_config(ROOT / "examples" / f"{name}.yaml")
            config = config.model_copy(update={"reports": Reports(editions=["director"], languages=["en"])})
        tonight = night.Night(config, home, business_on, run_id="example")
        for source, dataset in tonight.config.tables():
            night.extract_table(tonight, source, dataset)
        night.audit(tonight)
        night.commit(tonight)
        night.build(tonight)
        night.publish_night(tonight)
        return PublishedCompany(home, data)

    return run


@dataclass(frozen=True)
class PublishedDemo:
    """The publication of the demo company, and what was planted in it."""

    home: Home
    truth: DemoTruth

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query over the published file."""
        with duckdb.connect(str(self.home.pointer), read_only=True) as published:
            return published.execute(query, values).fetchall()


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> PublishedDemo:
    """One night of a year of the demo company."""
    folder = tmp_path_factory.mktemp("demo_company")
    (folder / "var").mkdir()
    shutil.copy(ROOT / "daybook.yaml", folder)
    truth = write_demo(folder / "var" / "demo", DEMO_BUSINESS_ON, scale=1, opened_on=date(2025, 4, 1))
    home = give_parsed_project(Home(folder / "state"))
    config = load_company(folder / "daybook.yaml")
    # Tests of the pages build the editions that they look at.
    config = config.model_copy(update={"reports": Reports(editions=["board"], languages=["en"])})
    tonight = night.Night(config, home, DEMO_BUSINESS_ON, run_id="demo")
    for source, dataset in tonight.config.tables():
        night.extract_table(tonight, source, dataset)
    night.audit(tonight)
    night.commit(tonight)
    night.build(tonight)
    night.publish_night(tonight)
    return PublishedDemo(home, truth)
