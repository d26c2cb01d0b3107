from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from audit_world import World

from quality.contracts import Contract, load_contracts


def changed(dataset: str, column: str, **facts: Any) -> Contract:
    """A contract in which one column is declared otherwise."""
    contract = load_contracts()[dataset]
    fields = tuple(
        dataclasses.replace(field, **facts) if field.name == column else field for field in contract.fields
    )
    return dataclasses.replace(contract, fields=fields)


def stage(world: World, contract: Contract, **row: Any) -> None:
    entry = world.stage("crm", contract.name, [{"deal_id": "D1", **row}])
    world.inputs[-1] = dataclasses.replace(entry, contract=contract)


LENGTHS = [("abcde", "pass"), ("abcdef", "fail"), ("žluťo", "pass"), (None, "pass")]


@pytest.mark.parametrize(("name", "outcome"), LENGTHS)
def test_a_length_counts_characters(world: World, name: str | None, outcome: str) -> None:
    stage(world, changed("deals", "deal_name", max_length=5), deal_name=name)
    assert world.check("deals.deal_name.length").outcome == outcome


BOUNDS = [
    ({"minimum": 5, "maximum": None}, "4.9999", "fail", "amount is at least 5"),
    ({"minimum": 5, "maximum": None}, "5", "pass", "amount is at least 5"),
    ({"minimum": None, "maximum": 0.1}, "0.1", "pass", "amount is at most 0.1"),
    ({"minimum": None, "maximum": 0.1}, "0.1001", "fail", "amount is at most 0.1"),
    ({"minimum": 1, "maximum": 2}, "2.0001", "fail", "amount is at least 1 and at most 2"),
]


@pytest.mark.parametrize(("bounds", "amount", "outcome", "expected"), BOUNDS)
def test_a_range_has_one_bound_or_two(
    world: World, bounds: dict[str, Any], amount: str, outcome: str, expected: str
) -> None:
    stage(world, changed("deals", "amount", **bounds), amount=Decimal(amount))
    found = world.check("deals.amount.range")
    assert found.outcome == outcome
    assert expected in found.message


@pytest.mark.parametrize(("severity", "blocks"), [("block", True), ("warn", False)])
def test_the_contract_says_how_grave_an_unlisted_value_is(world: World, severity: str, blocks: bool) -> None:
    stage(world, changed("deals", "revenue_stream", values_severity=severity), revenue_stream="rent")
    found = world.check("deals.revenue_stream.values")
    assert (found.outcome, found.blocks) == ("fail", blocks)
    assert found.sample == ["deal_id=D1, revenue_stream=rent"]


@pytest.mark.parametrize(("severity", "blocks"), [("block", True), ("warn", False)])
def test_the_contract_says_how_grave_a_repeated_key_is(world: World, severity: str, blocks: bool) -> None:
    contract = dataclasses.replace(load_contracts()["deals"], key_severity=severity)
    entry = world.stage("crm", "deals", [{"deal_id": "D1"}, {"deal_id": "D1"}])
    world.inputs[-1] = dataclasses.replace(entry, contract=contract)
    found = world.check("deals.deal_id.unique")
    assert (found.outcome, found.blocks) == ("fail", blocks)
