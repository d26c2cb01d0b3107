"""What every contract must say; a new contract is held to it without being named here."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from quality.contracts import Contract, load_contracts
from quality.contracts.model import CONTRACTS

FILES = sorted(CONTRACTS.glob("*/*.odcs.yaml"))
ALL = list(load_contracts().values())

MEASURED = frozenset({"number", "integer", "date", "timestamp"})
"""Types whose values mean nothing without a unit."""

PERSONAL_NAMES = frozenset(
    {"rep_name", "contact_name", "customer_name", "lead_name", "adjusted_by", "answered_by"}
)
"""Names of people; those of companies, teams and products are not personal."""

SUFFIXES = {
    "_amount": {"decimal(18,4)"},
    "_ratio": {"decimal(18,8)", "decimal(9,4)"},
    "_count": {"bigint"},
    "_on": {"date"},
    "_at": {"timestamp"},
    "_id": {"varchar"},
}
"""Types that a column's name promises."""

each_contract = pytest.mark.parametrize("contract", ALL, ids=lambda contract: contract.name)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_data_contract_linter_passes(file: Path) -> None:
    from datacontract.data_contract import DataContract

    run = DataContract(data_contract_file=str(file)).lint()
    assert [check.reason for check in run.checks if check.result != "passed"] == []
    assert run.result == "passed"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_contract_stands_where_its_domain_and_name_say(file: Path) -> None:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    (table,) = document["schema"]
    assert file.relative_to(CONTRACTS).as_posix() == f"{document['domain']}/{document['name']}.odcs.yaml"
    assert document["id"] == document["name"] == table["name"]


def test_no_dataset_is_declared_twice() -> None:
    assert len(load_contracts()) == len(FILES)


@each_contract
def test_a_dataset_says_what_a_row_is_and_what_it_is_for(contract: Contract) -> None:
    assert contract.description.startswith("One row per ")
    assert contract.description.endswith(".")
    assert contract.purpose.endswith(".")


@each_contract
def test_a_key_is_required_and_checked_for_being_unique(contract: Contract) -> None:
    assert contract.key
    assert set(contract.key) <= set(contract.required)
    document = yaml.safe_load((CONTRACTS / contract.domain / f"{contract.name}.odcs.yaml").read_text())
    rules = [rule for rule in document["schema"][0]["quality"] if rule["metric"] == "duplicateValues"]
    assert [rule["arguments"]["properties"] for rule in rules] == [list(contract.key)]


@each_contract
def test_the_event_date_is_a_date(contract: Contract) -> None:
    if contract.event_date is not None:
        assert contract.by_name[contract.event_date].logical_type in {"date", "timestamp"}


@each_contract
def test_the_money_column_is_money(contract: Contract) -> None:
    if contract.money_column is not None:
        assert contract.by_name[contract.money_column].sql_type == "decimal(18,4)"


@each_contract
def test_a_latency_is_that_of_a_date_of_its_own(contract: Contract) -> None:
    if contract.latency_days is not None:
        assert contract.by_name[str(contract.latency_column)].logical_type in {"date", "timestamp"}


@each_contract
def test_an_empty_dataset_has_its_columns_and_types(contract: Contract) -> None:
    empty = contract.empty()
    assert empty.height == 0
    assert empty.schema == contract.schema


@each_contract
def test_columns_are_described_in_sentences(contract: Contract) -> None:
    sentence = re.compile(r"[A-Z].+\.", re.DOTALL)
    assert [f.name for f in contract.fields if not sentence.fullmatch(f.description)] == []


@each_contract
def test_measures_have_a_unit(contract: Contract) -> None:
    assert [f.name for f in contract.fields if f.logical_type in MEASURED and not f.unit] == []


@each_contract
def test_timestamps_are_utc_and_dates_are_business_dates(contract: Contract) -> None:
    units = {"timestamp": "UTC", "date": "business date"}
    assert [f.name for f in contract.fields if f.unit != units.get(f.logical_type, f.unit)] == []


@each_contract
def test_columns_are_either_required_or_say_what_null_means(contract: Contract) -> None:
    assert [f.name for f in contract.fields if f.required == bool(f.null_means)] == []


@each_contract
def test_names_and_addresses_of_people_are_personal_and_nothing_else(contract: Contract) -> None:
    address = re.compile(r"email|phone|mobile|address|birth")
    of_people = [f.name for f in contract.fields if f.name in PERSONAL_NAMES or address.search(f.name)]
    assert [f.name for f in contract.fields if f.personal] == of_people


@each_contract
def test_references_lead_to_keys_of_the_same_type(contract: Contract) -> None:
    for field in contract.fields:
        if field.reference is not None:
            target = load_contracts()[field.reference.dataset]
            assert target.key == (field.reference.column,)
            assert target.by_name[field.reference.column].dtype == field.dtype


@each_contract
def test_ids_refer_to_the_dataset_they_are_named_after(contract: Contract) -> None:
    keys = {other.key[0]: other.name for other in ALL if len(other.key) == 1}
    referring = {f.name: f.reference.dataset for f in contract.fields if f.reference is not None}
    foreign = {
        f.name: keys[f.name] for f in contract.fields if keys.get(f.name, contract.name) != contract.name
    }
    assert {name: referring.get(name) for name in foreign} == foreign


@each_contract
def test_patterns_are_about_whole_values(contract: Contract) -> None:
    """Then they mean the same to polars, which searches, and to DuckDB's ``~``, which matches."""
    patterns = [f.pattern for f in contract.fields if f.pattern is not None]
    assert [p for p in patterns if not (p.startswith("^") and p.endswith("$"))] == []


@each_contract
def test_names_promise_the_types_that_columns_have(contract: Contract) -> None:
    broken = [
        field.name
        for field in contract.fields
        for suffix, types in SUFFIXES.items()
        if field.name.endswith(suffix) and field.sql_type not in types
    ]
    assert broken == []
    flags = [f.name for f in contract.fields if f.name.startswith(("is_", "has_"))]
    assert [f.name for f in contract.fields if f.sql_type == "boolean"] == flags


@each_contract
def test_names_are_plain_and_none_of_the_lakes_own(contract: Contract) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", contract.name)
    assert [f.name for f in contract.fields if not re.fullmatch(r"[a-z][a-z0-9_]*", f.name)] == []
    assert {"source", "month"}.isdisjoint(contract.by_name)


@each_contract
def test_files_hold_the_types_that_the_warehouse_is_told(contract: Contract, tmp_path: Path) -> None:
    file = tmp_path / "empty.parquet"
    contract.empty().write_parquet(file)
    rows = duckdb.read_parquet(str(file))
    found = dict(zip(rows.columns, (str(kind).lower() for kind in rows.types), strict=True))
    assert found == {field.name: field.sql_type for field in contract.fields}
