"""The outcome of one check, wherever it ran: at the audit, in dbt or at the verdict."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Outcome = Literal["pass", "fail", "crash"]
"""``crash``: the check itself could not run, which is not the same as data that failed."""


class CheckResult(BaseModel):
    """One check of one dataset or mart; shown to people and kept with the publication."""

    model_config = ConfigDict(frozen=True)

    check: str
    """Stable name, e.g. ``deals.deal_id.unique``."""
    scope: str
    """``source.dataset`` of a batch, or the table's name."""
    severity: Literal["block", "warn"]
    outcome: Outcome
    message: str
    """What was found, in one sentence with its figures."""
    unexpected_count: int | None = None
    sample: list[str] = []
    """A few offending keys or values; never personal columns."""

    @property
    def blocks(self) -> bool:
        """Whether this outcome stops the night."""
        return self.severity == "block" and self.outcome != "pass"
