"""Random sequences of nights against a plain model of what the lake must hold."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lake_world import Row, at, config, lake_files, lake_rows, month_of, run_night, some_contracts, stage

from daybook.home import Home
from ingestion.generation import LoadRecord, current_generation
from ingestion.lake import Commit

SOURCES = ("crm", "shop")
CONTRACTS = some_contracts("deals")
DEALS = CONTRACTS["deals"]
CONFIG = config(**{f"{source}__deals": {"load": "incremental", "cursor": "updated_at"} for source in SOURCES})

EVENT_DATES = [None, date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29), date(2024, 12, 31)]
KEYS = st.sampled_from(["1", "01", "2", "3", "a'b", "é"])


@st.composite
def deals(draw: st.DrawFn, key: str) -> Row:
    """One version of a deal; few values, so that versions meet."""
    version = draw(st.none() | st.integers(0, 3))
    return {
        "deal_id": key,
        "stage": draw(st.sampled_from(["Open", "Won"])),
        "created_on": draw(st.sampled_from(EVENT_DATES)),
        "amount": draw(st.none() | st.decimals(0, 9, places=4)),
        "updated_at": None if version is None else at(1, version),
    }


@dataclass(frozen=True)
class Batch:
    load: Literal["snapshot", "incremental"]
    rows: Mapping[str, Row]
    deleted: frozenset[str]


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    keys = draw(st.sets(KEYS))
    load = draw(st.sampled_from(["incremental", "incremental", "snapshot"]))
    deleted = draw(st.frozensets(KEYS, max_size=2)) if load == "incremental" else frozenset()
    return Batch(load, {key: draw(deals(key)) for key in sorted(keys)}, deleted)


@st.composite
def nights(draw: st.DrawFn) -> list[dict[str, Batch]]:
    """Per night the batch of each source that delivers; some are an earlier batch sent again."""
    found: list[dict[str, Batch]] = []
    for _ in range(draw(st.integers(1, 5))):
        sent = [batch for night in found for batch in night.values()]
        choices = batches() | st.sampled_from(sent) if sent else batches()
        found.append(
            {source: draw(choices) for source in draw(st.sets(st.sampled_from(SOURCES), min_size=1))}
        )
    return found


@dataclass
class Model:
    """What the lake must hold, as a dict for each source."""

    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: {source: {} for source in SOURCES})

    def take(self, source: str, batch: Batch) -> dict[str, int]:
        """Apply a batch; returns what became of its rows."""
        held = self.rows[source]
        if batch.load == "snapshot":
            after = dict(batch.rows)
        else:
            kept = {key: row for key, row in held.items() if key not in batch.deleted - batch.rows.keys()}
            winners = {key: row for key, row in batch.rows.items() if not is_older(row, held.get(key))}
            after = kept | winners
        self.rows[source] = after
        return {
            "rows_inserted": len(after.keys() - held.keys()),
            "rows_updated": sum(after[key] != held[key] for key in after.keys() & held.keys()),
            "rows_unchanged": sum(key in held and after[key] == held[key] for key in batch.rows),
            "rows_deleted": len(held.keys() - after.keys()),
            "rows_in_lake": len(after),
        }

    def by_month(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for source, rows in self.rows.items():
            for row in rows.values():
                full = {name: row.get(name) for name in DEALS.schema}
                found.setdefault((source, month_of(DEALS, row)), []).append(full)
        return {place: sorted(rows, key=lambda row: row["deal_id"]) for place, rows in found.items()}

    def money(self, source: str) -> Decimal:
        return sum((row["amount"] or Decimal(0) for row in self.rows[source].values()), Decimal(0))


def is_older(row: Row, held: Row | None) -> bool:
    if held is None or row["updated_at"] is None or held["updated_at"] is None:
        return False
    return bool(row["updated_at"] < held["updated_at"])


@pytest.fixture(autouse=True, scope="module")
def quick_nights() -> Iterator[None]:
    """One dataset, and no waiting for the disk: durability has its own tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.lake.load_contracts", lambda: CONTRACTS)
        patch.setattr(os, "fsync", lambda _: None)
        yield


