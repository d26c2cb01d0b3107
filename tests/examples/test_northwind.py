"""Northwind: 830 orders and 2,155 lines, in spite of unquoted commas in their addresses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tests.examples.conftest import ROOT

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("northwind")]


@pytest.fixture(scope="module")
def company(publish):
    return publish("northwind", "NORTHWIND", date(1998, 5, 6))


def test_every_order_and_unit_is_there(company):
    [(orders, units)] = company.rows("select sum(order_count), sum(unit_count) from marts.daily_sales")
    lines = pl.read_csv(company.data / "order-details.csv")
    assert orders == 830
    assert units == lines["quantity"].sum()


def test_sales_after_discount_tie_to_the_lines(company):
    [(net, discount)] = company.rows(
        "select sum(net_sales_amount), sum(discount_amount) from marts.daily_sales"
    )
    lines = pl.read_csv(company.data / "order-details.csv", infer_schema=False)
    gross = sum(
        Decimal(price) * int(quantity)
        for price, quantity in lines.select("unitPrice", "quantity").iter_rows()
    )
    exact = sum(
        Decimal(price) * int(quantity) * (1 - Decimal(part))
        for price, quantity, part in lines.select("unitPrice", "quantity", "discount").iter_rows()
    )
    assert abs(net - exact) < Decimal("0.01")
    assert abs(net + discount - gross) < Decimal("0.01")


def test_every_customer_is_known_in_spite_of_the_commas_in_addresses(company):
    [(known,)] = company.rows(
        "select count(*) from marts.dim_customer where not is_inferred and customer_id <> '(none)'"
    )
    assert known == 91
    assert company.rows("select * from marts.unmatched_ids") == []


def test_the_configuration_is_short():
    assert len((ROOT / "examples" / "northwind.yaml").read_text(encoding="utf-8").splitlines()) < 60
