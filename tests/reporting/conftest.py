from __future__ import annotations

from pathlib import Path

import pytest
from published_world import World, compact_nodes

from tests.browser import browser  # noqa: F401  a fixture


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path).build()


@pytest.fixture
def compact_world(tmp_path: Path) -> World:
    """Two marts only, for tests that publish many times."""
    root = tmp_path / "compact"
    root.mkdir()
    return World(root, compact_nodes()).build()
