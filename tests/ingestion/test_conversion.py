from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daybook.config import TextFormats
from ingestion.cells import BOOLEAN, Column, Converted, Notation, Target
from ingestion.conversion import convert

AMOUNT = Target("number", pl.Decimal(18, 4), 4)
WHOLE = Target("integer", pl.Int64())
DATE = Target("date", pl.Date())
MOMENT = Target("timestamp", pl.Datetime("us"))
TEXT = Target("string", pl.String())

at = datetime.fromisoformat

COMMA = {"decimal": ",", "thousands": [".", " "], "currency_signs": ["€", "EUR"]}
POINT = {"thousands": [",", "'"], "currency_signs": ["$", "US$"]}


def column(
    cells: pl.Series, target: Target, formats: TextFormats | None = None, zone: str = "UTC"
) -> Converted:
    """One column on its own."""
    notation = Notation(formats or TextFormats(), zone)
    return convert(cells.to_frame("cell"), {"cell": Column(target, notation)})["cell"]


def read(cell: Any, target: Target, zone: str = "UTC", **formats: Any) -> Any:
    """The value of one cell, or its fault's code."""
    cells = cell if isinstance(cell, pl.Series) else pl.Series([cell], dtype=pl.String)
    done = column(cells, target, TextFormats(**formats), zone)
    assert done.values.dtype == target.dtype
    assert len(done.values) == 1
    fault = done.faults[0] if done.faults is not None else None
    assert fault is None or done.values[0] is None
    return done.values[0] if fault is None else fault


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("12.5", "12.5"),
        (" 12.5 ", "12.5"),
        ("\u00a012.5\u202f", "12.5"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-.5", "-0.5"),
        ("007", "7"),
        ("(1200.00)", "-1200"),
        ("1200.00-", "-1200"),
        ("−3", "-3"),  # noqa: RUF001
        ("1e3", "1000"),
        ("1.5E-3", "0.0015"),
        ("0e999", "0"),
        ("99999999999999.9999", "99999999999999.9999"),
    ],
)
def test_a_number_is_read_exactly_however_it_is_written(cell, expected):
    assert read(cell, AMOUNT) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("1.00005", "1.0000"), ("1.00015", "1.0002"), ("-1.00015", "-1.0002"), ("1.000050000000001", "1.0001")],
)
def test_digits_beyond_the_scale_are_rounded_half_to_even(cell, expected):
    assert read(cell, AMOUNT) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("12O", "not_a_number"),
        ("1,5", "not_a_number"),
        ("1 200", "not_a_number"),
        ("€5", "not_a_number"),
        ("5%", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("(-5)", "not_a_number"),
        ("-5-", "not_a_number"),
        ("(5", "not_a_number"),
        ("--5", "not_a_number"),
        (".", "not_a_number"),
        ("-", "not_a_number"),
        ("NaN", "not_a_number"),
        ("inf", "not_a_number"),
        ("1_000", "not_a_number"),
        ("0x10", "not_a_number"),
        ("١٢", "not_a_number"),
        ("1e-9", "not_exact"),
        ("1.23456e0", "not_exact"),
        ("100000000000000", "too_large"),
        ("1e999", "too_large"),
        ("99999999999999.99995", "too_large"),
    ],
)
def test_what_is_no_number_keeps_its_reason(cell, code):
    assert read(cell, AMOUNT) == code


@pytest.mark.parametrize(
    ("cell", "formats", "expected"),
    [
        ("1.234,50", COMMA, "1234.50"),
        ("1 234,50", COMMA, "1234.50"),
        ("1\u202f234,50", COMMA, "1234.50"),
        ("1\u00a0234\u00a0567,1", COMMA, "1234567.1"),
        ("1234,5", COMMA, "1234.5"),
        ("€ 5,00", COMMA, "5"),
        ("5,00 €", COMMA, "5"),
        ("5,00 EUR", COMMA, "5"),
        ("-€5", COMMA, "-5"),
        ("€-5", COMMA, "-5"),
        ("5€-", COMMA, "-5"),
        ("(€1.200,00)", COMMA, "-1200"),
        ("€(1.200,00)", COMMA, "-1200"),
        ("1.234.567", COMMA, "1234567"),
        ("1,234.5", POINT, "1234.5"),
        ("12,34,567.5", POINT, "1234567.5"),
        ("1’234.5", POINT, "1234.5"),  # noqa: RUF001
        ("$1,000", POINT, "1000"),
        ("US$ 1,000", POINT, "1000"),
        ("50%", {"percent": True}, "0.5"),
        ("50", {"percent": True}, "0.5"),
        ("7", {"percent": True}, "0.07"),
        ("-12.5 %", {"percent": True}, "-0.125"),
        ("1e2", {"percent": True}, "1"),
        ("1.234,5 %", {"percent": True} | COMMA, "12.345"),
    ],
)
def test_a_source_s_own_way_of_writing_numbers_is_understood(cell, formats, expected):
    assert read(cell, AMOUNT, **formats) == Decimal(expected)


