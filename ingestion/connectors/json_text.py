"""JSON (an array of objects) and NDJSON (an object on each line), every value as text.

Numbers keep the digits they are written with, nested values become JSON text, and a key
that an object lacks is null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from daybook.config import FileRead
from daybook.errors import ContractViolation
from ingestion.connectors.columns import distinct
from ingestion.connectors.origin import Origin, SourceFile, first_line, unreadable, writing
from ingestion.connectors.raw import ROW, RawTable, labelled
from ingestion.connectors.refused import RefusedRows
from ingestion.connectors.text import Feed, TextFile

ROWS_PER_PART = 20_000
BYTES_PER_PART = 64 << 20


class Element(NamedTuple):
    """One object of a file, or what stands in its place."""

    text: str
    line: int
    value: Mapping[str, str | None] = {}
    fault: tuple[str, str] | None = None
    """Code and message of what is wrong with it; then there is no value."""


class _RepeatedKeyError(ValueError):
    """An object that gives one key two values."""


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RepeatedKeyError
    return found


EXACT = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_unique)
"""Keeps numbers as they are written."""

PLAIN = json.JSONDecoder()
"""Knows numbers from texts, which nested values need to become JSON again."""

BETWEEN = re.compile(r"[\s,]*")


def read_json(file: SourceFile, read: FileRead, origin: Origin, *, lines: bool) -> RawTable:
    """Read one local JSON file.

    Args:
        file: the file.
        read: how to read it.
        origin: for messages and scratch files.
        lines: whether every line holds an object, rather than the file one array.

    Raises:
        SourceUnavailable: the file cannot be read now.
        ContractViolation: it is empty, truncated or no array of objects.
    """
    feed = Feed(TextFile(file, read.encoding, origin), origin)
    elements = _lines(feed) if lines else _array(feed, file, origin)
    refused = RefusedRows(file.name, origin)
    parts = _Parts(origin)
    row = 0
    for row, element in enumerate(elements, start=1):
        if element.fault is None:
            parts.add(row, element)
        else:
            code, message = element.fault
            refused.add(row, code, f"{message} (line {element.line}).", {"(text)": element.text})
    frame = parts.frame(file, origin)
    return RawTable(
        labelled(frame, file.name),
        refused.frame(),
        [file.read(row)],
    )


class _Parts:
    """Rows on their way into scratch files of bounded size; columns may appear at any row."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._rows: list[int] = []
        self._values: list[Mapping[str, str | None]] = []
        self._size = 0
        self._columns: dict[str, None] = {}
        self._paths: list[Path] = []

    def add(self, row: int, element: Element) -> None:
        """Take one row."""
        self._rows.append(row)
        self._values.append(element.value)
        self._columns.update(dict.fromkeys(element.value))
        self._size += len(element.text)
        if len(self._rows) >= ROWS_PER_PART or self._size >= BYTES_PER_PART:
            self._flush()

    def frame(self, file: SourceFile, origin: Origin) -> pl.LazyFrame:
        """All rows taken."""
        self._flush()
        columns = distinct(list(self._columns), file.name, origin)
        schema = dict.fromkeys(columns, pl.String()) | {ROW: pl.Int64()}
        scans = [pl.scan_parquet(path, glob=False) for path in self._paths]
        return pl.concat([pl.LazyFrame(schema=schema), *scans], how="diagonal")

    def _flush(self) -> None:
        if not self._rows:
            return
        data = {name: [value.get(name) for value in self._values] for name in self._columns}
        frame = pl.DataFrame(data, schema=dict.fromkeys(self._columns, pl.String()))
        self._paths.append(self._origin.scratch_file(".parquet"))
        with writing(self._origin):
            frame.with_columns(pl.Series(ROW, self._rows, pl.Int64())).write_parquet(self._paths[-1])
        self._rows.clear()
        self._values.clear()
        self._size = 0


