"""A row that is printed is printed whole, however narrow the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from orchestration.cli import tables

ROWS = [
    {"publication": "2026-06-29-0a1b2c3d", "published at": "2026-06-30T02:31:07+00:00", "note": "all [well]"},
    {"publication": "2026-06-30-9f8e7d6c", "published at": "2026-07-01T02:30:59+00:00", "note": "late " * 9},
]


def printed(width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    tables.show(console, ROWS, title="versions", prose=["note"])
    return console.file.getvalue()


@pytest.mark.parametrize("width", [20, 60, 90, 200])
def test_nothing_is_cut_at_any_width(width):
    text = printed(width)
    assert all(row["publication"] in text and row["published at"] in text for row in ROWS)
    assert text.count("late") == 9
    assert "[well]" in text


def test_rows_stand_below_each_other_where_a_table_does_not_fit():
    assert "│" not in printed(60)
    assert "│" in printed(90)


def test_no_rows_print_nothing():
    console = Console(file=io.StringIO(), width=80)
    tables.show(console, [], title="versions")
    assert console.file.getvalue() == ""
