"""Writes the catalogue of marts from dbt's descriptions: ``python -m quality.mart_docs [--check]``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from daybook.settings import PROJECT_ROOT
from quality.generated import keep_current

MARTS = PROJECT_ROOT / "dbt_project" / "models" / "marts"
TARGET = PROJECT_ROOT / "docs" / "metrics.md"
COMMAND = "python -m quality.mart_docs"

INTRODUCTION = f"""\
# What every figure means

<!-- Written from dbt_project/models/marts by `{COMMAND}`. Do not edit: change the descriptions instead. -->

One meaning for each word. Ratios are fractions, 1 = 100 %, and null when their denominator is 0 or
missing, never 0. Amounts are in company currency with four decimals; only reports round. Dates are
business dates in the company's time zone. A row without an exchange rate is counted, unpriced and
listed. The same descriptions stand as comments on the published tables and columns.
"""


def render(folder: Path = MARTS) -> str:
    """The page's text: areas in alphabetical order, models in the order of their files."""
    areas = {area.name: list(_models(area)) for area in sorted(folder.iterdir()) if area.is_dir()}
    contents = [f"- {area}: {', '.join(map(_link, models))}" for area, models in areas.items()]
    sections = [_section(model) for models in areas.values() for model in models]
    return "\n".join([INTRODUCTION, *contents, "", *sections])


def _models(area: Path) -> Iterator[Mapping[str, Any]]:
    for file in sorted(area.glob("*.yml")):
        yield from yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])


def _link(model: Mapping[str, Any]) -> str:
    return f"[{model['name']}](#{model['name']})"


def _section(model: Mapping[str, Any]) -> str:
    rows = [
        f"| `{column['name']}` | {column['data_type']} | {_one_line(column['description'])} |"
        for column in model["columns"]
    ]
    head = "| column | type | meaning |\n|---|---|---|"
    return "\n".join([f"## {model['name']}", "", model["description"].strip(), "", head, *rows, ""])


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or check that it is current."""
    return keep_current(TARGET, render(), COMMAND, arguments)


if __name__ == "__main__":
    sys.exit(main())
