"""Readers never fail: they see one whole publication or the next, whenever they open the pointer."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

import duckdb
import pytest
from crashing import children, publish
from published_world import World

from daybook.home import Home

PUBLICATIONS = 50


def read_until_told(home: Home, told: Connection) -> None:
    """Open file and reports again and again; answer with the runs seen and the first fault."""
    seen: list[str] = []
    fault = None
    while not told.poll(0.005) and fault is None:
        try:
            seen += [_index_page(home), _read(str(home.pointer)), _index_page(home)]
        except (duckdb.Error, OSError, AssertionError) as error:
            fault = repr(error)
    told.send((seen, fault))


def _index_page(home: Home) -> str:
    return home.index_page.read_text(encoding="utf-8")


def _read(pointer: str) -> str:
    """The run that one connection sees, which all its tables must agree on."""
    with duckdb.connect(pointer, read_only=True) as connection:

        def one(query: str) -> Any:
            return connection.execute(query).fetchall()[0][0]

        run_id = one("select run_id from meta.publication")
        assert one("select distinct dataset from marts.reconciliation") == run_id
        assert one("select 'run' || count(*) from marts.daily_sales") == run_id
        for table, count in connection.execute("select table_name, row_count from meta.tables").fetchall():
            assert one(f"select count(*) from marts.{table}") == count, table
        assert one("select run_id from meta.publication") == run_id
        return str(run_id)


def rebuild(world: World, run: int) -> None:
    """Build a warehouse of which every table tells the run."""
    world.change(
        f"create or replace table marts.daily_sales as "
        f"select date '2026-01-01' + cast(i as integer) as sales_on, 'r1' as rep_id, 1.5 as net_sales_amount "
        f"from range({run}) as t(i)",
        f"update marts.reconciliation set dataset = 'run{run}', business_on = date '2026-01-01' + rowid::int",
    )


@pytest.mark.slow
def test_readers_see_no_error_and_no_mixed_state_through_fifty_publications(compact_world):
    world = compact_world

    def publish_run(run: int) -> None:
        rebuild(world, run)
        publish(world, run, keep=1)

    publish_run(1)
    here, there = children.Pipe()
    reader = children.Process(target=read_until_told, args=(world.home, there))
    reader.start()
    for run in range(2, PUBLICATIONS + 1):
        publish_run(run)
    here.send("enough")
    seen, fault = here.recv()
    reader.join()
    assert fault is None
    numbers = [int(run.removeprefix("run")) for run in seen]
    assert numbers == sorted(numbers), "no reader goes back in time, from the one to the other neither"
    assert len(set(numbers)) > PUBLICATIONS / 2
