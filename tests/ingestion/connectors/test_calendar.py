from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from connectors.connector_world import cells, config_in

from daybook.errors import ConfigurationError
from ingestion.connectors import RawTable, read_table

NIGHT = date(2024, 3, 5)


def calendar(folder: Path, dataset: str = "holidays", **company: object) -> RawTable:
    config = config_in(folder, {"connector": "calendar"}, **company)
    return read_table(config, "crm", dataset, folder / "scratch", NIGHT)


def test_holidays_of_a_country_reach_two_years_past_the_business_date(tmp_path):
    days = cells(calendar(tmp_path, holidays=["FR"]))
    assert ("FR", date(2024, 7, 14), "National Day") in days
    assert min(day for _, day, _ in days) == date(2020, 1, 1)
    assert max(day for _, day, _ in days) == date(2026, 12, 25)


def test_a_region_has_days_of_its_own(tmp_path):
    days = [row[:2] for row in cells(calendar(tmp_path, holidays=["FR", "FR-57"]))]
    good_friday = date(2024, 3, 29)
    assert ("FR-57", good_friday) in days
    assert ("FR", good_friday) not in days


def test_names_are_in_the_companys_language_where_the_calendar_has_it(tmp_path):
    days = cells(calendar(tmp_path, holidays=["FR"], locale="fr"))
    assert ("FR", date(2024, 7, 14), "Fête nationale") in days


def test_each_calendar_counts_as_a_file(tmp_path):
    table = calendar(tmp_path, holidays=["FR", "US-CA"])
    assert [file.path for file in table.files] == ["holidays of FR", "holidays of US-CA"]
    assert sum(file.rows_read for file in table.files) == len(cells(table))


def test_a_company_without_calendars_has_an_empty_one(tmp_path):
    table = calendar(tmp_path)
    assert table.columns == ["calendar", "holiday_on", "holiday_name"]
    assert cells(table) == []
    assert table.files


@pytest.mark.parametrize("code", ["XX", "US-ZZ", "fr"])
def test_a_code_that_no_calendar_has_is_a_fault_of_the_configuration(tmp_path, code):
    with pytest.raises(ConfigurationError, match=f"holidays of '{code}' are not known"):
        calendar(tmp_path, holidays=[code])


def test_a_calendar_feeds_holidays_only(tmp_path):
    with pytest.raises(ConfigurationError, match="feeds holidays, not deals"):
        calendar(tmp_path, "deals", holidays=["FR"])
