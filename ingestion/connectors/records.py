"""Splits delimited text into records exactly, at any delimiter, quote and line end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Record(NamedTuple):
    """One record of a text."""

    fields: list[str]
    """Empty where a quoted field goes on after its closing quote."""
    text: str
    """As it stands in the file, with its line end."""
    is_blank: bool = False
    """Whether it is an empty line."""


@dataclass(frozen=True)
class Dialect:
    """How fields and records are marked.

    A quote counts only at the start of a field, and closes only before a delimiter or a
    line end; within quotes it is doubled. Elsewhere it is a character like any other.
    """

    delimiter: str
    quote: str | None = None
    line_end: str | None = None
    """None for line feeds, with or without a carriage return."""
    drops_surplus: bool = False
    """Whether fields beyond the last column are left out instead of refusing the row."""

    @property
    def is_scannable(self) -> bool:
        """Whether polars can read it: one-byte delimiter, one-byte quote, line breaks."""
        marks = (self.delimiter, self.quote or "-")
        return self.line_end is None and all(len(mark.encode()) == 1 for mark in marks)

    def line(self, fields: Sequence[str]) -> str:
        """A record of these fields, with its line end; needs a quote where a field needs one."""
        joined = self.delimiter.join(fields)
        if self._is_plain(joined, len(fields)):
            return joined + "\n"
        return self.delimiter.join(map(self._shielded, fields)) + "\n"

    def skip(self, text: str, lines: int) -> int | None:
        """Characters that the first lines take; None where the text holds fewer."""
        end = 0
        for _ in range(lines):
            found = self._line_break.search(text, end)
            if found is None:
                return None
            end = found.end()
        return end

    def records(self, text: str, *, last: bool) -> Iterator[Record]:
        """Split a text that starts at a record.

        Args:
            text: part of a file.
            last: whether the file ends with it.

        Yields:
            The complete records. The text after them is incomplete; at the end of the
            file, that is a quote nobody closed.
        """
        if self.quote is None or self.quote not in text:
            yield from self._unquoted_records(text, last)
            return
        start = 0
        while start < len(text) and (record := self._record(text, start, last)):
            yield record
            start += len(record.text)

    def _unquoted_records(self, text: str, last: bool) -> Iterator[Record]:
        mark = self.line_end or "\n"
        *lines, rest = text.split(mark)
        for line in lines:
            yield self._unquoted_record(line, mark)
        if rest and last:
            yield self._unquoted_record(rest, "")

    def _unquoted_record(self, line: str, mark: str) -> Record:
        content = line.removesuffix("\r") if self.line_end is None else line
        return Record(content.split(self.delimiter), line + mark, not content)

    def _record(self, text: str, start: int, last: bool) -> Record | None:
        fields, at = [], start
        while True:
            found = self._field.match(text, at)
            if found is None:
                return self._broken(text, start, at, last)
            at = found.end()
            fields.append(self._value(found))
            if found.lastgroup == "line" or (found.lastgroup == "rest" and last):
                return Record(fields, text[start:at], is_blank=found.start(found.lastgroup) == start)
            if found.lastgroup == "rest":
                return None

    def _value(self, found: re.Match[str]) -> str:
        quoted = found["quoted"]
        if quoted is None:
            return found["plain"]
        return quoted.replace(f"{self.quote}{self.quote}", f"{self.quote}")

    def _broken(self, text: str, start: int, at: int, last: bool) -> Record | None:
        """The physical line at ``start``, if a quote opened at ``at`` does close, but not before a mark."""
        closed = self._quoted.match(text, at)
        longest_mark = max(len(self.delimiter), len(self.line_end or "\r\n"))
        if closed is None or (not last and len(text) - closed.end() < longest_mark):
            return None
        found = self._line_break.search(text, start)
        if found is None:
            return Record([], text[start:]) if last else None
        return Record([], text[start : found.end()])

    def _is_plain(self, joined: str, width: int) -> bool:
        """Whether fields that were joined need no quotes; none can be set where there is no sign for them."""
        if self.quote is None:
            return True
        quoted = self.quote in joined or "\n" in joined or "\r" in joined or not joined
        return not quoted and joined.count(self.delimiter) == width - 1

    def _shielded(self, field: str) -> str:
        if self.quote is None or not self._needs_quotes.search(field):
            return field
        return f"{self.quote}{field.replace(self.quote, self.quote * 2)}{self.quote}"

    @cached_property
    def _line_break(self) -> re.Pattern[str]:
        return re.compile(r"\r?\n" if self.line_end is None else re.escape(self.line_end))

    @cached_property
    def _quoted(self) -> re.Pattern[str]:
        q = re.escape(self.quote or "")
        return re.compile(f"{q}(?P<quoted>[^{q}]*+(?:{q}{q}[^{q}]*+)*+){q}")

    @cached_property
    def _field(self) -> re.Pattern[str]:
        marks = rf"(?P<next>{re.escape(self.delimiter)})|(?P<line>{self._line_break.pattern})|(?P<rest>\r?\Z)"
        plain = f"(?!{re.escape(self.quote or '')})(?P<plain>.*?)"
        return re.compile(f"(?:{self._quoted.pattern}|{plain})(?:{marks})", re.DOTALL)

    @cached_property
    def _needs_quotes(self) -> re.Pattern[str]:
        marks = "".join(map(re.escape, (self.quote or "", self.delimiter)))
        return re.compile(rf"[{marks}\r\n]|\A\Z")
