"""Deals are seen night after night, and what was seen completes what their source tells of how they moved."""

from __future__ import annotations

from datetime import date, datetime, timedelta
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
        months = lake_rows(self.lake, "deal_observations").values()
        rows = [row for month in months for row in month]
        return sorted((r["deal_id"], r["observed_at"].date(), r["stage"], r["amount"]) for r in rows)


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


def test_a_deal_that_is_closed_is_seen_as_it_closes_and_whenever_its_value_is_corrected(night):
    night(MONDAY, deal("a"), deal("b"))
    night(TUESDAY, deal("a", "Won", amount=6), deal("b", "Won"))
    night(FIRST, deal("a", "Won", amount=7), deal("b", "Won", expected_close_on=FIRST))
    assert night.told() == [
        ("a", MONDAY, "Open", 5),
        ("a", TUESDAY, "Won", 6),
        ("a", FIRST, "Won", 7),
        ("b", MONDAY, "Open", 5),
        ("b", TUESDAY, "Won", 5),
    ]


def test_an_owner_who_takes_over_what_is_closed_is_seen(night):
    night(MONDAY, deal("a", rep_id="ana"))
    night(TUESDAY, deal("a", "Won", rep_id="ana"))
    night(FIRST, deal("a", "Won", rep_id="bo"))
    assert [day for _, day, _, _ in night.told()] == [MONDAY, TUESDAY, FIRST]


def test_a_deal_closed_without_a_day_before_anybody_looked_has_no_history_either(night):
    night(MONDAY, deal("a", "Won"), deal("b", is_closed=True))
    assert night.told() == []


def test_a_deal_that_was_not_there_yet_is_not_seen(night):
    night(MONDAY, deal("a", created_on=TUESDAY), deal("b", created_on=MONDAY), deal("c", created_on=None))
    assert night.told() == [("b", MONDAY, "Open", 5), ("c", MONDAY, "Open", 5)]


def test_a_deal_that_is_gone_keeps_what_was_seen_of_it(night):
    night(MONDAY, deal("a"), deal("b"))
    night(TUESDAY, deal("a"))
    assert ("b", MONDAY, "Open", 5) in night.told()


def test_the_later_look_at_a_day_counts_and_the_same_look_again_changes_nothing(night):
    night(MONDAY, deal("a"))
    night(TUESDAY, deal("a", "Lost", closed_on=TUESDAY))
    changed = night(TUESDAY, deal("a", amount=9))
    assert changed["deal_observations"] == ["2024-05"]
    assert night.told() == [("a", MONDAY, "Open", 5), ("a", TUESDAY, "Open", 9)]
    before = lake_files(night.lake, "deal_observations")
    assert night(TUESDAY, deal("a", amount=9))["deal_observations"] == []
    assert lake_files(night.lake, "deal_observations") == before


