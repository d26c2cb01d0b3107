"""Brings audited batches into a candidate's lake.

::

    <lake>/<dataset>/source=<source>/month=<yyyy-mm>/*.parquet    contract columns, in contract order
    <lake>/<dataset>/source=none/month=none/empty.parquet         where a dataset has no row at all

The month is that of the contract's event date as stored: ``all`` for datasets without one, ``none``
where it is null. Within one source a key stands in one partition only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from daybook.config import Config, Table
from daybook.durable import write_atomically
from daybook.errors import ContractViolation, Where
from ingestion.batch import BatchSummary, read_summary
from ingestion.generation import (
    Generation,
    GenerationState,
    LakePart,
    LoadRecord,
    disk_refusals,
    write_state,
)
from ingestion.lake_table import LakeTable
from ingestion.merge import Counts, StagedRows, replace_all, upsert
from ingestion.observed import look_of, observe, observe_plans
from ingestion.runtables import parquet_bytes, write_run_tables
from ingestion.workbench import Workbench, open_workbench, quoted
from quality.contracts import Contract, load_contracts

HISTORY_LENGTH = 60
"""Batches of each table that drift checks can look back on."""


@dataclass(frozen=True)
class Commit:
    """What a commit changed."""

    changed_months: dict[str, list[str]]
    """Months of every dataset in which a row was added, changed or removed; empty where none was."""
    loads: list[LoadRecord]
    """One record for each batch and each stale table."""
    state: GenerationState
    """The candidate's state, as written."""


def commit(
    candidate: Generation,
    config: Config,
    batches: list[Path],
    stale: list[tuple[str, str]],
    business_on: date,
) -> Commit:
    """Merge audited batches into a candidate's lake, and write its run tables and its state.

    Tables without a batch keep their rows. Committing a batch again changes nothing. Nothing that
    another generation holds is written to, and nothing is visible before the candidate is promoted.

    Args:
        candidate: a generation that was just opened.
        config: says the cursor of incremental tables, and what the run tables hold.
        batches: folders of complete batches that passed the audit, at most one for each table.
        stale: source and dataset of tables whose last good rows stand in.
        business_on: the business date of the run.

    Raises:
        ContractViolation: a contract changed in a way that the rows of the lake cannot follow.
        CommitFailed: the disk refused.
        AssertionError: rows or money do not add up.
    """
    with disk_refusals(candidate.path), open_workbench(candidate.path / "scratch") as bench:
        lake = _Lake(candidate, load_contracts(), bench, business_on)
        lake.follow_contracts()
        summaries = {batch: read_summary(batch) for batch in batches}
        loads = [_load(lake, config, batch, summary) for batch, summary in summaries.items()]
        loads += [_stale_load(lake, config, source, dataset) for source, dataset in stale]
        for source in _tellers_of_deals(summaries.values()):
            if business_on >= _last_observed_on(candidate.state, source):
                _observe(lake, config, source)
        lake.keep_readable()
        state = _next_state(lake, config, list(summaries.values()), loads)
        write_run_tables(candidate.run, config, state.loads)
        write_state(candidate, state)
    return Commit(state.changed_months, loads, state)


