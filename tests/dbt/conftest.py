"""Worlds that several tests look at, built once."""

from __future__ import annotations

import pytest
from dbt_world import World
from small_company import AS_OF, small_company


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small company, built as of the end of January."""
    return small_company(tmp_path_factory.mktemp("acme")).build(AS_OF)
