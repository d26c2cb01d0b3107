"""The rows that a night's checks read, laid out as views of one in-memory DuckDB.

===============================  ==========================================================
``staged__<source>__<dataset>``  the batch
``after__<source>__<dataset>``   what the lake will hold from the source after the night
``held__<source>__<dataset>``    what the lake holds of it now
``known__<dataset>``             what the lake will hold over all sources
``aliases__<source>__<dataset>`` ids by which the source means rows of the dataset (column id)
===============================  ==========================================================

Views read Parquet where it lies: a query costs the columns it names. Dataset names hold no
double underscore, so view names are unambiguous whatever sources are called.
"""
# ruff: noqa: S608 - identifiers come from contracts and configuration, and are quoted; values are bound

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from quality.contracts import Contract, load_contracts
from quality.inputs import AuditInput
from quality.results import CheckResult
from quality.shape import lay_out_batch
from quality.sql import names, quoted, same

MEMORY_LIMIT = "1GB"
"""Of DuckDB while it checks; beyond it spills to a temporary folder."""

ENTITIES = {
    "rep": "reps",
    "team": "teams",
    "customer": "customers",
    "account": "accounts",
    "product": "products",
    "territory": "territories",
}
"""Dataset of each entity that ``identities`` may speak of."""

NO_SOURCE = "none"
"""Folder of the empty file that stands for a dataset without rows."""


def staged(source: str, dataset: str) -> str:
    """View of a batch."""
    return f"staged__{source}__{dataset}"


def after(source: str, dataset: str) -> str:
    """View of what the lake will hold from a source."""
    return f"after__{source}__{dataset}"


def held(source: str, dataset: str) -> str:
    """View of what the lake holds from a source before the night."""
    return f"held__{source}__{dataset}"


def known(dataset: str) -> str:
    """View of what the lake will hold."""
    return f"known__{dataset}"


def aliases(source: str, dataset: str) -> str:
    """Table of a source's own ids for rows of a dataset."""
    return f"aliases__{source}__{dataset}"


@dataclass(frozen=True)
class Surroundings:
    """What stands beside a batch, so that a check can refer to it."""

    sources: Mapping[str, tuple[str, ...]]
    """Sources that each dataset will have a batch or rows of; datasets that cannot be judged are missing."""
    aliased: frozenset[tuple[str, str]]
    """Source and dataset that have a table of aliases."""
    batches: frozenset[tuple[str, str]]
    """Source and dataset of the night's batches."""

    def is_fed(self, dataset: str) -> bool:
        """Whether any source feeds the dataset, so that references to it can be judged."""
        return dataset in self.sources

    def others(self, source: str, dataset: str) -> list[str]:
        """The other sources of a dataset, whether they have a batch tonight or rows of earlier nights."""
        return [other for other in self.sources.get(dataset, ()) if other != source]


@dataclass(frozen=True)
class Night:
    """The views, and what was found while laying them out."""

    database: str
    """Name by which this process can open further connections."""
    connection: DuckDBPyConnection
    inputs: tuple[AuditInput, ...]
    """Batches that can be read and have the contract's columns."""
    columns: tuple[CheckResult, ...]
    """The columns check of every batch."""
    surroundings: Surroundings
    held: frozenset[str]
    """Scopes of which the lake has rows."""
    emptied: frozenset[str]
    """Scopes of snapshots without a row whose source has rows in the lake."""


@contextmanager
def open_night(inputs: Sequence[AuditInput], lake: Path | None) -> Iterator[Night]:
    """Lay out the batches of a night, and the lake they are for.

    Args:
        inputs: the batches, at most one for each source and dataset.
        lake: the lake as the last good night left it; None before the first.
    """
    database = f":memory:audit-{uuid.uuid4().hex}"
    with (
        tempfile.TemporaryDirectory(prefix="daybook-audit-") as spill,
        duckdb.connect(database) as connection,
    ):
        connection.execute("set memory_limit = $limit", {"limit": MEMORY_LIMIT})
        connection.execute("set temp_directory = $folder", {"folder": spill})
        connection.execute("set preserve_insertion_order = false")
        columns = {
            entry.scope: lay_out_batch(connection, entry, staged(entry.source, entry.dataset))
            for entry in inputs
        }
        readable = tuple(entry for entry in inputs if columns[entry.scope].outcome == "pass")
        unreadable = {entry.dataset for entry in inputs if entry not in readable}
        surroundings = _lay_out_lake(connection, readable, lake, unreadable)
        before = frozenset(
            entry.scope for entry in readable if _lake_files(lake, entry.dataset).get(entry.source)
        )
        replaced = frozenset(entry.scope for entry in readable if _replaces_all(entry))
        yield Night(
            database,
            connection,
            readable,
            tuple(columns.values()),
            surroundings,
            held=before,
            emptied=before & replaced,
        )


