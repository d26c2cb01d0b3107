"""The commands say what a person needs, and nothing ends in a traceback."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest
from jinja2 import TemplateSyntaxError

from daybook.config import Reports
from daybook.home import Home
from reporting.versions import current_publication
from tests.depth import deep_only
from tests.orchestration.company import REPORTS, SmallCompany

TABLES = "select table_name from meta.tables where table_name <> 'reconciliation' order by 1"

pytestmark = pytest.mark.xdist_group("nights")


def test_sources_list_names_every_table_and_what_its_failure_means(new_company, daybook):
    said = daybook(new_company, "sources", "list")
    assert said.code == 0
    assert "crm.deals" in said.out
    assert "use_last_good" in said.out


def test_preview_shows_rows_refusals_and_columns_without_a_partner(new_company, daybook):
    said = daybook(new_company, "sources", "preview", "crm.deals", "--date", "2026-06-03")
    assert said.code == 0
    assert "12O.00" in said.out
    assert "no contract column uses: colour" in said.out
    assert "expected_close_on" in said.out


def test_preview_of_an_unknown_table_lists_the_known_ones(new_company, daybook):
    said = daybook(new_company, "sources", "preview", "crm.offers")
    assert said.code == 1
    assert "crm.deals" in said.err


def test_check_reports_every_table_and_fails_when_one_cannot_be_read(new_company, daybook):
    assert daybook(new_company, "sources", "check", "--date", "2026-06-03").code == 0
    (new_company.root / "crm/reps.csv").unlink()
    said = daybook(new_company, "sources", "check", "--date", "2026-06-03")
    assert said.code == 1
    assert "reps.csv" in said.out
    assert "readable" in said.out


def test_check_says_which_tables_have_too_many_refused_rows_to_pass(new_company, daybook):
    new_company.change("daybook.yaml", "quarantined_ratio: 0.4", "quarantined_ratio: 0.2")
    said = daybook(new_company, "sources", "check", "--date", "2026-06-03")
    assert said.code == 1
    assert "would block" in said.out
    assert "crm.deals: 1 of 3 rows would be refused; at most 20.00% may be." in said.out


def test_check_says_that_it_has_not_looked_at_every_row(new_company, daybook):
    assert "first 1,000 rows" in daybook(new_company, "sources", "check", "--date", "2026-06-03").out


def test_a_fault_inside_polars_ends_without_a_traceback(new_company, daybook, monkeypatch):
    def panic(*_: object, **__: object) -> None:
        raise pl.exceptions.PanicException("index out of bounds")

    monkeypatch.setattr("orchestration.cli.sources.preview", panic)
    said = daybook(new_company, "sources", "preview", "crm.deals", "--date", "2026-06-03")
    assert said.code == 2
    assert "index out of bounds" in said.err


def test_quarantine_counts_and_shows_refused_rows(company, daybook):
    listed = daybook(company, "quarantine", "list")
    assert "deals" in listed.out
    shown = daybook(company, "quarantine", "show", "crm.deals", "--date", "2026-06-03")
    assert "12O.00" in shown.out
    assert "row 3" in shown.out
    assert "the CRM team" in shown.out


def test_status_before_and_after_the_first_night(new_company, company, daybook):
    assert "Nothing has been published" in daybook(new_company, "status").out
    said = daybook(company, "status")
    assert f"Reports: {company.index_page}" in said.out.splitlines()
    assert "2026-06-03" in said.out
    assert "crm.deals" in said.out


def test_status_says_that_a_publication_is_stale_and_why(company, daybook):
    (company.root / "crm/deals.csv").unlink()
    assert daybook(company, "run", "--date", "2026-06-04").code == 1
    said = daybook(company, "status")
    assert "Stale" in said.out
    assert "deals.csv" in said.out
    assert str(company.home / "runs" / "2026-06-04.json") in said.out
    [row] = [line for line in said.out.splitlines() if "│ failed" in line]
    assert "extract crm.deals" in row


def test_a_failed_backfill_of_an_older_date_does_not_make_the_publication_stale(company, daybook):
    (company.root / "crm/deals.csv").unlink()
    said = daybook(company, "backfill", "--from", "2026-06-01", "--to", "2026-06-03")
    assert said.code == 1
    assert "Not tried: 2026-06-02 to 2026-06-03." in said.out
    assert "Stale" not in daybook(company, "status").out


def test_doctor_finds_a_healthy_company_healthy(company, daybook):
    said = daybook(company, "doctor")
    assert said.code == 0
    assert "✗" not in said.out


def test_doctor_says_what_is_wrong(company, daybook):
    company.change("daybook.yaml", "currency: EUR", "currency: euro")
    said = daybook(company, "doctor")
    assert said.code == 1
    assert "company.currency" in said.out


def test_a_wrong_configuration_ends_without_a_traceback(new_company, daybook):
    new_company.change("daybook.yaml", "name: Fixture & Sons", "nam: Fixture & Sons")
    said = daybook(new_company, "run", "--date", "2026-06-03")
    assert said.code == 1
    assert "line 2" in said.err
    assert "Traceback" not in said.text


@deep_only
def test_a_backfill_runs_its_dates_in_order_and_a_rollback_gives_the_rows_of_the_date_before(
    company, daybook
):
    before = marts(company)
    said = daybook(company, "backfill", "--from", "2026-06-03", "--to", "2026-06-04")
    assert said.code == 0
    assert said.out.index("business date 2026-06-03") < said.out.index("business date 2026-06-04")
    listed = daybook(company, "publications", "list").out
    assert all(day in listed for day in ("2026-06-03", "2026-06-04"))
    assert marts(company) != before
    assert "of 2026-06-03" in daybook(company, "publications", "rollback").out
    assert marts(company) == before, "the same inputs and date give the same rows"
    assert daybook(company, "publications", "rollback", "nothing-like-it").code == 1


def marts(company: SmallCompany) -> dict[str, list[tuple]]:
    """All rows of all published marts but that which tells what the loads found new."""
    with duckdb.connect(str(company.pointer), read_only=True) as connection:
        tables = connection.execute(TABLES).fetchall()
        return {
            table: connection.execute(f"select * from marts.{table} order by all").fetchall()
            for (table,) in tables
        }


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """What a browser is asked to open; there is one."""
    asked: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: asked.append(url) or True)
    return asked


def test_report_open_opens_the_page_that_it_names(company, daybook, opened):
    said = daybook(company, "report", "open")
    assert said.out == f"{company.index_page}\n"
    assert opened == [f"file://{company.index_page}"]


def test_report_open_only_prints_where_that_is_asked_for(company, daybook, opened):
    assert daybook(company, "report", "open", "--print").out == f"{company.index_page}\n"
    assert opened == []


def test_report_open_names_the_page_where_there_is_no_browser(company, daybook, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    said = daybook(company, "report", "open")
    assert said.code == 1
    assert str(company.index_page) in said.out
    assert "by hand" in said.err


@pytest.mark.parametrize("arguments", [["open"], ["build", "--to", "look"]], ids=["open", "build"])
def test_report_before_the_first_night_says_what_to_run(new_company, daybook, opened, arguments):
    said = daybook(new_company, "report", *arguments)
    assert said.code == 1
    assert "Nothing has been published yet." in said.err
    assert f"daybook --config {new_company.config} run" in said.err
    assert opened == []


def test_report_open_says_that_the_standing_publication_has_no_reports(company, daybook, opened):
    publication = current_publication(Home(company.home))
    manifest = publication.path.with_suffix(".manifest.json")
    manifest.write_text(publication.model_copy(update={"has_reports": False}).model_dump_json())
    said = daybook(company, "report", "open")
    assert said.code == 1
    assert "has no reports" in said.err
    assert "reports.editions" in said.err
    assert "Reports:" not in daybook(company, "status").out


def test_report_open_says_that_the_reports_are_gone(company, daybook, opened):
    company.index_page.unlink()
    said = daybook(company, "report", "open")
    assert said.code == 1
    assert "damaged" in said.err
    assert "rollback" in said.err
    assert opened == []


def write_site(file: Path, folder: Path, currency: str, settings: Reports) -> None:
    """Stands in for the reports, which take longer."""
    with duckdb.connect(str(file), read_only=True) as published:
        ((catalog,),) = published.execute("select current_database()").fetchall()
    folder.mkdir()
    (folder / "index.html").write_text(f"{catalog} {settings.languages}", encoding="utf-8")


def everything_published(company: SmallCompany) -> dict[Path, tuple[int, int]]:
    """What stands in the published folder, and when each was last changed."""
    found = [(path, path.lstat()) for path in (company.home / "published").rglob("*")]
    return {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in found}


def test_report_build_makes_the_standing_reports_anew_and_leaves_what_is_published(
    company, daybook, monkeypatch
):
    monkeypatch.setattr("reporting.site.build_site", write_site)
    company.change("daybook.yaml", REPORTS, "reports: {languages: [fr]}\n")
    before = everything_published(company)
    said = daybook(company, "report", "build", "--to", str(company.root / "look" / "here"))
    assert said.code == 0
    assert str(company.root / "look" / "here") in said.out
    assert (company.root / "look/here/index.html").read_text(encoding="utf-8") == "sales ['fr']"
    assert everything_published(company) == before


def test_report_build_that_fails_says_why_and_leaves_nothing(company, daybook, monkeypatch):
    def build_site(file: Path, folder: Path, currency: str, settings: Reports) -> None:
        write_site(file, folder, currency, settings)
        raise TemplateSyntaxError("unexpected end of block", lineno=7)

    monkeypatch.setattr("reporting.site.build_site", build_site)
    said = daybook(company, "report", "build", "--to", str(company.root / "look"))
    assert said.code == 1
    assert "unexpected end of block" in said.err
    assert "Remedy" in said.err
    assert not (company.root / "look").exists()


@pytest.mark.parametrize(
    ("folder", "reason"),
    [("crm", "There is something already"), ("var/published/look", "where publications are kept")],
    ids=["exists", "published"],
)
def test_report_build_does_not_write_where_something_is(company, daybook, folder, reason):
    before = sorted(company.root.rglob("*"))
    said = daybook(company, "report", "build", "--to", str(company.root / folder))
    assert said.code == 1
    assert reason in said.err
    assert folder in said.err
    assert sorted(company.root.rglob("*")) == before


def test_report_build_without_editions_names_the_key(company, daybook):
    company.change("daybook.yaml", REPORTS, "reports: {editions: []}\n")
    said = daybook(company, "report", "build", "--to", str(company.root / "look"))
    assert said.code == 1
    assert "reports.editions" in said.err
    assert not (company.root / "look").exists()


def test_backfill_with_its_ends_swapped_is_refused(company, daybook):
    said = daybook(company, "backfill", "--from", "2026-06-05", "--to", "2026-06-04")
    assert said.code == 1
    assert "swap them" in said.err


def test_refused_rows_are_those_of_the_last_run_unless_a_date_is_given(company, daybook):
    shown = daybook(company, "quarantine", "show", "crm.deals")
    assert "1 rows refused on 2026-06-03" in shown.out
    assert f"daybook --config {company.config} run --date 2026-06-03" in shown.out
