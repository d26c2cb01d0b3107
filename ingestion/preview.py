"""Shows what extraction would make of a table, from its first rows."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from daybook.config import Config
from ingestion.batch import QUARANTINE_SCHEMA
from ingestion.connectors import RawTable
from ingestion.reasons import explain
from ingestion.rows import FATE, Fate
from ingestion.table import SourceTable
from quality.contracts import Contract

ROWS_LOOKED_AT = 1000
"""Rows in which faults are looked for, where fewer are shown."""


@dataclass(frozen=True)
class Preview:
    """The first rows of a table, as its contract would get them."""

    head: pl.DataFrame
    """Rows that would not be refused, in the contract columns that something feeds."""
    refused: pl.DataFrame
    """Rows that would be refused among those seen, in ``QUARANTINE_SCHEMA``."""
    rows_seen: int
    unmapped: Sequence[str]
    """Source columns that feed nothing."""
    unfed: Sequence[str]
    """Contract columns that nothing feeds, required ones included."""


def preview(
    config: Config, source: str, dataset: str, contract: Contract, business_on: date, limit: int = 20
) -> Preview:
    """Map and check the first rows of one source table; nothing is kept.

    Each row is judged by itself: keys that repeat show only in a night.

    Args:
        config: the company's configuration.
        source: name of the source.
        dataset: name of the table.
        contract: the contract it feeds.
        business_on: the business date to look at it for.
        limit: rows to show; at least ``ROWS_LOOKED_AT`` are looked at.

    Raises:
        SourceUnavailable, ContractViolation, ConfigurationError: as ``extract``.
    """
    table = SourceTable(config, source, dataset, contract)
    with tempfile.TemporaryDirectory(prefix=f"{dataset}-") as folder:
        raw = table.read(Path(folder), business_on)
        if not raw.files:
            return Preview(contract.empty(), QUARANTINE_SCHEMA.to_frame(), 0, (), tuple(contract.by_name))
        with table.streaming(raw, Path(folder)):
            return _look(table, raw, limit)


def _look(table: SourceTable, raw: RawTable, limit: int) -> Preview:
    rows = table.plan(raw)
    seen = rows.mapping.apply(raw.frames.head(max(limit, ROWS_LOOKED_AT))).collect()
    staged = rows.stage(seen)
    is_refused = staged[FATE] == Fate.REFUSED
    unsplit = raw.refused.head(seen.height or 1).collect()
    unfed = rows.mapping.unfed
    return Preview(
        head=staged.filter(~is_refused)
        .head(limit)
        .select(n for n in table.contract.by_name if n not in unfed),
        refused=pl.concat([unsplit, explain(rows, seen.filter(is_refused))]),
        rows_seen=seen.height + unsplit.height,
        unmapped=rows.mapping.unmapped,
        unfed=unfed,
    )