class _Lake:
    """A candidate's lake while a commit works on it."""

    def __init__(
        self, candidate: Generation, contracts: Mapping[str, Contract], bench: Workbench, business_on: date
    ) -> None:
        self.candidate = candidate
        self.contracts = contracts
        self.business_on = business_on
        self._bench = bench
        self._tables: dict[str, dict[str, LakeTable]] = {dataset: {} for dataset in contracts}
        for dataset in contracts:
            for source in candidate.state.partitions.get(dataset, {}):
                self.table(source, dataset)

    def table(self, source: str, dataset: str) -> LakeTable:
        """One source's partitions of one dataset."""
        tables = self._tables[dataset]
        if source not in tables:
            tables[source] = LakeTable(
                bench=self._bench,
                folder=self.candidate.lake / dataset / f"source={source}",
                contract=self.contracts[dataset],
                business_on=self.business_on,
                parts=dict(self.candidate.state.partitions.get(dataset, {}).get(source, {})),
            )
        return tables[source]

    def follow_contracts(self) -> None:
        """Give rows of earlier nights the columns that their contract has today; new ones are null."""
        for dataset in self._outgrown():
            for table in self._tables[dataset].values():
                self._reshape(table, self.candidate.state.columns[dataset])

    def keep_readable(self) -> None:
        """See that every dataset has a file: its rows, or an empty one of the right types."""
        outgrown = self._outgrown()
        for dataset, tables in self._tables.items():
            empty = self.candidate.lake / dataset / "source=none" / "month=none" / "empty.parquet"
            if any(table.parts for table in tables.values()):
                empty.unlink(missing_ok=True)
            elif dataset in outgrown or not empty.exists():
                write_atomically(empty, parquet_bytes(self.contracts[dataset].empty()))
            _remove_empty_folders(self.candidate.lake / dataset)

    def partitions(self) -> dict[str, dict[str, dict[str, LakePart]]]:
        """Every partition; datasets that have no contract any more stay as they are."""
        known = {
            dataset: {
                s: dict(sorted(table.parts.items())) for s, table in sorted(tables.items()) if table.parts
            }
            for dataset, tables in self._tables.items()
        }
        return {**self.candidate.state.partitions, **known}

    def columns(self) -> dict[str, dict[str, str]]:
        """Columns and SQL types of every dataset's files."""
        return {dataset: _columns(contract) for dataset, contract in self.contracts.items()}

    def changed_months(self) -> dict[str, list[str]]:
        """Months of each dataset that differ from the generation before."""
        return {
            dataset: sorted({month for table in tables.values() for month in table.changed})
            for dataset, tables in self._tables.items()
        }

    def _outgrown(self) -> set[str]:
        had, has = self.candidate.state.columns, self.columns()
        return {
            dataset
            for dataset in has
            if dataset in had and [*had[dataset].items()] != [*has[dataset].items()]
        }

    def _reshape(self, table: LakeTable, had: Mapping[str, str]) -> None:
        columns = ", ".join(
            f"cast({quoted(column) if column in had else 'null'} as {sql_type}) as {quoted(column)}"
            for column, sql_type in _columns(table.contract).items()
        )
        for month in list(table.parts):
            try:
                table.write(month, table.rows(month).project(columns))
            except duckdb.ConversionException as error:
                raise ContractViolation(
                    f"Rows already in the lake do not fit the contract's new column types: {error}.",
                    remedy="keep the column's type, or give the new column another name.",
                    where=Where(dataset=table.contract.name, file=str(table.folder)),
                ) from error


def _tellers_of_deals(summaries: Iterable[BatchSummary]) -> list[str]:
    """Sources that told of their deals tonight."""
    return [summary.source for summary in summaries if summary.dataset == "deals"]


def _observe(lake: _Lake, config: Config, source: str) -> None:
    deals, look = lake.table(source, "deals"), look_of(config, source, lake.business_on)
    observe(deals, lake.table(source, "deal_stage_changes"), lake.table(source, "deal_observations"), look)
    observe_plans(deals, lake.table(source, "deal_plans"), look)


def _last_observed_on(state: GenerationState, source: str) -> date:
    """The last business date on which a source told of its deals.

    What it says today is no observation of an earlier day: that day's own stands.
    """
    told = (
        load.business_on
        for load in state.loads
        if load.source_system == source and load.dataset == "deals" and not load.is_stale
    )
    return max(told, default=date.min)


def _load(lake: _Lake, config: Config, batch: Path, summary: BatchSummary) -> LoadRecord:
    table = lake.table(summary.source, summary.dataset)
    staged = StagedRows.of(batch, summary)
    before = table.row_count
    if summary.load == "snapshot":
        counts = replace_all(table, staged)
    else:
        counts = upsert(table, staged, _cursor_column(config, summary))
    _assert_reconciled(table, staged, summary, before, counts)
    return LoadRecord(
        business_on=lake.business_on,
        source_system=summary.source,
        dataset=summary.dataset,
        load=summary.load,
        rows_read=summary.rows_read,
        rows_accepted=summary.rows_accepted,
        rows_quarantined=summary.rows_quarantined,
        rows_superseded=summary.rows_superseded,
        rows_inserted=counts.inserted,
        rows_updated=counts.updated,
        rows_unchanged=counts.unchanged,
        rows_deleted=counts.deleted,
        rows_marked_deleted=summary.rows_deleted,
        rows_in_lake=table.row_count,
        money_read=summary.money_read,
        money_accepted=summary.money_accepted,
        money_quarantined=summary.money_quarantined,
        money_superseded=summary.money_superseded,
        money_deleted=summary.money_deleted,
        money_in_lake=table.money,
    )


