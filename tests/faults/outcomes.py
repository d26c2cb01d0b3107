"""What must come of a fault: each kind of outcome knows how to see whether it came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from daybook.errors import AuditFailed, DaybookError
from quality.results import CheckResult
from tests.faults.scene import Ending


class Outcome(Protocol):
    """What must come of a fault."""

    def check(self, ending: Ending, table: str) -> None:
        """See that it came.

        Raises:
            AssertionError: it did not.
        """


@dataclass(frozen=True)
class Stopped:
    """The night stops with an error that tells what, where and what to do."""

    error: type[DaybookError]
    says: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    at: str = "extract"

    def check(self, ending: Ending, table: str) -> None:
        """See that it stopped there, saying so."""
        error = ending.error
        assert isinstance(error, self.error), f"{error!r} after {ending.reached}, {ending.checks}"
        assert ending.reached == self.at, ending.reached
        assert self.says in str(error), str(error)
        assert error.remedy, str(error)
        where = error.where
        assert (where.line, where.column) == (self.line, self.column), where
        if self.file is not None:
            assert (where.file or "").endswith(self.file), where
        if self.at == "extract":
            assert f"{where.source}.{where.dataset}" == table, where
            assert not ending.is_staged, "a batch of an earlier run must not count"


@dataclass(frozen=True)
class Row:
    """A row in quarantine."""

    number: int
    column: str | None
    code: str
    raw: Mapping[str, Any]
    """Some of what the source wrote."""
    file: str | None = None


@dataclass(frozen=True)
class Quarantined:
    """Rows are refused with reason, place and raw values; the others go on into the lake."""

    read: int
    rows: list[Row]

    def check(self, ending: Ending, table: str) -> None:
        """See that exactly these were refused."""
        _carries_on(ending, self.read, len(self.rows))
        found = {row["row_number"]: row for row in ending.refused.to_dicts()}
        assert sorted(found) == sorted(row.number for row in self.rows), found
        for row in self.rows:
            kept = found[row.number]
            reasons = [(reason["column"], reason["code"]) for reason in kept["reasons"]]
            assert reasons == [(row.column, row.code)], kept
            assert all(reason["message"] for reason in kept["reasons"]), kept
            raw = json.loads(kept["raw"])
            assert row.raw.items() <= raw.items(), raw
            assert kept["file"].startswith(f"{table.split('.', 1)[0]}/"), kept
            assert row.file in (None, kept["file"]), kept


@dataclass(frozen=True)
class Accepted:
    """Nothing is wrong with it: every row goes on into the lake."""

    read: int
    values: Mapping[str, list[Any]] = field(default_factory=dict)
    """What some columns hold, in any order."""

    def check(self, ending: Ending, table: str) -> None:  # noqa: ARG002
        """See that all rows are there as they should be."""
        _carries_on(ending, self.read, refused=0)
        for column, values in self.values.items():
            assert sorted(map(str, ending.staged[column])) == sorted(map(str, values)), column


@dataclass(frozen=True)
class Warned:
    """All rows go on into the lake, and a check says what is odd."""

    check_name: str
    says: str
    read: int

    def check(self, ending: Ending, table: str) -> None:
        """See that the check failed without blocking."""
        _carries_on(ending, self.read, refused=ending.refused.height)
        assert _failed(ending, self.check_name, table, self.says).severity == "warn"


@dataclass(frozen=True)
class Blocked:
    """A check keeps the batches out of the lake."""

    check_name: str
    says: str

    def check(self, ending: Ending, table: str) -> None:
        """See that the commit was refused for it."""
        assert isinstance(ending.error, AuditFailed), f"{ending.error!r} after {ending.reached}"
        assert ending.reached == "commit", ending.reached
        assert self.check_name in str(ending.error), str(ending.error)
        assert _failed(ending, self.check_name, table, self.says).severity == "block"


@dataclass(frozen=True)
class StandsIn:
    """The table's last good rows stand in for tonight's, with a warning."""

    says: str
    rows: int = 1

    def check(self, ending: Ending, table: str) -> None:
        """See that the lake holds them, marked stale."""
        assert ending.error is None, ending.error
        assert any(self.says in warning for warning in ending.warnings), ending.warnings
        loads = _loads(ending, table)
        assert [(load.is_stale, load.rows_in_lake) for load in loads] == [(True, self.rows)], loads


def adds_up(ending: Ending) -> None:
    """See that every row read is staged or in quarantine."""
    summary = ending.summary
    if summary is None:
        return
    assert summary.rows_read == summary.rows_accepted + summary.rows_quarantined, summary
    assert summary.rows_quarantined == ending.refused.height, summary
    staged = summary.rows_accepted - summary.rows_superseded - summary.rows_deleted
    assert staged == ending.staged.height, summary


def _carries_on(ending: Ending, read: int, refused: int) -> None:
    assert ending.error is None, ending.error
    summary = ending.summary
    assert summary is not None
    assert (summary.rows_read, summary.rows_quarantined) == (read, refused), summary
    (load,) = _loads(ending, f"{summary.source}.{summary.dataset}")
    assert (load.rows_read, load.rows_quarantined, load.is_stale) == (read, refused, False), load
    assert load.load == "incremental" or load.rows_in_lake == ending.staged.height, load


def _loads(ending: Ending, table: str) -> list[Any]:
    assert ending.committed is not None
    state = ending.committed.state
    return [
        load
        for load in state.loads
        if load.business_on == state.business_on and f"{load.source_system}.{load.dataset}" == table
    ]


def _failed(ending: Ending, name: str, table: str, says: str) -> CheckResult:
    unhappy = [check for check in ending.checks if check.outcome != "pass"]
    found = {check.check: check for check in unhappy if check.scope == table}
    assert name in found, {check.check: check.message for check in unhappy}
    assert says in found[name].message, found[name].message
    assert "Remedy: " in found[name].message, found[name].message
    return found[name]
