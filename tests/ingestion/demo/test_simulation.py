from datetime import date, timedelta
from pathlib import Path

import pytest

from daybook.errors import ConfigurationError
from ingestion.demo import DEMO_BUSINESS_ON, read_truth, write_demo

SPRING = date(2026, 4, 1)


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def written(folder: Path, business_on: date, **arguments: object) -> dict[str, bytes]:
    write_demo(folder, business_on, scale=0.05, opened_on=SPRING, **arguments)
    return files(folder)


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return written(tmp_path_factory.mktemp("today") / "demo", DEMO_BUSINESS_ON)


def test_the_same_arguments_write_the_same_bytes(tmp_path, today):
    assert written(tmp_path / "again", DEMO_BUSINESS_ON) == today


def test_another_seed_is_another_company(tmp_path, today):
    other = written(tmp_path / "other", DEMO_BUSINESS_ON, seed=1)
    assert other["shop/order_lines_2026-05.csv"] != today["shop/order_lines_2026-05.csv"]
    assert other["crm/opportunities.csv"] != today["crm/opportunities.csv"]


@pytest.mark.parametrize("days", [1, 5], ids=["next-day", "after-month-end"])
def test_a_later_day_leaves_closed_months_as_they_are(tmp_path, today, days):
    later = written(tmp_path / "later", DEMO_BUSINESS_ON + timedelta(days=days))
    unchanged = {name for name, content in today.items() if later[name] == content}
    assert {
        f"shop/{kind}_2026-0{month}.csv" for kind in ("order_lines", "refunds") for month in (4, 5, 6)
    } <= unchanged
    assert {"shop/orders_2026-04.csv", "shop/orders_2026-05.csv", "reports/targets.xlsx"} <= unchanged
    assert set(later) - set(today) == {
        f"shop/{kind}_2026-07.csv" for kind in ("orders", "order_lines", "refunds")
    }


def test_a_day_within_a_month_adds_lines_and_takes_none_away(tmp_path):
    before = written(tmp_path / "demo", date(2026, 6, 15))["shop/order_lines_2026-06.csv"].splitlines()
    after = written(tmp_path / "demo", date(2026, 6, 16))["shop/order_lines_2026-06.csv"].splitlines()
    added = set(after) - set(before)
    assert set(before) < set(after)
    assert all(b",2026-06-15T2" in line or b",2026-06-16T" in line for line in added)


def test_stage_history_only_grows(tmp_path, today):
    later = written(tmp_path / "later", DEMO_BUSINESS_ON + timedelta(days=3))["crm/opportunity_history.csv"]
    assert later.startswith(today["crm/opportunity_history.csv"])
    assert len(later) > len(today["crm/opportunity_history.csv"])


def test_the_first_order_of_a_month_turns_out_two_days_later_to_be_of_the_evening_before(tmp_path):
    folder = tmp_path / "demo"

    def first_line() -> str:
        return (folder / "shop" / "order_lines_2026-06.csv").read_text().splitlines()[1]

    assert written(folder, date(2026, 6, 2))
    assert read_truth(folder).corrected_order_ids == ["SO2605-0000001"]
    assert ",2026-06-01T" in first_line()
    assert written(folder, date(2026, 6, 3))
    assert read_truth(folder).corrected_order_ids == ["SO2605-0000001", "SO2606-0000001"]
    assert ",2026-05-31T21:30:00Z," in first_line()


def test_an_earlier_date_removes_the_files_of_later_months(tmp_path):
    folder = tmp_path / "demo"
    written(folder, date(2026, 6, 3))
    assert "shop/orders_2026-06.csv" not in written(folder, date(2026, 5, 30))


def test_the_truth_read_back_is_the_truth_returned(tmp_path):
    folder = tmp_path / "demo"
    truth = write_demo(folder, DEMO_BUSINESS_ON, scale=0.02, opened_on=date(2026, 6, 1))
    assert read_truth(folder) == truth


def test_files_of_somebody_else_are_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ConfigurationError, match="did not write"):
        write_demo(tmp_path, DEMO_BUSINESS_ON, scale=0.02)
    assert files(tmp_path) == {"mine.txt": b"keep"}


@pytest.mark.parametrize(
    ("business_on", "scale", "reason"),
    [(date(2023, 12, 31), 1.0, "opened on 2024-01-01"), (DEMO_BUSINESS_ON, 0.0, "no customers")],
    ids=["before-the-opening", "no-size"],
)
def test_a_company_that_cannot_be_is_refused(tmp_path, business_on, scale, reason):
    with pytest.raises(ConfigurationError, match=reason):
        write_demo(tmp_path / "demo", business_on, scale=scale)
    assert not (tmp_path / "demo").exists()


def test_the_first_day_of_the_company_can_be_written(tmp_path):
    truth = write_demo(tmp_path / "demo", SPRING, scale=0.02, opened_on=SPRING)
    assert truth.good_rows["shop.products"] == 60
    assert truth.control_totals == []


def test_ten_times_the_scale_is_ten_times_the_orders(tmp_path):
    month = date(2026, 6, 1)
    small = write_demo(tmp_path / "small", DEMO_BUSINESS_ON, scale=0.5, opened_on=month).good_rows
    large = write_demo(tmp_path / "large", DEMO_BUSINESS_ON, scale=5, opened_on=month).good_rows
    assert large["shop.orders"] == pytest.approx(10 * small["shop.orders"], rel=0.1)
    assert large["shop.customers"] == pytest.approx(10 * small["shop.customers"], rel=0.1)
