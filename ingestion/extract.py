"""Reads one table of one source into a staged batch.

One streaming pass converts and checks the rows, and writes the accepted ones by month
and the refused ones as they were read. Memory is bounded by the batches of that stream,
not by the source. Reasons are then worked out for the refused rows alone.
"""

from __future__ import annotations

import functools
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from daybook.config import Config
from ingestion.batch import QUARANTINE_SCHEMA, BatchFile, BatchSummary, FileMark, Taken, write_summary
from ingestion.connectors import FILE, RawTable
from ingestion.cursor import advanced, as_text, before, ceiling, start
from ingestion.duplicates import Settled, Staged, settle
from ingestion.measure import Measured, measure, rows_in
from ingestion.quarantine import QUARANTINE
from ingestion.rows import Bound
from ingestion.sinks import Pass
from ingestion.staging import replacing
from ingestion.table import SourceTable, judged
from ingestion.workbench import open_workbench
from quality.contracts import Contract


def extract(
    config: Config,
    source: str,
    dataset: str,
    contract: Contract,
    batch: Path,
    business_on: date,
    taken: Taken,
) -> BatchSummary:
    """Read one source table, map it onto its contract and write a staged batch.

    Columns are read as text and cast by the contract: '00042' stays '00042', and an
    amount that does not parse sends its row to quarantine instead of turning into null.

    Args:
        config: the company's configuration.
        source: name of the source.
        dataset: name of the table, and of the contract it feeds.
        contract: what a row must look like.
        batch: folder to write; a batch that stands there is replaced once the new one is whole.
        business_on: the night's date.
        taken: where an incremental load goes on.

    Returns:
        The batch's summary, as it stands in ``batch.json``.

    Raises:
        SourceUnavailable: the source did not answer; worth a retry.
        ContractViolation: a mapped column is missing, or what is there cannot be read.
        ConfigurationError: the mapping does not fit contract or source.
    """
    job = _Job(SourceTable(config, source, dataset, contract), business_on, taken)
    with replacing(batch, job.table.where) as folder:
        scratch = folder / ".scratch"
        raw = job.table.read(scratch / "source", business_on, job.settled)
        with job.table.streaming(raw, scratch):
            summary = _fill(job, raw, folder, scratch) if raw.files else _nothing(job, folder)
        shutil.rmtree(scratch, ignore_errors=True)
        write_summary(folder, summary)
    return summary


@dataclass(frozen=True)
class _Job:
    """One table on one business date."""

    table: SourceTable
    business_on: date
    taken: Taken

    @property
    def since(self) -> Bound | None:
        """The first cursor value to read; None for everything."""
        return start(self.table.declared, self.table.contract, self.taken.cursor)

    @functools.cached_property
    def settled(self) -> dict[str, FileMark]:
        """Files without a row to read, if they are as they were."""
        cursor, since = self.table.declared.cursor, self.since
        if cursor is None or since is None or self.table.declared.query is not None:
            return {}
        kind, settings = self.table.contract.by_name[cursor].logical_type, self.table.settings
        return {
            path: mark
            for path, mark in self.taken.marks.items()
            if mark.settings == settings and before(mark.last_cursor, since, kind)
        }

    def empty(self) -> BatchSummary:
        """The summary of a batch without rows."""
        return BatchSummary(
            source=self.table.source,
            dataset=self.table.dataset,
            business_on=self.business_on,
            load=self.table.declared.load,
            rows_read=0,
            rows_accepted=0,
            rows_quarantined=0,
            money_read=_money(None, self.table.contract),
            money_accepted=_money(None, self.table.contract),
            money_quarantined=_money(None, self.table.contract),
            money_superseded=_money(None, self.table.contract),
            money_deleted=_money(None, self.table.contract),
            cursor=self.taken.cursor,
            marks=self.settled,
        )


