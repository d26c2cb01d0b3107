"""What dbt itself does not notice: misspelt keys, undescribed columns, personal data without a mark."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dbt_world import PROJECT, World

from quality.contracts import load_contracts

MODELS = PROJECT / "models"
ALLOWED = {
    "file": {"version", "models", "unit_tests", "sources"},
    "model": {"name", "description", "config", "data_tests", "columns"},
    "column": {"name", "data_type", "description", "config", "data_tests"},
    "unit test": {"name", "description", "model", "overrides", "given", "expect", "config"},
    "test": {"arguments", "config", "name"},
}
PERSONAL = {
    field.name for contract in load_contracts().values() for field in contract.fields if field.personal
}


def documents() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(MODELS.rglob("*.yml")):
        if not path.name.endswith("__sources.yml"):
            yield path, yaml.safe_load(path.read_text(encoding="utf-8"))


@functools.cache
def described() -> dict[str, dict[str, Any]]:
    return {model["name"]: model for _, document in documents() for model in document.get("models", [])}


MARTS = sorted(path.stem for path in (MODELS / "marts").rglob("*.sql"))


def keys_of(document: dict[str, Any]) -> Iterator[tuple[str, str, set[str]]]:
    """Every mapping whose keys dbt does not check: its kind, its name and its keys."""
    yield "file", "", set(document)
    for model in document.get("models", []):
        yield "model", model["name"], set(model)
        for column in model.get("columns", []):
            yield "column", f"{model['name']}.{column['name']}", set(column)
        tests = [
            *model.get("data_tests", []),
            *(t for c in model.get("columns", []) for t in c.get("data_tests", [])),
        ]
        for test in tests:
            if isinstance(test, dict):
                ((name, details),) = test.items()
                yield "test", f"{model['name']}.{name}", set(details)
    for test in document.get("unit_tests", []):
        yield "unit test", test["name"], set(test)


@pytest.mark.parametrize("path", [path for path, _ in documents()], ids=lambda path: path.name)
def test_no_key_of_a_model_file_is_misspelt(path):
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = [
        (kind, name, keys - ALLOWED[kind]) for kind, name, keys in keys_of(document) if keys - ALLOWED[kind]
    ]
    assert unknown == []


def test_every_model_is_described():
    models = {path.stem for path in MODELS.rglob("*.sql")}
    assert {name for name in models if not described().get(name, {}).get("description")} == set()


@pytest.mark.parametrize("mart", MARTS)
def test_every_column_of_a_mart_says_what_it_means_and_when_it_is_null(mart):
    silent = [
        column["name"]
        for column in described()[mart]["columns"]
        if not re.search(r"\bnull\b", column.get("description", ""), re.IGNORECASE)
        or not column.get("data_type")
    ]
    assert silent == []


@pytest.mark.parametrize("mart", MARTS)
def test_personal_columns_are_marked(mart):
    unmarked = [
        column["name"]
        for column in described()[mart]["columns"]
        if column["name"] in PERSONAL
        and column.get("config", {}).get("meta", {}).get("classification") != "personal"
    ]
    assert unmarked == []


@pytest.mark.parametrize("mart", MARTS)
def test_every_mart_says_what_one_row_of_it_is(mart):
    tests = described()[mart].get("data_tests", [])
    grains = [test["unique_grain"]["arguments"]["columns"] for test in tests if "unique_grain" in test]
    grain = [*grains, described()[mart].get("config", {}).get("meta", {}).get("grain")][0]
    assert grain
    assert set(grain) <= {column["name"] for column in described()[mart]["columns"]}


def test_no_model_reads_the_clock():
    clocks = re.compile(r"\b(current_date|current_timestamp|now\(|today\(|getdate)", re.IGNORECASE)
    readers = [
        path.name for path in PROJECT.rglob("*.sql") if clocks.search(path.read_text(encoding="utf-8"))
    ]
    assert readers == []


def test_descriptions_stand_as_comments_in_the_warehouse(acme: World):
    silent = acme.query(
        """
        select table_name, column_name from duckdb_columns()
        where schema_name = 'marts' and coalesce(comment, '') = ''
        """
    )
    assert silent == []


def test_the_rules_hold_that_unit_tests_state(acme: World):
    acme.dbt("test", "--select", "test_type:unit", "--vars", '{"as_of_date": "2026-01-31"}')
