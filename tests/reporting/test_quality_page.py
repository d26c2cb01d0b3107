"""The page beside a publication: everything told, nothing smuggled in."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from published_world import World

from quality.results import CheckResult
from reporting.publish import SourceState, publish

ATTACK = "<script>alert('x')</script>\"' onmouseover=\"alert(1)"


class Outline(HTMLParser):
    """The tags, attribute names and text of a page; fails on tags that do not nest."""

    VOID = ("meta", "br")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def page(world: World) -> str:
    world.nodes["model.daybook.dim_rep"]["description"] = f"Reps {ATTACK}"
    warning = CheckResult(
        check=f"check {ATTACK}",
        scope=f"scope {ATTACK}",
        severity="warn",
        outcome="fail",
        message=f"message {ATTACK}",
        sample=[f"sample {ATTACK}"],
    )
    state = SourceState(
        source=f"source {ATTACK}",
        dataset="orders",
        rows_read=1234,
        rows_accepted=1230,
        rows_quarantined=4,
        newest=f"newest {ATTACK}",
        is_stale=True,
    )
    context = world.context(checks=[*world.context().checks, warning], sources=[state])
    return publish(world.home, world.warehouse, world.config(), context).quality_page.read_text(
        encoding="utf-8"
    )


def test_values_are_shown_as_text_and_never_become_markup(page):
    outline = Outline(page)
    assert "script" not in outline.tags
    assert not {name for name in outline.attributes if name.startswith("on")}
    for told in ("Reps", "check", "scope", "message", "sample", "source", "newest"):
        assert f"{told} {ATTACK}" in outline.text


def test_the_page_needs_nothing_from_elsewhere(page):
    outline = Outline(page)
    assert not outline.tags & {"script", "link", "img", "iframe"}
    assert not outline.attributes & {"src", "href"}
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_the_verdict_tables_and_sources_are_told(page):
    text = Outline(page).text
    assert "Passed with 2 warnings" in text
    for told in (
        "2026-01-31",
        "1,234",
        "last good data",
        "daily_sales",
        "One row per sales_on, rep_id",
        "Withheld: email",
    ):
        assert told in text


def test_descriptions_keep_their_emphasis(world):
    world.nodes["model.daybook.dim_rep"]["description"] = "**Grain:** one row per `rep_id` & no more"
    publication = publish(world.home, world.warehouse, world.config(), world.context())
    page = publication.quality_page.read_text(encoding="utf-8")
    assert "<strong>Grain:</strong> one row per <code>rep_id</code> &amp; no more" in page


def test_a_clean_night_has_no_warnings_section(world):
    publication = publish(world.home, world.warehouse, world.config(), world.context())
    text = Outline(publication.quality_page.read_text(encoding="utf-8")).text
    assert "no warnings" in text
    assert "Warnings" not in text
