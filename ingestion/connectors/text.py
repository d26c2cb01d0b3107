"""Text files as blocks of valid UTF-8, whatever their encoding and compression."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from daybook.errors import ConfigurationError, ContractViolation
from ingestion.connectors.origin import Origin, SourceFile, reading, unreadable

BLOCK = 1 << 17
"""Bytes read at a time: small enough to stay in the processor's cache while it is checked."""

LONGEST_RECORD = 1 << 27
"""Bytes of one record; where one grows beyond it, a quote or bracket was never closed."""

GZIP = b"\x1f\x8b"
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
NUL_RUN = b"\0\0"


class TextFile:
    """A local file read as text; a byte order mark decides the encoding where there is one.

    Args:
        file: the file; gzip is recognised by its first bytes.
        encoding: as configured.
        origin: for messages.

    Raises:
        ConfigurationError: the encoding is not known.
        SourceUnavailable: the file cannot be read now.
        ContractViolation: the gzip stream is damaged.
    """

    def __init__(self, file: SourceFile, encoding: str, origin: Origin) -> None:
        self.file = file
        self._origin = origin
        with self._reading(), Path(file.path).open("rb") as stream:
            self._compressed = stream.read(len(GZIP)) == GZIP
        with self._reading(), self._opened() as stream:
            start = stream.read(max(map(len, BYTE_ORDER_MARKS)))
        configured = _known(encoding, file, origin)
        marks = {} if configured == "utf-32" else BYTE_ORDER_MARKS
        self._mark = next((mark for mark in marks if start.startswith(mark)), b"")
        self._encoding = marks.get(self._mark, configured)

    @property
    def is_plain(self) -> bool:
        """Whether the file's own bytes are the UTF-8 text, so that polars can scan it as it is."""
        return self._encoding == "utf-8" and not self._compressed

    @property
    def mark_size(self) -> int:
        """Bytes of the byte order mark, which ``blocks`` leaves out."""
        return len(self._mark)

    def blocks(self) -> Iterator[bytes]:
        """The text as UTF-8 without byte order mark, cut between characters.

        Raises:
            ContractViolation: bytes that the encoding does not have, runs of NUL, or a
                truncated gzip stream.
        """
        decoder = codecs.getincrementaldecoder(self._encoding)("strict")
        start = len(self._mark)
        with self._reading(), self._opened() as stream:
            stream.read(start)
            block = None
            while block != b"":
                block = stream.read(BLOCK)
                pending = decoder.getstate()[0]
                try:
                    decoded = decoder.decode(block, final=not block)
                except UnicodeDecodeError as error:
                    raise self._undecodable(start - len(pending) + error.start) from error
                text = self._encoded(decoded, pending, block, decoder.getstate()[0])
                self._refuse_nul_runs(text, start)
                start += len(block)
                yield text

    def _encoded(self, decoded: str, before: bytes, block: bytes, after: bytes) -> bytes:
        """UTF-8 of a decoded block; text that is UTF-8 already is not encoded again."""
        if self._encoding != "utf-8":
            return decoded.encode()
        return (before + block)[: len(before) + len(block) - len(after)]

    def _refuse_nul_runs(self, text: bytes, start: int) -> None:
        if b"\0" not in text:
            return
        if NUL_RUN in text:
            line = self._line_of(start) + text.count(b"\n", 0, text.find(NUL_RUN))
            raise ContractViolation(
                f"The file holds a run of NUL bytes near byte {start + text.find(NUL_RUN)}.",
                remedy="it was damaged on its way: have it sent again.",
                where=self._origin.where(self.file.name, line=line),
            )
        if start <= len(codecs.BOM_UTF8) and text.count(b"\0") * 4 > len(text):
            order = "le" if text.find(b"\0") % 2 else "be"
            raise ContractViolation(
                "Every other byte is NUL: the file is UTF-16 without a byte order mark.",
                remedy=f"set encoding: utf-16-{order}.",
                where=self._origin.where(self.file.name),
            )

    def _undecodable(self, offset: int) -> ContractViolation:
        return ContractViolation(
            f"Byte {offset} is not {self._encoding.upper()} text.",
            remedy="set encoding: to the file's own, often cp1252 for files from Windows.",
            where=self._origin.where(self.file.name, line=self._line_of(offset)),
        )

    def _line_of(self, offset: int) -> int:
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        lines, left = 1, offset
        with self._opened() as stream:
            while left and (block := stream.read(min(left, BLOCK))):
                lines += decoder.decode(block).count("\n")
                left -= len(block)
        return lines

    def _opened(self) -> IO[bytes]:
        if self._compressed:
            return cast("IO[bytes]", gzip.open(self.file.path))
        return Path(self.file.path).open("rb")

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with reading(self.file.name, self._origin):
            try:
                yield
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise unreadable(
                    self.file.name, self._origin, "its gzip stream is truncated or damaged"
                ) from error


def _known(encoding: str, file: SourceFile, origin: Origin) -> str:
    """An encoding's normal name; ASCII is read as the UTF-8 it is part of."""
    try:
        "a".encode(encoding)
    except LookupError as error:
        raise ConfigurationError(
            f"{encoding!r} is not the name of an encoding.",
            remedy="use one such as utf-8, utf-16, cp1252 or latin-1.",
            where=origin.where(file.name),
        ) from error
    name = codecs.lookup(encoding).name
    return "utf-8" if name in ("utf-8-sig", "ascii") else name


class Feed:
    """The part of a text that has not been used yet, refilled from the file.

    Args:
        text: the file.
        origin: for messages.
    """

    def __init__(self, text: TextFile, origin: Origin) -> None:
        self.buffer = b""
        self.last = False
        self._file = text.file
        self._origin = origin
        self._blocks = text.blocks()
        self._wanted = BLOCK
        self.fill()

    def use(self, size: int) -> None:
        """Drop what has been used; nothing used means that a longer text is needed."""
        self._wanted = BLOCK if size else max(BLOCK, 2 * len(self.buffer))
        self.buffer = self.buffer[size:]

    def fill(self) -> None:
        """Read on.

        Raises:
            ContractViolation: the text cannot be decoded, or one record never ends.
        """
        parts, size = [self.buffer], len(self.buffer)
        while size < self._wanted and not self.last:
            block = next(self._blocks, None)
            self.last = block is None
            parts.append(block or b"")
            size += len(parts[-1])
        self.buffer = b"".join(parts)
        if size > LONGEST_RECORD:
            raise ContractViolation(
                f"One record is longer than {LONGEST_RECORD >> 20} MiB: a quote or bracket is never closed.",
                remedy="have the file exported again, or set quote: to the sign it really uses.",
                where=self._origin.where(self._file.name),
            )
