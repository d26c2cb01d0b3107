"""From contracts to rules: what every row of a staged batch must keep."""
# ruff: noqa: S608 - identifiers come from contracts and configuration, and are quoted; values are bound

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from daybook.config import Gate
from quality.consistency import consistency_rules
from quality.contracts import Contract, Field
from quality.contracts.model import RuleSeverity
from quality.inputs import AuditInput
from quality.night import Surroundings, after
from quality.references import reference_rules
from quality.rules import BATCH, Expectation, Horizon, Rule, no_rows, sample_of
from quality.sql import names, quoted, same


def rules(entry: AuditInput, gate: Gate, surroundings: Surroundings, horizon: Horizon) -> list[Rule]:
    """All rules of one batch.

    Args:
        entry: the batch.
        gate: the limits of its dataset.
        surroundings: what it may refer to.
        horizon: where the future starts.
    """
    columns = (rule for column in entry.contract.fields for rule in _column_rules(entry.contract, column))
    return [
        _unique(entry.contract),
        *(_one_source(entry, other) for other in surroundings.others(entry.source, entry.dataset)),
        *columns,
        *reference_rules(entry, gate, surroundings),
        *consistency_rules(entry, gate, surroundings, horizon),
    ]


def _unique(contract: Contract) -> Rule:
    key = names(contract.key)
    repeated = f"select {sample_of(contract)} as sample from batch group by {key} having count(*) > 1"
    return Rule(
        check=f"{contract.name}.{'+'.join(contract.key)}.unique",
        severity=contract.key_severity,
        # Keys of different hashes are different: as many hashes as rows prove all keys unique, at half
        # the cost of comparing them.
        expectation=no_rows(
            "select 1 from (select count(*) as found, "
            f"count(distinct hash({key})) as hashes from batch) where found <> hashes"
        ),
        offenders=BATCH + repeated,
        expected=f"every {' and '.join(contract.key)} stands once",
        fault="{count} keys stand on more than one of {rows} rows",
        remedy="see in the source why a key comes twice, or add the column that tells its rows apart.",
        is_guarded=True,
    )


def _one_source(entry: AuditInput, other: str) -> Rule:
    contract = entry.contract
    query = (
        f"select {sample_of(contract)} as sample from batch "
        f"where exists (select 1 from {quoted(after(other, contract.name))} as other "
        f"where {same(contract.key, 'other', 'batch')})"
    )
    return Rule(
        check=f"{contract.name}.{'+'.join(contract.key)}.not_in_{other}",
        severity="block",
        expectation=no_rows(query),
        offenders=BATCH + query,
        expected=f"no key of {entry.source} is also a key of {other}",
        fault=f"{{count}} of {{rows}} keys of {entry.source} are also keys of {other}",
        remedy=(
            "where they mean different things, give one source a key_prefix in daybook.yaml; where they "
            "mean the same, let one source feed it and name the other's ids in identities."
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _ColumnRule:
    """What a contract says of one column's values."""

    name: str
    expectation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    offends: str
    """Condition, true for values that break it; ``{column}`` is filled in."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    expected: str
    fault: str
    severity: RuleSeverity = "block"


def _column_rules(contract: Contract, column: Field) -> Iterator[Rule]:
    for declared in _declared(column):
        condition = declared.offends.format(column=quoted(column.name))
        yield Rule(
            check=f"{contract.name}.{column.name}.{declared.name}",
            severity=declared.severity,
            expectation=Expectation(declared.expectation, {"column": column.name, **declared.arguments}),
            offenders=(
                f"{BATCH}select {sample_of(contract, column.name)} as sample from batch where {condition}"
            ),
            expected=declared.expected,
            fault=f"{{count}} of {{rows}} rows {declared.fault}",
            remedy="extract the batch again: rows like these belong in quarantine.",
            parameters=declared.parameters,
        )


def _declared(column: Field) -> Iterator[_ColumnRule]:
    if column.required:
        yield _ColumnRule(
            name="required",
            expectation="expect_column_values_to_not_be_null",
            offends="{column} is null",
            expected=f"{column.name} is never null",
            fault=f"have no {column.name}",
        )
    if column.minimum is not None or column.maximum is not None:
        yield _range(column)
    if column.pattern is not None:
        yield _ColumnRule(
            name="pattern",
            expectation="expect_column_values_to_match_regex",
            arguments={"regex": column.pattern},
            offends="not regexp_full_match({column}, $pattern)",
            parameters={"pattern": column.pattern},
            expected=f"{column.name} reads like {column.pattern}",
            fault=f"have {column.name} in another form",
        )
    if column.max_length is not None:
        yield _ColumnRule(
            name="length",
            expectation="expect_column_value_lengths_to_be_between",
            arguments={"max_value": column.max_length},
            offends="length({column}) > $longest",
            parameters={"longest": column.max_length},
            expected=f"{column.name} has at most {column.max_length} characters",
            fault=f"have more of them in {column.name}",
        )
    if column.values:
        yield _ColumnRule(
            name="values",
            expectation="expect_column_values_to_be_in_set",
            arguments={"value_set": list(column.values)},
            offends="not list_contains($allowed, {column})",
            parameters={"allowed": list(column.values)},
            expected=f"{column.name} is one of {', '.join(column.values)}",
            fault=f"have something else as {column.name}",
            severity=column.values_severity,
        )


def _range(column: Field) -> _ColumnRule:
    bounds = {"min_value": column.minimum, "max_value": column.maximum}
    given = {name: bound for name, bound in bounds.items() if bound is not None}
    beyond = {"min_value": "{column} < $min_value", "max_value": "{column} > $max_value"}
    words = {"min_value": "at least", "max_value": "at most"}
    said = " and ".join(f"{words[name]} {bound:g}" for name, bound in given.items())
    return _ColumnRule(
        name="range",
        expectation="expect_column_values_to_be_between",
        arguments=given,
        offends=" or ".join(beyond[name] for name in given),
        parameters=given,
        expected=f"{column.name} is {said}",
        fault=f"have {column.name} outside its range",
    )
