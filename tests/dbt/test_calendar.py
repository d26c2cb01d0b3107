"""The company's calendar, whatever day its years and weeks start on."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from dbt_world import World, company


@pytest.fixture(scope="module")
def tax_year(tmp_path_factory):
    """Fiscal years from 6 April, weeks from Sunday to Thursday."""
    config = company(
        fiscal_year_start="04-06",
        week_start="sunday",
        working_days=["sunday", "monday", "tuesday", "wednesday", "thursday"],
    )
    world = World(tmp_path_factory.mktemp("tax_year"), config).write()
    return world.build("2026-05-20", select="+dim_date", command="run")


@pytest.fixture(scope="module")
def month_ends(tmp_path_factory):
    """Fiscal years from 31 January: months start on the last day of a shorter month."""
    world = World(tmp_path_factory.mktemp("month_ends"), company(fiscal_year_start="01-31")).write()
    return world.build("2026-05-20", select="+dim_date", command="run")


def of_day(world: World, day: str, *columns: str) -> tuple[object, ...]:
    return tuple(
        world.one(f"select {', '.join(columns)} from marts.dim_date where date_on = ?", day).values()
    )


def test_the_calendar_reaches_a_fiscal_year_beyond_the_facts_on_both_sides(acme: World):
    assert acme.one("select min(date_on) as first, max(date_on) as last from marts.dim_date") == {
        "first": date(2024, 4, 1),
        "last": date(2027, 3, 31),
    }


def test_the_calendar_reaches_back_to_leads_activities_and_moves_before_the_first_deal(tmp_path):
    world = World(tmp_path)
    older = [
        ("leads", {"lead_id": "l", "created_at": datetime(2024, 6, 1)}),  # noqa: DTZ001
        ("activities", {"activity_id": "a", "happened_at": datetime(2022, 6, 1), "is_done": True}),  # noqa: DTZ001
        ("deal_stage_changes", {"deal_id": "d", "changed_at": datetime(2020, 6, 1), "stage": "Lead"}),  # noqa: DTZ001
    ]
    found = []
    for number, (dataset, row) in enumerate(older):
        world.add(dataset, row, source="crm").write()
        world.build("2026-05-20", select="dim_date" if number else "+dim_date", command="run")
        found.append(world.value("select min(date_on) from marts.dim_date"))
    assert found == [date(2023, 4, 1), date(2021, 4, 1), date(2019, 4, 1)]


def test_a_fiscal_year_across_two_years_is_labelled_with_both(acme: World):
    labels = ("fiscal_year_label", "fiscal_quarter_label", "fiscal_month_label")
    assert of_day(acme, "2026-01-31", *labels) == ("FY2025/26", "FY2025/26-Q4", "FY2025/26-M10")


def test_the_first_days_of_january_may_belong_to_the_iso_week_of_the_old_year(acme: World):
    assert of_day(acme, "2027-01-03", "iso_week_label", "iso_weekday") == ("2026-W53", 7)


def test_a_holiday_is_no_working_day(acme: World):
    assert of_day(acme, "2026-01-01", "is_working_day", "holiday_name") == (False, "New Year")
    assert of_day(acme, "2026-01-02", "working_day_of_month", "working_days_in_month") == (1, 21)


def test_the_running_number_counts_the_working_days_of_any_window(acme: World):
    first, last = (of_day(acme, day, "working_day_number")[0] for day in ("2026-01-04", "2026-01-11"))
    assert last - first == 5


@pytest.mark.parametrize(
    ("day", "label", "start", "end"),
    [
        ("2026-04-05", "FY2025/26-M12", date(2026, 3, 6), date(2026, 4, 5)),
        ("2026-04-06", "FY2026/27-M01", date(2026, 4, 6), date(2026, 5, 5)),
        ("2026-05-05", "FY2026/27-M01", date(2026, 4, 6), date(2026, 5, 5)),
        ("2026-05-06", "FY2026/27-M02", date(2026, 5, 6), date(2026, 6, 5)),
    ],
)
def test_fiscal_months_start_on_the_fiscal_day(tax_year, day, label, start, end):
    columns = ("fiscal_month_label", "fiscal_month_start_on", "fiscal_month_end_on")
    assert of_day(tax_year, day, *columns) == (label, start, end)


def test_weeks_start_on_the_companys_day(tax_year):
    saturday = of_day(tax_year, "2026-05-16", "week_start_on", "week_end_on", "is_working_day")
    assert saturday == (date(2026, 5, 10), date(2026, 5, 16), False)
    assert of_day(tax_year, "2026-05-17", "week_start_on", "is_working_day") == (date(2026, 5, 17), True)


def test_the_first_fiscal_week_holds_the_first_fiscal_day(tax_year):
    weeks = [of_day(tax_year, day, "fiscal_week")[0] for day in ("2026-04-06", "2026-04-11", "2026-04-12")]
    assert weeks == [1, 1, 2]


def test_months_that_start_on_the_last_day_leave_no_day_out(month_ends):
    starts = month_ends.query(
        """
        select distinct fiscal_month_start_on, fiscal_month_end_on from marts.dim_date
        where fiscal_year = 2026 order by all limit 3
        """
    )
    assert [tuple(row.values()) for row in starts] == [
        (date(2026, 1, 31), date(2026, 2, 27)),
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 29)),
    ]


def test_every_day_lies_in_exactly_one_fiscal_month(month_ends):
    outside = month_ends.value(
        """
        select count(*) from marts.dim_date
        where date_on < fiscal_month_start_on or date_on > fiscal_month_end_on
        """
    )
    assert outside == 0
