from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from quality.contracts import Contract, Reference, load_contracts
from quality.contracts.model import CONTRACTS

TEMPLATE = """\
apiVersion: v3.1.0
kind: DataContract
id: visits
name: visits
version: 1.0.0
status: active
domain: crm
description: {purpose: "Counts visits."}
schema:
  - name: visits
    description: "One row per visit."
    customProperties:
      - {property: moneyColumn, value: expense_amount}
    quality:
      - {type: library, metric: duplicateValues, arguments: {properties: [rep_id, visited_on]}, mustBe: 0KEY}
    properties:
      - name: visited_on
        logicalType: date
        description: "Day."
        required: true
        primaryKey: true
        primaryKeyPosition: 2
        partitioned: true
        customProperties: [{property: unit, value: "business date"}]
      - name: rep_id
        logicalType: string
        description: "Who."
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        relationships: [{type: foreignKey, to: reps.rep_id}]
        logicalTypeOptions: {pattern: "^R", maxLength: 8}
      - name: host_name
        logicalType: string
        description: "Whom."
        classification: personal
        customProperties: [{property: nullMeans, value: "nobody was there"}]
      - name: kind
        logicalType: string
        description: "What for."
        quality:
          - {type: library, metric: invalidValues, arguments: {validValues: [sale, service]}, mustBe: 0VALUES}
      - name: expense_amount
        logicalType: number
        physicalType: decimal(18,4)
        description: "Cost."
        logicalTypeOptions: {minimum: 0, maximum: 100}
slaProperties:
  - {property: latency, value: 1.5, unit: d, element: visits.visited_on}
"""


def load(folder: Path, key: str = "", values: str = "") -> Contract:
    (folder / "crm").mkdir()
    text = TEMPLATE.replace("KEY", key).replace("VALUES", values)
    (folder / "crm" / "visits.odcs.yaml").write_text(text, encoding="utf-8")
    return load_contracts(folder)["visits"]


def test_a_contract_is_read_as_declared(tmp_path: Path) -> None:
    contract = load(tmp_path)
    assert contract.description == "One row per visit."
    assert contract.purpose == "Counts visits."
    assert contract.key == ("rep_id", "visited_on")
    assert contract.event_date == "visited_on"
    assert contract.money_column == "expense_amount"
    assert (contract.latency_days, contract.latency_column) == (1.5, "visited_on")
    assert contract.required == ("visited_on", "rep_id")
    fields = contract.by_name
    assert fields["rep_id"].reference == Reference("reps", "rep_id")
    assert (fields["rep_id"].pattern, fields["rep_id"].max_length) == ("^R", 8)
    assert fields["visited_on"].unit == "business date"
    assert (fields["host_name"].personal, fields["rep_id"].personal) == (True, False)
    assert fields["host_name"].null_means == "nobody was there"
    assert fields["kind"].values == ("sale", "service")
    assert (fields["expense_amount"].minimum, fields["expense_amount"].maximum) == (0, 100)


def test_columns_keep_the_contracts_order_and_types(tmp_path: Path) -> None:
    contract = load(tmp_path)
    assert contract.schema == pl.Schema(
        {
            "visited_on": pl.Date(),
            "rep_id": pl.String(),
            "host_name": pl.String(),
            "kind": pl.String(),
            "expense_amount": pl.Decimal(18, 4),
        }
    )
    assert [field.sql_type for field in contract.fields] == [
        "date",
        "varchar",
        "varchar",
        "varchar",
        "decimal(18,4)",
    ]


SEVERITIES = [
    ("", "block"),
    (", severity: error", "block"),
    (", severity: warning", "warn"),
    (", severity: info", "warn"),
]


@pytest.mark.parametrize(("declared", "severity"), SEVERITIES)
def test_only_errors_block(tmp_path: Path, declared: str, severity: str) -> None:
    contract = load(tmp_path, key=declared, values=declared)
    assert contract.key_severity == severity
    assert contract.by_name["kind"].values_severity == severity


IDENTIFIERS = {
    "territories": {"territory_id", "parent_territory_id"},
    "reps": {"rep_id", "team_id", "manager_rep_id", "territory_id"},
    "order_lines": {"order_id", "product_id"},
    "identities": {"internal_id"},
    "exchange_rates": set(),
}


@pytest.mark.parametrize(("dataset", "columns"), list(IDENTIFIERS.items()))
def test_identifiers_are_own_and_foreign_keys_and_nothing_else(dataset: str, columns: set[str]) -> None:
    assert set(load_contracts()[dataset].identifiers) == columns


def test_contracts_come_by_domain_and_name() -> None:
    order = [(contract.domain, contract.name) for contract in load_contracts().values()]
    assert order == sorted(order)


def test_a_number_without_a_scale_is_refused(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    text = TEMPLATE.replace("KEY", "").replace("VALUES", "").replace("decimal(18,4)", "double")
    (tmp_path / "crm" / "visits.odcs.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="expense_amount: a number needs physicalType"):
        load_contracts(tmp_path)["visits"].schema  # noqa: B018


def test_the_contracts_ship_with_the_package() -> None:
    assert (CONTRACTS / "crm" / "deals.odcs.yaml").is_file()
