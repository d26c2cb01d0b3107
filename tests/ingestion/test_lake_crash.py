"""A night that dies at any step or moment leaves the lake whole, the old one or the new one."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import lake_crash_worker
import polars as pl
import pytest
from lake_crash_worker import CONTRACTS
from lake_world import Row, at, measured, stage

from daybook.home import Home
from ingestion.batch import MonthPart, read_summary
from ingestion.generation import Generation, current_generation
from tests.depth import times

RANDOM_KILLS = times(25, deep=200)
"""How many moments of the night are tried; more find rarer ones."""

YESTERDAY, TODAY = date(2024, 6, 1), date(2024, 6, 2)
PROJECT = Path(__file__).resolve().parents[2]


def deal(deal_id: str, created_on: date, amount: int, version: int = 1) -> Row:
    return {
        "deal_id": deal_id,
        "stage": "Open",
        "created_on": created_on,
        "amount": Decimal(amount),
        "updated_at": at(version),
    }


def rep(rep_id: str, name: str) -> Row:
    return {"rep_id": rep_id, "rep_name": name}


JANUARY, FEBRUARY, MARCH, APRIL = (date(2024, month, 10) for month in (1, 2, 3, 4))
OLD = {
    "deals": [deal("1", JANUARY, 1), deal("2", FEBRUARY, 2), deal("3", MARCH, 3)],
    "reps": [rep("7", "Ana")],
}
SENT = [deal("1", JANUARY, 10, version=2), deal("2", APRIL, 2, version=2), deal("4", APRIL, 4)]
"""One corrected, one moved and one new deal; together they rewrite, empty and create partitions."""
NEW = {"deals": [*SENT, OLD["deals"][2]], "reps": [rep("7", "Ana"), rep("8", "Bo")]}


Parts = dict[tuple[str, str], MonthPart]


@dataclass(frozen=True)
class Evening:
    """Where every attempt starts: yesterday's lake, today's batches, and what either lake holds."""

    home: Path
    batches: tuple[str, ...]
    old: Parts
    new: Parts


@pytest.fixture(scope="module", autouse=True)
def quick_nights() -> Iterator[None]:
    """Few datasets, and no waiting for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.lake.load_contracts", lambda: CONTRACTS)
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    folder = tmp_path_factory.mktemp("evening")
    home = folder / "var"
    old = [
        stage(folder / "old", "crm", "deals", OLD["deals"], load="incremental", business_on=YESTERDAY),
        stage(folder / "old", "crm", "reps", OLD["reps"], business_on=YESTERDAY),
    ]
    new = [stage(folder / "new", "crm", dataset, rows) for dataset, rows in NEW.items()]
    lake_crash_worker.night(home, old, YESTERDAY)
    sent = [
        stage(home / "staging", "crm", "deals", SENT, load="incremental", business_on=TODAY),
        stage(home / "staging", "crm", "reps", NEW["reps"], business_on=TODAY),
    ]
    undisturbed = folder / "undisturbed"
    shutil.copytree(home, undisturbed, symlinks=True)
    lake_crash_worker.night(undisturbed, [undisturbed / batch.relative_to(home) for batch in sent], TODAY)
    return Evening(
        home,
        tuple(str(batch.relative_to(home)) for batch in sent),
        parts(old) | observed(home),
        parts(new) | observed(undisturbed),
    )


def observed(home: Path) -> Parts:
    """What nights saw of the deals."""
    found = current_generation(Home(home))
    assert found is not None
    sources = found.state.partitions["deal_observations"]
    return {
        ("deal_observations", month): MonthPart(rows=part.rows, digest=part.digest)
        for parts in sources.values()
        for month, part in parts.items()
    }


def parts(batches: list[Path]) -> Parts:
    """What snapshots of the same rows would hold."""
    return {
        (summary.dataset, month): part
        for summary in map(read_summary, batches)
        for month, part in summary.months.items()
    }


@dataclass
class Attempt:
    """A copy of the evening in which one night runs."""

    root: Path
    batches: list[Path]

    @property
    def home(self) -> Home:
        return Home(self.root)

    def run(self) -> None:
        lake_crash_worker.night(self.root, self.batches, TODAY)


