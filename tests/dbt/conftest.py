"""Worlds that several tests look at, built once."""

from __future__ import annotations

import pytest
import spring_company
from dbt_world import World
from small_company import AS_OF, small_company

WORLDS = (
    "acme",
    "spring",
    "moving",
    "silent",
    "steady",
    "tax_year",
    "month_ends",
    "first_night",
    "first_deals",
    "then_and_now",
)
"""Fixtures of the worlds that are built once for several tests."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Send the tests that look at one world to one worker, so that it is built once."""
    for item in items:
        for world in WORLDS:
            if world in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(world))


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The small company, built as of the end of January."""
    return small_company(tmp_path_factory.mktemp("acme")).build(AS_OF)


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The company with targets, built as of 20 May."""
    world = spring_company.spring_company(tmp_path_factory.mktemp("spring"))
    return world.build(spring_company.AS_OF)
