from __future__ import annotations

import shutil
from decimal import Decimal

import pytest
from source_world import World

from daybook.config import Config, load_config
from daybook.errors import ContractViolation
from daybook.settings import PROJECT_ROOT
from ingestion.demo import DEMO_BUSINESS_ON, write_demo
from ingestion.preview import preview
from quality.contracts import load_contracts


@pytest.fixture(scope="module")
def demo_company(tmp_path_factory) -> Config:
    """A demo company so small that most tables are looked at whole."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "var").mkdir()
    write_demo(folder / "var" / "demo", DEMO_BUSINESS_ON, scale=0.1)
    return load_config(shutil.copy(PROJECT_ROOT / "daybook.yaml", folder / "daybook.yaml"))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_preview_shows_the_rows_as_the_contract_gets_them(world):
    world.write("deals.csv", "id,stage,value,remark", "007,Won,1.5,x", "008,Open,two,y", "009,Open,3,z")
    seen = world.preview("deals", limit=2, columns={"deal_id": "id", "amount": "value"})
    assert seen.head.to_dicts() == [
        {"deal_id": "007", "stage": "Won", "amount": Decimal("1.5000")},
        {"deal_id": "009", "stage": "Open", "amount": Decimal("3.0000")},
    ]
    assert seen.rows_seen == 3
    assert [reason["message"] for reason in seen.refused["reasons"][0]] == [
        "'two' is not a number (from value)"
    ]
    assert list(seen.unmapped) == ["remark"]
    assert {"rep_id", "created_on"} <= set(seen.unfed)


def test_a_preview_shows_rows_that_could_not_be_split(world):
    world.write("deals.csv", "deal_id,stage", "1,Won", "2,Won,more")
    seen = world.preview("deals")
    assert (seen.rows_seen, seen.refused["row_number"].to_list()) == (2, [2])


def test_a_preview_of_a_half_written_mapping_says_what_is_still_unfed(world):
    world.write("deals.csv", "id,phase", "1,Won")
    seen = world.preview("deals", columns={"deal_id": "id"})
    assert "stage" in seen.unfed
    assert [reason["code"] for reason in seen.refused["reasons"][0]] == ["missing"]


def test_a_preview_looks_at_the_first_rows_only(world):
    world.write("deals.csv", "deal_id,stage", *(f"{n},{'Won' if n < 5000 else ''}" for n in range(6000)))
    seen = world.preview("deals", limit=3)
    assert (seen.head.height, seen.rows_seen, seen.refused.height) == (3, 1000, 0)


def test_a_preview_keeps_nothing(world):
    world.write("deals.csv", "deal_id,stage", "1,Won")
    world.preview("deals")
    assert sorted(path.name for path in world.folder.iterdir()) == ["data", "daybook.yaml"]


def test_a_preview_of_an_optional_source_without_files_is_empty(world):
    seen = world.preview("deals", optional=True)
    assert (seen.rows_seen, seen.head.height, seen.refused.height) == (0, 0, 0)


def test_a_preview_names_a_column_that_is_gone(world):
    world.write("deals.csv", "id,phase", "1,Won")
    with pytest.raises(ContractViolation, match="no column 'ids'"):
        world.preview("deals", columns={"deal_id": "ids"})


@pytest.mark.parametrize("limit", [10, 1000])
def test_every_table_of_the_demo_can_be_looked_at(demo_company, limit):
    contracts = load_contracts()
    for source, dataset in demo_company.tables():
        seen = preview(demo_company, source, dataset, contracts[dataset], DEMO_BUSINESS_ON, limit)
        assert seen.rows_seen > 0, f"{source}.{dataset}"
        assert seen.head.height == min(limit, seen.rows_seen - seen.refused.height)
