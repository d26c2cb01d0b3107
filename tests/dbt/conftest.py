"""Worlds that several tests look at, built once."""

from __future__ import annotations

import pytest
import spring_company
from dbt_world import World
from small_company import AS_OF, small_company


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small company, built as of the end of January."""
    return small_company(tmp_path_factory.mktemp("acme")).build(AS_OF)


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The company with targets, built as of 20 May."""
    world = spring_company.spring_company(tmp_path_factory.mktemp("spring"))
    return world.build(spring_company.AS_OF)
