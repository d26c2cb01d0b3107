"""Planted: a few rows that no contract accepts, written beside the good ones of their file.

They are whole rows of their own, on fixed days, so that no good row and no total changes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.demo.truth import BadRow


@dataclass(frozen=True)
class Fault:
    """One bad row: when it was written, and what is wrong with it.

    ``cells`` are by column of the source; the columns that are not named stay empty.
    """

    source: str
    dataset: str
    on: date
    column: str
    code: str
    cells: dict[str, str]


def _line(on: date, number: int, column: str, code: str, **wrong: str) -> Fault:
    cells = {
        "order_no": f"SO-BAD-{number}",
        "line": "1",
        "placed_at": f"{on}T10:00:00Z",
        "product": "00003",
        "kind": "",
        "qty": "1",
        "unit_price": "120.00",
        "discount": "0.00",
        "net": "120.00",
        "currency": "EUR",
    }
    return Fault("shop", "order_lines", on, column, code, cells | wrong)


def _order(on: date, number: int, column: str, code: str, **wrong: str) -> Fault:
    cells = {
        "order_no": f"SO-BAD-{number}",
        "placed_at": f"{on}T10:00:00Z",
        "channel": "online",
        "state": "completed",
        "test": "no",
        "currency": "EUR",
        "subtotal": "120.00",
        "modified_at": f"{on}T10:00:00Z",
    }
    return Fault("shop", "orders", on, column, code, cells | wrong)


def _deal(on: date, number: int, column: str, code: str, **wrong: str) -> Fault:
    cells = {
        "OpportunityId": f"OP-BAD-{number}",
        "Name": "Imported by hand",
        "OwnerId": "U012",
        "StageName": "Prospecting",
        "IsClosed": "false",
        "IsWon": "false",
        "Amount": "5000",
        "CurrencyIsoCode": "EUR",
        "Probability": "10",
        "CreatedDate": str(on),
        "ExpectedCloseDate": str(on),
        "LastModifiedDate": f"{on}T10:00:00Z",
        "IsDeleted": "false",
    }
    return Fault("crm", "deals", on, column, code, cells | wrong)


FAULTS = (
    _line(date(2026, 3, 11), 1, "net_amount", "not_a_number", net="12O.00"),
    _line(date(2026, 3, 24), 2, "line_kind", "not_allowed", kind="giftcart"),
    _line(date(2026, 4, 2), 3, "order_id", "missing", order_no=""),
    _line(date(2026, 4, 21), 4, "discount_amount", "not_a_number", discount="ten"),
    _line(date(2026, 5, 19), 5, "quantity", "below_minimum", qty="-1"),
    _order(date(2026, 3, 17), 6, "status", "not_allowed", state="lost in post"),
    _order(date(2026, 4, 15), 7, "currency_code", "wrong_pattern", currency="EURO"),
    _deal(date(2026, 3, 5), 1, "amount", "not_a_number", Amount="5 k"),
    _deal(date(2026, 4, 9), 2, "deal_id", "missing", OpportunityId=""),
    Fault(
        "reports",
        "exchange_rates",
        date(2026, 4, 1),
        "rate_on",
        "not_a_date",
        {"Currency": "USD", "Date": "31/02/2026", "Rate": "0,92"},
    ),
)
"""The bad rows of text files; the target workbook has one more cell."""


def add_faults(path: Path, faults: Iterable[Fault], folder: Path) -> list[BadRow]:
    """Append bad rows to a CSV file that has a header.

    Args:
        path: the file; its delimiter is taken from its header.
        faults: rows to append.
        folder: the demo's folder, for the names of files in the truth.

    Returns:
        What was planted.
    """
    planted = []
    with path.open("r+", encoding="utf-8", newline="") as stream:
        header = stream.readline().rstrip("\n")
        delimiter = ";" if ";" in header else ","
        rows = sum(1 for _ in stream)
        writer = csv.DictWriter(stream, header.split(delimiter), delimiter=delimiter, lineterminator="\n")
        for fault in faults:
            writer.writerow(fault.cells)
            rows += 1
            name = path.relative_to(folder).as_posix()
            planted.append(
                BadRow(
                    source=fault.source,
                    dataset=fault.dataset,
                    file=name,
                    row_number=rows,
                    column=fault.column,
                    code=fault.code,
                )
            )
    return planted
