"""What a night says at its end."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from rich.console import Console

from orchestration.cli import summary
from orchestration.cli.company import Company
from orchestration.records import read_record
from reporting.versions import current_publication
from tests.orchestration.company import SmallCompany

pytestmark = pytest.mark.xdist_group("nights")


@pytest.fixture
def said(company: SmallCompany, monkeypatch):
    """The closing words of the company's one good night."""
    monkeypatch.setenv("DAYBOOK_HOME", str(company.home))

    def show() -> str:
        told = Company(company.config, named=True)
        record = read_record(told.home, date(2026, 6, 3))
        assert record is not None
        console = Console(file=io.StringIO(), width=200)
        summary.show(console, told, record)
        return console.file.getvalue()

    return show


def test_amount_target_and_pace_are_of_one_metric_which_is_named(said):
    rows = {
        label.strip(): amount.strip()
        for label, amount in (line.strip("│ ").split("│") for line in said().splitlines() if "│" in line)
    }
    assert rows["Net sales, month to date"] == "30.00 EUR"
    assert rows["Net sales target, month to date"] == "90.00 EUR"
    assert rows["Net sales pace"] == "33.3%"


def test_the_quality_page_is_named(said, company):
    [line] = [line for line in said().splitlines() if line.startswith("Quality: ")]
    page = line.removeprefix("Quality: ")
    assert page.startswith(str(company.home / "published"))
    assert page.endswith(".quality.html")


def test_the_reports_are_named(said, company):
    assert f"Reports: {company.index_page}" in said().splitlines()


def test_a_night_without_warnings_names_none(said):
    assert "warning:" not in said()


def test_warnings_are_named(said, company):
    told = Company(company.config)
    publication = current_publication(told.home)
    assert publication is not None
    manifest = publication.path.with_suffix(".manifest.json")
    described = json.loads(manifest.read_text(encoding="utf-8"))
    described["warnings"] = [
        {
            "check": "deals.freshness",
            "scope": "crm.deals",
            "severity": "warn",
            "outcome": "fail",
            "message": "The newest row is of May.",
        }
    ]
    manifest.write_text(json.dumps(described), encoding="utf-8")
    text = said()
    assert "1 warning:" in text
    assert "crm.deals: deals.freshness" in text


def test_hints_name_the_file_that_the_command_was_given(said, company):
    assert f"daybook --config {company.config} quarantine list --date 2026-06-03" in said()
