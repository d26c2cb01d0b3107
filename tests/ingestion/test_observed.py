"""Deals whose source keeps no history are seen night after night, and what was seen is their history."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lake_world import Row, config, lake_files, lake_rows, run_night, stage

from daybook.home import Home
from ingestion.generation import Generation, current_generation

MONDAY, TUESDAY, FIRST = date(2024, 5, 30), date(2024, 5, 31), date(2024, 6, 1)


class Nights:
    """A CRM that tells only how its deals stand."""

    def __init__(self, folder: Path) -> None:
        self.home, self.staging = Home(folder / "var"), folder / "staging"
        self.config = config(keeps_history=False, crm__deals={})

    def __call__(self, business_on: date, *deals: Row) -> dict[str, list[str]]:
        batch = stage(self.staging, "crm", "deals", deals, business_on=business_on)
        return run_night(self.home, self.config, [batch], business_on=business_on).changed_months

    @property
    def lake(self) -> Generation:
        found = current_generation(self.home)
        assert found is not None
        return found

    def told(self) -> list[tuple[str, date, str, Decimal | None]]:
        months = lake_rows(self.lake, "deal_stage_changes").values()
        rows = [row for month in months for row in month]
        return sorted((r["deal_id"], r["changed_at"].date(), r["stage"], r["amount"]) for r in rows)


@pytest.fixture
def night(tmp_path) -> Nights:
    return Nights(tmp_path)


def deal(deal_id: str, stage: str = "Open", amount: int | None = 5, **more: Any) -> Row:
    money = None if amount is None else Decimal(amount)
    return {"deal_id": deal_id, "stage": stage, "amount": money, "created_on": date(2024, 5, 2)} | more


def test_a_deal_is_told_of_when_it_is_first_seen_and_whenever_it_changed(night):
    night(MONDAY, deal("a"), deal("b"))
    night(TUESDAY, deal("a"), deal("b", amount=7))
    night(FIRST, deal("a", "Won", closed_on=FIRST), deal("b", amount=7), deal("c", amount=None))
    assert night.told() == [
        ("a", MONDAY, "Open", 5),
        ("a", FIRST, "Won", 5),
        ("b", MONDAY, "Open", 5),
        ("b", TUESDAY, "Open", 7),
        ("c", FIRST, "Open", None),
    ]


def test_a_value_that_is_gone_is_a_change(night):
    night(MONDAY, deal("a"))
    night(TUESDAY, deal("a", amount=None))
    assert night.told() == [("a", MONDAY, "Open", 5), ("a", TUESDAY, "Open", None)]


def test_a_deal_that_was_closed_before_anybody_looked_has_no_history(night):
    night(MONDAY, deal("old", "Won", closed_on=date(2024, 5, 9)))
    night(TUESDAY, deal("old", "Lost", closed_on=date(2024, 5, 9)))
    assert night.told() == []


def test_a_deal_that_is_gone_keeps_what_was_seen_of_it(night):
    night(MONDAY, deal("a"), deal("b"))
    night(TUESDAY, deal("a"))
    assert ("b", MONDAY, "Open", 5) in night.told()


def test_the_later_look_at_a_day_counts_and_the_same_look_again_changes_nothing(night):
    night(MONDAY, deal("a"))
    night(TUESDAY, deal("a", "Lost", closed_on=TUESDAY))
    changed = night(TUESDAY, deal("a", amount=9))
    assert changed["deal_stage_changes"] == ["2024-05"]
    assert night.told() == [("a", MONDAY, "Open", 5), ("a", TUESDAY, "Open", 9)]
    before = lake_files(night.lake, "deal_stage_changes")
    assert night(TUESDAY, deal("a", amount=9))["deal_stage_changes"] == []
    assert lake_files(night.lake, "deal_stage_changes") == before


def test_a_night_run_again_for_an_earlier_day_leaves_what_was_observed(night):
    night(MONDAY, deal("a"), deal("b"))
    night(TUESDAY, deal("a", "Won", closed_on=TUESDAY), deal("b", amount=7), deal("c"))
    observed = night.told()
    assert night(MONDAY, deal("a", "Won", closed_on=TUESDAY), deal("b", amount=7), deal("c")) == {
        **night.lake.state.changed_months,
        "deal_stage_changes": [],
    }
    assert night.told() == observed


def test_a_day_before_the_last_look_is_not_made_up_though_that_look_saw_no_change(night):
    night(MONDAY, deal("a"))
    night(FIRST, deal("a"))
    night(TUESDAY, deal("a", amount=9))
    assert night.told() == [("a", MONDAY, "Open", 5)]
    night(FIRST, deal("a", amount=9))
    assert night.told() == [("a", MONDAY, "Open", 5), ("a", FIRST, "Open", 9)]


def test_a_day_on_which_nothing_changed_writes_nothing(night):
    night(MONDAY, deal("a"))
    assert night(TUESDAY, deal("a"))["deal_stage_changes"] == []


def test_a_source_that_tells_how_its_deals_moved_is_believed(tmp_path):
    settings, home = config(crm__deals={}), Home(tmp_path / "var")
    run_night(home, settings, [stage(tmp_path, "crm", "deals", [deal("a")])])
    found = current_generation(home)
    assert found is not None
    assert lake_rows(found, "deal_stage_changes") == {}


def test_what_was_seen_stands_at_noon(night):
    night(MONDAY, deal("a"))
    [rows] = lake_rows(night.lake, "deal_stage_changes").values()
    assert rows[0]["changed_at"] == datetime(2024, 5, 30, 12)  # noqa: DTZ001
