"""No model keeps the unmatched rows of a join that compares every row of one table with every row of another.

DuckDB loops so over an outer join whose condition has an ``or`` or tests the kept side alone, even
beside an equality: hours where the same rows can be had in seconds. Inner joins it turns into a join
and a filter by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
from dbt_world import World


def operators(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node["children"]:
        yield from operators(child)


def nested_loops(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[str]:
    ((_, plan),) = warehouse.execute(f"explain (format json) {query}").fetchall()
    return [
        f"{kind} {node['name']}"
        for root in json.loads(plan)
        for node in operators(root)
        if node["name"] == "BLOCKWISE_NL_JOIN" and (kind := node["extra_info"]["Join Type"]) != "INNER"
    ]


def test_the_guard_sees_an_outer_join_on_or():
    with duckdb.connect() as connection:
        connection.execute("create table a as select range as i from range(10)")
        query = "select * from a left join a as b on a.i = b.i and (b.i > 3 or a.i < b.i or a.i is null)"
        assert nested_loops(connection, query)


def test_no_model_joins_by_nested_loops(spring: World):
    compiled = sorted((spring.target / "compiled" / "sales_daybook" / "models").rglob("*.sql"))
    with duckdb.connect(str(spring.warehouse), read_only=True) as warehouse:
        warehouse.execute("create temp macro smoothed_total(history, shares, quantile) as quantile")
        slow = {
            path.stem: found
            for path in compiled
            if (found := nested_loops(warehouse, path.read_text(encoding="utf-8")))
        }
    assert slow == {}
    assert len(compiled) > 100