def _lines(feed: Feed) -> Iterator[Element]:
    line = 0
    while feed.buffer or not feed.last:
        end = len(feed.buffer) if feed.last else feed.buffer.rfind(b"\n") + 1
        for text in feed.buffer[:end].decode().removesuffix("\n").split("\n") if end else ():
            line += 1
            if text.strip():
                yield _of_line(text, line)
        feed.use(end)
        feed.fill()


def _of_line(text: str, line: int) -> Element:
    start = len(text) - len(text.lstrip())
    try:
        element, end = _decoded(text, start, line)
    except (ValueError, RecursionError) as error:
        return Element(text, line, fault=("not_json", f"The line is no JSON: {first_line(error)}"))
    if text[end:].strip():
        return Element(text, line, fault=("not_json", "The line goes on after its JSON object"))
    return element


def _array(feed: Feed, file: SourceFile, origin: Origin) -> Iterator[Element]:
    line = _open_array(feed, file, origin)
    while True:
        text, at, reason = feed.buffer.decode(), 0, "it ends within its array"
        while (start := _skip(text, at)) < len(text):
            line += text.count("\n", at, start)
            at = start
            if text[at] == "]":
                _expect_end(feed, len(text[: at + 1].encode()), file, origin)
                return
            try:
                element, end = _decoded(text, at, line)
            except (ValueError, RecursionError) as error:
                reason = f"it is no JSON: {first_line(error)}"
                break
            if end == len(text) and not feed.last:
                break
            yield element
            line += text.count("\n", at, end)
            at = end
        if feed.last:
            raise unreadable(file.name, origin, reason, line)
        feed.use(len(text[:at].encode()))
        feed.fill()


def _open_array(feed: Feed, file: SourceFile, origin: Origin) -> int:
    """Use the opening bracket; the line it stands in."""
    start = feed.buffer.lstrip()
    before = len(feed.buffer) - len(start)
    line = feed.buffer.count(b"\n", 0, before) + 1
    if not start:
        raise unreadable(file.name, origin, "it is empty, which is not even an empty array", line)
    if not start.startswith(b"["):
        raise ContractViolation(
            "The file does not start with an array of objects.",
            remedy="set format: ndjson if every line holds an object, or have the array itself exported.",
            where=origin.where(file.name, line=line),
        )
    feed.use(before + 1)
    return line


def _expect_end(feed: Feed, used: int, file: SourceFile, origin: Origin) -> None:
    feed.use(used)
    while not feed.buffer.strip() and not feed.last:
        feed.use(len(feed.buffer))
        feed.fill()
    if feed.buffer.strip():
        raise unreadable(file.name, origin, "it goes on after its array")


def _skip(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at


def _decoded(text: str, start: int, line: int) -> tuple[Element, int]:
    """The element at ``start``, and where it ends.

    Raises:
        ValueError, RecursionError: it is no JSON, or not all of it is here.
    """
    try:
        value, end = EXACT.raw_decode(text, start)
    except _RepeatedKeyError:
        end = PLAIN.raw_decode(text, start)[1]
        return Element(text[start:end], line, fault=("repeated_key", "An object gives a key two values")), end
    raw = text[start:end]
    if not isinstance(value, dict):
        return Element(raw, line, fault=("not_an_object", "This is no object")), end
    if "\\u" in raw and _has_half_characters(value):
        return Element(raw, line, fault=("broken_text", "A text holds half a character")), end
    if any(isinstance(item, dict | list) for item in value.values()):
        value = _flat(value, PLAIN.raw_decode(text, start)[0])
    return Element(raw, line, {name: _as_text(item) for name, item in value.items()}), end


def _has_half_characters(value: dict[str, Any]) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _flat(value: dict[str, Any], plain: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(plain[name], ensure_ascii=False) if isinstance(item, dict | list) else item
        for name, item in value.items()
    }


def _as_text(item: str | bool | None) -> str | None:
    if isinstance(item, bool):
        return "true" if item else "false"
    return item
