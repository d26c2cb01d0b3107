"""Writes dbt's source file from the contracts: ``python -m quality.dbt_sources [--check]``.

dbt reads the lake where it lies: where the files of a source are, the macro ``source`` of
``dbt_project/macros/dialect.sql`` says.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from daybook.settings import PROJECT_ROOT
from quality.contracts import Contract, Field, load_contracts
from quality.generated import keep_current

TARGET = PROJECT_ROOT / "dbt_project" / "models" / "staging" / "_lake__sources.yml"
COMMAND = "python -m quality.dbt_sources"
HEADER = f"# Written from quality/contracts by `{COMMAND}`. Do not edit: change the contract instead.\n"


@dataclass(frozen=True)
class Column:
    """One described column of a source table."""

    name: str
    sql_type: str
    description: str


PARTITIONS = (
    Column("source", "varchar", "Source system the row came from, as named in daybook.yaml. Never null."),
    Column(
        "month",
        "varchar",
        "Lake partition: month of the event date as yyyy-mm, `all` for dimensions, `none` where the date is "
        "unknown. Never null.",
    ),
)
"""Columns that every lake table has beside those of its contract; they come from the folders' names."""

MONEY = "decimal(18,4)"
MONEY_RULE = "Unit: the rows' own currencies. Null: the dataset has no money column."

RUN_TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "company": (
        "One row: how the company counts its time and money.",
        (
            Column("company_name", "varchar", "Name of the company."),
            Column("currency_code", "varchar", "ISO 4217 code of the company currency."),
            Column("timezone", "varchar", "Zone that turns timestamps into business dates."),
            Column("fiscal_start_month", "bigint", "Month the fiscal year starts in. Unit: 1 to 12."),
            Column("fiscal_start_day", "bigint", "Day of that month. Unit: 1 to 31."),
            Column("week_start_iso", "bigint", "Weekday a week starts on. Unit: ISO, Monday = 1."),
            Column("opening_minute", "bigint", "When work begins. Unit: minutes after midnight, local time."),
            Column("closing_minute", "bigint", "When work ends. Unit: minutes after midnight, local time."),
            Column("revenue_setting", "varchar", "What counts as revenue: net_sales, bookings or both."),
        ),
    ),
    "working_weekdays": (
        "One row per day of the week.",
        (
            Column("iso_weekday", "bigint", "Day of the week. Unit: ISO, Monday = 1."),
            Column("is_working", "boolean", "Whether the company works on that day."),
        ),
    ),
    "funnel_stages": (
        "One row per stage of the sales funnel, in order.",
        (
            Column("funnel", "varchar", "Name of the funnel."),
            Column("stage", "varchar", "Stage as the CRM names it."),
            Column("stage_position", "bigint", "Place in the funnel. Unit: ordinal, first = 1."),
            Column("probability", "decimal(9,4)", "Chance of winning. Unit: fraction, 1 = certain."),
            Column("stage_kind", "varchar", "What the stage means: open, won, lost or discarded."),
            Column("norm_days", "bigint", "Days a deal should stay. Unit: days. Null: no norm."),
            Column("is_retired", "boolean", "Whether no deal comes to it any more."),
        ),
    ),
    "loads": (
        "History of loads: one row per business date, source and dataset.",
        (
            Column("business_on", "date", "Business date of the run. Unit: business date."),
            Column("source_system", "varchar", "Source, as named in daybook.yaml."),
            Column("dataset", "varchar", "Contract name of the dataset."),
            Column("load", "varchar", "Kind of load: snapshot or incremental."),
            Column("rows_read", "bigint", "Rows the source gave. Unit: rows."),
            Column("rows_accepted", "bigint", "Rows that kept the contract. Unit: rows."),
            Column("rows_quarantined", "bigint", "Rows refused with a reason. Unit: rows."),
            Column("rows_superseded", "bigint", "Accepted rows replaced by a later version. Unit: rows."),
            Column("rows_inserted", "bigint", "Rows new in the lake. Unit: rows."),
            Column("rows_updated", "bigint", "Rows changed in the lake. Unit: rows."),
            Column("rows_unchanged", "bigint", "Rows the lake already held. Unit: rows."),
            Column("rows_deleted", "bigint", "Rows removed from the lake. Unit: rows."),
            Column(
                "rows_marked_deleted", "bigint", "Accepted rows that only say their key is gone. Unit: rows."
            ),
            Column("rows_in_lake", "bigint", "Rows of source and dataset after the load. Unit: rows."),
            Column("money_read", MONEY, f"Money read. {MONEY_RULE}"),
            Column("money_accepted", MONEY, f"Money accepted. {MONEY_RULE}"),
            Column("money_quarantined", MONEY, f"Money refused. {MONEY_RULE}"),
            Column("money_superseded", MONEY, f"Money of rows that a later version replaced. {MONEY_RULE}"),
            Column("money_deleted", MONEY, f"Money of rows that only say their key is gone. {MONEY_RULE}"),
            Column("money_in_lake", MONEY, f"Money of source and dataset after the load. {MONEY_RULE}"),
            Column("is_stale", "boolean", "Whether the last good data was used because the load failed."),
        ),
    ),
}
"""Tables of the ``run`` source: description and columns by name."""


def render(contracts: Mapping[str, Contract]) -> str:
    """The source file's text, with the datasets in the contracts' order."""
    lake = {
        "name": "lake",
        "description": "Audited data, one table per contract. A dataset no source feeds is empty.",
        "schema": "lake",
        "tables": [_dataset(contract) for contract in contracts.values()],
    }
    run = {
        "name": "run",
        "description": "What the run knows of the company and of its loads.",
        "schema": "run",
        "tables": [
            {"name": name, "description": description, "columns": [_column(column) for column in columns]}
            for name, (description, columns) in RUN_TABLES.items()
        ],
    }
    document = {"version": 2, "sources": [lake, run]}
    return HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=110)


def _dataset(contract: Contract) -> dict[str, Any]:
    meta = {"domain": contract.domain, "key": list(contract.key), "event_date": contract.event_date}
    return {
        "name": contract.name,
        "description": contract.description,
        "config": {"meta": meta},
        "columns": [
            *(_column(_of(field)) | _classification(field) for field in contract.fields),
            *(_column(column) for column in PARTITIONS),
        ],
    }


def _of(field: Field) -> Column:
    parts = [field.description]
    if field.unit:
        parts.append(f"Unit: {field.unit}.")
    parts.append("Never null." if field.required else f"Null: {field.null_means}.")
    return Column(field.name, field.sql_type, " ".join(parts))


def _column(column: Column) -> dict[str, Any]:
    return {"name": column.name, "description": column.description, "data_type": column.sql_type}


def _classification(field: Field) -> dict[str, Any]:
    return {"config": {"meta": {"classification": "personal" if field.personal else "internal"}}}


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or check it."""
    return keep_current(TARGET, render(load_contracts()), COMMAND, arguments)


if __name__ == "__main__":
    sys.exit(main())