Night = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def night() -> Iterator[Night]:
    """Runs a night in a process of its own."""
    worker = subprocess.Popen(
        [sys.executable, str(Path(lake_crash_worker.__file__))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        text=True,
    )

    def run(attempt: Attempt, **how: Any) -> dict[str, Any]:
        request = {
            "root": str(attempt.root),
            "batches": [str(batch) for batch in attempt.batches],
            "business_on": TODAY.isoformat(),
        }
        worker.stdin.write(json.dumps(request | how) + "\n")
        worker.stdin.flush()
        return json.loads(worker.stdout.readline())

    yield run
    worker.communicate(timeout=10)


@pytest.fixture
def attempt(evening: Evening, tmp_path: Path) -> Callable[[], Attempt]:
    def start() -> Attempt:
        root = tmp_path / "var"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(evening.home, root, symlinks=True)
        return Attempt(root, [root / batch for batch in evening.batches])

    return start


def held(generation: Generation) -> Parts:
    """What every partition holds, after seeing that the state describes exactly these files."""
    found: Parts = {}
    stated = set()
    for dataset, sources in generation.state.partitions.items():
        for source, parts in sources.items():
            for month, part in parts.items():
                folder = generation.lake / dataset / f"source={source}" / f"month={month}"
                files = [folder / name for name in part.files]
                found[dataset, month] = measured(CONTRACTS[dataset], files)
                assert found[dataset, month] == MonthPart(rows=part.rows, digest=part.digest)
                stated.update(files)
    files = {path for path in generation.lake.rglob("*") if path.is_file()}
    assert {path for path in files if path.name != "empty.parquet"} == stated
    return found


def assert_whole(generation: Generation, expected: Parts) -> None:
    """Lake, state, run tables and warehouse are complete and of the same night."""
    assert held(generation) == expected
    assert generation.warehouse.read_text() == generation.state.business_on.isoformat()
    loads = pl.read_parquet(generation.run / "loads.parquet")
    assert loads["business_on"].max() == generation.state.business_on


def check(attempt: Attempt, evening: Evening) -> str:
    """See that the home is whole after a death, and that the next night completes."""
    found = current_generation(attempt.home)
    state, expected = {YESTERDAY: ("old", evening.old), TODAY: ("new", evening.new)}[found.state.business_on]
    assert_whole(found, expected)

    attempt.run()

    after = current_generation(attempt.home)
    assert after.number == found.number + 1
    assert_whole(after, evening.new)
    kept = sorted(int(folder.name) for folder in attempt.home.generations.iterdir())
    assert kept == [found.number, after.number]
    assert sorted(path.name for path in attempt.root.iterdir()) == ["current", "generations", "staging"]
    return state


def remains(attempt: Attempt) -> str:
    """Fingerprint of every name, link and byte below the home: equal remains need one check."""
    digest = hashlib.blake2b()
    for path in sorted(attempt.root.rglob("*")):
        digest.update(f"{path.relative_to(attempt.root)} {path.is_symlink()} ".encode())
        if path.is_symlink():
            digest.update(bytes(path.readlink()))
        elif path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def test_a_night_that_dies_before_any_of_its_steps_leaves_the_old_lake_or_the_new_one(
    attempt, evening, night
):
    steps = night(attempt())["steps"]
    assert steps > 50

    found: list[str] = []
    checked: dict[str, str] = {}
    for step in range(0, steps, times(5, 1)):
        trial = attempt()
        assert night(trial, die_before=step)["died"]
        left = remains(trial)
        if left not in checked:
            checked[left] = check(trial, evening)
        found.append(checked[left])

    assert found == sorted(found, key=["old", "new"].index), "one step makes the night visible"
    assert set(found) == {"old", "new"}


def test_a_night_that_is_killed_at_random_moments_leaves_the_old_lake_or_the_new_one(attempt, evening, night):
    seconds = min(night(attempt())["seconds"] for _ in range(3))
    moments = random.Random(20240602)

    deaths = 0
    for _ in range(RANDOM_KILLS):
        trial = attempt()
        deaths += night(trial, die_after_seconds=moments.uniform(0, seconds))["died"]
        check(trial, evening)

    assert deaths > RANDOM_KILLS // 2
