"""The project runs on Spark as it stands, and gives the rows that DuckDB gives."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from dbt_world import PROJECT, Row, World
from moving_company import DEALS, MOVES, PLANS, look, plan
from small_company import deal, small_company
from spring_company import AS_OF, add_sales, add_targets

from tests.depth import deep_only

ROOT = PROJECT.parent
SPARK_PYTHON = ROOT / ".venv-spark" / "bin" / "python"

# What a cluster needs for large tables only costs time with a handful of rows.
SETTINGS = """\
spark.master local[2]
spark.ui.enabled false
spark.driver.memory 2g
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m
spark.hadoop.javax.jdo.option.ConnectionURL jdbc:derby:memory:metastore;create=true
spark.sql.files.openCostInBytes 1
spark.default.parallelism 1
spark.sql.shuffle.partitions 1
spark.sql.codegen.wholeStage false
spark.sql.session.timeZone UTC
"""

pytestmark = [
    pytest.mark.spark,
    pytest.mark.timeout(2400),
    deep_only,
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing: Spark runs on it"),
    pytest.mark.skipif(not SPARK_PYTHON.exists(), reason=".venv-spark is missing: make setup-spark"),
]


def test_every_mart_has_the_rows_that_duckdb_gives_it(tmp_path):
    world = everything(tmp_path).build(AS_OF, command="run")
    tables = build_on_spark(world, AS_OF, tmp_path)
    marts = world.query("select table_name from duckdb_tables() where schema_name = 'marts' order by 1")
    assert len(marts) == len(list((PROJECT / "models" / "marts").rglob("*.sql")))
    empty = {mart["table_name"] for mart in marts if not world.table(f"marts.{mart['table_name']}")}
    assert empty == set(), "a mart without rows compares nothing"
    different = {
        mart["table_name"]: rows
        for mart in marts
        if (rows := rows_on_one_side_only(world, mart["table_name"], tables / mart["table_name"]))
    }
    assert different == {}
    [smoothed] = world.query(
        "select count(*) as n from marts.sales_forecast where forecast_method = 'exponential_smoothing'"
    )
    assert smoothed["n"] > 0


def everything(folder: Path) -> World:
    """The small company with the targets and sales of the other company's spring, and a deal every week.

    Deals move in every way that a deal can, and leads come in that nobody owns.
    """
    world = small_company(folder)
    add_targets(world)
    add_sales(world)
    weekly = [date(2026, 5, 15) - timedelta(weeks=week) for week in range(40)]
    won = [
        deal(f"week {week}", "ana", "Won", 100 + week * 37 % 90, created_on=day, closed_on=day)
        for week, day in enumerate(weekly)
    ]
    world.add("deals", *won, source="crm")
    world.add("deals", *(of_the_moving(row) for row in DEALS), source="crm")
    world.add("deal_stage_changes", *(of_the_moving(row) for row in MOVES), source="crm")
    world.add("deal_observations", *(of_the_moving(row) for row in LOOKS), source="crm")
    world.add("deal_splits", *SPLITS, source="crm")
    world.add("deal_plans", *(of_the_moving(row) for row in [*PLANS, *CATEGORIES]), source="crm")
    world.add("process_feedback", *FEEDBACK, source="crm")
    add_leads(world)
    return world.write()


LOOKS = [
    look("stays", date(2026, 5, 12), "bo", 120, date(2026, 5, 26)),
    look("stays", date(2026, 5, 19), None, None, None),
    look("untracked", date(2026, 5, 4), "ana", 4, date(2026, 5, 25), stage="Lead"),
    look("won", date(2026, 5, 1), "ana", 205, date(2026, 5, 25)),
]
CATEGORIES = [
    plan("stays", date(2026, 5, day), forecast_category=category)
    for day, category in ((12, "commit"), (25, "omitted"))
]
SPLITS = [
    {"deal_id": "moving grown", "rep_id": rep, "split_ratio": ratio}
    for rep, ratio in (("ana", 0.3), ("bo", 0.7))
]

FEEDBACK = [
    {"feedback_id": str(number), "rep_id": rep, "submitted_on": date(2026, 5, 10), "message": "Too much"}
    | {"feedback_type": "dispute", "metric": "net_sales", "claimed_value": 12.5, "answered_on": answered_on}
    for number, (rep, answered_on) in enumerate(
        [("ana", date(2026, 5, 12)), ("cy", date(2026, 5, 21)), (None, None)]
    )
]


def of_the_moving(row: Row) -> Row:
    return row | {"deal_id": f"moving {row['deal_id']}"}


def add_leads(world: World) -> None:
    """Leads of two months: owned and free, answered, called, answered too early and never."""
    di = {"rep_id": "di", "rep_name": "Di", "team_id": "north", "skills": "erp ; crm", "lead_capacity": 3}
    world.add("reps", di, source="crm")
    seconds = timedelta(seconds=1)
    for number in range(24):
        came = datetime(2026, 4, 2, 9) + timedelta(days=number * 2, seconds=number)  # noqa: DTZ001
        lead = {"lead_id": f"lead {number:02}", "created_at": came, "estimated_amount": 10 * (number % 5)}
        lead |= {"channel": ("web", "fair", None)[number % 3], "segment": ("small", None)[number % 2]}
        if number % 3 == 0:
            lead |= {"rep_id": ("ana", "bo")[number % 2], "status": ("converted", "closed")[number % 2]}
            lead |= {"first_response_at": came + (number - 3) * 777 * seconds, "converted_at": None}
            lead |= {"category": "qualified"} if number % 2 else {"converted_at": came + 86400 * seconds}
        else:
            lead |= {"required_skill": ("crm", None, "c_m", "erp")[number % 4], "territory_id": "fr"}
        world.add("leads", lead, source="crm")
        if number % 4 == 1:
            call = {"activity_id": f"call {number}", "activity_type": "call", "is_done": True}
            call |= {"lead_id": lead["lead_id"], "happened_at": came + 3661 * seconds}
            world.add(
                "activities", call | {"direction": ("outbound", "inbound")[number % 8 == 1]}, source="crm"
            )
    call = {"activity_id": "deal call", "activity_type": "call", "is_done": True, "deal_id": "moving stays"}
    world.add("activities", call | {"happened_at": datetime(2026, 5, 4, 9)}, source="crm")  # noqa: DTZ001


def build_on_spark(world: World, as_of: str, folder: Path) -> Path:
    """Build the whole world with the Spark target; returns the folder of its marts."""
    (folder / "spark-defaults.conf").write_text(SETTINGS, encoding="utf-8")
    variables = json.dumps({"as_of_date": as_of, "changed_months": None, "run_id": "test"})

    def dbt_of_spark(arguments: list[str], environment: Mapping[str, str]) -> tuple[int, str]:
        done = subprocess.run(
            [str(SPARK_PYTHON), "-m", "orchestration.spark_dbt", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=folder,
            env=os.environ | environment | {"SPARK_CONF_DIR": str(folder), "PYTHONPATH": str(ROOT)},
        )
        return done.returncode, done.stdout

    options = ("--target", "spark", "--vars", variables)
    world.dbt("run", *options, program=dbt_of_spark, target=folder / "target")
    return folder / "spark-warehouse" / "marts.db"


def rows_on_one_side_only(world: World, mart: str, spark_table: Path) -> list[dict[str, object]]:
    """Rows that only one of the engines has, a few of them, typed as the mart's contract says."""
    columns = world.query(
        """
        select column_name, data_type from duckdb_columns()
        where schema_name = 'marts' and table_name = ? order by column_index
        """,
        mart,
    )
    typed = ", ".join(f"cast({c['column_name']} as {c['data_type']}) as {c['column_name']}" for c in columns)
    ours = f"select {typed} from marts.{mart}"
    theirs = f"select {typed} from read_parquet('{spark_table}/*.parquet')"
    return world.query(
        f"""
        (select 'duckdb' as engine, * from ({ours} except all {theirs}) limit 2)
        union all
        (select 'spark' as engine, * from ({theirs} except all {ours}) limit 2)
        """
    )