def _fill(job: _Job, raw: RawTable, folder: Path, scratch: Path) -> BatchSummary:
    planned = job.table.plan(raw)
    planned.mapping.require_fed()
    rows = replace(planned, since=job.since)
    stream = judged(rows, raw.frames)
    written = Pass(rows, folder, scratch, ceiling(rows.cursor_kind, job.business_on))
    tally = written.run(stream)
    staged = Staged(written, stream, [file.path for file in raw.files])
    with open_workbench(scratch / "bench") as bench:
        settled = settle(bench, staged, job.table.where)
        measured = measure(bench, staged.all_files(), job.table.contract)
        _write_quarantine(folder, [raw.refused, written.explained(), settled.refused])
    return _summary(job, raw, written, tally, settled, measured)


def _nothing(job: _Job, folder: Path) -> BatchSummary:
    """The batch of an optional source that had nothing."""
    _write_quarantine(folder, [])
    return job.empty()


def _summary(
    job: _Job, raw: RawTable, written: Pass, tally: pl.DataFrame, settled: Settled, measured: Measured
) -> BatchSummary:
    """The batch's figures: rows read are counted as they are read, the others in what was written."""
    refused = raw.refused.group_by("file").agg(pl.len().alias("rows")).collect()
    deleted, contract = rows_in(written.deletions), job.table.contract
    money = {name: Decimal(tally[name].sum() or 0) for name in ("money", "money_refused", "money_deleted")}
    superseded, again = (settled.money, Decimal(0)) if written.rows.cursor else (Decimal(0), settled.money)
    return job.empty().model_copy(
        update={
            "rows_read": sum(tally["rows"].to_list()) + sum(refused["rows"].to_list()),
            "rows_accepted": measured.row_count + settled.superseded + deleted,
            "rows_quarantined": rows_in(written.folder / QUARANTINE),
            "rows_superseded": settled.superseded,
            "rows_deleted": deleted,
            "money_read": _money(money["money"], contract),
            "money_accepted": _money(measured.money, contract),
            "money_quarantined": _money(money["money_refused"] + again, contract),
            "money_superseded": _money(superseded, contract),
            "money_deleted": _money(money["money_deleted"], contract),
            "cursor": advanced(tally["cursor"].max(), job.taken.cursor, written.rows.cursor_kind),
            "newest": measured.newest.isoformat() if measured.newest else None,
            "months": dict(measured.months),
            "files": _files(raw, tally, refused),
            "marks": job.settled | _marks(job, raw, tally, refused),
        }
    )


def _marks(job: _Job, raw: RawTable, tally: pl.DataFrame, refused: pl.DataFrame) -> dict[str, FileMark]:
    """The files just read whose rows can all be told by their cursor from those still to come."""
    declared = job.table.declared
    if declared.load != "incremental" or declared.cursor is None or declared.query is not None:
        return {}
    found = {row[FILE]: row for row in tally.iter_rows(named=True)}
    marks = {}
    for file in raw.files:
        row = found.get(file.path, {"last": job.since, "unplaced_rows": 0})
        if row["unplaced_rows"] or row["last"] is None or file.path in refused["file"]:
            continue
        if file.size_bytes is not None and file.modified_ns is not None:
            marks[file.path] = FileMark(
                size_bytes=file.size_bytes,
                modified_ns=file.modified_ns,
                settings=job.table.settings,
                last_cursor=as_text(row["last"]),
            )
    return marks


def _files(raw: RawTable, tally: pl.DataFrame, refused: pl.DataFrame) -> list[BatchFile]:
    """The source's files with the rows read from each, refused ones included.

    A query's rows come from all its files at once; these keep the rows they have.
    """
    counts = Counter(dict(refused.iter_rows())) + Counter(dict(tally.select(FILE, "rows").iter_rows()))
    if not counts.keys() <= {file.path for file in raw.files}:
        return list(raw.files)
    return [file.model_copy(update={"rows_read": counts.pop(file.path, 0)}) for file in raw.files]


def _write_quarantine(folder: Path, parts: Sequence[pl.LazyFrame | None]) -> None:
    found = [QUARANTINE_SCHEMA.to_frame().lazy(), *(part for part in parts if part is not None)]
    pl.concat(found).sink_parquet(folder / QUARANTINE)


def _money(amount: float | Decimal | None, contract: Contract) -> str | None:
    if contract.money_column is None:
        return None
    scale = contract.by_name[contract.money_column].decimal[1]
    return f"{amount or 0:.{scale}f}"
