"""Runs expectations in Great Expectations over tables of an in-memory DuckDB.

Importing this module imports GX, which takes seconds: import it where it is used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from quality import duckdb_dialect
from quality.postponed import postponed
from quality.results import Outcome
from quality.rules import Expectation
from quality.shape import first_line

# A third of the time that GX takes to import goes into two libraries for what we never ask of it.
with postponed("altair", "scipy.stats"):
    import great_expectations as gx
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.datasource.fluent.interfaces import TestConnectionError
    from great_expectations.exceptions.exceptions import GreatExpectationsError
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

NUMBER = "number"
"""Key under which an expectation carries its place, as GX answers in an order of its own."""


class ExpectQueryToFindNoRows(UnexpectedRowsExpectation):
    """GX's expectation for queries, which counts what is found and does not fetch it a second time."""

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        return {"success": metrics["unexpected_rows_query.row_count"] == 0}


@dataclass(frozen=True)
class Finding:
    """What came of one expectation."""

    outcome: Outcome
    trouble: str | None = None
    """Why the expectation could not be checked; None if it was."""


REFUSED = Finding("crash", "Great Expectations does not know such an expectation.")


class Validator:
    """Great Expectations over one database: nothing is written, sent or printed."""

    def __init__(self, database: str) -> None:
        """Connect to an in-memory database that this process keeps open."""
        duckdb_dialect.register()
        context = gx.get_context(
            mode="ephemeral",
            project_config=DataContextConfig(
                store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
                progress_bars=ProgressBarsConfig(globally=False),
                analytics_enabled=False,
            ),
        )
        self._tables = context.data_sources.add_sql(
            "night", connection_string=duckdb_dialect.connection_string(database), create_temp_table=False
        )

    def validate(self, table: str, expectations: Sequence[Expectation]) -> list[Finding]:
        """Check a table; GX takes all expectations about single columns in one scan.

        Args:
            table: table or view.
            expectations: each only once.

        Returns:
            Findings in the order of the expectations.
        """
        try:
            with _quiet():
                results = self._run(table, expectations)
        except (GreatExpectationsError, TestConnectionError) as error:
            return [Finding("crash", first_line(error))] * len(expectations)
        findings = {_number(result): _finding(result) for result in results}
        return [findings.get(number, REFUSED) for number in range(len(expectations))]

    def _run(self, table: str, expectations: Sequence[Expectation]) -> list[ExpectationValidationResult]:
        suite = gx.ExpectationSuite(
            name=table,
            # Not added one by one: then an expectation replaces any other of its type and column.
            expectations=[
                ExpectationConfiguration(
                    type=expectation.type, kwargs=dict(expectation.arguments), meta={NUMBER: number}
                )
                for number, expectation in enumerate(expectations)
            ],
        )
        asset = self._tables.add_table_asset(table, table_name=table)
        try:
            batch = asset.get_batch(asset.build_batch_request())
            return batch.validate(suite, result_format="BOOLEAN_ONLY").results
        finally:
            # GX writes its configuration out, if only into memory, with every asset that it has.
            self._tables.delete_asset(table)


def _number(result: ExpectationValidationResult) -> int:
    declared = result.expectation_config
    return int(declared.meta[NUMBER]) if declared is not None else -1


def _finding(result: ExpectationValidationResult) -> Finding:
    """Tell data that failed from a check that crashed: GX calls both unsuccessful."""
    trouble = _trouble(result.exception_info or {})
    if trouble is not None:
        return Finding("crash", first_line(trouble))
    return Finding("pass" if result.success else "fail")


def _trouble(info: Mapping[str, Any]) -> str | None:
    """Message of an exception: of the expectation itself, or of one of the metrics it needs."""
    if "raised_exception" in info:
        return str(info["exception_message"]) if info["raised_exception"] else None
    return next((found for metric in info.values() if (found := _trouble(metric)) is not None), None)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep GX's log out of ours: what it has to say stands in its results."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
