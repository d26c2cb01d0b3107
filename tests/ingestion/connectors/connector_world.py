"""Small sources for the tests of the connectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from daybook.config import Config, FileRead
from ingestion.connectors import FILE, ROW, Origin, RawTable, read_file

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"

needs_shared_data = pytest.mark.skipif(not SHARED.exists(), reason=f"{SHARED} is not there")


def origin_in(folder: Path, scratch: Path | None = None, **options: Any) -> Origin:
    return Origin("crm", "deals", folder, ".", scratch or folder / "scratch", **options)


def read(folder: Path, name: str | list[str], *, scratch: Path | None = None, **options: Any) -> RawTable:
    """Read files of a folder, and see that rows read are the rows kept and refused."""
    table = read_file(FileRead(read=name, **options), origin_in(folder, scratch))
    kept, refused = table.frames.collect(), table.refused.collect()
    assert sum(file.rows_read for file in table.files) == kept.height + refused.height
    return table


def cells(table: RawTable) -> list[tuple[Any, ...]]:
    """The source's own columns, row by row."""
    return table.frames.drop(FILE, ROW).collect().rows()


def numbers(table: RawTable) -> list[int]:
    """The row numbers of the rows that were kept."""
    return table.frames.collect()[ROW].to_list()


def refusals(table: RawTable) -> list[tuple[int, str, dict[str, Any]]]:
    """Row number, code and raw values of the refused rows."""
    return [
        (row["row_number"], row["reasons"][0]["code"], json.loads(row["raw"]))
        for row in table.refused.collect().rows(named=True)
    ]


def config_in(folder: Path, source: dict[str, Any], **company: Any) -> Config:
    """A configuration with one source named ``crm``, in this folder."""
    return Config.model_validate(
        {
            "company": {"name": "Acme", "currency": "EUR", **company},
            "sources": {"crm": {"connector": "files", **source}},
            "path": folder / "daybook.yaml",
        }
    )
