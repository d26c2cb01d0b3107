"""Writes the datasets' reference from the contracts: ``python -m quality.contract_docs [--check]``."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping

from daybook.settings import PROJECT_ROOT
from quality.contracts import Contract, Field, load_contracts
from quality.generated import keep_current

TARGET = PROJECT_ROOT / "docs" / "contracts.md"
COMMAND = "python -m quality.contract_docs"

INTRODUCTION = f"""\
# Datasets

<!-- Written from quality/contracts by `{COMMAND}`. Do not edit: change the contract instead. -->

What a source may feed, one section for each contract in `quality/contracts/`. A dataset that no
source feeds is empty, and everything still runs. Rows that break what is said here go to
quarantine with their reason. `deal_observations` and `deal_plans` are written by the night itself,
and no source may feed them.

- **Key**: no two rows of a source agree in it.
- **Event date**: the date that puts a row into its month of the lake; it should never change.
- **Money**: the column whose sum is followed from the source to the marts.
- **Null**: what a missing value means; columns without a meaning for it are required.
- Timestamps are UTC; dates are business dates in the company's time zone.
- Columns marked *personal* are published only if `publish.allow_personal` names them.
"""


def render(contracts: Mapping[str, Contract]) -> str:
    """The page's text, with a table of contents and the datasets by domain."""
    ordered = sorted(contracts.values(), key=lambda contract: (contract.domain, contract.name))
    domains = [(name, list(group)) for name, group in itertools.groupby(ordered, lambda c: c.domain)]
    contents = (
        f"- {domain}: {', '.join(f'[{c.name}](#{c.name})' for c in group)}" for domain, group in domains
    )
    sections = (_section(contract) for _, group in domains for contract in group)
    return "\n".join([INTRODUCTION, *contents, "", *sections])


def _section(contract: Contract) -> str:
    facts = {
        "Key": ", ".join(f"`{column}`" for column in contract.key),
        "Event date": f"`{contract.event_date}`" if contract.event_date else "none: a dimension",
        "Money": f"`{contract.money_column}`" if contract.money_column else "none",
        "Freshness": _latency(contract),
    }
    rows = (_row(field, is_key=field.name in contract.key) for field in contract.fields)
    lines = [
        f"## {contract.name}",
        "",
        f"{contract.description} {contract.purpose}",
        "",
        *(f"- {name}: {fact}" for name, fact in facts.items() if fact),
        "",
        "| column | type | unit | null | values | meaning |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
    ]
    return "\n".join(lines)


def _latency(contract: Contract) -> str:
    if contract.latency_days is None:
        return ""
    return (
        f"newest `{contract.latency_column}` at most {contract.latency_days:g} days before the business date"
    )


def _row(field: Field, *, is_key: bool) -> str:
    name = f"**`{field.name}`**" if is_key else f"`{field.name}`"
    cells = (
        name,
        field.sql_type,
        field.unit or "",
        "required" if field.required else str(field.null_means),
        "; ".join(_limits(field)),
        field.description + (" *Personal.*" if field.personal else ""),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _limits(field: Field) -> Iterator[str]:
    """What values a column may have."""
    if field.reference:
        yield f"[{field.reference.dataset}](#{field.reference.dataset}).`{field.reference.column}`"
    if field.values:
        yield ", ".join(f"`{value}`" for value in field.values)
    if field.minimum is not None:
        yield f"at least {field.minimum:g}"
    if field.maximum is not None:
        yield f"at most {field.maximum:g}"
    if field.pattern:
        yield f"`{field.pattern}`"
    if field.max_length is not None:
        yield f"at most {field.max_length} characters"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or check it."""
    return keep_current(TARGET, render(load_contracts()), COMMAND, arguments)


if __name__ == "__main__":
    sys.exit(main())
