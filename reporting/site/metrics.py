"""The metrics that readers meet, as ``metrics.yml`` tells them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

FILE = Path(__file__).with_name("metrics.yml")


class Metric(BaseModel):
    """What one figure means."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    meaning: str
    formula: str
    edges: str
    """What becomes of the cases that the formula does not settle."""
    columns: tuple[str, ...]
    """Columns that hold it, whatever the table; a heading over one leads here."""
    sql: str
    """How an analyst asks for it; runs over the published file as it stands."""


@cache
def load_metrics() -> tuple[Metric, ...]:
    """Every metric, in the order of the catalogue."""
    return tuple(TypeAdapter(list[Metric]).validate_python(yaml.safe_load(FILE.read_text(encoding="utf-8"))))


@cache
def metric_of(column: str) -> Metric | None:
    """The metric that a column of this name holds; None when it is none of them."""
    return next((metric for metric in load_metrics() if column in metric.columns), None)