class World:
    """Runs nights in a folder of its own and keeps a model beside them."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "var")
        self.staging = folder / "staging"
        self.model = Model()
        self.business_on = date(2024, 6, 1)

    def run(self, night: Mapping[str, Batch]) -> tuple[Commit, dict[str, dict[str, int]]]:
        expected = {source: self.model.take(source, batch) for source, batch in sorted(night.items())}
        folders = [
            stage(
                self.staging,
                source,
                "deals",
                batch.rows.values(),
                load=batch.load,
                deleted=[{"deal_id": key} for key in sorted(batch.deleted)],
                business_on=self.business_on,
            )
            for source, batch in sorted(night.items())
        ]
        done = run_night(self.home, CONFIG, folders, business_on=self.business_on)
        self.business_on += timedelta(days=1)
        return done, expected

    def rows(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        lake = current_generation(self.home)
        return lake_rows(lake, "deals") if lake else {}

    def files(self) -> dict[str, int]:
        lake = current_generation(self.home)
        return lake_files(lake, "deals") if lake else {}


def check_loads(world: World, loads: list[LoadRecord], expected: Mapping[str, Mapping[str, int]]) -> None:
    for load, (source, counts) in zip(loads, expected.items(), strict=True):
        assert load.source_system == source
        assert {name: getattr(load, name) for name in counts} == counts
        assert Decimal(str(load.money_in_lake)) == world.model.money(source)


def check_changes(done: Commit, before: Mapping[Any, Any], after: Mapping[Any, Any]) -> None:
    changed = {
        month
        for source, month in {*before, *after}
        if before.get((source, month)) != after.get((source, month))
    }
    assert done.changed_months["deals"] == sorted(changed)


def check_files(
    before: Mapping[str, int], after: Mapping[str, int], rows_before: Any, rows_after: Any
) -> None:
    """Files of equal partitions are the same files; no file of a changed one is."""
    for source, month in {*rows_before, *rows_after}:
        folder = f"deals/source={source}/month={month}/"
        was = {name: inode for name, inode in before.items() if name.startswith(folder)}
        now = {name: inode for name, inode in after.items() if name.startswith(folder)}
        if rows_before.get((source, month)) == rows_after.get((source, month)):
            assert was == now
        else:
            assert was.keys().isdisjoint(now.keys())


@settings(max_examples=25)
@given(nights())
def test_after_every_night_the_lake_holds_the_latest_version_of_every_key(sequence):
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        for night in sequence:
            rows_before, files_before = world.rows(), world.files()
            earlier = current_generation(world.home)

            done, expected = world.run(night)

            rows_after = world.rows()
            assert rows_after == world.model.by_month()
            assert earlier is None or lake_rows(earlier, "deals") == rows_before
            check_loads(world, done.loads, expected)
            check_changes(done, rows_before, rows_after)
            check_files(files_before, world.files(), rows_before, rows_after)


@settings(max_examples=6)
@given(nights())
def test_many_nights_leave_the_same_lake_as_one_load_of_their_result(sequence):
    with tempfile.TemporaryDirectory() as nightly, tempfile.TemporaryDirectory() as at_once:
        grown, whole = World(Path(nightly)), World(Path(at_once))
        for night in sequence:
            grown.run(night)
        whole.run({s: Batch("snapshot", rows, frozenset()) for s, rows in grown.model.rows.items()})

        assert grown.rows() == whole.rows()
        assert fingerprints(grown) == fingerprints(whole)


def fingerprints(world: World) -> dict[tuple[str, str], tuple[int, str, Decimal]]:
    state = current_generation(world.home).state
    return {
        (source, month): (part.rows, part.digest, Decimal(part.money))
        for source, parts in state.partitions["deals"].items()
        for month, part in parts.items()
    }


@settings(max_examples=6)
@given(nights())
def test_a_night_that_is_run_again_changes_nothing(sequence):
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        for night in sequence:
            world.run(night)
        rows, files = world.rows(), world.files()

        done, _ = world.run(sequence[-1])

        assert not any(done.changed_months.values())
        assert (world.rows(), world.files()) == (rows, files)
        assert all(load.rows_inserted == load.rows_updated == load.rows_deleted == 0 for load in done.loads)
