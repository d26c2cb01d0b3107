"""Object stores: polars lists and fetches, so its storage options are the only ones to know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from daybook.config import FileRead
from daybook.errors import ConfigurationError, ContractViolation
from ingestion.connectors.origin import WILDCARD, Origin, SourceFile, no_match, reading, stored, writing
from ingestion.connectors.raw import FILE

LINE = "line"
NO_MATCH = "expanded paths were empty"
"""What polars says when a glob matches nothing."""


def expand(file: SourceFile, origin: Origin) -> list[SourceFile]:
    """The Parquet objects that a URL or glob names, in the order of their names.

    Raises:
        SourceUnavailable: the store did not answer, or nothing matches.
    """
    if not WILDCARD.search(file.path):
        return [file]
    with _asking(file, origin):
        scanned = pl.scan_parquet(
            file.path, include_file_paths=FILE, storage_options=origin.storage_options or None
        )
        urls = scanned.select(FILE).unique().collect()[FILE].sort()
    return [stored(url) for url in urls]


def fetch(file: SourceFile, read: FileRead, origin: Origin) -> list[SourceFile]:
    """Copy the text objects that a URL or glob names into the scratch folder, line by line.

    Of several objects that a glob names, those without any line are passed over.

    Raises:
        SourceUnavailable: the store did not answer, or nothing matches.
        ConfigurationError: another encoding than UTF-8.
    """
    if read.encoding.lower().replace("-", "").replace("_", "") not in ("utf8", "utf8sig", "ascii"):
        raise ConfigurationError(
            f"A file of encoding {read.encoding} cannot be read from an object store.",
            remedy="have it stored as UTF-8, or copy it to a folder first.",
            where=origin.where(file.name),
        )
    if not WILDCARD.search(file.path):
        return [_fetch_one(file, origin)]
    fetched: dict[str, Path] = {}
    for lines in _lines(file, origin):
        for (url,), part in lines.partition_by(FILE, as_dict=True, maintain_order=True).items():
            if url not in fetched:
                fetched[url] = origin.scratch_file(".txt")
            _append(part, fetched[url], origin)
    if not fetched:
        raise no_match(file.path, origin)
    return [stored(url, path) for url, path in sorted(fetched.items())]


def _fetch_one(file: SourceFile, origin: Origin) -> SourceFile:
    path = origin.scratch_file(".txt")
    with writing(origin):
        path.touch()
    for lines in _lines(file, origin):
        _append(lines, path, origin)
    return stored(file.path, path)


def _lines(file: SourceFile, origin: Origin) -> Iterator[pl.DataFrame]:
    with _asking(file, origin):
        lines = pl.scan_lines(
            file.path, name=LINE, include_file_paths=FILE, storage_options=origin.storage_options or None
        )
        yield from lines.collect_batches(maintain_order=True)


def _append(lines: pl.DataFrame, path: Path, origin: Origin) -> None:
    with writing(origin), path.open("ab") as stream:
        lines.select(LINE).write_csv(stream, include_header=False, quote_style="never")


@contextmanager
def _asking(file: SourceFile, origin: Origin) -> Iterator[None]:
    try:
        with reading(file.name, origin):
            yield
    except ContractViolation as error:
        if NO_MATCH in error.reason:
            raise no_match(file.path, origin) from None
        raise
