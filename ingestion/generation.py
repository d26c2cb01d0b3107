"""Generations: a night builds the next lake and warehouse beside the current ones, then switches over.

A generation's files are never changed once it is current. A candidate starts as hard links of
the current lake and a copy of the current warehouse; a partition that changes gets a file of a
new name, and only the candidate forgets the old one. Swinging the ``current`` link is the one
step that others see, so a night killed anywhere leaves the old generation or the new one.

Everything here that writes expects the caller to hold the run lock.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb
from pydantic import BaseModel, ConfigDict

from daybook.durable import clone_file, fsync_path, fsync_tree, link_file, point_symlink, write_atomically
from daybook.errors import CommitFailed, StateDamaged, Where
from daybook.home import Home
from ingestion.batch import BatchSummary, FileMark, MonthPart, Taken

STATE_FILE = "generation.json"
REFUSALS = (OSError, duckdb.IOException, duckdb.InvalidInputException, duckdb.OutOfMemoryException)
"""What a disk raises that is full, or does not give back what was written: a cut file is invalid input."""

WAREHOUSE_FILES = ("warehouse.duckdb", "warehouse.duckdb.wal", "warehouse.models")


class LakePart(MonthPart):
    """One partition of the lake: the rows of one source, dataset and month."""

    files: tuple[str, ...]
    """Names of its files within the partition's folder."""
    money: str | None = None
    """Sum of the contract's money column as decimal text; None where it has none."""
    changed_on: date
    """Business date of the run that wrote it."""


class LoadRecord(BaseModel):
    """What one business date did to one dataset of one source."""

    model_config = ConfigDict(frozen=True)

    business_on: date
    source_system: str
    dataset: str
    load: Literal["snapshot", "incremental"]
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_superseded: int = 0
    rows_inserted: int = 0
    rows_updated: int = 0
    rows_unchanged: int = 0
    """Rows equal to those of the lake, or older than them."""
    rows_deleted: int = 0
    rows_marked_deleted: int = 0
    """Accepted rows that only say their key is gone."""
    rows_in_lake: int
    """Rows of this source and dataset after the commit."""
    money_read: str | None = None
    money_accepted: str | None = None
    money_quarantined: str | None = None
    money_superseded: str | None = None
    money_deleted: str | None = None
    """Money of the rows that only say their key is gone."""
    money_in_lake: str | None = None
    is_stale: bool = False
    """Whether the source failed and its last good rows stand in."""


class GenerationState(BaseModel):
    """What a generation knows of itself; tables are named ``source.dataset``."""

    model_config = ConfigDict(frozen=True)

    company: str | None = None
    """Name of the company whose state it is; None before the first."""
    business_on: date | None = None
    """Business date of the run that made the generation; None before the first."""
    cursors: dict[str, str] = {}
    """Highest cursor value ever committed of each incremental table."""
    cursor_columns: dict[str, str] = {}
    """Column that the cursor of each incremental table is a value of."""
    marks: dict[str, dict[str, FileMark]] = {}
    """Files of each incremental table that were taken to their end, by path."""
    history: dict[str, list[BatchSummary]] = {}
    """The last batches of each table by business date, without their months, files and marks."""
    columns: dict[str, dict[str, str]] = {}
    """Columns and SQL types that each dataset's files have."""
    partitions: dict[str, dict[str, dict[str, LakePart]]] = {}
    """Every partition by dataset, source and month."""
    changed_months: dict[str, list[str]] = {}
    """Months of each dataset in which this generation differs from the one before."""
    loads: list[LoadRecord] = []
    """All loads, by business date, source and dataset."""

    def taken(self, table: str, cursor_column: str | None) -> Taken:
        """How far a table has been taken; not at all where another column is its cursor now."""
        if self.cursor_columns.get(table, cursor_column) != cursor_column:
            return Taken()
        return Taken(self.cursors.get(table), self.marks.get(table, {}))


@dataclass(frozen=True)
class Generation:
    """One generation of lake and warehouse.

    ``state`` is the generation's own once it is current; a candidate carries the state it starts
    from until its commit has written a new one.
    """

    path: Path
    state: GenerationState

    @property
    def number(self) -> int:
        """Position in the sequence of generations; the first is 1."""
        return int(self.path.name)

    @property
    def lake(self) -> Path:
        """Folder of the committed datasets."""
        return self.path / "lake"

    @property
    def run(self) -> Path:
        """Folder of the run tables."""
        return self.path / "run"

    @property
    def warehouse(self) -> Path:
        """The warehouse file that dbt writes."""
        return self.path / WAREHOUSE_FILES[0]

    @property
    def models(self) -> str | None:
        """Fingerprint of the models that the whole warehouse was built by; None where none is known."""
        try:
            return self._models_file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def keep_models(self, fingerprint: str) -> None:
        """Note what the whole warehouse has been built by."""
        write_atomically(self._models_file, fingerprint)

    @property
    def _models_file(self) -> Path:
        return self.path / WAREHOUSE_FILES[2]

    @property
    def state_file(self) -> Path:
        """File that holds the state."""
        return self.path / STATE_FILE