@pytest.mark.parametrize(
    ("cell", "formats"),
    [
        ("1.5", COMMA),
        ("12.34,5", COMMA),
        ("1,2,3", COMMA),
        ("1.2345", COMMA),
        ("12,5", POINT),
        ("1,234,56", POINT),
        ("1$000", POINT),
        ("€", COMMA),
        ("%", {"percent": True}),
    ],
)
def test_signs_in_the_wrong_place_are_never_guessed_away(cell, formats):
    assert read(cell, AMOUNT, **formats) == "not_a_number"


@given(st.decimals(min_value=-(10**13), max_value=10**13, allow_nan=False, allow_infinity=False, places=6))
def test_every_decimal_agrees_with_python_s_own(number):
    expected = number.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    assert read(f"{number:f}", AMOUNT) == expected
    assert read(f"{number:,f}", AMOUNT, thousands=[","]) == expected
    assert read(f"{number:f}".replace(".", ","), AMOUNT, decimal=",") == expected


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_fault_and_never_silently_missing(cell):
    found = read(cell, AMOUNT)
    assert isinstance(found, Decimal | str) or cell.strip() == ""


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("42", 42),
        (" 42 ", 42),
        ("5.0", 5),
        ("5.", 5),
        ("1e3", 1000),
        ("(5)", -5),
        ("-9223372036854775808", -(2**63)),
        ("5.5", "not_an_integer"),
        ("1e-3", "not_an_integer"),
        ("9223372036854775808", "too_large"),
        ("five", "not_a_number"),
    ],
)
def test_whole_numbers_are_whole(cell, expected):
    assert read(cell, WHOLE) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Yes", True),
        ("t", True),
        ("1", True),
        ("NO", False),
        (" f ", False),
        ("0", False),
        ("maybe", "not_a_boolean"),
    ],
)
def test_words_for_true_and_false_are_read_in_any_case(cell, expected):
    assert read(cell, BOOLEAN) == expected


def test_a_source_may_have_its_own_words_for_true_and_false():
    assert read("oui", BOOLEAN, true=["Oui"], false=["Non"]) is True
    assert read("yes", BOOLEAN, true=["Oui"], false=["Non"]) == "not_a_boolean"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-01-31", date(2024, 1, 31)),
        (" 2024-01-31 ", date(2024, 1, 31)),
        ("31/12/2024", date(2024, 12, 31)),
        ("1/2/2024", date(2024, 2, 1)),
        ("12/31/2024", date(2024, 12, 31)),
        ("2011-05-31 00:00:00.000", date(2011, 5, 31)),
        ("2011-05-31T00:00:00Z", date(2011, 5, 31)),
        ("31/12/2024 00:00", date(2024, 12, 31)),
        ("12/31/2024 12:00:00 AM", date(2024, 12, 31)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2011-05-31 10:00:00", "not_a_date"),
        ("2024-02-30", "not_a_date"),
        ("24-01-31", "not_a_date"),
        ("0001-01-01", "not_a_date"),
        ("0000-01-01", "not_a_date"),
        ("12024-01-01", "not_a_date"),
        ("45000", "not_a_date"),
        ("soon", "not_a_date"),
    ],
)
def test_a_date_is_read_in_the_first_format_that_fits(cell, expected):
    assert read(cell, DATE, date=["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y"]) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("45000", date(2023, 3, 15)),
        ("45000.0", date(2023, 3, 15)),
        ("1", date(1900, 1, 1)),
        ("59", date(1900, 2, 28)),
        ("60", "not_a_date"),
        ("61", date(1900, 3, 1)),
        ("45000.5", "not_a_date"),
        ("2023-03-15", date(2023, 3, 15)),
    ],
)
def test_excel_s_serial_days_are_dates_where_the_formats_say_so(cell, expected):
    assert read(cell, DATE, date=["%Y-%m-%d", "excel"]) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-01-02T03:04:05", at("2024-01-02T02:04:05")),
        ("2024-07-02T03:04:05", at("2024-07-02T01:04:05")),
        ("2024-01-02 03:04:05.123", at("2024-01-02T02:04:05.123000")),
        ("2024-01-02", at("2024-01-01T23:00:00")),
        ("2024-01-02T03:04:05Z", at("2024-01-02T03:04:05")),
        ("2024-01-02T03:04:05.5+02:00", at("2024-01-02T01:04:05.500000")),
        ("2024-01-02T03:04:05-0500", at("2024-01-02T08:04:05")),
        ("2024-03-31T02:30:00", at("2024-03-31T01:30:00")),
        ("2024-10-27T02:30:00", at("2024-10-27T00:30:00")),
        ("2024-13-02T03:04:05", "not_a_timestamp"),
        ("0024-01-02T03:04:05", "not_a_timestamp"),
        ("yesterday", "not_a_timestamp"),
    ],
    ids=str,
)
def test_a_timestamp_becomes_utc(cell, expected):
    assert read(cell, MOMENT, zone="Europe/Paris") == expected


