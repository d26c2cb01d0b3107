from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from daybook.settings import PROJECT_ROOT, subprocess_environment
from quality.contracts import load_contracts
from quality.dbt_sources import TARGET, main, render


def test_the_committed_file_is_current() -> None:
    assert main(["--check"]) == 0


@pytest.fixture(scope="module")
def sources() -> dict[str, Any]:
    document = yaml.safe_load(render(load_contracts()))
    return {source["name"]: source for source in document["sources"]}


def test_every_dataset_is_a_table_of_the_lake_with_its_columns_and_types(sources: dict[str, Any]) -> None:
    tables = {table["name"]: table for table in sources["lake"]["tables"]}
    assert list(tables) == list(load_contracts())
    for name, contract in load_contracts().items():
        columns = {column["name"]: column["data_type"] for column in tables[name]["columns"]}
        expected = {field.name: field.sql_type for field in contract.fields}
        assert columns == expected | {"source": "varchar", "month": "varchar"}


def test_every_table_and_column_is_described(sources: dict[str, Any]) -> None:
    for source in sources.values():
        for table in source["tables"]:
            assert table["description"]
            assert all(column["description"].endswith(".") for column in table["columns"])


def test_a_description_tells_unit_and_null_rule(sources: dict[str, Any]) -> None:
    (deals,) = (table for table in sources["lake"]["tables"] if table["name"] == "deals")
    described = {column["name"]: column["description"] for column in deals["columns"]}
    assert described["amount"] == (
        "Contract value, tax excluded. Unit: currency_code. Null: not valued yet: counted, not priced."
    )
    assert described["stage"].endswith("Never null.")


def test_personal_columns_are_marked(sources: dict[str, Any]) -> None:
    marked = {
        (table["name"], column["name"])
        for table in sources["lake"]["tables"]
        for column in table["columns"]
        if column.get("config", {}).get("meta", {}).get("classification") == "personal"
    }
    contracts = load_contracts().values()
    assert marked == {(c.name, field.name) for c in contracts for field in c.fields if field.personal}


def test_nothing_in_a_description_is_jinja() -> None:
    for line in render(load_contracts()).split("\n"):
        assert "{" not in line


@pytest.mark.slow
def test_dbt_reads_lake_and_run_tables_wherever_they_lie(tmp_path: Path) -> None:
    lake, run = tmp_path / "a $name {of} o'clock" / "lake", tmp_path / "run"
    part = lake / "deals" / "source=crm" / "month=2026-03"
    part.mkdir(parents=True)
    run.mkdir()
    deals = load_contracts()["deals"].empty().clear(1).with_columns(created_on=date(2026, 3, 1))
    deals.write_parquet(part / "part-0.parquet")
    duckdb.sql("select 'Acme' as company_name").write_parquet(str(run / "company.parquet"))
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "models" / TARGET.name).write_text(TARGET.read_text(encoding="utf-8"), encoding="utf-8")
    (project / "models" / "found.sql").write_text(
        "select source, month, typeof(month) as type, company_name from {{ source('lake', 'deals') }} "
        "cross join {{ source('run', 'company') }}"
    )
    shutil.copytree(PROJECT_ROOT / "dbt_project" / "macros", project / "macros")
    (project / "dbt_project.yml").write_text("{name: probe, profile: probe, model-paths: [models]}")
    (project / "profiles.yml").write_text(
        "{probe: {target: dev, outputs: {dev: {type: duckdb, path: probe.duckdb}}}}"
    )
    shown = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", "show", "--select", "found", "--output", "json"],
        cwd=project,
        env=subprocess_environment(
            DAYBOOK_LAKE=str(lake),
            DAYBOOK_RUN=str(run),
            DBT_PROFILES_DIR=str(project),
            DBT_SEND_ANONYMOUS_USAGE_STATS="0",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout
    assert json.loads(shown.stdout)["show"] == [
        {"source": "crm", "month": "2026-03", "type": "VARCHAR", "company_name": "Acme"}
    ]
