"""What a night takes over from the nights before: cursors, refused rows, and whose state it is."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from daybook.config import load_config
from daybook.errors import ConfigurationError
from daybook.home import Home
from ingestion import generation, quarantine
from orchestration import night
from tests.orchestration.company import SmallCompany

ORDERS = """\
order_id,ordered_at,rep_id,channel,updated_at
A,2026-05-01T10:00:00Z,007,online,2026-05-01T10:00:00Z
B,yesterday,008,store,2026-05-02T10:00:00Z
C,2026-06-01T10:00:00Z,007,online,2026-06-01T10:00:00Z
"""


def run(company: SmallCompany, business_on: date, **options) -> Home:
    """One night up to the lake."""
    home = Home(company.home)
    tonight = night.Night(load_config(company.config), home, business_on, run_id="test", **options)
    for source, dataset in tonight.config.tables():
        night.extract_table(tonight, source, dataset)
    night.audit(tonight)
    night.commit(tonight)
    candidate = generation.committed_candidate(home)
    assert candidate is not None
    generation.promote(home, candidate)
    return home


def orders(home: Home) -> set[str]:
    current = generation.current_generation(home)
    assert current is not None
    return set(pl.read_parquet(current.lake / "orders" / "**" / "*.parquet")["order_id"])


def refused(home: Home, business_on: date) -> int:
    return quarantine.show_refused(home, business_on, "shop", "orders").height


def prepared(company: SmallCompany) -> SmallCompany:
    company.change("daybook.yaml", "deals: {quarantined_ratio: 0.4}", "orders: {quarantined_ratio: 0.4}")
    company.write("crm/deals.csv", "deal_id,rep_id,stage\n1,007,Won\n")
    company.write("shop/orders.csv", ORDERS)
    company.write("shop/order_lines.csv", "order_id,line_number,ordered_at,quantity,net_amount\n")
    return company


def test_an_old_row_that_was_mended_comes_with_a_reload(new_company):
    company = prepared(new_company)
    home = run(company, date(2026, 6, 3))
    assert (orders(home), refused(home, date(2026, 6, 3))) == ({"A", "C"}, 1)
    company.change("shop/orders.csv", "B,yesterday", "B,2026-05-02T10:00:00Z")
    run(company, date(2026, 6, 3))
    assert orders(home) == {"A", "C"}, "its cursor lies before what a usual night reads"
    assert refused(home, date(2026, 6, 3)) == 1, "and it stays listed"
    run(company, date(2026, 6, 3), reload=frozenset({"shop.orders"}))
    assert (orders(home), refused(home, date(2026, 6, 3))) == ({"A", "B", "C"}, 0)


def test_only_a_table_of_the_company_can_be_reloaded(new_company, daybook):
    said = daybook(new_company, "run", "--date", "2026-06-03", "--reload", "shop.offers")
    assert said.code == 1
    assert "shop.orders" in said.err


def test_another_cursor_column_starts_from_the_beginning(new_company):
    company = prepared(new_company)
    home = run(company, date(2026, 6, 3))
    company.change("daybook.yaml", "cursor: updated_at", "cursor: channel")
    run(company, date(2026, 6, 4))
    company.change("daybook.yaml", "cursor: channel", "cursor: updated_at")
    run(company, date(2026, 6, 5))
    assert orders(home) == {"A", "C"}


def test_another_company_keeps_its_hands_off_the_state_and_a_renamed_one_keeps_it(new_company):
    company = prepared(new_company)
    run(company, date(2026, 6, 3))
    company.change("daybook.yaml", "name: Fixture & Sons", "name: Sons")
    with pytest.raises(ConfigurationError, match=r"state in .* is that of 'Fixture & Sons'"):
        run(company, date(2026, 6, 4))
    company.change("daybook.yaml", "name: Sons", "name: Sons\n  formerly: [Fixture & Sons]")
    assert orders(run(company, date(2026, 6, 4))) == {"A", "C"}
