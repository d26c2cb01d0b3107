"""The commands say what a person needs, and nothing ends in a traceback."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from tests.orchestration.company import SmallCompany

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


def test_backfill_with_its_ends_swapped_is_refused(company, daybook):
    said = daybook(company, "backfill", "--from", "2026-06-05", "--to", "2026-06-04")
    assert said.code == 1
    assert "swap them" in said.err


def test_refused_rows_are_those_of_the_last_run_unless_a_date_is_given(company, daybook):
    shown = daybook(company, "quarantine", "show", "crm.deals")
    assert "1 rows refused on 2026-06-03" in shown.out
    assert f"daybook --config {company.config} run --date 2026-06-03" in shown.out