@contextmanager
def disk_refusals(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says how to go on.

    Raises:
        CommitFailed: something below the folder could not be read or written.
    """
    try:
        yield
    except REFUSALS as error:
        raise CommitFailed(
            f"The next lake could not be written: {error}.",
            remedy="free disk space or mend the file named and run the date again; the current lake stands.",
            where=Where(file=str(folder)),
        ) from error


def current_generation(home: Home) -> Generation | None:
    """The generation that the last successful night left; None before the first.

    Raises:
        StateDamaged: ``current`` points to something that is no complete generation.
    """
    if not home.current.is_symlink():
        return None
    path = home.generations / home.current.readlink().name
    try:
        return Generation(path, read_state(path))
    except (OSError, ValueError) as error:
        raise StateDamaged(
            f"The current generation cannot be read: {error}.",
            remedy="point the link to the last good folder of generations/, or restore it from a backup.",
            where=Where(file=str(home.current)),
        ) from error


def read_state(path: Path) -> GenerationState:
    """Read the state of the generation in a folder."""
    return GenerationState.model_validate_json((path / STATE_FILE).read_text(encoding="utf-8"))


def write_state(generation: Generation, state: GenerationState) -> None:
    """Write a candidate's state, which makes its lake complete."""
    write_atomically(generation.state_file, state.model_dump_json())


def open_candidate(home: Home) -> Generation:
    """Start the generation after the current one: same lake, same warehouse, nothing shared that is written.

    A candidate that an earlier run left behind is removed first.

    Raises:
        CommitFailed: the disk refused.
        StateDamaged: the current generation cannot be read.
    """
    with disk_refusals(home.generations):
        recover(home)
        current = current_generation(home)
        path = home.generations / str(current.number + 1 if current else 1)
        candidate = Generation(path, current.state if current else GenerationState())
        candidate.lake.mkdir(parents=True)
        candidate.run.mkdir()
        if current:
            _copy_content(current, candidate)
    return candidate


def committed_candidate(home: Home) -> Generation | None:
    """The candidate after the current generation, once its commit is complete; None when there is none."""
    current = current_generation(home)
    path = home.generations / str(current.number + 1 if current else 1)
    return Generation(path, read_state(path)) if (path / STATE_FILE).exists() else None


def promote(home: Home, candidate: Generation) -> None:
    """Make a committed and built candidate the current generation; the one before it is kept.

    Raises:
        CommitFailed: the disk refused.
        ValueError: the candidate was not committed, or another one was promoted since it was opened.
    """
    current = current_generation(home)
    if candidate.number != (current.number + 1 if current else 1):
        raise ValueError(
            f"generation {candidate.number} does not follow {current.number if current else 'none'}"
        )
    if not candidate.state_file.exists():
        raise ValueError(f"generation {candidate.number} has not been committed")
    with disk_refusals(home.generations):
        fsync_tree(candidate.path)
        fsync_path(home.generations)
        point_symlink(home.current, candidate.path)
        recover(home)


def recover(home: Home) -> None:
    """Remove what killed runs left, and generations older than the one before the current; repeatable.

    Raises:
        StateDamaged: there are generations of successful nights, but nothing says which is current.
    """
    home.current.with_name(f".{home.current.name}.tmp").unlink(missing_ok=True)
    current = current_generation(home)
    numbers = _numbers(home)
    if current is None and max(numbers, default=1) > 1:
        raise StateDamaged(
            "There are generations, but no link says which of them is current.",
            remedy="point current to the last good folder of generations/, or remove generations/.",
            where=Where(file=str(home.current)),
        )
    kept = {current.number, current.number - 1} if current else set()
    for number in numbers:
        if number not in kept:
            shutil.rmtree(home.generations / str(number))


def _numbers(home: Home) -> list[int]:
    if not home.generations.exists():
        return []
    return sorted(int(folder.name) for folder in home.generations.iterdir() if folder.name.isdecimal())


def _copy_content(current: Generation, candidate: Generation) -> None:
    for parent, _, names in os.walk(current.lake):
        folder = candidate.lake / Path(parent).relative_to(current.lake)
        folder.mkdir(exist_ok=True)
        for name in names:
            link_file(Path(parent, name), folder / name)
    for name in WAREHOUSE_FILES:
        if (current.path / name).exists():
            clone_file(current.path / name, candidate.path / name)
