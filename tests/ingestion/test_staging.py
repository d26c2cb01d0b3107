from __future__ import annotations

import pytest
from source_world import World

from daybook.errors import SourceUnavailable, StagingFailed
from ingestion import sinks
from ingestion.batch import read_summary
from ingestion.staging import replacing


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_batch_that_was_killed_half_way_is_no_batch_and_does_not_stay(tmp_path):
    folder = tmp_path / "deals"
    (tmp_path / ".deals.new" / "data").mkdir(parents=True)
    (tmp_path / ".deals.old").mkdir()
    with replacing(folder) as fresh:
        assert list(fresh.iterdir()) == []
        assert not folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["deals"]


def test_an_error_leaves_the_former_batch_and_nothing_else(tmp_path):
    folder = tmp_path / "deals"
    (folder / "data").mkdir(parents=True)
    with pytest.raises(ZeroDivisionError), replacing(folder) as fresh:
        (fresh / "half").mkdir()
        _ = 1 / 0
    assert [path.name for path in tmp_path.iterdir()] == ["deals"]
    assert [path.name for path in folder.iterdir()] == ["data"]


def test_a_folder_that_may_not_be_made_is_said_with_a_remedy(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(StagingFailed, match=r"could not be written: .*file.*permissions"),
        replacing(tmp_path / "file" / "deals"),
    ):
        pass


def test_a_full_disk_is_not_blamed_on_the_source(world, monkeypatch):
    world.write("teams.csv", "team_id,team_name", "1,North")
    before = world.extract("teams")
    monkeypatch.setattr(sinks.Pass, "refused", property(lambda _: "/dev/full"))
    with pytest.raises(StagingFailed, match=r"No space left on device.*free disk space"):
        world.extract("teams")
    assert read_summary(before.folder) == before.summary


def test_a_file_that_goes_while_it_is_read_is_a_source_that_did_not_answer(world, monkeypatch):
    world.write("teams.csv", "team_id,team_name", "1,North")
    run = sinks.Pass.run

    def run_too_late(self, stream):
        (world.folder / "data" / "teams.csv").unlink()
        return run(self, stream)

    monkeypatch.setattr(sinks.Pass, "run", run_too_late)
    with pytest.raises(SourceUnavailable, match=r"data/teams\.csv"):
        world.extract("teams")
