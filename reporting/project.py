"""What dbt's manifest says of the tables to publish: meaning, grain, rules and tests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from daybook.errors import PublicationRefused, Where
from reporting.publication import TableKind

PUBLISHED_SCHEMA = "marts"
PERSONAL = "personal"
NEVER_NULL = re.compile(r"\bNever null[.;]")
"""How a description promises that its column has a value in every row."""

Node = Mapping[str, Any]


@dataclass(frozen=True)
class ColumnDoc:
    """One documented column."""

    name: str
    description: str
    is_personal: bool
    is_required: bool


@dataclass(frozen=True)
class TableDoc:
    """One documented table of the schema ``marts``."""

    name: str
    kind: TableKind
    description: str
    grain: tuple[str, ...]
    """Columns whose values together occur once; empty when none is declared."""
    columns: tuple[ColumnDoc, ...]


@dataclass(frozen=True)
class Project:
    """The part of the dbt project that a publication depends on."""

    tables: tuple[TableDoc, ...]
    tests: frozenset[str]
    """Names of all data tests."""


def read_project(manifest: Path) -> Project:
    """Read tables and data tests from a dbt manifest.

    Raises:
        PublicationRefused: the manifest is missing or is not one.
    """
    try:
        nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    except (OSError, ValueError, LookupError) as error:
        raise PublicationRefused(
            f"dbt's manifest cannot be read: {error}.",
            remedy="build the warehouse again.",
            where=Where(file=str(manifest)),
        ) from error
    tests = [node for node in nodes if node["resource_type"] == "test"]
    models = [node for node in nodes if _is_published(node)]
    tables = (_table(model, [test for test in tests if _is_rule(test, model)]) for model in models)
    return Project(
        tables=tuple(sorted(tables, key=lambda table: table.name)),
        tests=frozenset(test["name"] for test in tests),
    )


def kind_of(table: str) -> TableKind:
    """What a table is, by its name."""
    if table.startswith("dim_"):
        return "dimension"
    return "fact" if table.startswith("fct_") else "mart"


def _is_published(node: Node) -> bool:
    if node["resource_type"] != "model" or node["schema"] != PUBLISHED_SCHEMA:
        return False
    return bool(node["config"].get("materialized") != "ephemeral")


def _is_rule(test: Node, model: Node) -> bool:
    """Whether a test blocks and holds for every row of a model."""
    config = test["config"]
    always = config.get("where") is None and str(config.get("severity", "error")).lower() == "error"
    return bool(test.get("attached_node") == model["unique_id"] and test.get("test_metadata") and always)


def _table(model: Node, tests: Iterable[Node]) -> TableDoc:
    rules = [(test["test_metadata"]["name"], test["test_metadata"]["kwargs"]) for test in tests]
    required = {arguments["column_name"] for rule, arguments in rules if rule == "not_null"}
    return TableDoc(
        name=model["alias"],
        kind=kind_of(model["alias"]),
        description=model["description"].strip(),
        grain=_grain(model, rules),
        columns=tuple(_column(column, required) for column in model["columns"].values()),
    )


def _grain(model: Node, rules: Iterable[tuple[str, Node]]) -> tuple[str, ...]:
    """The columns of ``unique_grain``, else of the first ``unique`` test, else those that ``meta`` names.

    A table that is too large to be tested every night names them; it is checked when it is published.
    """
    declared = [tuple(arguments["columns"]) for rule, arguments in rules if rule == "unique_grain"]
    single = [(arguments["column_name"],) for rule, arguments in rules if rule == "unique"]
    return next(iter(declared + single), tuple(model["config"].get("meta", {}).get("grain", ())))


def _column(column: Node, required: set[str]) -> ColumnDoc:
    description = column["description"].strip()
    return ColumnDoc(
        name=column["name"],
        description=description,
        is_personal=column["meta"].get("classification") == PERSONAL,
        is_required=column["name"] in required or bool(NEVER_NULL.search(description)),
    )
