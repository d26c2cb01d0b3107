"""What the audit is given: a staged batch, what its extraction says of it, and its contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from quality.contracts import Contract


class BatchFacts(Protocol):
    """What an extraction says of its batch; the part of its summary that the audit reads."""

    @property
    def source(self) -> str:
        """Source as named in ``daybook.yaml``."""

    @property
    def dataset(self) -> str:
        """Contract name."""

    @property
    def business_on(self) -> date:
        """Business date of the run."""

    @property
    def load(self) -> str:
        """``snapshot`` or ``incremental``."""

    @property
    def rows_read(self) -> int:
        """Rows the source gave: accepted and quarantined."""

    @property
    def rows_accepted(self) -> int:
        """Rows staged, superseded and deletion marks."""

    @property
    def rows_quarantined(self) -> int:
        """Rows refused."""

    @property
    def rows_superseded(self) -> int:
        """Accepted rows that a later version of their key replaced."""

    @property
    def rows_deleted(self) -> int:
        """Accepted rows that only say their key is gone."""

    @property
    def money_accepted(self) -> str | None:
        """Sum of the money column over the rows staged, as decimal text."""

    @property
    def newest(self) -> str | None:
        """Newest value of the contract's latency column, ISO text."""


@dataclass(frozen=True)
class AuditInput:
    """A staged batch under audit."""

    batch: Path
    summary: BatchFacts
    contract: Contract

    @property
    def source(self) -> str:
        """Source as named in ``daybook.yaml``."""
        return self.summary.source

    @property
    def dataset(self) -> str:
        """Contract name."""
        return self.summary.dataset

    @property
    def scope(self) -> str:
        """``source.dataset``."""
        return f"{self.source}.{self.dataset}"

    @property
    def rows_staged(self) -> int:
        """Rows that the batch's files must hold."""
        facts = self.summary
        return facts.rows_accepted - facts.rows_superseded - facts.rows_deleted

    @property
    def files(self) -> list[Path]:
        """The accepted rows."""
        return sorted((self.batch / "data").glob("*/*.parquet"))

    @property
    def deletions(self) -> Path | None:
        """Keys that the source says are gone, where it says so."""
        file = self.batch / "deletions.parquet"
        return file if file.exists() else None
