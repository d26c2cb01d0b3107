from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from quality.rules import Expectation, no_rows
from quality.validation import Validator


@pytest.fixture
def validate() -> Iterator[Any]:
    name = f":memory:test-{uuid.uuid4().hex}"
    with duckdb.connect(name) as connection:
        connection.execute(
            "create table deals as select * from (values "
            "('D1', 'EUR', 1.00::decimal(18,4), 'Won', date '2026-03-01', timestamp '2026-03-01 12:00'), "
            "('D2', null, null, null, null, null), "
            "('D3', 'usd', -1, 'Parked', date '2026-04-01', timestamp '2026-04-01 12:00')"
            ") as t(deal_id, currency_code, amount, stage, closed_on, closed_at)"
        )
        validator = Validator(name)
        yield lambda *expectations: validator.validate("deals", expectations)


def values(kind: str, column: str, **arguments: Any) -> Expectation:
    return Expectation(f"expect_column_{kind}", {"column": column, **arguments})


PASSING = [
    values("values_to_not_be_null", "deal_id"),
    values("values_to_be_between", "amount", min_value=-1, max_value=1.0),
    values("values_to_be_in_set", "stage", value_set=["Won", "Parked"]),
    values("values_to_match_regex", "deal_id", regex="^D[0-9]$"),
    values("value_lengths_to_be_between", "deal_id", max_value=2),
    values("values_to_be_between", "closed_on", max_value="2026-04-02", strict_max=True),
    values("values_to_be_between", "closed_at", max_value="2026-04-01T12:00:01", strict_max=True),
    no_rows("select 1 from batch where amount > 1"),
]

FAILING = [
    values("values_to_not_be_null", "currency_code"),
    values("values_to_be_between", "amount", min_value=0),
    values("values_to_be_in_set", "stage", value_set=["Won"]),
    values("values_to_match_regex", "currency_code", regex="^[A-Z]{3}$"),
    values("value_lengths_to_be_between", "deal_id", max_value=1),
    values("values_to_be_between", "closed_on", max_value="2026-04-01", strict_max=True),
    values("values_to_be_between", "closed_at", max_value="2026-04-01T12:00:00", strict_max=True),
    no_rows("select 1 from batch where amount < 1"),
]


@pytest.mark.parametrize("expectation", PASSING, ids=str)
def test_sound_data_passes_and_nulls_do_not_count(validate: Any, expectation: Expectation) -> None:
    (finding,) = validate(expectation)
    assert (finding.outcome, finding.trouble) == ("pass", None)


@pytest.mark.parametrize("expectation", FAILING, ids=str)
def test_unsound_data_fails(validate: Any, expectation: Expectation) -> None:
    (finding,) = validate(expectation)
    assert (finding.outcome, finding.trouble) == ("fail", None)


CRASHING = [
    (values("values_to_not_be_null", "missing"), "missing"),
    (no_rows("select 1 from batch where amount > nonsense"), "nonsense"),
    (no_rows("select 1 from batch where error('broken disk')"), "broken disk"),
    (Expectation("expect_the_impossible", {}), "does not know"),
]


@pytest.mark.parametrize(("expectation", "trouble"), CRASHING)
def test_a_check_that_cannot_run_is_told_from_data_that_fails(
    validate: Any, expectation: Expectation, trouble: str
) -> None:
    (finding,) = validate(expectation)
    assert finding.outcome == "crash"
    assert trouble in finding.trouble
    assert "\n" not in finding.trouble


def test_findings_come_in_the_order_of_the_expectations(validate: Any) -> None:
    mixed = [CRASHING[0][0], *PASSING, CRASHING[3][0], *FAILING, CRASHING[1][0]]
    expected = ["crash", *["pass"] * len(PASSING), "crash", *["fail"] * len(FAILING), "crash"]
    assert [finding.outcome for finding in validate(*mixed)] == expected


def test_two_expectations_of_one_kind_about_one_column_are_both_checked(validate: Any) -> None:
    findings = validate(
        values("values_to_be_between", "amount", min_value=0),
        values("values_to_be_between", "amount", max_value=2),
    )
    assert [finding.outcome for finding in findings] == ["fail", "pass"]


def test_a_table_that_is_not_there_crashes_every_check() -> None:
    name = f":memory:test-{uuid.uuid4().hex}"
    with duckdb.connect(name):
        findings = Validator(name).validate("nowhere", PASSING[:2])
    assert [finding.outcome for finding in findings] == ["crash", "crash"]
    assert "nowhere" in str(findings[0].trouble)


def test_nothing_is_printed_logged_or_written(
    validate: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.chdir(tmp_path)
    validate(*PASSING, *FAILING, *(expectation for expectation, _ in CRASHING))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
    assert list(tmp_path.iterdir()) == []
    assert logging.getLogger("great_expectations").level == logging.NOTSET
