"""Excel workbooks (xlsx, xlsm, xlsb, xls, ods): every cell as text.

Integers are written in full, fractions with the fifteen significant digits that Excel
shows at most, without trailing zeros; dates are ISO text. A formula gives its last computed
value, an error its sign (``#N/A``). Rows count from the header on, and empty ones are no rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import fastexcel
import polars as pl

from daybook.config import FileRead
from daybook.errors import ContractViolation
from ingestion.connectors.columns import distinct, named
from ingestion.connectors.origin import Origin, SourceFile, first_line, reading, unreadable, writing
from ingestion.connectors.raw import ROW, RawTable, labelled
from ingestion.connectors.refused import RefusedRows
from ingestion.connectors.workbook import Archive, Flaw, column_index, column_letters

AREA = re.compile(
    r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!]+)!)?"
    r"\$?(?P<left>[A-Za-z]{1,3})\$?(?P<top>\d*)(?::\$?(?P<right>[A-Za-z]{1,3})\$?(?P<bottom>\d*))?"
)


@dataclass(frozen=True)
class Area:
    """A part of a sheet; rows and columns count from 0, and an open end is None."""

    sheet: str
    top: int = 0
    left: int = 0
    bottom: int | None = None
    right: int | None = None


@dataclass(frozen=True)
class Cells:
    """Data rows of an area as text."""

    frame: pl.DataFrame
    """A column for each name, and the row number."""
    positions: dict[int, str]
    """Names of the columns by their place in the sheet."""
    top: int
    """Place of the first data row in the sheet."""


def read_excel(file: SourceFile, read: FileRead, origin: Origin) -> RawTable:
    """Read one sheet, table or range of a local workbook.

    Raises:
        SourceUnavailable: the file cannot be read now.
        ContractViolation: it is no workbook, a zip bomb or damaged, or lacks the sheet,
            table, range or header.
    """
    archive = Archive(file, origin)
    archive.refuse_bombs()
    with reading(file.name, origin):
        content = Path(file.path).read_bytes()
    with _parsing(file, origin):
        book = fastexcel.read_excel(content)
        area = _area(book, archive, read, file, origin)
        if area.sheet not in book.sheet_names:
            reason = f"There is no sheet {area.sheet!r}, only {_listed(book.sheet_names)}"
            raise _not_there(reason, file, origin)
        archive.refuse_vast(area.sheet)
        sheet = _sheet(book, area)
    cells = _cells(sheet, area, read, file, origin)
    refused = RefusedRows(file.name, origin)
    kept = _without_flaws(cells, list(archive.flaws(area.sheet)), refused, origin)
    filled = kept.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))
    path = origin.scratch_file(".parquet")
    with writing(origin):
        filled.write_parquet(path)
    return RawTable(
        labelled(pl.scan_parquet(path, glob=False), file.name),
        refused.frame(),
        [file.read(filled.height + refused.count)],
    )


@contextmanager
def _parsing(file: SourceFile, origin: Origin) -> Iterator[None]:
    try:
        yield
    except fastexcel.FastExcelError as error:
        raise unreadable(file.name, origin, first_line(error)) from error


def _not_there(reason: str, file: SourceFile, origin: Origin) -> ContractViolation:
    return ContractViolation(
        f"{reason}.",
        remedy="correct sheet:, table:, range: or header_row:, or have the workbook laid out as it was.",
        where=origin.where(file.name),
    )


def _area(
    book: fastexcel.ExcelReader, archive: Archive, read: FileRead, file: SourceFile, origin: Origin
) -> Area:
    """The part of the workbook that is asked for."""
    if read.table is not None:
        tables = archive.tables()
        if read.table not in tables:
            raise _not_there(f"There is no table {read.table!r}, only {_listed(tables)}", file, origin)
        table = tables[read.table]
        area = _parsed(table.area, table.sheet)
        if area is not None and area.bottom is not None and table.has_totals:
            return replace(area, bottom=area.bottom - 1)
    elif read.range is not None:
        area = _range(read.range, read.sheet or _first_sheet(book, archive), book)
    else:
        return Area(read.sheet or _first_sheet(book, archive))
    if area is None:
        names = _listed(name.name for name in book.defined_names())
        raise _not_there(
            f"{read.range!r} is neither a range nor a name for one; names are {names}", file, origin
        )
    return area


def _first_sheet(book: fastexcel.ExcelReader, archive: Archive) -> str:
    hidden = archive.hidden_sheets()
    return next((name for name in book.sheet_names if name not in hidden), "")


def _range(text: str, sheet: str, book: fastexcel.ExcelReader) -> Area | None:
    names = {name.name.casefold(): name.formula for name in book.defined_names()}
    return _parsed(names.get(text.casefold(), text), sheet)


def _parsed(text: str, sheet: str) -> Area | None:
    found = AREA.fullmatch(text.removeprefix("="))
    if found is None or not (found["right"] or found["top"]):
        return None
    right, bottom = found["right"] or found["left"], found["bottom"] if found["right"] else found["top"]
    return Area(
        sheet=found["sheet"].strip("'").replace("''", "'") if found["sheet"] else sheet,
        top=int(found["top"] or 1) - 1,
        left=column_index(found["left"]),
        bottom=int(bottom) if bottom else None,
        right=column_index(right) + 1,
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _sheet(book: fastexcel.ExcelReader, area: Area) -> pl.DataFrame:
    """All cells of a sheet from its first row on; columns are named by their place."""
    texts = book.load_sheet(area.sheet, header_row=None, skip_rows=0, dtypes="string")
    numbers = book.load_sheet(area.sheet, header_row=None, skip_rows=0, dtypes="float")
    places = [str(column.absolute_index) for column in texts.available_columns()]
    shown, exact = texts.to_polars(), numbers.to_polars()
    return pl.DataFrame(
        [_texts(*pair).alias(place) for place, *pair in zip(places, shown, exact, strict=True)]
    )


def _texts(shown: pl.Series, exact: pl.Series) -> pl.Series:
    """The texts, with the digits that fastexcel cut from long fractions and tiny numbers; empty ones null."""
    filled = shown.set((shown == "").fill_null(value=False), None)
    places = (filled.cast(pl.Float64, strict=False) != exact).fill_null(value=False).arg_true()
    return filled.scatter(places, [_plain(number) for number in exact.gather(places)])


def _plain(number: float) -> str:
    if number.is_integer():
        return str(int(number))
    return format(Decimal(f"{number:.15g}"), "f")


def _cells(sheet: pl.DataFrame, area: Area, read: FileRead, file: SourceFile, origin: Origin) -> Cells:
    """The data rows of an area under the names of its columns."""
    right = area.right if area.right is not None else math.inf
    length = None if area.bottom is None else area.bottom - area.top
    rows = sheet.select(name for name in sheet.columns if area.left <= int(name) < right).slice(
        area.top, length
    )
    above = read.header_row if read.header else 0
    header = _header(rows, area, read, file, origin)
    body = rows.slice(above)
    names = {
        place: name
        for place, cell, name in zip(rows.columns, header, named(header), strict=True)
        if cell is not None or body[place].null_count() < body.height
    }
    distinct(list(names.values()), file.name, origin)
    return Cells(
        body.select(list(names)).rename(names).with_row_index(ROW, offset=1),
        {int(place): name for place, name in names.items()},
        area.top + above,
    )


def _header(
    rows: pl.DataFrame, area: Area, read: FileRead, file: SourceFile, origin: Origin
) -> Sequence[str | None]:
    if not read.header:
        names = read.names or [column_letters(int(place)) for place in rows.columns]
        if len(names) != rows.width:
            raise _not_there(f"The area has {rows.width} columns, not {len(names)}", file, origin)
        return names
    header = rows.row(read.header_row - 1) if rows.height >= read.header_row else ()
    if not any(header):
        raise _not_there(
            f"Row {area.top + read.header_row} of sheet {area.sheet!r} holds no header", file, origin
        )
    return header


def _without_flaws(cells: Cells, flaws: Iterable[Flaw], refused: RefusedRows, origin: Origin) -> pl.DataFrame:
    """The rows, with errors shown by their sign and without rows whose formulas have no value."""
    errors: dict[str, dict[int, str]] = {}
    uncomputed: dict[int, Flaw] = {}
    for flaw in flaws:
        row, name = flaw.row - cells.top, cells.positions.get(flaw.column)
        if name is None or not 0 <= row < cells.frame.height:
            continue
        if flaw.error is not None:
            errors.setdefault(name, {})[row] = flaw.error
        elif origin.uses(name):
            uncomputed.setdefault(row, flaw)
    for row, flaw in sorted(uncomputed.items()):
        _refuse(cells, row, flaw, refused)
    shown = [cells.frame[name].scatter(list(texts), list(texts.values())) for name, texts in errors.items()]
    kept = ~pl.col(ROW).is_in([row + 1 for row in uncomputed])
    return cells.frame.with_columns(shown).filter(kept)


def _refuse(cells: Cells, row: int, flaw: Flaw, refused: RefusedRows) -> None:
    cell = f"{column_letters(flaw.column)}{flaw.row + 1}"
    raw = cells.frame.drop(ROW).row(row, named=True)
    message = f"The formula in {cell} was never computed: open the workbook in Excel and save it."
    refused.add(row + 1, "formula_without_value", message, raw, column=cells.positions[flaw.column])
