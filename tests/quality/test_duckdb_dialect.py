from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal

import duckdb
import pytest
import sqlalchemy as sa

from quality.duckdb_dialect import connection_string, register


@pytest.fixture
def database() -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    name = f":memory:test-{uuid.uuid4().hex}"
    with duckdb.connect(name) as connection:
        yield connection, name


@pytest.fixture
def engine(database: tuple[duckdb.DuckDBPyConnection, str]) -> sa.Engine:
    register()
    return sa.create_engine(connection_string(database[1]))


def test_rows_outlive_the_connection_they_came_over(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        result = connection.execute(sa.text("select range as n from range(3)"))
    assert [row.n for row in result.fetchall()] == [0, 1, 2]


def test_it_sees_what_the_process_holds_in_memory(
    engine: sa.Engine, database: tuple[duckdb.DuckDBPyConnection, str]
) -> None:
    database[0].execute("create view prices as select 1.10::decimal(18,4) as price")
    with engine.connect() as connection:
        assert connection.execute(sa.text("select price from prices")).scalar_one() == Decimal("1.1000")


def test_it_runs_under_the_settings_of_the_process(
    engine: sa.Engine, database: tuple[duckdb.DuckDBPyConnection, str]
) -> None:
    database[0].execute("set memory_limit = '123MiB'")
    with engine.connect() as connection:
        assert (
            connection.execute(sa.text("select current_setting('memory_limit')")).scalar_one() == "123.0 MiB"
        )


def test_the_database_goes_when_the_process_closes_it(engine: sa.Engine) -> None:
    name = f":memory:test-{uuid.uuid4().hex}"
    with duckdb.connect(name) as connection:
        connection.execute("create table rows as select 1")
        with sa.create_engine(connection_string(name)).connect() as other:
            assert other.execute(sa.text("select count(*) from rows")).scalar_one() == 1
    with duckdb.connect(name) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("select count(*) from rows")


def test_columns_of_a_view_come_in_order_with_duckdbs_own_types(
    engine: sa.Engine, database: tuple[duckdb.DuckDBPyConnection, str]
) -> None:
    database[0].execute("create view mixed as select 'x' as b, 1::bigint as a, 0.5::decimal(9,4) as ratio")
    columns = sa.inspect(engine).get_columns("mixed")
    spelled = [(c["name"], c["type"].compile(dialect=engine.dialect)) for c in columns]
    assert spelled == [("b", "VARCHAR"), ("a", "BIGINT"), ("ratio", "DECIMAL(9,4)")]


def test_a_table_that_is_not_there_is_named(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.NoSuchTableError, match="nowhere"):
        sa.inspect(engine).get_columns("nowhere")
