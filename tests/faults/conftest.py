"""The good night is run once; every fault befalls a copy of its company."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.faults.scene import Scene, after_a_good_night
from tests.orchestration.company import SmallCompany


@pytest.fixture(scope="session")
def good_night(tmp_path_factory) -> Scene:
    """A company after one good night; not to be changed."""
    return after_a_good_night(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def scene(good_night: Scene, tmp_path: Path) -> Scene:
    """A copy of that company."""
    shutil.copytree(good_night.company.root, tmp_path / "company", symlinks=True)
    return Scene(SmallCompany(tmp_path / "company"))