def _stale_load(lake: _Lake, config: Config, source: str, dataset: str) -> LoadRecord:
    table = lake.table(source, dataset)
    declared = _declared(config, source, dataset)
    return LoadRecord(
        business_on=lake.business_on,
        source_system=source,
        dataset=dataset,
        load=declared.load if declared else "snapshot",
        rows_in_lake=table.row_count,
        money_in_lake=table.money,
        is_stale=True,
    )


def _assert_reconciled(
    table: LakeTable, staged: StagedRows, summary: BatchSummary, before: int, counts: Counts
) -> None:
    """See that no row or money is lost on the way from the batch to the lake."""
    merged = counts.inserted + counts.updated + counts.unchanged
    equalities: dict[str, tuple[int | Decimal, int | Decimal]] = {
        "rows accepted": (
            summary.rows_accepted,
            staged.row_count + summary.rows_superseded + summary.rows_deleted,
        ),
        "rows staged": (staged.row_count, merged),
        "rows in the lake": (before + counts.inserted - counts.deleted, table.row_count),
    }
    if summary.load == "snapshot":
        equalities["rows of the snapshot"] = (staged.row_count, table.row_count)
        if summary.money_accepted is not None and table.money is not None:
            equalities["money"] = (Decimal(summary.money_accepted), Decimal(table.money))
    for what, (expected, found) in equalities.items():
        if expected != found:
            raise AssertionError(
                f"{summary.source}.{summary.dataset}: {what} are {expected}, but {found} arrived"
            )


def _next_state(
    lake: _Lake, config: Config, summaries: list[BatchSummary], loads: list[LoadRecord]
) -> GenerationState:
    before = lake.candidate.state
    cursors, columns = dict(before.cursors), dict(before.cursor_columns)
    marks, history = dict(before.marks), dict(before.history)
    for summary in summaries:
        table = f"{summary.source}.{summary.dataset}"
        history[table] = _lengthen(history.get(table, []), summary)
        marks[table] = summary.marks
        column = _cursor_column(config, summary)
        if summary.cursor is not None and column is not None:
            last = before.taken(table, column).cursor or summary.cursor
            cursors[table] = max(summary.cursor, last, key=_cursor_kind(lake, config, summary))
            columns[table] = column
    return GenerationState(
        company=config.company.name,
        business_on=lake.business_on,
        cursors=cursors,
        cursor_columns=columns,
        marks={table: found for table, found in marks.items() if found},
        history=history,
        columns=lake.columns(),
        partitions=lake.partitions(),
        changed_months=lake.changed_months(),
        loads=_replace_loads(before.loads, loads),
    )


def _lengthen(history: Iterable[BatchSummary], summary: BatchSummary) -> list[BatchSummary]:
    """Add a batch in place of any of the same business date."""
    others = [batch for batch in history if batch.business_on != summary.business_on]
    short = summary.model_copy(update={"months": {}, "files": [], "marks": {}})
    return sorted([*others, short], key=lambda batch: batch.business_on)[-HISTORY_LENGTH:]


def _replace_loads(old: Iterable[LoadRecord], new: Iterable[LoadRecord]) -> list[LoadRecord]:
    by_key = {(load.business_on, load.source_system, load.dataset): load for load in [*old, *new]}
    return [by_key[key] for key in sorted(by_key)]


def _declared(config: Config, source: str, dataset: str) -> Table | None:
    return config.sources[source].tables.get(dataset) if source in config.sources else None


def _cursor_column(config: Config, summary: BatchSummary) -> str | None:
    declared = _declared(config, summary.source, summary.dataset)
    return declared.cursor if declared else None


def _cursor_kind(lake: _Lake, config: Config, summary: BatchSummary) -> Callable[[str], int | Decimal | str]:
    """How cursor texts of a table compare; ISO dates and timestamps do so as text."""
    column = _cursor_column(config, summary)
    field = lake.contracts[summary.dataset].by_name.get(column) if column else None
    return {"integer": int, "number": Decimal}.get(field.logical_type if field else "string", str)


def _columns(contract: Contract) -> dict[str, str]:
    return {column.name: column.sql_type for column in contract.fields}


def _remove_empty_folders(dataset: Path) -> None:
    for source in list(dataset.iterdir()):
        for folder in [*source.iterdir(), source]:
            if not any(folder.iterdir()):
                folder.rmdir()
