from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from lake_world import Row, at, config, lake_files, lake_rows, run_night, some_contracts, stage

from daybook.errors import CommitFailed, ContractViolation
from daybook.home import Home
from ingestion.batch import read_summary, write_summary
from ingestion.generation import Generation, LoadRecord, current_generation, open_candidate
from ingestion.lake import Commit, commit
from quality.contracts import Field, load_contracts

JANUARY, FEBRUARY, MARCH = date(2024, 1, 10), date(2024, 2, 10), date(2024, 3, 10)
TODAY = date(2024, 6, 1)
INCREMENTAL = {"load": "incremental", "cursor": "updated_at"}


def deal(deal_id: str, created_on: date | None, amount: str | None = "1", version: int | None = 1) -> Row:
    return {
        "deal_id": deal_id,
        "stage": "Open",
        "created_on": created_on,
        "amount": None if amount is None else Decimal(amount),
        "updated_at": None if version is None else at(version),
    }


class World:
    """One company's nights: batches go in by source, the current lake comes out."""

    def __init__(self, folder: Path, **tables: dict[str, Any]) -> None:
        self.home = Home(folder / "var")
        self.staging = folder / "staging"
        self.config = config(**tables)

    def night(
        self, *batches: Path, business_on: date = TODAY, stale: Iterable[tuple[str, str]] = ()
    ) -> Commit:
        return run_night(self.home, self.config, list(batches), stale=list(stale), business_on=business_on)

    def snapshot(self, *rows: Row, source: str = "crm", dataset: str = "deals", **more: Any) -> Path:
        return stage(self.staging, source, dataset, rows, load="snapshot", **more)

    def increment(self, *rows: Row, source: str = "crm", dataset: str = "deals", **more: Any) -> Path:
        return stage(self.staging, source, dataset, rows, load="incremental", **more)

    @property
    def lake(self) -> Generation:
        found = current_generation(self.home)
        assert found is not None
        return found

    def deals(self) -> dict[tuple[str, str], list[tuple[str, Decimal | None]]]:
        """Key and amount of every deal by source and month."""
        return {
            place: [(row["deal_id"], row["amount"]) for row in rows]
            for place, rows in lake_rows(self.lake, "deals").items()
        }


