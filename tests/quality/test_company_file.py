"""A company's file may name what the contracts have, and nothing else."""

from __future__ import annotations

import pytest

from daybook.errors import ConfigurationError
from quality.company_file import load_company

COMPANY = "company: {name: Fixture, currency: EUR}\n"


def test_datasets_and_personal_columns_of_contracts_may_be_named(tmp_path):
    path = tmp_path / "daybook.yaml"
    path.write_text(
        COMPANY + "sources: {shop: {connector: files, tables: {refunds: {read: refunds.csv}}}}\n"
        "gates: {datasets: {refunds: {freshness_days: 2}}}\npublish: {allow_personal: [email]}\n"
    )
    assert load_company(path).tables() == [("shop", "refunds")]


def test_every_name_that_no_contract_has_is_told_at_once(tmp_path):
    path = tmp_path / "daybook.yaml"
    path.write_text(
        COMPANY + "sources: {shop: {connector: files, tables: {refundz: {read: refunds.csv}}}}\n"
        "gates: {datasets: {order: {freshness_days: 2}}}\npublish: {allow_personal: [stage]}\n"
    )
    with pytest.raises(ConfigurationError) as raised:
        load_company(path)
    message = str(raised.value)
    assert "line 2: sources.shop.tables.refundz: no contract is named 'refundz'" in message
    assert "did you mean refunds? docs/contracts.md" in message
    assert "line 3: gates.datasets.order: no contract is named 'order'" in message
    assert "line 4: publish.allow_personal.0: 'stage' is no personal column" in message


def test_what_nights_write_themselves_no_source_may_feed(tmp_path):
    path = tmp_path / "daybook.yaml"
    path.write_text(
        COMPANY + "sources: {crm: {connector: files, tables: {deal_observations: {read: seen.csv}}}}\n"
    )
    with pytest.raises(
        ConfigurationError, match=r"sources.crm.tables.deal_observations: no contract is named"
    ):
        load_company(path)
