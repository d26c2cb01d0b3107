"""Whatever a source writes: no row is lost, none is made up, and accepted values are what was written."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source_world import Batch, World

COLUMNS = ("deal_id", "stage", "amount", "is_won", "created_on", "updated_at")

KEYS = st.sampled_from(["1", "01", "001", "2", "3", " 4 ", "Ü5", "", "NULL"])
WORDS = st.one_of(
    st.sampled_from(["Won", "yes", "2024-05-31", "2024-06-01T10:00:00", "12.5", "(3)", "1e3", "x", ""]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6),
    st.decimals(-(10**15), 10**15, places=5).map(str),
    st.dates().map(str),
)
ROWS = st.lists(st.tuples(KEYS, *[WORDS] * (len(COLUMNS) - 1)), max_size=25)


def extracted(rows: list[tuple[str, ...]], **table: object) -> Batch:
    folder = Path(tempfile.mkdtemp())
    world = World(folder)
    (folder / "data").mkdir()
    with (folder / "data" / "deals.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *rows])
    return world.extract("deals", **table)


def written_number(text: str) -> Decimal | None:
    """A plain number as Python reads it, rounded as the contract does."""
    try:
        return Decimal(text.strip()).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    except InvalidOperation:
        return None


@pytest.fixture(autouse=True)
def _folders(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


EXAMPLES = settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@EXAMPLES
@given(ROWS)
def test_every_row_is_accepted_once_or_refused_once_with_a_reason(rows):
    batch = extracted(rows)
    summary = batch.summary
    assert summary.rows_read == len(rows) == batch.rows.height + batch.refused.height
    assert summary.rows_quarantined == batch.refused.height
    assert len(set(batch.refused["row_number"])) == batch.refused.height
    assert batch.refused["reasons"].list.len().gt(0).all()
    assert batch.rows["deal_id"].n_unique() == batch.rows.height
    shutil.rmtree(batch.folder.parent.parent)


@EXAMPLES
@given(ROWS)
def test_accepted_values_are_those_that_the_source_wrote(rows):
    batch = extracted(rows)
    refused = set(batch.refused["row_number"])
    source = {
        row[0].strip(): dict(zip(COLUMNS, row, strict=True))
        for number, row in enumerate(rows, start=1)
        if number not in refused
    }
    assert set(batch.rows["deal_id"]) == set(source)
    for row in batch.rows.iter_rows(named=True):
        cells = source[row["deal_id"]]
        assert row["stage"] == cells["stage"].strip()
        if (number := written_number(cells["amount"])) is not None:
            assert row["amount"] == number
        if row["created_on"] is not None:
            assert cells["created_on"].strip().startswith(row["created_on"].isoformat())
    shutil.rmtree(batch.folder.parent.parent)


@EXAMPLES
@given(ROWS)
def test_with_a_cursor_every_accepted_row_is_staged_or_superseded(rows):
    batch = extracted(rows, cursor="updated_at")
    summary = batch.summary
    assert summary.rows_read == len(rows)
    assert batch.rows.height + summary.rows_superseded + batch.refused.height == len(rows)
    assert not any(code == "duplicate_key" for _, _, code in batch.reasons)
    assert batch.rows["deal_id"].n_unique() == batch.rows.height
    shutil.rmtree(batch.folder.parent.parent)


@EXAMPLES
@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_neither_what_is_staged_nor_what_is_refused(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = extracted(rows), extracted(shuffled)
    assert one.summary.months == other.summary.months
    assert Counter(code for *_, code in one.reasons) == Counter(code for *_, code in other.reasons)
    for batch in (one, other):
        shutil.rmtree(batch.folder.parent.parent)
