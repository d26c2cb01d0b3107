"""Rules about references: an id must be known in the dataset it refers to, or by way of identities."""
# ruff: noqa: S608 - identifiers come from contracts and configuration, and are quoted; values are bound

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from daybook.config import Gate
from quality.contracts import Reference
from quality.inputs import AuditInput
from quality.night import ENTITIES, Surroundings, aliases, known
from quality.rules import BATCH, SAMPLE_WIDTH, Expectation, Rule, no_rows
from quality.sql import literal, quoted


@dataclass(frozen=True)
class _Pointer:
    """A column whose values refer to a dataset; in rows of one kind only, where a kind is given."""

    column: str
    to: Reference
    kind_column: str | None = None
    kind: str | None = None

    @property
    def name(self) -> str:
        """Name of its check."""
        return "reference" if self.kind is None else f"{self.kind}_reference"


KINDS: Mapping[str, tuple[str, str, Mapping[str, Reference]]] = {
    "targets": (
        "scope_id",
        "scope_type",
        {
            "team": Reference("teams", "team_id"),
            "rep": Reference("reps", "rep_id"),
            "territory": Reference("territories", "territory_id"),
            "product_category": Reference("products", "product_category"),
        },
    ),
    "forecast_adjustments": (
        "scope_id",
        "scope_type",
        {"team": Reference("teams", "team_id"), "rep": Reference("reps", "rep_id")},
    ),
}
"""Columns that refer to a dataset which another column of the row names: column, kind column, kinds."""


def reference_rules(entry: AuditInput, gate: Gate, surroundings: Surroundings) -> Iterator[Rule]:
    """Rules for every column that refers to a dataset which some source feeds.

    Ids count as known when the lake will hold them after the night, or when identities says which
    known row the batch's source means by them.
    """
    if gate.references_severity == "off":
        return
    for pointer in _pointers(entry):
        dataset = pointer.to.dataset
        if surroundings.is_fed(dataset):
            query = _unknown(entry, pointer, surroundings)
            is_guarded = entry.dataset == "order_lines" and dataset == "orders"
            yield Rule(
                check=f"{entry.dataset}.{pointer.column}.{pointer.name}",
                severity=gate.references_severity,
                expectation=lines_match_orders() if is_guarded else no_rows(query),
                offenders=BATCH + query,
                expected=f"every {pointer.column} is known in {dataset}",
                fault=f"{{count}} of {{rows}} rows name in {pointer.column} what {dataset} do not hold",
                remedy=_remedy(dataset),
                is_guarded=is_guarded,
            )


def lines_match_orders() -> Expectation:
    """The expectation that every order line has its order, of the same time.

    Lines without an order and lines in another month than their order both fail it, so one join of
    the heaviest of all batches answers for two rules. Lines that only differ in the hour fail it too:
    a third of the cost of comparing months, and then the rules look closer.
    """
    return no_rows(
        f"select 1 from batch where not exists (select 1 from {quoted(known('orders'))} as parent "
        "where parent.order_id = batch.order_id and parent.ordered_at = batch.ordered_at)"
    )


def _pointers(entry: AuditInput) -> Iterator[_Pointer]:
    for field in entry.contract.fields:
        if field.reference is not None:
            yield _Pointer(field.name, field.reference)
    if entry.dataset in KINDS:
        column, kind_column, kinds = KINDS[entry.dataset]
        for kind, reference in kinds.items():
            yield _Pointer(column, reference, kind_column, kind)


def _unknown(entry: AuditInput, pointer: _Pointer, surroundings: Surroundings) -> str:
    """Query for the rows whose id is not known; samples are the ids."""
    column, dataset = f"batch.{quoted(pointer.column)}", pointer.to.dataset
    known_as = f"known.{quoted(pointer.to.column)} = {column}"
    conditions = [
        f"{column} is not null",
        f"not exists (select 1 from {quoted(known(dataset))} as known where {known_as})",
    ]
    if pointer.kind is not None and pointer.kind_column is not None:
        conditions.insert(0, f"batch.{quoted(pointer.kind_column)} = {literal(pointer.kind)}")
    if (entry.source, dataset) in surroundings.aliased:
        table = quoted(aliases(entry.source, dataset))
        conditions.append(f"not exists (select 1 from {table} as alias where alias.id = {column})")
    shown = f"left(cast({column} as varchar), {SAMPLE_WIDTH})"
    return f"select {shown} as sample from batch where {' and '.join(conditions)}"


def _remedy(dataset: str) -> str:
    if dataset in ENTITIES.values():
        return f"add them to {dataset}, or say in identities which row of {dataset} each of them means."
    return f"see why {dataset} came without them."
