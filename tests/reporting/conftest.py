from __future__ import annotations

from pathlib import Path

import pytest
from published_world import World, compact_nodes, write_site

import reporting.site
from tests.browser import browser  # noqa: F401  a fixture


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of a few pages: what stands on the real ones is no matter of publishing."""
    monkeypatch.setattr(reporting.site, "build_site", write_site)


@pytest.fixture
def world(tmp_path: Path, site: None) -> World:
    return World(tmp_path).build()


@pytest.fixture
def compact_world(tmp_path: Path, site: None) -> World:
    """Two marts only, for tests that publish many times."""
    root = tmp_path / "compact"
    root.mkdir()
    return World(root, compact_nodes()).build()
