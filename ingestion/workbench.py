"""DuckDB over Parquet files within a fixed memory limit, and SQL made from a contract's columns.

Names are quoted and come from contracts; values are bound.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from quality.contracts import Contract

MEMORY_LIMIT = "1GB"
"""Of DuckDB: half of what a night may use."""

MONTH = "_month"
"""Name of the column that says which partition a scanned row is from."""

_MONTH_OF_FILE = rf"regexp_extract(filename, 'month=([^/]+)/[^/]+$', 1) as {MONTH}"


@dataclass(frozen=True)
class Workbench:
    """A DuckDB connection, and a folder for files on their way into the lake."""

    connection: DuckDBPyConnection
    scratch: Path

    def read(self, files: Iterable[Path]) -> DuckDBPyRelation:
        """Rows of Parquet files that have the same columns."""
        return self.connection.read_parquet([str(file) for file in files], hive_partitioning=False)

    def read_with_month(self, files: Iterable[Path]) -> DuckDBPyRelation:
        """The same, and the month of each row's folder as column ``_month``."""
        rows = self.connection.read_parquet(
            [str(file) for file in files], hive_partitioning=False, filename=True
        )
        return rows.project(f"* exclude (filename), {_MONTH_OF_FILE}")

    def empty(self, contract: Contract) -> DuckDBPyRelation:
        """No rows, with the columns of a contract."""
        columns = ", ".join(
            f"cast(null as {field.sql_type}) as {quoted(field.name)}" for field in contract.fields
        )
        return self.connection.sql(f"select {columns}").filter("false")

    def table(self, name: str, rows: DuckDBPyRelation) -> DuckDBPyRelation:
        """Compute rows now and keep them under a name, instead of any rows that had it."""
        self.connection.execute(f"drop table if exists {quoted(name)}")
        rows.create(name)
        return self.connection.table(name)


@contextmanager
def open_workbench(scratch: Path) -> Iterator[Workbench]:
    """A workbench that takes its scratch folder with it."""
    scratch.mkdir(parents=True)
    spill = str(scratch / "spill")
    try:
        with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": spill}) as connection:
            yield Workbench(connection, scratch)
    finally:
        shutil.rmtree(scratch)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def names(columns: Iterable[str], alias: str | None = None) -> str:
    """Columns, of a relation with an alias if one is given, as an SQL list."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + quoted(column) for column in columns)


def same(columns: Iterable[str], left: str, right: str) -> str:
    """SQL condition that two relations agree in columns that are never null."""
    return " and ".join(f"{left}.{quoted(column)} = {right}.{quoted(column)}" for column in columns)


def same_row(contract: Contract, left: str, right: str) -> str:
    """SQL condition that two relations agree in the key and in every other column."""
    others = [column for column in contract.schema if column not in contract.key]
    equal = [f"{left}.{quoted(column)} is not distinct from {right}.{quoted(column)}" for column in others]
    return " and ".join([same(contract.key, left, right), *equal])


def fingerprint_expression(contract: Contract) -> str:
    """SQL aggregate over the contract's columns that does not depend on the rows' order.

    The second hash mixes once more: DuckDB combines columns so lightly that values swapped between
    rows could cancel out in the sum.
    """
    return f"sum(hash(hash({names(contract.schema)})))"


def count(rows: DuckDBPyRelation) -> int:
    """How many rows there are."""
    (number,) = rows.aggregate("count(*)").fetchone() or (0,)
    return int(number)