@pytest.fixture(autouse=True)
def quick_nights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few datasets, and no waiting for the disk: durability has its own tests."""
    contracts = some_contracts("deals", "reps", "order_lines")
    monkeypatch.setattr("ingestion.lake.load_contracts", lambda: contracts)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path, crm__deals=INCREMENTAL, shop__deals=INCREMENTAL)


def load_of(done: Commit) -> LoadRecord:
    (load,) = done.loads
    return load


def counts(done: Commit) -> tuple[int, int, int, int]:
    load = load_of(done)
    return load.rows_inserted, load.rows_updated, load.rows_unchanged, load.rows_deleted


def test_rows_lie_in_the_month_of_their_event_date(world):
    done = world.night(world.snapshot(deal("1", JANUARY), deal("2", FEBRUARY), deal("3", None)))

    assert world.deals() == {
        ("crm", "2024-01"): [("1", Decimal(1))],
        ("crm", "2024-02"): [("2", Decimal(1))],
        ("crm", "none"): [("3", Decimal(1))],
    }
    assert done.changed_months["deals"] == ["2024-01", "2024-02", "none"]


def test_a_dataset_without_an_event_date_has_one_partition(world):
    world.night(world.snapshot({"rep_id": "7", "rep_name": "Ana"}, dataset="reps"))

    assert list(lake_rows(world.lake, "reps")) == [("crm", "all")]


def test_a_first_load_takes_the_staged_files_as_they_are(world):
    batch = world.increment(deal("1", JANUARY), deal("2", JANUARY))

    world.night(batch)

    (staged,) = (batch / "data").rglob("*.parquet")
    (inode,) = lake_files(world.lake, "deals").values()
    assert inode == staged.stat().st_ino


def test_a_partition_staged_in_several_files_is_taken_whole(world):
    batch = world.snapshot(deal("1", JANUARY), deal("2", JANUARY))
    (file,) = (batch / "data").rglob("*.parquet")
    rows = pl.read_parquet(file)
    rows.head(1).write_parquet(file)
    rows.tail(1).write_parquet(file.with_name("00000001.parquet"))

    world.night(batch)

    assert len(lake_files(world.lake, "deals")) == 2
    assert world.deals() == {("crm", "2024-01"): [("1", Decimal(1)), ("2", Decimal(1))]}


class TestEmptyDatasets:
    def test_every_dataset_that_nothing_feeds_is_an_empty_typed_file(self, world, monkeypatch):
        monkeypatch.setattr("ingestion.lake.load_contracts", load_contracts)

        world.night()

        for dataset, contract in load_contracts().items():
            (name,) = lake_files(world.lake, dataset)
            assert name == f"{dataset}/source=none/month=none/empty.parquet"
            assert pl.read_parquet(world.lake.lake / name).equals(contract.empty())

    def test_the_empty_file_goes_when_rows_come_and_returns_when_the_last_one_goes(self, world):
        world.night()
        world.night(world.snapshot(deal("1", JANUARY)))
        assert all("empty" not in name for name in lake_files(world.lake, "deals"))

        done = world.night(world.snapshot())

        assert list(lake_files(world.lake, "deals")) == ["deals/source=none/month=none/empty.parquet"]
        assert [folder.name for folder in (world.lake.lake / "deals").iterdir()] == ["source=none"]
        assert done.changed_months["deals"] == ["2024-01"]

    def test_a_source_without_rows_leaves_no_folder_beside_one_that_has_some(self, world):
        world.night(world.snapshot(deal("1", JANUARY)), world.snapshot(deal("2", JANUARY), source="shop"))

        world.night(world.snapshot())

        assert list(world.deals()) == [("shop", "2024-01")]
        assert [folder.name for folder in (world.lake.lake / "deals").iterdir()] == ["source=shop"]


class TestSnapshot:
    def test_it_is_the_whole_truth_of_its_source(self, world):
        world.night(
            world.snapshot(deal("1", JANUARY), deal("2", JANUARY), deal("3", FEBRUARY), deal("4", MARCH)),
            world.snapshot(deal("9", JANUARY), source="shop"),
        )

        done = world.night(world.snapshot(deal("1", JANUARY), deal("2", JANUARY, "5"), deal("5", FEBRUARY)))

        assert world.deals() == {
            ("crm", "2024-01"): [("1", Decimal(1)), ("2", Decimal(5))],
            ("crm", "2024-02"): [("5", Decimal(1))],
            ("shop", "2024-01"): [("9", Decimal(1))],
        }
        assert counts(done) == (1, 1, 1, 2)
        assert done.changed_months["deals"] == ["2024-01", "2024-02", "2024-03"]

    def test_months_that_are_equal_keep_their_files(self, world):
        world.night(world.snapshot(deal("1", JANUARY), deal("2", FEBRUARY)))
        before = lake_files(world.lake)

        done = world.night(world.snapshot(deal("1", JANUARY), deal("2", FEBRUARY, "5")))

        after = lake_files(world.lake)
        (kept,) = (name for name in after if "deals/source=crm/month=2024-01" in name)
        assert before[kept] == after[kept]
        assert done.changed_months["deals"] == ["2024-02"]

    def test_the_same_rows_with_another_fingerprint_are_still_equal(self, world):
        world.night(world.increment(deal("1", JANUARY), deal("2", JANUARY)))
        world.night(world.increment(deal("2", JANUARY, "5", version=2)))
        before = lake_files(world.lake)

        batch = world.snapshot(deal("1", JANUARY), deal("2", JANUARY, "5", version=2))
        summary = read_summary(batch)
        part = summary.months["2024-01"].model_copy(update={"digest": "of another kind"})
        write_summary(batch, summary.model_copy(update={"months": {"2024-01": part}}))
        done = world.night(batch)

        assert counts(done) == (0, 0, 2, 0)
        assert done.changed_months["deals"] == []
        assert lake_files(world.lake) == before

    def test_a_row_whose_event_date_was_corrected_moves(self, world):
        world.night(world.snapshot(deal("1", JANUARY), deal("2", JANUARY)))

        done = world.night(world.snapshot(deal("1", MARCH), deal("2", JANUARY)))

        assert world.deals() == {
            ("crm", "2024-01"): [("2", Decimal(1))],
            ("crm", "2024-03"): [("1", Decimal(1))],
        }
        assert counts(done) == (0, 1, 1, 0)


class TestIncrement:
    def test_it_adds_and_replaces_by_key_and_keeps_the_rest(self, world):
        world.night(world.increment(deal("1", JANUARY), deal("2", JANUARY), deal("3", FEBRUARY)))

        done = world.night(world.increment(deal("2", JANUARY, "5", version=2), deal("4", MARCH)))

        assert world.deals() == {
            ("crm", "2024-01"): [("1", Decimal(1)), ("2", Decimal(5))],
            ("crm", "2024-02"): [("3", Decimal(1))],
            ("crm", "2024-03"): [("4", Decimal(1))],
        }
        assert counts(done) == (1, 1, 0, 0)
        assert done.changed_months["deals"] == ["2024-01", "2024-03"]

    def test_a_batch_that_was_committed_before_changes_nothing(self, world):
        world.night(world.increment(deal("1", JANUARY), deal("2", FEBRUARY)))
        batch = world.increment(
            deal("2", FEBRUARY, "5", version=2), deal("3", MARCH), deleted=[deal("1", JANUARY)]
        )
        world.night(batch)
        before, rows = lake_files(world.lake), world.deals()

        done = world.night(batch)

        assert counts(done) == (0, 0, 2, 0)
        assert set(map(tuple, done.changed_months.values())) == {()}
        assert lake_files(world.lake) == before
        assert world.deals() == rows

    def test_a_row_whose_event_date_was_corrected_leaves_its_old_month(self, world):
        world.night(world.increment(deal("1", JANUARY), deal("2", JANUARY), deal("3", None)))

        done = world.night(world.increment(deal("1", FEBRUARY, version=2), deal("3", FEBRUARY, version=2)))

        assert world.deals() == {
            ("crm", "2024-01"): [("2", Decimal(1))],
            ("crm", "2024-02"): [("1", Decimal(1)), ("3", Decimal(1))],
        }
        assert counts(done) == (0, 2, 0, 0)
        assert done.changed_months["deals"] == ["2024-01", "2024-02", "none"]

    def test_keys_that_the_source_deleted_are_removed(self, world):
        world.night(world.increment(deal("1", JANUARY), deal("2", JANUARY), deal("3", FEBRUARY)))

        done = world.night(world.increment(deleted=[deal("2", None), deal("3", None), deal("4", None)]))

        assert world.deals() == {("crm", "2024-01"): [("1", Decimal(1))]}
        assert counts(done) == (0, 0, 0, 2)
        assert done.changed_months["deals"] == ["2024-01", "2024-02"]

    def test_a_key_that_is_both_deleted_and_brought_stands(self, world):
        world.night(world.increment(deal("1", JANUARY)))

        done = world.night(world.increment(deal("1", JANUARY, "5", version=2), deleted=[deal("1", JANUARY)]))

        assert world.deals() == {("crm", "2024-01"): [("1", Decimal(5))]}
        assert counts(done) == (0, 1, 0, 0)

    def test_an_older_version_sent_late_does_not_win(self, world):
        world.night(world.increment(deal("1", JANUARY, "5", version=7), deal("2", JANUARY, version=7)))
        before = lake_files(world.lake)

        done = world.night(world.increment(deal("1", JANUARY, "4", version=6), deal("2", MARCH, version=6)))

        assert lake_files(world.lake) == before
        assert counts(done) == (0, 0, 2, 0)

    @pytest.mark.parametrize(
        ("held", "sent"), [(3, 3), (None, 3), (3, None), (None, None)], ids=["tie", "held", "sent", "neither"]
    )
    def test_a_version_that_is_not_known_to_be_older_wins(self, world, held, sent):
        world.night(world.increment(deal("1", JANUARY, "5", version=held)))

        world.night(world.increment(deal("1", JANUARY, "6", version=sent)))

        assert world.deals() == {("crm", "2024-01"): [("1", Decimal(6))]}

    def test_late_rows_are_passed_over_beside_new_ones_of_a_new_month(self, world):
        world.night(world.increment(deal("1", JANUARY, version=7)))

        done = world.night(world.increment(deal("1", MARCH, version=6), deal("2", MARCH, version=6)))

        assert world.deals() == {
            ("crm", "2024-01"): [("1", Decimal(1))],
            ("crm", "2024-03"): [("2", Decimal(1))],
        }
        assert counts(done) == (1, 0, 1, 0)

    def test_a_change_from_or_to_null_is_a_change(self, world):
        world.night(world.increment(deal("1", JANUARY, None), deal("2", JANUARY, "2")))

        done = world.night(world.increment(deal("1", JANUARY, "1"), deal("2", JANUARY, None)))

        assert world.deals() == {("crm", "2024-01"): [("1", Decimal(1)), ("2", None)]}
        assert counts(done) == (0, 2, 0, 0)

    def test_equal_keys_of_two_sources_are_two_rows(self, world):
        world.night(
            world.increment(deal("1", JANUARY)), world.increment(deal("1", MARCH, "9"), source="shop")
        )

        world.night(world.increment(deal("1", FEBRUARY, "2", version=2)))

        assert world.deals() == {
            ("crm", "2024-02"): [("1", Decimal(2))],
            ("shop", "2024-03"): [("1", Decimal(9))],
        }

    def test_rows_are_told_apart_by_all_columns_of_their_key(self, tmp_path):
        def line(number: int, quantity: int) -> Row:
            return {
                "order_id": "A",
                "line_number": number,
                "ordered_at": at(1, 12),
                "quantity": Decimal(quantity),
                "net_amount": Decimal("0.3333"),
            }

        world = World(tmp_path, shop__order_lines={"load": "incremental", "cursor": "ordered_at"})
        world.night(world.increment(line(1, 1), line(2, 2), source="shop", dataset="order_lines"))

        done = world.night(world.increment(line(2, 5), line(3, 3), source="shop", dataset="order_lines"))

        rows = lake_rows(world.lake, "order_lines")["shop", "2024-01"]
        assert [(row["line_number"], row["quantity"]) for row in rows] == [(1, 1), (2, 5), (3, 3)]
        assert counts(done) == (1, 1, 0, 0)
        assert load_of(done).money_in_lake == "0.9999"

    def test_a_rewritten_partition_is_sorted_by_key(self, world):
        world.night(world.increment(*(deal(key, JANUARY) for key in "dbfhac")))

        world.night(world.increment(*(deal(key, JANUARY) for key in "geij")))

        (name,) = lake_files(world.lake, "deals")
        assert pl.read_parquet(world.lake.lake / name)["deal_id"].to_list() == list("abcdefghij")

    def test_a_batch_without_rows_changes_nothing(self, world):
        world.night(world.increment(deal("1", JANUARY)))
        before = lake_files(world.lake)

        done = world.night(world.increment())

        assert counts(done) == (0, 0, 0, 0)
        assert lake_files(world.lake) == before

    def test_names_and_values_that_look_like_sql_are_data(self, world):
        odd = "1'; drop table plan; --"
        world.night(world.increment(deal(odd, JANUARY), deal("2", JANUARY)))

        world.night(world.increment(deal(odd, FEBRUARY, version=2), deleted=[deal("2", None)]))

        assert world.deals() == {("crm", "2024-02"): [(odd, Decimal(1))]}


class TestLoads:
    def test_a_load_says_what_was_read_and_what_became_of_it(self, world):
        world.night(world.increment(deal("1", JANUARY, "10.5"), deal("2", JANUARY, None)))

        done = world.night(world.increment(deal("1", JANUARY, "11.25", version=2), deal("3", MARCH, "1")))

        assert load_of(done) == LoadRecord(
            business_on=TODAY,
            source_system="crm",
            dataset="deals",
            load="incremental",
            rows_read=2,
            rows_accepted=2,
            rows_inserted=1,
            rows_updated=1,
            rows_in_lake=3,
            money_read="12.25",
            money_accepted="12.25",
            money_in_lake="12.2500",
        )

    def test_a_dataset_without_money_has_none(self, world):
        done = world.night(world.snapshot({"rep_id": "7", "rep_name": "Ana"}, dataset="reps"))

        assert load_of(done).money_in_lake is None

    def test_a_source_whose_last_good_rows_stand_in_is_marked_stale(self, world):
        world.night(world.increment(deal("1", JANUARY, "2.5"), cursor="2024-01-01"))
        before, state = lake_files(world.lake), world.lake.state

        done = world.night(stale=[("crm", "deals")], business_on=TODAY + timedelta(days=1))

        assert load_of(done) == LoadRecord(
            business_on=TODAY + timedelta(days=1),
            source_system="crm",
            dataset="deals",
            load="incremental",
            rows_in_lake=1,
            money_in_lake="2.5000",
            is_stale=True,
        )
        assert lake_files(world.lake) == before
        assert (done.state.cursors, done.state.history) == (state.cursors, state.history)

    def test_running_a_date_again_replaces_its_records(self, world):
        world.night(world.increment(deal("1", JANUARY)), business_on=TODAY)

        done = world.night(world.increment(deal("1", JANUARY)), business_on=TODAY)

        (load,) = done.state.loads
        assert (load.rows_inserted, load.rows_unchanged) == (0, 1)
        assert len(done.state.history["crm.deals"]) == 1

    def test_an_earlier_date_can_be_filled_in_later(self, world):
        yesterday = TODAY - timedelta(days=1)
        world.night(world.increment(deal("1", JANUARY), business_on=TODAY, cursor="2024-06-01"))

        done = world.night(
            world.increment(deal("2", JANUARY), business_on=yesterday, cursor="2024-05-31"),
            business_on=yesterday,
        )

        assert [load.business_on for load in done.state.loads] == [yesterday, TODAY]
        assert [batch.business_on for batch in done.state.history["crm.deals"]] == [yesterday, TODAY]
        assert done.state.cursors == {"crm.deals": "2024-06-01"}
        assert done.state.business_on == yesterday

    def test_the_loads_table_holds_every_load(self, world):
        world.night(world.increment(deal("1", JANUARY, "2.5")))
        world.night(stale=[("crm", "deals")], business_on=TODAY + timedelta(days=1))

        loads = pl.read_parquet(world.lake.run / "loads.parquet")

        assert loads.select("source_system", "dataset", "rows_read", "money_read", "is_stale").rows() == [
            ("crm", "deals", 1, Decimal("2.5"), False),
            ("crm", "deals", 0, None, True),
        ]


class TestState:
    def test_the_state_describes_the_files_of_the_lake(self, world):
        world.night(world.increment(deal("1", JANUARY, "2"), deal("2", FEBRUARY)))
        world.night(
            world.increment(deal("3", JANUARY, "3"), business_on=TODAY + timedelta(days=1)),
            business_on=TODAY + timedelta(days=1),
        )

        parts = world.lake.state.partitions["deals"]["crm"]

        assert {month: (part.rows, part.money, part.changed_on.day) for month, part in parts.items()} == {
            "2024-01": (2, "5.0000", 2),
            "2024-02": (1, "1.0000", 1),
        }
        stated = {f"deals/source=crm/month={m}/{name}" for m, part in parts.items() for name in part.files}
        assert stated == set(lake_files(world.lake, "deals"))

    def test_months_whose_content_is_equal_have_equal_fingerprints_however_they_came_about(self, tmp_path):
        grown, whole = (World(tmp_path / name, crm__deals=INCREMENTAL) for name in ("grown", "whole"))
        grown.night(grown.increment(deal("2", JANUARY), deal("1", JANUARY)))
        grown.night(grown.increment(deal("3", JANUARY, "7"), deal("2", JANUARY, "5", version=2)))
        whole.night(
            whole.increment(deal("3", JANUARY, "7"), deal("1", JANUARY), deal("2", JANUARY, "5", version=2))
        )

        digests = {w.lake.state.partitions["deals"]["crm"]["2024-01"].digest for w in (grown, whole)}
        assert len(digests) == 1

    @pytest.mark.parametrize(
        ("column", "first", "second", "highest"),
        [
            ("updated_at", "2024-01-31T00:00:00", "2024-02-01T00:00:00", "2024-02-01T00:00:00"),
            ("updated_at", "2024-01-31T00:00:00.5", "2024-01-31T00:00:00", "2024-01-31T00:00:00.5"),
            ("amount", "9", "10.5", "10.5"),
        ],
    )
    def test_a_cursor_never_goes_back(self, tmp_path, column, first, second, highest):
        world = World(tmp_path, crm__deals={"load": "incremental", "cursor": column})
        for cursor in (first, second, first, None):
            world.night(world.increment(cursor=cursor))

        assert world.lake.state.cursors == {"crm.deals": highest}

    def test_the_history_keeps_the_last_batches_without_their_details(self, world, monkeypatch):
        monkeypatch.setattr("ingestion.lake.HISTORY_LENGTH", 2)
        days = [TODAY + timedelta(days=day) for day in range(3)]
        for number, day in enumerate(days):
            rows = [deal(str(key), JANUARY) for key in range(number + 1)]
            world.night(world.increment(*rows, business_on=day), business_on=day)

        history = world.lake.state.history["crm.deals"]
        assert [(batch.business_on, batch.rows_read) for batch in history] == [(days[1], 2), (days[2], 3)]
        assert all(batch.months == {} and batch.files == [] for batch in history)


class TestContractChanges:
    """What stands in the lake follows its contract."""

    def change(self, monkeypatch: pytest.MonkeyPatch, *fields: Field) -> None:
        contracts = some_contracts("deals", "reps")
        contracts["deals"] = replace(contracts["deals"], fields=fields)
        monkeypatch.setattr("ingestion.lake.load_contracts", lambda: contracts)

    def read(self, world: World) -> pl.DataFrame:
        files = sorted((world.lake.lake / "deals").glob("source=crm/*/*.parquet"))
        return pl.concat(pl.read_parquet(file) for file in files)

    def test_a_new_column_is_null_in_rows_of_earlier_nights(self, world, monkeypatch):
        world.night(world.increment(deal("1", JANUARY), deal("2", FEBRUARY)))
        fields = load_contracts()["deals"].fields
        self.change(monkeypatch, *fields, replace(fields[1], name="region"))

        done = world.night(world.increment())

        assert self.read(world).select("deal_id", "region").rows() == [("1", None), ("2", None)]
        assert done.changed_months["deals"] == ["2024-01", "2024-02"]
        assert world.night().changed_months["deals"] == []

    def test_a_removed_column_goes_and_the_order_is_that_of_the_contract(self, world, monkeypatch):
        world.night(world.increment(deal("1", JANUARY)))
        fields = [field for field in load_contracts()["deals"].fields if field.name != "lead_source"]
        self.change(monkeypatch, *reversed(fields))

        world.night()

        assert self.read(world).columns == [field.name for field in reversed(fields)]

    def test_an_empty_dataset_follows_too(self, world, monkeypatch):
        world.night()
        key, *_ = load_contracts()["deals"].fields
        self.change(monkeypatch, key)

        world.night()

        (name,) = lake_files(world.lake, "deals")
        assert pl.read_parquet(world.lake.lake / name).schema == pl.Schema({"deal_id": pl.String()})

    def test_the_generation_before_keeps_its_columns(self, world, monkeypatch):
        world.night(world.increment(deal("1", JANUARY)))
        before = world.lake
        fields = load_contracts()["deals"].fields
        self.change(monkeypatch, *fields, replace(fields[1], name="region"))

        world.night()

        assert lake_rows(before, "deals")["crm", "2024-01"]

    def test_values_that_cannot_take_a_new_type_stop_the_night_with_a_remedy(self, world, monkeypatch):
        world.night(world.increment(deal("not a number", JANUARY)))
        fields = list(load_contracts()["deals"].fields)
        fields[0] = replace(fields[0], logical_type="integer")
        self.change(monkeypatch, *fields)

        with pytest.raises(ContractViolation, match="do not fit") as raised:
            world.night()

        assert raised.value.remedy
        assert world.deals()


class TestRefusals:
    """What does not add up never becomes the current lake."""

    def spoil(self, batch: Path, **wrong: Any) -> Path:
        write_summary(batch, read_summary(batch).model_copy(update=wrong))
        return batch

    def test_a_batch_that_lost_rows_after_it_was_staged(self, world):
        batch = world.snapshot(deal("1", JANUARY), deal("2", JANUARY))
        (file,) = (batch / "data").rglob("*.parquet")
        pl.read_parquet(file).head(1).write_parquet(file)

        with pytest.raises(AssertionError, match="2 rows were staged, but the files hold 1"):
            world.night(batch)

    def test_a_batch_whose_rows_do_not_add_up_to_its_summary(self, world):
        batch = self.spoil(world.snapshot(deal("1", JANUARY)), rows_read=2, rows_accepted=2)

        with pytest.raises(AssertionError, match="rows accepted"):
            world.night(batch)

    def test_a_batch_whose_money_is_not_what_arrives(self, world):
        batch = self.spoil(world.snapshot(deal("1", JANUARY, "1.5")), money_accepted="1.4")

        with pytest.raises(AssertionError, match="money"):
            world.night(batch)

    def test_the_lake_of_yesterday_is_still_there_and_the_next_night_succeeds(self, world):
        world.night(world.snapshot(deal("1", JANUARY)))
        with pytest.raises(AssertionError):
            world.night(self.spoil(world.snapshot(deal("2", JANUARY)), rows_read=2, rows_accepted=2))
        assert world.deals() == {("crm", "2024-01"): [("1", Decimal(1))]}

        world.night(world.snapshot(deal("2", JANUARY)))

        assert world.deals() == {("crm", "2024-01"): [("2", Decimal(1))]}


class TestDisk:
    """What the disk refuses is said with a remedy, and the current lake stands."""

    @pytest.mark.parametrize("call", ["link", "mkdir", "replace"])
    def test_a_full_disk(self, world, monkeypatch, call):
        world.night(world.increment(deal("1", JANUARY)))
        before = lake_files(world.lake)
        candidate = open_candidate(world.home)
        batch = world.increment(deal("2", FEBRUARY))

        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, call, refuse)
        with pytest.raises(CommitFailed, match="No space left on device") as raised:
            commit(candidate, world.config, [batch], [], TODAY)

        assert "free disk space" in raised.value.remedy
        assert lake_files(world.lake) == before

    def test_a_file_of_the_lake_that_cannot_be_read(self, world):
        world.night(world.increment(deal("1", JANUARY)))
        candidate = open_candidate(world.home)
        (file,) = candidate.lake.glob("deals/source=crm/*/*")
        file.unlink()

        with pytest.raises(CommitFailed, match=file.name):
            commit(candidate, world.config, [world.increment(deal("1", JANUARY, "5"))], [], TODAY)

        assert world.deals() == {("crm", "2024-01"): [("1", Decimal(1))]}


def test_a_night_leaves_nothing_beside_the_files_of_its_generation(world):
    world.night(world.increment(deal("1", JANUARY)))
    world.night(world.increment(deal("1", MARCH, version=2), deal("2", JANUARY)))

    assert sorted(path.name for path in world.lake.path.iterdir()) == ["generation.json", "lake", "run"]
