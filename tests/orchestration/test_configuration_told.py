"""What is wrong with a configuration is told by every command in the same words."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("nights")


@pytest.mark.parametrize(
    "command",
    [
        ("sources", "check"),
        ("sources", "preview", "crm.dealz"),
        ("run", "--date", "2026-06-03"),
        ("doctor",),
    ],
)
def test_a_dataset_that_no_contract_knows_is_told_by_every_command_that_reads_the_file(
    new_company, daybook, command
):
    new_company.change("daybook.yaml", "      deals: {read", "      dealz: {read")
    said = daybook(new_company, *command)
    assert said.code == 1
    assert "line 19: sources.crm.tables.dealz: no contract is named 'dealz'" in said.text
    assert "did you mean deals?" in said.text
    assert "fault of Sales Daybook" not in said.text


@pytest.mark.parametrize("command", [("list",), ("show", "crm.deals")])
def test_a_wrong_date_is_a_wrong_date_to_quarantine_too(new_company, daybook, command):
    said = daybook(new_company, "quarantine", *command, "--date", "foo")
    assert said.code == 1
    assert "'foo' is not a date" in said.err


def test_doctor_doubts_holidays_that_no_source_brings_in(company, daybook):
    company.change("daybook.yaml", "currency: EUR", "currency: EUR\n  holidays: [FR]")
    said = daybook(company, "doctor")
    assert said.code == 0
    assert "company.holidays names FR, but no source brings them in" in said.out
    source = "sources:\n  days: {connector: calendar, tables: {holidays: {read: calendar}}}\n"
    company.change("daybook.yaml", "sources:\n", source)
    assert "company.holidays" not in daybook(company, "doctor").out


def test_the_list_of_sources_leaves_credentials_out(new_company, daybook, monkeypatch):
    monkeypatch.setenv("TOKEN", "hunter2")
    url = "https://ana:${TOKEN}@exports/deals.csv?sig=${TOKEN}"
    new_company.change("daybook.yaml", "{read: deals.csv}", f"{{read: '{url}'}}")
    said = daybook(new_company, "sources", "list")
    assert "https://exports/deals.csv" in said.out
    assert "hunter2" not in said.text
