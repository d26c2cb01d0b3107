"""DuckDB as a database that Great Expectations 1.24 can check, which by itself knows none.

Three things stand in the way of ``duckdb-engine``'s dialect. GX closes a connection before it
fetches the rows, and a closed DuckDB connection has none: so rows are fetched as soon as a
statement has run. GX asks for a dialect's regular expressions, types and quoting by its name,
and gives up on names it does not know: so this one goes by the name of PostgreSQL, whose
dialect DuckDB speaks. And reflection asks PostgreSQL's catalog for much that DuckDB lacks: so
columns are read from DuckDB's own.
"""

from __future__ import annotations

from typing import Any

import duckdb
from duckdb_engine import DBAPI, ConnectionWrapper, Dialect
from sqlalchemy import NullPool, text
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg2 import PGExecutionContext_psycopg2
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import UserDefinedType

NAME = "daybook_duckdb"
"""Scheme of the dialect's connection strings."""

COLUMNS = text(
    "select column_name, data_type, is_nullable from duckdb_columns() "
    "where table_name = :table and schema_name = coalesce(:schema, current_schema()) order by column_index"
)


def register() -> None:
    """Make SQLAlchemy know the dialect; repeatable."""
    registry.register(NAME, __name__, BufferingDialect.__name__)


def connection_string(database: str) -> str:
    """What SQLAlchemy connects with to a database of this process.

    Args:
        database: a name such as ``:memory:audit``; whoever opened it keeps a connection open.
    """
    return f"{NAME}:///{database}"


class FetchingContext(PGExecutionContext_psycopg2):
    """Runs a statement and fetches its rows at once."""

    def post_exec(self) -> None:
        """Keep the rows, so that they outlive the connection."""
        if self.cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor,
                alternate_description=self.cursor.description,
                initial_buffer=self.cursor.fetchall(),
            )


class NamedType(UserDefinedType[Any]):
    """A column's type as DuckDB spells it, e.g. ``DECIMAL(18,4)``."""

    cache_ok = True

    def __init__(self, spelled: str) -> None:
        self.spelled = spelled

    def get_col_spec(self, **_: Any) -> str:
        """The type in SQL."""
        return self.spelled


class BufferingDialect(Dialect):
    """DuckDB's dialect whose results outlive their connection."""

    name = "postgresql"
    driver = NAME
    execution_ctx_cls = FetchingContext
    supports_statement_cache = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """The driver."""
        return DBAPI

    @classmethod
    def get_pool_class(cls, *_: Any, **__: Any) -> type[NullPool]:
        """No pool: a connection kept for later would keep the in-memory database alive."""
        return NullPool

    def connect(self, *_: Any, **parameters: Any) -> Any:
        """Connect to a database that this process has open, under the settings it was opened with."""
        return ConnectionWrapper(duckdb.connect(parameters["database"]))

    def get_columns(self, connection: Any, table_name: Any, schema: Any = None, **_: Any) -> Any:
        """Columns of a table or view, in order.

        Raises:
            NoSuchTableError: there is none of that name.
        """
        rows = connection.execute(COLUMNS, {"table": str(table_name), "schema": schema}).all()
        if not rows:
            raise NoSuchTableError(table_name)
        return [
            {"name": name, "type": NamedType(data_type), "nullable": nullable, "default": None}
            for name, data_type, nullable in rows
        ]

    def get_pk_constraint(self, *_: Any, **__: Any) -> Any:
        """None: rows under audit stand in views."""
        return {"constrained_columns": [], "name": None}
