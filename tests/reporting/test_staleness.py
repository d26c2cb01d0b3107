"""When readers are told that what they have is not the latest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from published_world import BUSINESS_ON, World, compact_nodes

from daybook.home import Home
from reporting.publish import publish
from reporting.staleness import mark_stale, read_stale_mark

MARKED_AT = datetime(2026, 2, 2, 3, tzinfo=UTC)


@pytest.fixture
def home(tmp_path) -> Home:
    """Readers have ``BUSINESS_ON``."""
    world = World(tmp_path, compact_nodes()).build()
    publish(world.home, world.warehouse, world.config(), world.context())
    return world.home


def marked(home: Home, business_on: date) -> bool:
    mark_stale(home, business_on, "run9", MARKED_AT, ["extract crm.deals: gone"])
    return read_stale_mark(home) is not None


@pytest.mark.parametrize("days_later", [0, 1])
def test_a_failed_night_of_the_same_or_a_later_date_makes_a_publication_stale(home, days_later):
    assert marked(home, BUSINESS_ON + timedelta(days=days_later))


def test_a_failed_night_of_an_older_date_does_not(home):
    assert not marked(home, BUSINESS_ON - timedelta(days=1))


def test_a_failed_night_before_the_first_publication_is_marked(tmp_path):
    home = Home(tmp_path)
    home.published.mkdir()
    assert marked(home, BUSINESS_ON)
