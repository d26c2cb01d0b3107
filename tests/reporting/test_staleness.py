"""When readers are told that what they have is not the latest."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from published_world import BUSINESS_ON, World, compact_nodes

from daybook.home import Home
from reporting.publish import publish
from reporting.staleness import mark_stale, read_stale_mark, remove_stale_mark
from reporting.versions import NOT_STALE

MARKED_AT = datetime(2026, 2, 2, 3, tzinfo=UTC)


@pytest.fixture
def home(tmp_path, site) -> Home:
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


def told_to_pages(home: Home) -> str:
    return (home.published / "stale.js").read_text(encoding="utf-8")


def test_pages_are_told_the_date_and_the_reasons_of_the_mark(home):
    marked(home, BUSINESS_ON)
    statement = told_to_pages(home).removeprefix("window.DAYBOOK_STALE = ").removesuffix(";\n")
    assert json.loads(statement) == {"business_on": "2026-01-31", "reasons": ["extract crm.deals: gone"]}


def reasons_told(home: Home) -> list[str]:
    script = told_to_pages(home)
    return json.loads(script[script.index("{") : script.rindex(";")])["reasons"]


def test_a_reason_cannot_end_the_script_or_begin_markup(home):
    reason = "</script><!-- & \" ' \\ \u2028 \u2029 \x00 é ש 🙂 ]]>"
    mark_stale(home, BUSINESS_ON, "run9", MARKED_AT, [reason])
    script = told_to_pages(home)
    assert script.isascii()
    assert not set("<>&") & set(script)
    assert script.count("\n") == 1, "one statement on one line"
    assert reasons_told(home) == [reason]


def test_pages_are_told_what_happened_and_the_mark_everything(home):
    reason = "build: 1 model or test failed:\n  model daily_sales: gone\n  see the log at /somewhere"
    long = "extract crm.deals: " + "the source is gone " * 20
    mark_stale(home, BUSINESS_ON, "run9", MARKED_AT, [reason, long])
    first, second = reasons_told(home)
    assert first == "build: 1 model or test failed: model daily_sales: gone"
    assert second.startswith("extract crm.deals: the source is gone")
    assert second.endswith(" …")
    assert len(second) <= 200
    assert read_stale_mark(home).reasons == [reason, long]


def test_mark_and_pages_lose_it_together(home):
    marked(home, BUSINESS_ON + timedelta(days=1))
    remove_stale_mark(home, BUSINESS_ON)
    assert "2026-02-01" in told_to_pages(home), "that of a later night stays"
    remove_stale_mark(home, BUSINESS_ON + timedelta(days=1))
    assert not (home.published / "STALE.json").exists()
    assert told_to_pages(home) == NOT_STALE


def test_what_pages_read_follows_the_mark_where_the_two_have_come_apart(home):
    (home.published / "stale.js").write_text("window.DAYBOOK_STALE = {};")
    remove_stale_mark(home, BUSINESS_ON)
    assert told_to_pages(home) == NOT_STALE
    marked(home, BUSINESS_ON + timedelta(days=1))
    (home.published / "stale.js").unlink()
    remove_stale_mark(home, BUSINESS_ON)
    assert "2026-02-01" in told_to_pages(home)
