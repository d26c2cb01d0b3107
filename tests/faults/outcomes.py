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
        unhappy = [check for check in ending.checks if check.outcome != "pass"]

    found = {check.check: check for check in unhappy if check.scope == table}
    assert name in found, {check.check: check.message for check in unhappy}
    assert says in found[name].message, found[name].message
    assert "Remedy: " in found[name].message, found[name].message
    return found[name]
