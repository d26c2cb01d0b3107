"""What fastexcel does not tell of an Excel workbook, read from its zip archive."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from xml.etree import ElementTree as ET

from daybook.errors import ContractViolation
from ingestion.connectors.origin import Origin, SourceFile, reading, unreadable

LARGEST_UNPACKED = 4 << 30
"""Bytes of a workbook's parts together that are read at all."""

SUSPICIOUS_UNPACKED = 256 << 20
SUSPICIOUS_RATIO = 100
"""Beyond both, a workbook is taken for a zip bomb: real ones shrink some ten to thirty times."""

LARGEST_AREA = 50_000_000
"""Cells of a sheet from its first to its last filled one: all of them, filled or not, are held in memory."""

BLOCK = 1 << 20
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ET.ParseError, KeyError, RuntimeError)
"""What reading a damaged archive raises: a missing part is a KeyError, an encrypted one a RuntimeError."""

WORKBOOK = "xl/workbook.xml"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

# Tags may carry the prefix of a namespace, as in <x:c>.
FORMULA = rb"<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
NO_VALUE = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?"
NEVER_COMPUTED = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*" + FORMULA + rb"\s*" + NO_VALUE + rb"\s*</(?:\w+:)?c>"
)
ERROR = re.compile(
    rb"<(?:\w+:)?c\b([^>]*\bt=[\"']e[\"'][^>]*)>\s*(?:" + FORMULA + rb")?\s*<(?:\w+:)?v>([^<]*)<"
)
FILLED = re.compile(rb"<(?:\w+:)?c\b[^>]*\br=[\"']([A-Z]+)(\d+)[\"'][^>]*(?<!/)>")
REFERENCE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")
EMPTY_TEXT = re.compile(rb"\bt=[\"']str[\"']")


class Flaw(NamedTuple):
    """A cell without a value of its own; row and column count from 0."""

    row: int
    column: int
    error: str | None
    """The error it shows, e.g. ``#N/A``; None for a formula that was never computed."""


@dataclass(frozen=True)
class Table:
    """A named table of a workbook."""

    sheet: str
    area: str
    has_totals: bool


def column_index(letters: str) -> int:
    """0-based place of a column, e.g. 27 for ``AB``."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def column_letters(index: int) -> str:
    """A column as Excel calls it, e.g. ``AB`` for 27."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters


class Archive:
    """The zip archive of a workbook (xlsx, xlsm, xlsb or ods); an xls is none and has no parts."""

    def __init__(self, file: SourceFile, origin: Origin) -> None:
        self._file = file
        self._origin = origin
        self._is_zip = zipfile.is_zipfile(file.path)

    def refuse_bombs(self) -> None:
        """See that the workbook unpacks to what its directory says, and to a sane size.

        Raises:
            ContractViolation: it is a bomb, truncated or damaged.
        """
        if not self._is_zip:
            return
        with self._opened() as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            packed = sum(part.compress_size for part in archive.infolist())
            absurd = unpacked > SUSPICIOUS_UNPACKED and unpacked > SUSPICIOUS_RATIO * max(packed, 1)
            if absurd or unpacked > LARGEST_UNPACKED:
                raise ContractViolation(
                    f"The workbook of {packed:,} bytes unpacks to {unpacked:,}: it is taken for a zip bomb.",
                    remedy="ask its owner; if it is sound, have it exported as CSV.",
                    where=self._origin.where(self._file.name),
                )
            damaged = archive.testzip()
        if damaged is not None:
            raise unreadable(self._file.name, self._origin, f"its part {damaged} is damaged")

    def flaws(self, sheet: str) -> Iterator[Flaw]:
        """Cells that show an error or hold a formula nobody computed; xlsx and xlsm only."""
        for rows in self._rows(sheet):
            yield from flaws_in(rows)

    def refuse_vast(self, sheet: str) -> None:
        """See that a sheet's cells do not lie so far apart that memory ends; xlsx and xlsm only.

        Raises:
            ContractViolation: they do.
        """
        height, columns = 0, {b"A"}
        for rows in self._rows(sheet):
            found = FILLED.findall(rows)
            height = max(height, *(int(row) for _, row in found)) if found else height
            columns.update(letters for letters, _ in found)
        width = 1 + max(column_index(letters.decode()) for letters in columns)
        if height * width > LARGEST_AREA:
            raise ContractViolation(
                f"The cells of sheet {sheet!r} span {height:,} rows and {width:,} columns.",
                remedy="clear the cells far from its table, or have it exported as CSV.",
                where=self._origin.where(self._file.name),
            )

    def tables(self) -> dict[str, Table]:
        """Named tables by name; xlsx and xlsm only."""
        if not self._is_zip:
            return {}
        with self._opened() as archive:
            found = {}
            for sheet, part in self._sheet_parts(archive).items():
                for target in _relations(archive, part).values():
                    if "/tables/" in target:
                        root = _xml(archive, target)
                        totals = root.get("totalsRowCount", "0") != "0"
                        found[root.get("displayName", "")] = Table(sheet, root.get("ref", ""), totals)
            return found

    def hidden_sheets(self) -> set[str]:
        """Names of the sheets that nobody sees; xlsx and xlsm only."""
        if not self._is_zip:
            return set()
        with self._opened() as archive:
            return {
                sheet.get("name", "")
                for sheet in _sheets(archive)
                if sheet.get("state", "visible") != "visible"
            }

    def _rows(self, sheet: str) -> Iterator[bytes]:
        """The XML of a sheet, cut between rows."""
        if not self._is_zip:
            return
        with self._opened() as archive:
            part = self._sheet_parts(archive).get(sheet, "")
            if part not in archive.namelist():
                return
            with archive.open(part) as stream:
                rest = b""
                while block := stream.read(BLOCK):
                    rest += block
                    end = max(rest.rfind(b"</row>"), rest.rfind(b":row>")) + 1
                    yield rest[:end]
                    rest = rest[end:]
                yield rest

    def _sheet_parts(self, archive: zipfile.ZipFile) -> dict[str, str]:
        targets = _relations(archive, WORKBOOK)
        return {
            sheet.get("name", ""): targets.get(sheet.get(RELATION_ID, ""), "") for sheet in _sheets(archive)
        }

    @contextmanager
    def _opened(self) -> Iterator[zipfile.ZipFile]:
        try:
            with reading(self._file.name, self._origin), zipfile.ZipFile(self._file.path) as archive:
                yield archive
        except DAMAGE as error:
            raise unreadable(self._file.name, self._origin, "the workbook is truncated or damaged") from error


def _sheets(archive: zipfile.ZipFile) -> list[ET.Element]:
    return list(_xml(archive, WORKBOOK).iter(f"{MAIN}sheet")) if WORKBOOK in archive.namelist() else []


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    return {
        relation.get("Id", ""): posixpath.normpath(
            posixpath.join("/", folder, relation.get("Target", ""))
        ).lstrip("/")
        for relation in _xml(archive, relations)
    }


def _xml(archive: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(archive.read(part))  # noqa: S314 - expat bounds entities, refuse_bombs the size


def flaws_in(xml: bytes) -> Iterator[Flaw]:
    """Flawed cells of a part of a sheet that holds whole rows."""
    if b"<f" in xml or b":f" in xml:
        for cell in NEVER_COMPUTED.finditer(xml):
            if not EMPTY_TEXT.search(cell[1]):
                yield from _located(cell[1], None)
    if b't="e"' in xml or b"t='e'" in xml:
        for cell in ERROR.finditer(xml):
            yield from _located(cell[1], cell[2].decode())


def _located(attributes: bytes, error: str | None) -> Iterator[Flaw]:
    at = REFERENCE.search(attributes)
    if at is not None:
        yield Flaw(int(at[2]) - 1, column_index(at[1].decode()), error)
