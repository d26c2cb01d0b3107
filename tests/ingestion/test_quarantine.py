from __future__ import annotations

from datetime import timedelta

import pytest
from source_world import NIGHT, World

from daybook.home import Home
from ingestion import quarantine


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def keep(home, world, dataset, *lines, night=NIGHT):
    world.write(f"{dataset}.csv", *lines)
    quarantine.keep(home, night, "crm", dataset, world.extract(dataset).folder)


def test_refused_rows_are_kept_with_their_reasons(world, home):
    keep(home, world, "deals", "deal_id,stage,amount", "1,Won,5", "2,,many", ",Won,1")
    shown = quarantine.show_refused(home, NIGHT, "crm", "deals")
    assert shown["row_number"].to_list() == [2, 3]
    listed = quarantine.list_refused(home, NIGHT)
    assert listed.select("source", "dataset", "column", "code", "rows").rows() == [
        ("crm", "deals", "amount", "not_a_number", 1),
        ("crm", "deals", "deal_id", "missing", 1),
        ("crm", "deals", "stage", "missing", 1),
    ]
    assert listed["example"][0] == "'many' is not a number"


def test_a_new_run_for_the_same_date_replaces_what_the_former_refused(world, home):
    keep(home, world, "deals", "deal_id,stage", ",Won", ",Lost")
    keep(home, world, "deals", "deal_id,stage", "1,")
    shown = quarantine.show_refused(home, NIGHT, "crm", "deals")
    assert [reasons[0]["column"] for reasons in shown["reasons"]] == ["stage"]


def test_a_run_that_refuses_nothing_clears_the_date(world, home):
    keep(home, world, "deals", "deal_id,stage", ",Won")
    keep(home, world, "deals", "deal_id,stage", "1,Won")
    assert quarantine.show_refused(home, NIGHT, "crm", "deals").is_empty()
    assert quarantine.list_refused(home, None).is_empty()


def test_dates_are_kept_apart_and_listed_newest_first(world, home):
    keep(home, world, "deals", "deal_id,stage", ",Won")
    keep(home, world, "teams", "team_id,team_name", ",North", night=NIGHT + timedelta(days=1))
    assert quarantine.list_refused(home, None)["dataset"].to_list() == ["teams", "deals"]
    assert quarantine.list_refused(home, NIGHT)["dataset"].to_list() == ["deals"]


def test_where_nothing_was_ever_refused_there_is_nothing_to_list(home):
    assert quarantine.list_refused(home, None).is_empty()
    assert quarantine.show_refused(home, NIGHT, "crm", "deals").columns == [
        "file",
        "row_number",
        "reasons",
        "raw",
    ]
