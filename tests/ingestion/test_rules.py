from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from ingestion.rules import broken
from quality.contracts import Field


def field(kind: str = "number", **rules: Any) -> Field:
    plain: dict[str, Any] = {
        "name": "column",
        "logical_type": kind,
        "physical_type": "decimal(18,4)" if kind == "number" else None,
        "description": "",
        "required": False,
        "personal": False,
        "unit": None,
        "null_means": None,
        "minimum": None,
        "maximum": None,
        "pattern": None,
        "max_length": None,
        "values": (),
        "values_severity": "block",
        "reference": None,
    }
    return Field(**(plain | rules))


def codes(values: list[Any], declared: Field) -> list[set[str]]:
    """The codes of each row."""
    found = [rule.to_list() for rule in broken(pl.Series(values, dtype=declared.dtype), declared)]
    return [{code for code in row if code} for row in zip(*found, strict=True)] or [set() for _ in values]


@pytest.mark.parametrize(
    ("declared", "kept", "refused", "code"),
    [
        (field(required=True), Decimal(0), None, "missing"),
        (field(minimum=0), Decimal(0), Decimal("-0.0001"), "below_minimum"),
        (field(maximum=1), Decimal(1), Decimal("1.0001"), "above_maximum"),
        (field(minimum=0.1), Decimal("0.1"), Decimal("0.0999"), "below_minimum"),
        (field("integer", minimum=1), 1, 0, "below_minimum"),
        (field("string", pattern="^[A-Z]{3}$"), "EUR", "EURO", "wrong_pattern"),
        (field("string", values=("a", "b")), "a", "A", "not_allowed"),
        (field("string", max_length=3), "äöü", "abcd", "too_long"),
    ],
)
def test_a_broken_rule_is_named_at_its_row_alone(declared, kept, refused, code):
    assert codes([kept, refused, kept], declared) == [set(), {code}, set()]
    assert codes([kept, kept], declared) == [set(), set()]


def test_a_missing_value_breaks_no_rule_but_being_required():
    everything = field("string", pattern="^x$", values=("x",), max_length=1)
    assert codes([None, "x"], everything) == [set(), set()]


def test_every_broken_rule_is_named():
    assert codes(["abcd"], field("string", values=("x",), max_length=3)) == [{"not_allowed", "too_long"}]


def test_values_that_the_contract_only_warns_of_pass():
    assert codes(["z"], field("string", values=("x",), values_severity="warn")) == [set()]
