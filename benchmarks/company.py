"""What every measured company has: a folder, 200 reps in 20 teams, five years of days and one more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

import duckdb

DAYS = 1825
LAST_DAY = date(2026, 6, 30)
FIRST_DAY = LAST_DAY - timedelta(days=DAYS - 1)
NEXT_DAY = LAST_DAY + timedelta(days=1)
"""The business date of the increment."""
REPS = 200

ONE_TO = "select unnest(range(1, {} + 1)) as i"

PEOPLE = {
    "teams": f"select i as team_id, 'Team ' || i as team_name from ({ONE_TO.format(20)})",
    "reps": f"select i as rep_id, 'Rep ' || i as rep_name, 1 + i % 20 as team_id from ({ONE_TO.format(REPS)})",
}


@dataclass(frozen=True)
class Company(ABC):
    """A company on disk, its source files written as CSV by DuckDB."""

    root: Path
    size: int
    """How many of what it is measured by."""

    settings: ClassVar[str]
    """Its ``daybook.yaml``."""

    @property
    def sources(self) -> Path:
        """Its source files."""
        return self.root / "sources"

    @property
    def config(self) -> Path:
        """Where its ``daybook.yaml`` is."""
        return self.root / "daybook.yaml"

    @property
    def home(self) -> Path:
        """Its state."""
        return self.root / "home"

    def write_history(self) -> None:
        """Write every file up to the last day of history."""
        self.sources.mkdir(parents=True)
        self.config.write_text(self.settings, encoding="utf-8")
        self._write({**PEOPLE, **self.history()})

    def write_next_day(self) -> None:
        """Write one more day as files of its own, as a nightly export does."""
        self._write({f"{name}_{NEXT_DAY}": query for name, query in self.next_day().items()})

    @abstractmethod
    def history(self) -> Mapping[str, str]:
        """The query of each file, beside those of the people."""

    @abstractmethod
    def next_day(self) -> Mapping[str, str]:
        """The query of each file that one more day brings."""

    def _write(self, queries: Mapping[str, str]) -> None:
        with duckdb.connect() as connection:
            for name, query in queries.items():
                connection.execute(f"copy ({query}) to '{self.sources / name}.csv' (header, delimiter ',')")
