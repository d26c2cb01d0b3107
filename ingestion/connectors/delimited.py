"""CSV, TSV and their kin: every cell as text, no row lost and none made up.

A file that polars can read rightly is scanned where it lies, after one fast pass that has
proved every record to have the header's number of fields. From any other file a copy is
made in passing: blocks that are regular as they are, the rest split exactly and written
again. Blank lines are no rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from daybook.config import FileRead
from daybook.errors import ConfigurationError, ContractViolation
from ingestion.connectors.columns import distinct, named
from ingestion.connectors.origin import Origin, SourceFile, reading, unreadable
from ingestion.connectors.raw import ROW, RawTable, labelled
from ingestion.connectors.records import Dialect
from ingestion.connectors.refused import RefusedRows
from ingestion.connectors.rows import RowCheck, Start
from ingestion.connectors.text import Feed, TextFile

TAB_ENDINGS = (".tsv", ".tab", ".tsv.gz", ".tab.gz")


def read_delimited(file: SourceFile, read: FileRead, origin: Origin) -> RawTable:
    """Read one local delimited file.

    Raises:
        SourceUnavailable: the file cannot be read now.
        ContractViolation: it has no header or repeats a name in it, is not in its
            encoding, or ends within quotes or within its gzip stream.
    """
    dialect = _dialect(file, read, origin)
    text = TextFile(file, read.encoding, origin)
    feed = Feed(text, origin)
    columns, start = _start(feed, dialect, read, file, origin)
    refused = RefusedRows(file.name, origin)
    original = text if text.is_plain and dialect.is_scannable else None
    with RowCheck(columns, dialect, start, original, refused, origin) as check:
        _check(feed, check, file, origin)
    with reading(file.name, origin):
        frame = _scanned(file, check, columns, start)
    return RawTable(
        labelled(frame, file.name),
        refused.frame(),
        [file.read(check.rows)],
    )


def _dialect(file: SourceFile, read: FileRead, origin: Origin) -> Dialect:
    """How the file marks fields and records."""
    delimiter = read.delimiter or ("\t" if file.name.lower().endswith(TAB_ENDINGS) else ",")
    quote = read.quote or None
    if quote is not None and (len(quote) > 1 or quote in delimiter):
        raise ConfigurationError(
            f"quote: {quote!r} cannot be told from the text or from delimiter: {delimiter!r}.",
            remedy="use one character that the delimiter does not hold, or quote: null for files without.",
            where=origin.where(file.name),
        )
    line_end = None if read.line_end in ("", "\n", "\r\n") else read.line_end
    return Dialect(delimiter, quote, line_end, drops_surplus=read.surplus_fields == "drop")


def _start(
    feed: Feed, dialect: Dialect, read: FileRead, file: SourceFile, origin: Origin
) -> tuple[Sequence[str], Start]:
    """The names of the columns, and where the rows start; what is before is used up."""
    while (found := _names(feed.buffer.decode(), feed.last, dialect, read)) is None:
        if feed.last:
            raise _headless(file, feed, origin)
        feed.use(0)
        feed.fill()
    names, length = found
    before = feed.buffer.decode()[:length]
    start = Start(len(before.encode()), before.count("\n"))
    feed.use(start.size)
    return _usable(names, file, origin), start


def _names(text: str, last: bool, dialect: Dialect, read: FileRead) -> tuple[list[str], int] | None:
    skipped = dialect.skip(text, read.skip_rows)
    if skipped is None:
        return None
    if not read.header:
        return list(read.names or ()), skipped
    length = skipped
    for record in dialect.records(text[skipped:], last=last):
        length += len(record.text)
        if not record.is_blank:
            return named(record.fields), length
    return None


def _usable(names: Sequence[str], file: SourceFile, origin: Origin) -> list[str]:
    if not names:
        raise unreadable(file.name, origin, "a quoted name in the header goes on after its closing quote")
    if any("\r" in name for name in names):
        raise ContractViolation(
            "The header holds carriage returns: the file's lines end with them alone.",
            remedy='set line_end: "\\r".',
            where=origin.where(file.name),
        )
    return distinct(names, file.name, origin)


def _headless(file: SourceFile, feed: Feed, origin: Origin) -> ContractViolation:
    reason = (
        "A quote in the header is never closed"
        if feed.buffer.strip()
        else "The file is empty: not even a header"
    )
    return ContractViolation(
        f"{reason}.",
        remedy="have it exported again; a day without rows still has a header.",
        where=origin.where(file.name),
    )


def _check(feed: Feed, check: RowCheck, file: SourceFile, origin: Origin) -> None:
    while feed.buffer or not feed.last:
        feed.use(check.take(feed.buffer, last=feed.last))
        if feed.last and feed.buffer:
            raise ContractViolation(
                f"The file ends within quotes that open in data row {check.rows + 1}: it is truncated.",
                remedy="have it exported again, or set quote: to the sign it really uses.",
                where=origin.where(file.name, line=check.line),
            )
        feed.fill()


def _scanned(file: SourceFile, check: RowCheck, columns: Sequence[str], start: Start) -> pl.LazyFrame:
    if not check.rows:
        return pl.LazyFrame(schema=dict.fromkeys(columns, pl.String()) | {ROW: pl.Int64()})
    # The number of rows leaves out blank lines at the end, and what is appended while the night runs.
    scanned = pl.scan_csv(
        check.copy or file.path,
        has_header=False,
        schema=dict.fromkeys(columns, pl.String()),
        separator=check.dialect.delimiter,
        quote_char=check.dialect.quote,
        skip_lines=0 if check.copy else start.lines,
        n_rows=check.rows,
        empty_string_is_null=False,
        row_index_name=ROW,
        row_index_offset=1,
        glob=False,
    )
    if not check.refused_rows:
        return scanned
    return scanned.filter(~pl.col(ROW).is_in(pl.Series(check.refused_rows, dtype=pl.UInt32()).implode()))
