"""A small company under audit: stages batches, holds a lake, and asks for the checks."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from daybook.config import Gates
from ingestion.batch import BatchSummary
from quality.audit import audit_batches
from quality.contracts import load_contracts
from quality.inputs import AuditInput
from quality.results import CheckResult

TONIGHT = date(2026, 3, 10)
PARIS = ZoneInfo("Europe/Paris")


def at(text: str) -> datetime:
    """A timestamp as stored: UTC without an offset."""
    return datetime.fromisoformat(text)


GIVEN: dict[str, dict[str, Any]] = {
    "accounts": {"account_name": "Acme"},
    "contacts": {},
    "control_totals": {},
    "customers": {},
    "deal_splits": {},
    "deal_stage_changes": {"stage": "Won"},
    "deals": {"stage": "Won"},
    "exchange_rates": {"rate": Decimal(1)},
    "forecast_adjustments": {
        "scope_type": "company",
        "scope_id": "company",
        "period_type": "month",
        "period_start_on": date(2026, 3, 1),
        "adjusted_on": date(2026, 3, 9),
        "adjusted_amount": Decimal(100),
    },
    "holidays": {"calendar": "FR"},
    "identities": {},
    "order_lines": {
        "line_number": 1,
        "ordered_at": at("2026-03-09T12:00"),
        "quantity": Decimal(1),
        "net_amount": Decimal(10),
    },
    "orders": {"ordered_at": at("2026-03-09T12:00")},
    "process_feedback": {"feedback_type": "remark", "message": "Too many reports"},
    "products": {"product_name": "Bicycle"},
    "refunds": {"refunded_at": at("2026-03-09T12:00"), "amount": Decimal(1)},
    "reps": {"rep_name": "Ana Secret"},
    "targets": {
        "scope_type": "company",
        "scope_id": "company",
        "metric": "net_sales",
        "period_type": "month",
        "period_start_on": date(2026, 3, 1),
        "plan_version": "plan",
        "target_amount": Decimal(100),
    },
    "teams": {"team_name": "North"},
    "territories": {"territory_name": "South"},
    "territory_assignments": {"assigned_on": date(2026, 1, 1)},
}
"""What a row holds where a test does not say otherwise: enough to keep every rule but its key's."""


class World:
    """Batches of one night and the lake they are for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lake = root / "lake"
        self.inputs: list[AuditInput] = []

    def stage(
        self,
        source: str,
        dataset: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        frame: pl.DataFrame | None = None,
        deleted: Sequence[Mapping[str, Any]] = (),
        **facts: Any,
    ) -> AuditInput:
        """Stage a batch as an extraction would: of rows, or of a frame of any shape."""
        contract = load_contracts()[dataset]
        batch = self.root / "staging" / source / dataset
        frame = _frame(dataset, rows) if frame is None else frame
        if frame.height:
            _write(frame, batch / "data" / "month=all" / "part-0.parquet")
        if deleted:
            keys = pl.DataFrame(
                list(deleted), schema={key: contract.schema[key] for key in contract.key}, orient="row"
            )
            _write(keys, batch / "deletions.parquet")
        read = frame.height + len(deleted) + facts.get("rows_quarantined", 0)
        described = {
            "source": source,
            "dataset": dataset,
            "business_on": TONIGHT,
            "load": "snapshot",
            "rows_read": read,
            "rows_accepted": frame.height + len(deleted),
            "rows_quarantined": 0,
            "rows_deleted": len(deleted),
        }
        entry = AuditInput(batch, BatchSummary.model_validate(described | facts), contract)
        self.inputs.append(entry)
        return entry

    def hold(
        self, source: str, dataset: str, rows: Sequence[Mapping[str, Any]], without: Sequence[str] = ()
    ) -> None:
        """Put rows into the lake, without the columns that their contract did not have yet."""
        file = self.lake / dataset / f"source={source}" / "month=all" / "part-0.parquet"
        _write(_frame(dataset, rows).drop(without), file)

    def declare_empty(self, dataset: str) -> None:
        """Put the file into the lake that stands for a dataset without rows."""
        empty = load_contracts()[dataset].empty()
        _write(empty, self.lake / dataset / "source=none" / "month=none" / "empty.parquet")

    def forget(self) -> None:
        """Start over with no batch."""
        shutil.rmtree(self.root / "staging", ignore_errors=True)
        self.inputs.clear()

    def audit(
        self,
        *,
        history: Sequence[BatchSummary] = (),
        gates: Mapping[str, Any] | None = None,
        zone: ZoneInfo = PARIS,
        is_backfill: bool = False,
    ) -> list[CheckResult]:
        """All checks of the night."""
        past: dict[str, list[BatchSummary]] = {}
        for batch in history:
            past.setdefault(f"{batch.source}.{batch.dataset}", []).append(batch)
        return audit_batches(
            self.inputs,
            lake=self.lake if self.lake.exists() else None,
            history=past,
            gates=Gates.model_validate({"default": dict(gates or {})}),
            business_on=TONIGHT,
            zone=zone,
            is_backfill=is_backfill,
        )

    def check(self, name: str, **options: Any) -> CheckResult:
        """The one check of a name."""
        (found,) = (check for check in self.audit(**options) if check.check == name)
        return found

    def troubles(self, **options: Any) -> list[str]:
        """Names of the checks that did not pass."""
        return [check.check for check in self.audit(**options) if check.outcome != "pass"]


def _frame(dataset: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    schema = load_contracts()[dataset].schema
    filled = [dict.fromkeys(schema) | GIVEN[dataset] | dict(row) for row in rows]
    return pl.DataFrame(filled, schema=schema, orient="row")


def _write(frame: pl.DataFrame, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(file)