def _lay_out_lake(
    connection: DuckDBPyConnection, inputs: Sequence[AuditInput], lake: Path | None, unreadable: set[str]
) -> Surroundings:
    batches = {(entry.source, entry.dataset): entry for entry in inputs}
    sources: dict[str, tuple[str, ...]] = {}
    for dataset, contract in load_contracts().items():
        files = _lake_files(lake, dataset)
        fed_by = sorted({*files, *(source for source, name in batches if name == dataset)})
        for source in fed_by:
            _lay_out(connection, contract, source, batches.get((source, dataset)), files.get(source, []))
        if fed_by and dataset not in unreadable:
            sources[dataset] = tuple(fed_by)
            parts = [
                f"select {names(contract.by_name)} from {quoted(after(source, dataset))}" for source in fed_by
            ]
            connection.execute(f"create view {quoted(known(dataset))} as {' union all '.join(parts)}")
    aliased = _lay_out_aliases(connection, {entry.source for entry in inputs}, sources)
    return Surroundings(sources, aliased, frozenset(batches))


def _lake_files(lake: Path | None, dataset: str) -> dict[str, list[Path]]:
    """Files of a dataset in the lake by source."""
    if lake is None:
        return {}
    folders = {folder.name.removeprefix("source="): folder for folder in (lake / dataset).glob("source=*")}
    return {
        source: sorted(folder.glob("*/*.parquet"))
        for source, folder in folders.items()
        if source != NO_SOURCE
    }


def _replaces_all(entry: AuditInput) -> bool:
    """Whether committing the batch would leave nothing."""
    return entry.summary.load == "snapshot" and entry.rows_staged == 0


def _lay_out(
    connection: DuckDBPyConnection,
    contract: Contract,
    source: str,
    entry: AuditInput | None,
    files: Sequence[Path],
) -> None:
    """Make the views of what the lake holds from a source, and of what the batch makes of it."""
    view, key = quoted(after(source, contract.name)), contract.key
    columns = names(contract.by_name)
    lake = held(source, contract.name)
    if files:
        _lay_out_held(connection, contract, files, lake)
    if entry is not None and (entry.summary.load == "snapshot" or not files):
        batch = quoted(staged(source, contract.name))
        connection.execute(f"create view {view} as select {columns} from {batch}")
        return
    if entry is None:
        connection.execute(f"create view {view} as select {columns} from {quoted(lake)}")
        return
    replaced = [staged(source, contract.name)]
    if entry.deletions is not None:
        replaced.append(f"gone__{source}__{contract.name}")
        connection.read_parquet([str(entry.deletions)], hive_partitioning=False).create_view(replaced[-1])
    stays = " and ".join(
        f"not exists (select 1 from {quoted(newer)} as newer where {same(key, 'newer', 'older')})"
        for newer in replaced
    )
    connection.execute(
        f"create view {view} as select {columns} from {quoted(replaced[0])} "
        f"union all select {columns} from {quoted(lake)} as older where {stays}"
    )


def _lay_out_held(
    connection: DuckDBPyConnection, contract: Contract, parts: Sequence[Path], view: str
) -> None:
    """Make the view of the lake's own rows; columns that their contract did not have yet are null."""
    files = connection.read_parquet(
        [str(file) for file in parts], hive_partitioning=False, union_by_name=True
    )
    columns = ", ".join(
        quoted(column.name)
        if column.name in files.columns
        else f"cast(null as {column.sql_type}) as {quoted(column.name)}"
        for column in contract.fields
    )
    files.project(columns).create_view(view)


def _lay_out_aliases(
    connection: DuckDBPyConnection, systems: Iterable[str], sources: Mapping[str, tuple[str, ...]]
) -> frozenset[tuple[str, str]]:
    """Make tables of the ids that systems use for rows which are known under another id."""
    if "identities" not in sources:
        return frozenset()
    contracts, found = load_contracts(), set()
    for entity, dataset in ENTITIES.items():
        if dataset not in sources:
            continue
        (key,) = contracts[dataset].key
        for system in sorted(systems):
            connection.execute(
                f"create table {quoted(aliases(system, dataset))} as "
                f"select distinct external_id as id from {quoted(known('identities'))} "
                f"where entity = $entity and system = $system "
                f"and internal_id in (select {quoted(key)} from {quoted(known(dataset))})",
                {"entity": entity, "system": system},
            )
            if connection.table(aliases(system, dataset)).limit(1).fetchone():
                found.add((system, dataset))
    return frozenset(found)