def test_a_column_may_mix_timestamp_notations():
    cells = pl.Series(
        ["2024-01-02T03:04:05", "2024-01-02T03:04:05+01:00", "2024-01-02 03:04:05.25", None, "2024-01-02"]
    )
    done = column(cells, MOMENT)
    assert done.faults is None
    assert done.values.to_list() == [
        at("2024-01-02T03:04:05"),
        at("2024-01-02T02:04:05"),
        at("2024-01-02T03:04:05.250000"),
        None,
        at("2024-01-02T00:00:00"),
    ]


@pytest.mark.parametrize("first", ["05/01/2024 10:00:00", "31/01/2024 10:00:00", "01/31/2024 10:00:00"])
def test_the_order_of_formats_decides_and_not_the_order_of_rows(first):
    formats = TextFormats(timestamp=["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"])
    done = column(pl.Series([first, "05/01/2024 10:00:00"]), MOMENT, formats)
    assert done.values[1] == at("2024-01-05T10:00:00")


def test_excel_s_serial_days_carry_the_time_of_day():
    assert read("45000.5", MOMENT, timestamp=["excel"]) == at("2023-03-15T12:00:00")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("00042", "00042"),
        (" a b ", "a b"),
        ("", None),
        ("NULL", None),
        ("null", "null"),
        ("a\0b", "contains_nul"),
    ],
)
def test_texts_stay_as_they_are_written(cell, expected):
    assert read(cell, TEXT, nulls=["", "NULL"]) == expected


def test_blanks_stay_where_a_source_means_them():
    assert read(" a ", TEXT, trim=False) == " a "


@pytest.mark.parametrize("target", [AMOUNT, WHOLE, BOOLEAN, DATE, MOMENT])
@pytest.mark.parametrize("cell", ["", " ", "-", " - ", "n/a", None])
def test_null_markers_mean_missing_and_are_no_fault(cell, target):
    assert read(cell, target, nulls=["-", "n/a"]) is None


@pytest.mark.parametrize(
    ("cell", "target"),
    [("0", AMOUNT), ("-1", WHOLE), ("9999-12-31", DATE), ("0", BOOLEAN), ("0000-00-00", MOMENT)],
)
def test_a_null_marker_may_look_like_a_value(cell, target):
    assert read(cell, target, nulls=[cell]) is None


@pytest.mark.parametrize(
    ("cells", "target", "expected"),
    [
        (pl.Series([0.1]), AMOUNT, Decimal("0.1")),
        (pl.Series([5.6e-17]), AMOUNT, Decimal(0)),
        (pl.Series([float("nan")]), AMOUNT, "not_a_number"),
        (pl.Series([float("inf")]), AMOUNT, "not_a_number"),
        (pl.Series([7]), AMOUNT, Decimal(7)),
        (pl.Series([Decimal("1.23456")]), AMOUNT, Decimal("1.2346")),
        (pl.Series([2.0]), WHOLE, 2),
        (pl.Series([2.5]), WHOLE, "not_an_integer"),
        (pl.Series([2**63], dtype=pl.UInt64), WHOLE, "too_large"),
        (pl.Series([7], dtype=pl.Int8), WHOLE, 7),
        (pl.Series([7]), TEXT, "7"),
        (pl.Series([True]), TEXT, "true"),
        (pl.Series([1]), BOOLEAN, True),
        (pl.Series(["x"], dtype=pl.Categorical), TEXT, "x"),
        (pl.Series([None]), MOMENT, None),
        (pl.Series([at("2024-01-02T00:00:00")]), DATE, date(2024, 1, 2)),
        (pl.Series([at("2024-01-02T03:00:00")]), DATE, "not_a_date"),
        (pl.Series([at("2024-01-01T23:00:00Z")]), DATE, date(2024, 1, 2)),
        (pl.Series([at("2024-01-02T00:00:00")]), MOMENT, at("2024-01-01T23:00:00")),
        (pl.Series([at("2024-01-02T00:00:00")], dtype=pl.Datetime("ns")), MOMENT, at("2024-01-01T23:00:00")),
        (pl.Series([at("2024-01-02T00:00:00Z")]), MOMENT, at("2024-01-02T00:00:00")),
        (pl.Series([date(2024, 1, 2)]), MOMENT, at("2024-01-01T23:00:00")),
        (pl.Series([date(1, 1, 1)]), DATE, "not_a_date"),
    ],
    ids=lambda value: str(value) if not isinstance(value, pl.Series) else f"{value.dtype} {value[0]}",
)
def test_values_typed_at_the_source_keep_their_meaning(cells, target, expected):
    assert read(cells, target, zone="Europe/Paris", decimal=",", percent=True) == expected


def test_faults_stand_at_their_rows_and_nowhere_else():
    done = column(pl.Series(["1", "x", None, "1e-9", ""]), AMOUNT)
    assert done.values.to_list() == [Decimal(1), None, None, None, None]
    assert done.faults is not None
    assert done.faults.to_list() == [None, "not_a_number", None, "not_exact", None]


def test_columns_without_rows_have_the_contract_s_type():
    for target in (AMOUNT, WHOLE, BOOLEAN, DATE, MOMENT, TEXT):
        done = column(pl.Series([], dtype=pl.String), target, zone="Europe/Paris")
        assert (done.values.dtype, len(done.values), done.faults) == (target.dtype, 0, None)
