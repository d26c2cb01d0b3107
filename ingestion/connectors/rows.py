"""Checks the data rows of a delimited text in passing, and mends a copy where it must."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ingestion.connectors.origin import Origin, writing
from ingestion.connectors.records import Dialect, Record
from ingestion.connectors.refused import RefusedRows, by_column
from ingestion.connectors.shape import Shape
from ingestion.connectors.text import BLOCK, LONGEST_RECORD, TextFile

COPY_DIALECT = Dialect(",", '"')
"""What a copy is written in where polars cannot read the file's own dialect."""

SMALLEST_PIECE = 1 << 12
"""Bytes that are not searched further for the part that is irregular, but split exactly."""

LINE_BREAKS = re.compile(rb"(?:\r?\n)*")


@dataclass(frozen=True)
class Start:
    """Where the data rows of a text start."""

    size: int
    """UTF-8 bytes before them."""
    lines: int
    """Line breaks before them."""


class RowCheck:
    """Counts rows, refuses those of another width, and keeps a mended copy if one is needed.

    Args:
        columns: names of the fields.
        dialect: of the file.
        start: where its data rows start.
        original: the file, if polars could scan it as it is; None copies every row.
        refused: where refused rows go.
        origin: for scratch files.
    """

    def __init__(
        self,
        columns: Sequence[str],
        dialect: Dialect,
        start: Start,
        original: TextFile | None,
        refused: RefusedRows,
        origin: Origin,
    ) -> None:
        self.rows = 0
        self.line = start.lines + 1
        """Line that the next row starts in."""
        self.refused_rows = array("q")
        """Numbers of the refused rows; in the copy an empty record stands for each."""
        self.copy: Path | None = None
        self.dialect = dialect if dialect.is_scannable else COPY_DIALECT
        self._columns = columns
        self._source_dialect = dialect
        self._shape = _shape(dialect, len(columns))
        self._start = start
        self._used = start.size
        self._reach = BLOCK
        self._original = original
        self._refused = refused
        self._origin = origin
        self._closing = ExitStack()
        self._stream: BinaryIO | None = None

    def __enter__(self) -> RowCheck:
        if self._original is None:
            self._open_copy()
        return self

    def __exit__(self, *_: object) -> None:
        with writing(self._origin):
            self._closing.close()

    def take(self, text: bytes, *, last: bool) -> int:
        """Check the complete records at the start of a text.

        Args:
            text: UTF-8, from the start of a record.
            last: whether the file ends with it.

        Returns:
            Bytes of those records; what is left belongs to an incomplete one.
        """
        used = 0
        while used < len(text):
            end = self._piece_end(text, used)
            step = self._take_piece(text[used:end], last=last and end == len(text))
            if step is None:
                continue
            step = step or self._take_exactly(text[used:], last)
            if not step:
                break
            used += step
        return used

    def _piece_end(self, text: bytes, start: int) -> int:
        """End of the line that a piece of the present length reaches into."""
        if len(text) - start <= self._reach:
            return len(text)
        return text.find(b"\n", start + self._reach) + 1 or len(text)

    def _take_piece(self, piece: bytes, last: bool) -> int | None:
        """Bytes used, or None if a shorter piece should be tried: the irregular part may be small."""
        step = self._take_regular(piece, last)
        if step:
            self._reach = min(self._reach * 2, LONGEST_RECORD)
        elif self._shape is not None and self._reach > SMALLEST_PIECE < len(piece):
            self._reach = max(SMALLEST_PIECE, min(self._reach, len(piece)) // 8)
            return None
        return step or self._take_exactly(piece, last)

    def _take_regular(self, text: bytes, last: bool) -> int:
        if self._shape is None:
            return 0
        body = text.rstrip(b"\r\n") if last else text[: self._shape.last_record_end(text)].removesuffix(b"\n")
        end = len(text) if last else len(body) + 1
        records, breaks = body + b"\n", text[len(body) : end]
        count = self._shape.count(records) if LINE_BREAKS.fullmatch(breaks) else None
        if not count:
            return 0
        self.rows += count
        self.line += self._shape.lines(records, count)
        self._write(records)
        self._used += end
        return end

    def _take_exactly(self, text: bytes, last: bool) -> int:
        records = list(self._source_dialect.records(text.decode(), last=last))
        if records:
            self._open_copy()
            self._write("".join(map(self._mended, records)).encode())
        used = sum(len(record.text.encode()) for record in records)
        self._used += used
        return used

    def _mended(self, record: Record) -> str:
        """The record as the copy holds it; nothing for a blank line."""
        line = self.line
        self.line += record.text.count("\n")
        if record.is_blank:
            return ""
        self.rows += 1
        fault = self._fault(record)
        if fault is None:
            return self.dialect.line(record.fields[: len(self._columns)])
        code, message = fault
        raw = by_column(self._columns, record.fields) if record.fields else {"(line)": record.text}
        self._refused.add(self.rows, code, f"{message} (line {line}).", raw)
        self.refused_rows.append(self.rows)
        return self.dialect.line([""] * len(self._columns))

    def _fault(self, record: Record) -> tuple[str, str] | None:
        width, found = len(self._columns), len(record.fields)
        if not found:
            return "broken_quotes", "A quoted field goes on after its closing quote"
        if "\0" in record.text:
            return "nul_byte", "The row holds a NUL byte"
        if found < width:
            return "too_few_fields", f"{found} of {width} fields"
        if found > width and not self._source_dialect.drops_surplus:
            return "too_many_fields", f"{found} fields instead of {width}"
        if self.dialect.quote is None and any(field.endswith("\r") for field in record.fields):
            return "stray_return", "A field ends with a carriage return, which cannot be kept without quotes"
        return None

    def _open_copy(self) -> None:
        if self._stream is not None:
            return
        with writing(self._origin):
            self.copy = self._origin.scratch_file(".csv")
            self._stream = self._closing.enter_context(self.copy.open("wb"))
            if self._original is not None:
                self._copy_regular_start(self._original, self._stream)

    def _copy_regular_start(self, original: TextFile, copy: BinaryIO) -> None:
        with Path(original.file.path).open("rb") as stream:
            stream.seek(original.mark_size + self._start.size)
            left = self._used - self._start.size
            while left and (block := stream.read(min(left, BLOCK))):
                copy.write(block)
                left -= len(block)

    def _write(self, text: bytes) -> None:
        if self._stream is not None:
            with writing(self._origin):
                self._stream.write(text)


def _shape(dialect: Dialect, width: int) -> Shape | None:
    if not dialect.is_scannable:
        return None
    return Shape(dialect.delimiter.encode(), dialect.quote.encode() if dialect.quote else None, width)