def test_a_night_run_again_for_an_earlier_day_leaves_what_was_observed(night):
    night(MONDAY, deal("a"), deal("b"))
    night(TUESDAY, deal("a", "Won", closed_on=TUESDAY), deal("b", amount=7), deal("c"))
    observed = night.told()
    assert night(MONDAY, deal("a", "Won", closed_on=TUESDAY), deal("b", amount=7), deal("c")) == {
        **night.lake.state.changed_months,
        "deal_observations": [],
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
    assert night(TUESDAY, deal("a"))["deal_observations"] == []


def test_what_was_seen_stands_at_the_end_of_the_business_date(night):
    night(MONDAY, deal("a"))
    [rows] = lake_rows(night.lake, "deal_observations").values()
    assert rows[0]["observed_at"] == datetime(2024, 5, 30, 21, 59, 59, 999999)  # noqa: DTZ001 - Paris, in summer


def planned(night: Nights) -> list[tuple[str, date, str | None, str | None]]:
    months = lake_rows(night.lake, "deal_plans").values()
    rows = [row for month in months for row in month]
    found = [(r["deal_id"], r["observed_at"].date(), r["forecast_category"], r["next_action"]) for r in rows]
    return sorted(found, key=lambda row: row[:2])


def test_what_an_owner_plans_is_seen_when_it_is_first_there_and_whenever_it_changes(night):
    night(MONDAY, deal("a", forecast_category="pipeline"), deal("b"))
    night(TUESDAY, deal("a", forecast_category="pipeline", amount=9), deal("b", next_action="call"))
    night(FIRST, deal("a", forecast_category="commit", next_action="call"), deal("b"))
    assert planned(night) == [
        ("a", MONDAY, "pipeline", None),
        ("a", FIRST, "commit", "call"),
        ("b", TUESDAY, None, "call"),
        ("b", FIRST, None, None),
    ]


def test_plans_of_a_deal_are_seen_until_it_is_closed_and_of_a_closed_one_never(night):
    night(MONDAY, deal("a", forecast_category="commit"), deal("b", "Won", forecast_category="closed"))
    night(TUESDAY, deal("a", "Won", forecast_category="closed"), deal("b", "Won", forecast_category=None))
    assert planned(night) == [("a", MONDAY, "commit", None), ("a", TUESDAY, "closed", None)]


def test_the_same_plans_again_write_nothing(night):
    night(MONDAY, deal("a", forecast_category="commit"))
    assert night(MONDAY, deal("a", forecast_category="commit"))["deal_plans"] == []
    assert night(TUESDAY, deal("a", forecast_category="commit"))["deal_plans"] == []


class Tellers(Nights):
    """A CRM that tells how its deals moved, and not what happened to them between two moves."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.config = config(crm__deals={})
        self.moves: list[Row] = []

    def move(self, deal_id: str, at: datetime, stage: str = "Open", amount: int | None = None) -> None:
        """What the CRM tells from now on."""
        money = None if amount is None else Decimal(amount)
        self.moves.append({"deal_id": deal_id, "changed_at": at, "stage": stage, "amount": money})

    def __call__(self, business_on: date, *deals: Row) -> dict[str, list[str]]:
        told = {"deals": deals, "deal_stage_changes": self.moves}
        batches = [
            stage(self.staging, "crm", dataset, rows, business_on=business_on)
            for dataset, rows in told.items()
        ]
        return run_night(self.home, self.config, batches, business_on=business_on).changed_months


@pytest.fixture
def teller(tmp_path) -> Tellers:
    return Tellers(tmp_path)


NOON = datetime(2024, 5, 30, 12)  # noqa: DTZ001 - timestamps of the lake are UTC


def test_what_the_moves_tell_is_not_seen_again(teller):
    teller.move("a", NOON, amount=5)
    teller.move("b", NOON, amount=7)
    teller(MONDAY, deal("a"), deal("b", "Won", 7, closed_on=MONDAY))
    assert teller.told() == []


def test_a_change_between_two_moves_is_seen_and_one_that_a_move_tells_is_not(teller):
    teller.move("a", NOON, amount=5)
    teller(MONDAY, deal("a"))
    teller(TUESDAY, deal("a", amount=9))
    teller.move("a", NOON + timedelta(days=2), "Offer", amount=12)
    teller(FIRST, deal("a", "Offer", amount=12))
    assert teller.told() == [("a", TUESDAY, None, 9)]


def test_a_value_that_is_again_what_it_was_before_the_move_is_seen(teller):
    teller(MONDAY, deal("a"))
    teller.move("a", NOON + timedelta(days=1), "Offer", amount=12)
    teller(TUESDAY, deal("a", "Offer"))
    assert teller.told() == [("a", MONDAY, "Open", 5), ("a", TUESDAY, None, 5)]


def test_a_move_that_does_not_tell_the_value_has_it_seen_that_night(teller):
    teller.move("a", NOON)
    teller(MONDAY, deal("a"))
    teller.move("a", NOON + timedelta(days=1), "Offer")
    teller(TUESDAY, deal("a", "Offer", amount=6))
    assert teller.told() == [("a", MONDAY, None, 5), ("a", TUESDAY, None, 6)]


def test_a_stage_is_seen_as_long_as_no_move_was_told(teller):
    teller(MONDAY, deal("a"))
    teller(TUESDAY, deal("a", "Offer"))
    teller.move("a", NOON + timedelta(days=1), "Offer", amount=5)
    teller(FIRST, deal("a", "Offer"))
    assert teller.told() == [("a", MONDAY, "Open", 5), ("a", TUESDAY, "Offer", 5)]


def test_what_a_move_after_the_business_date_tells_was_not_so_before(teller):
    teller.move("a", NOON, amount=5)
    teller.move("a", NOON + timedelta(days=1), "Offer", amount=9)
    teller(MONDAY, deal("a", "Offer", amount=9))
    assert teller.told() == []


def test_what_such_a_move_does_not_explain_is_seen_and_the_rest_left_as_it_was(teller):
    teller.move("a", NOON, amount=5)
    teller.move("a", NOON + timedelta(days=1), "Offer", amount=9)
    teller(MONDAY, deal("a", "Offer", amount=9, expected_close_on=FIRST))
    assert teller.told() == [("a", MONDAY, None, 5)]


@pytest.mark.parametrize(("other", "seen"), [(5, []), (7, [("a", MONDAY, None, 5)])])
def test_of_moves_at_one_instant_that_disagree_the_night_tells_which_was_last(teller, other, seen):
    teller.move("a", NOON, "Open", amount=5)
    teller.move("a", NOON, "Lead", amount=other)
    teller(MONDAY, deal("a"))
    assert teller.told() == seen


@pytest.mark.parametrize(
    "closed",
    [{"stage": "Won"}, {"is_won": True}, {"is_closed": True}, {"stage": "Lost", "closed_on": MONDAY}],
)
def test_of_what_is_closed_the_value_is_seen_and_the_plan_is_not(teller, closed):
    teller.move("a", NOON, amount=5)
    teller(MONDAY, deal("a", amount=6))
    teller(TUESDAY, deal("a", amount=6, expected_close_on=TUESDAY) | closed)
    teller(FIRST, deal("a", amount=7) | closed)
    assert teller.told() == [("a", MONDAY, None, 6), ("a", FIRST, None, 7)]


def test_a_deal_of_a_closing_stage_that_its_crm_calls_open_is_seen(teller):
    teller.move("a", NOON, amount=5)
    teller(MONDAY, deal("a", "Won", amount=6, is_closed=False))
    assert teller.told() == [("a", MONDAY, None, 6)]


def test_what_was_closed_before_it_was_ever_seen_is_not_seen_though_its_moves_tell_otherwise(teller):
    teller.move("a", NOON, amount=7)
    teller(MONDAY, deal("a", "Won", 5, closed_on=MONDAY))
    assert teller.told() == []
