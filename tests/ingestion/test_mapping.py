from __future__ import annotations

from decimal import Decimal

import pytest
from source_world import World

from daybook.errors import ConfigurationError, ContractViolation


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    world.write(
        "deals.csv", "Id,Deal Stage,Close Value,owner,deal_name", "007,Won,12.50,Ana,First", "008,Open,,Bo,"
    )
    return world


COLUMNS = {"deal_id": "Id", "stage": "Deal Stage"}


def test_a_string_that_is_a_source_column_is_that_column(world):
    batch = world.extract("deals", columns={**COLUMNS, "amount": "Close Value"})
    assert batch.column("deal_id") == ["007", "008"]
    assert batch.column("amount") == [Decimal("12.5"), None]


def test_a_column_that_is_not_listed_is_fed_by_the_source_s_column_of_its_name(world):
    assert world.extract("deals", columns=COLUMNS).column("deal_name") == ["First", None]


def test_a_column_that_nothing_feeds_is_null(world):
    assert world.extract("deals", columns=COLUMNS).column("rep_id") == [None, None]


@pytest.mark.parametrize(
    ("declared", "column", "expected"),
    [
        ("owner || '-' || Id", "rep_id", ["Ana-007", "Bo-008"]),
        ("'EUR'", "currency_code", ["EUR", "EUR"]),
        ("\"Deal Stage\" = 'Won'", "is_won", [True, False]),
        ("case when owner = 'Ana' then '1.005,5' end", "amount", [Decimal("1005.5"), None]),
        ('cast("Close Value" as decimal(18, 4)) * 2', "amount", [Decimal(25), None]),
        (12, "amount", [Decimal(12), Decimal(12)]),
        (0.25, "probability", [Decimal("0.25"), Decimal("0.25")]),
        (True, "is_closed", [True, True]),
    ],
)
def test_an_expression_or_a_constant_feeds_a_column(world, declared, column, expected):
    formats = {"amount": {"decimal": ",", "thousands": ["."]}}
    batch = world.extract("deals", columns={**COLUMNS, column: declared}, column_formats=formats)
    assert batch.column(column) == expected


def test_formats_come_from_source_table_and_column_the_nearest_first(world):
    world.source = {"formats": {"decimal": ",", "date": "%d.%m.%Y"}}
    world.write("deals.csv", "deal_id,stage,amount,probability,created_on", "1,x,#5,0.5,31.01.2024")
    batch = world.extract(
        "deals",
        formats={"currency_signs": ["#"]},
        column_formats={"probability": {"decimal": "."}},
    )
    assert batch.summary.rows_quarantined == 0
    assert batch.column("amount") == [Decimal(5)]
    assert batch.column("probability") == [Decimal("0.5")]


def test_an_unknown_contract_column_is_a_mistake_in_the_configuration(world):
    with pytest.raises(ConfigurationError, match=r"no column 'deal_idd'. The closest is 'deal_id'"):
        world.extract("deals", columns={**COLUMNS, "deal_idd": "Id"})


def test_formats_for_an_unknown_contract_column_are_a_mistake_in_the_configuration(world):
    with pytest.raises(ConfigurationError, match=r"no column 'amuont'"):
        world.extract("deals", columns=COLUMNS, column_formats={"amuont": {"decimal": ","}})


@pytest.mark.parametrize("columns", [None, {"deal_id": "Id", "stage": "Phase"}])
def test_a_header_of_one_column_with_delimiters_in_it_names_the_delimiter(world, columns):
    world.write("deals.csv", "Id;Phase", "1;Won")
    with pytest.raises(ContractViolation, match="looks separated by ';': set delimiter: \";\""):
        world.extract("deals", columns=columns or {})


@pytest.mark.parametrize("declared", ["close_value", "Close Valu", "Close Value EUR", "owner || close_value"])
def test_a_mapped_column_that_is_gone_is_named_with_the_columns_there_are(world, declared):
    with pytest.raises(ContractViolation) as caught:
        world.extract("deals", columns={**COLUMNS, "amount": declared})
    assert "Its columns are: Id, Deal Stage, Close Value, owner, deal_name." in caught.value.reason
    assert "The closest is 'Close Value'" in caught.value.reason
    where = caught.value.where
    assert (where.source, where.dataset, where.column) == ("crm", "deals", "amount")
    assert str(where.file).endswith("deals.csv")


@pytest.mark.parametrize(
    "declared", ["owner ||", "frobnicate(owner)", "case when owner then", "owner; owner"]
)
def test_an_expression_that_is_no_sql_is_a_mistake_in_the_configuration(world, declared):
    with pytest.raises(ConfigurationError, match="neither a column of the source nor valid SQL"):
        world.extract("deals", columns={**COLUMNS, "rep_id": declared})


def test_reckoning_with_text_is_a_mistake_in_the_configuration(world):
    with pytest.raises(ConfigurationError, match=r"cannot feed amount.*CAST"):
        world.extract("deals", columns={**COLUMNS, "amount": '"Close Value" * 2'})


def test_an_expression_may_not_read_the_clock(world):
    with pytest.raises(ConfigurationError, match="reads the clock"):
        world.extract("deals", columns={**COLUMNS, "created_on": "current_date"})


def test_a_required_column_that_nothing_feeds_is_refused_before_any_row_is_read(world):
    with pytest.raises(ContractViolation, match="Nothing feeds stage, which deals must have"):
        world.extract("deals", columns={"deal_id": "Id"})


def test_the_file_a_row_comes_from_can_be_mapped(world):
    batch = world.extract("deals", columns={**COLUMNS, "funnel": "split_part(_file, '/', -1)"})
    assert batch.column("funnel") == ["deals.csv", "deals.csv"]


def test_an_expression_sees_null_markers_as_null(world):
    world.write("deals.csv", "deal_id,stage,a,b", "1,Won,-,7", "2,Won,5,-")
    batch = world.extract("deals", columns={"amount": "coalesce(a, b)"}, formats={"nulls": ["", "-"]})
    assert batch.column("amount") == [Decimal(7), Decimal(5)]


def test_a_cast_that_fails_says_how_to_refuse_single_rows(world):
    world.write("deals.csv", "deal_id,stage,a", "1,Won,5", "2,Won,five")
    with pytest.raises(ContractViolation, match=r"cannot convert.*five.*TRY_CAST"):
        world.extract("deals", columns={"amount": "cast(a as int) * 2"})
