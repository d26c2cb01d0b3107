"""Reads the contracts and answers what every other part asks of them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl
from open_data_contract_standard.model import (
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)

CONTRACTS = Path(__file__).resolve().parent

MONTH_OF_DIMENSIONS = "all"
"""Partition of datasets without an event date."""

MONTH_UNKNOWN = "none"
"""Partition of rows whose event date is null."""

RuleSeverity = Literal["block", "warn"]
"""What breaking a contract's rule means: ``error`` in the contract blocks, anything milder warns."""

DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")


@dataclass(frozen=True)
class Reference:
    """A column's values are keys of another dataset."""

    dataset: str
    column: str


@dataclass(frozen=True)
class Field:
    """One column of a contract."""

    name: str
    logical_type: str
    physical_type: str | None
    description: str
    required: bool
    personal: bool
    unit: str | None
    null_means: str | None
    minimum: float | None
    maximum: float | None
    pattern: str | None
    max_length: int | None
    values: tuple[str, ...]
    """Allowed values; empty when any is."""
    values_severity: RuleSeverity
    reference: Reference | None

    @property
    def dtype(self) -> pl.DataType:
        """The column's polars type."""
        if self.logical_type == "number":
            precision, scale = self.decimal
            return pl.Decimal(precision, scale)
        return {
            "string": pl.String(),
            "integer": pl.Int64(),
            "boolean": pl.Boolean(),
            "date": pl.Date(),
            "timestamp": pl.Datetime("us"),
        }[self.logical_type]

    @property
    def decimal(self) -> tuple[int, int]:
        """Precision and scale of a number."""
        match = DECIMAL.fullmatch(self.physical_type or "")
        if match is None:
            raise ValueError(f"{self.name}: a number needs physicalType decimal(p,s)")
        return int(match[1]), int(match[2])

    @property
    def sql_type(self) -> str:
        """The column's type in DuckDB and Spark SQL."""
        if self.logical_type == "number":
            precision, scale = self.decimal
            return f"decimal({precision},{scale})"
        return {
            "string": "varchar",
            "integer": "bigint",
            "boolean": "boolean",
            "date": "date",
            "timestamp": "timestamp",
        }[self.logical_type]


@dataclass(frozen=True)
class Contract:
    """One dataset: its columns, key, event date and promises."""

    name: str
    domain: str
    description: str
    purpose: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    key_severity: RuleSeverity
    event_date: str | None
    """Column whose month is the partition; None for dimensions."""
    money_column: str | None
    """Column whose sum is followed from source to mart."""
    latency_days: float | None
    latency_column: str | None
    is_fed: bool
    """Whether sources feed it; what the night writes itself they may not."""

    @functools.cached_property
    def by_name(self) -> dict[str, Field]:
        """Columns by name."""
        return {field.name: field for field in self.fields}

    @property
    def schema(self) -> pl.Schema:
        """Polars schema of a batch and of the lake, in the contract's order."""
        return pl.Schema({field.name: field.dtype for field in self.fields})

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that are never null."""
        return tuple(field.name for field in self.fields if field.required)

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Columns that hold a key of this or another dataset: what a source's key prefix applies to."""
        own = {*self.key, "internal_id"} if len(self.key) == 1 else {"internal_id"}
        return tuple(field.name for field in self.fields if field.reference or field.name in own)

    def empty(self) -> pl.DataFrame:
        """A typed frame without rows."""
        return self.schema.to_frame()


@functools.cache
def load_contracts(folder: Path = CONTRACTS) -> dict[str, Contract]:
    """All contracts by dataset name, sorted by domain and name."""
    files = sorted(folder.glob("*/*.odcs.yaml"))
    contracts = (_contract(OpenDataContractStandard.from_file(str(file))) for file in files)
    return {contract.name: contract for contract in contracts}


def _contract(document: OpenDataContractStandard) -> Contract:
    (table,) = document.schema_ or []
    properties = table.properties or []
    keys = sorted((p for p in properties if p.primaryKey), key=lambda p: p.primaryKeyPosition or 0)
    partitions = [p.name for p in properties if p.partitioned]
    latency = next((sla for sla in document.slaProperties or [] if sla.property == "latency"), None)
    return Contract(
        name=str(document.name),
        domain=str(document.domain),
        description=str(table.description),
        purpose=str(document.description.purpose if document.description else ""),
        fields=tuple(_field(p) for p in properties),
        key=tuple(str(p.name) for p in keys),
        key_severity=_severity(_rule(table, "duplicateValues")),
        event_date=partitions[0] if partitions else None,
        money_column=_custom(table).get("moneyColumn"),
        latency_days=float(str(latency.value)) if latency else None,
        latency_column=str(latency.element).split(".")[1] if latency else None,
        is_fed=_custom(table).get("writtenBy") != "night",
    )


def _field(declared: SchemaProperty) -> Field:
    options = declared.logicalTypeOptions or {}
    custom = _custom(declared)
    return Field(
        name=str(declared.name),
        logical_type=str(declared.logicalType),
        physical_type=declared.physicalType,
        description=str(declared.description),
        required=bool(declared.required),
        personal=declared.classification == "personal",
        unit=custom.get("unit"),
        null_means=custom.get("nullMeans"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        pattern=options.get("pattern"),
        max_length=options.get("maxLength"),
        values=_values(declared),
        values_severity=_severity(_rule(declared, "invalidValues")),
        reference=_reference(declared),
    )


def _values(declared: SchemaProperty) -> tuple[str, ...]:
    rule = _rule(declared, "invalidValues")
    return tuple((rule.arguments or {})["validValues"]) if rule else ()


def _rule(declared: SchemaObject | SchemaProperty, metric: str) -> DataQuality | None:
    return next((rule for rule in declared.quality or [] if rule.metric == metric), None)


def _severity(rule: DataQuality | None) -> RuleSeverity:
    return "block" if rule is None or rule.severity in (None, "error") else "warn"


def _reference(declared: SchemaProperty) -> Reference | None:
    for relation in declared.relationships or []:
        dataset, column = str(relation.to).split(".")
        return Reference(dataset, column)
    return None


def _custom(declared: Any) -> dict[str, Any]:
    return {str(p.property): p.value for p in declared.customProperties or []}
