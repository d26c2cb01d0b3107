"""Where a source's files are, and what to say when they are not there."""

from __future__ import annotations

import glob
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from daybook.config import Config, Table
from daybook.errors import ConfigurationError, ContractViolation, SourceUnavailable, Where
from daybook.redaction import without_secrets
from ingestion.batch import BatchFile, FileMark
from quality.contracts import load_contracts

URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
WILDCARD = re.compile(r"[*?\[]")
OFFICE_LOCK = "~$"
"""Prefix of the file that Office keeps beside a workbook while somebody has it open."""


class NothingThere(SourceUnavailable):
    """No file of that name: an optional table is empty then."""


@dataclass(frozen=True)
class Origin:
    """One dataset of one source: where it is read from and how to speak of it."""

    source: str
    dataset: str
    folder: Path
    """Folder of ``daybook.yaml``."""
    path: str = field(repr=False)
    """The source's folder below it, or an object-store URL with its secrets."""
    scratch: Path
    storage_options: dict[str, str] = field(default_factory=dict, repr=False)
    settled: Mapping[str, FileMark] = field(default_factory=dict)
    """Files that hold nothing new unless they have changed since."""
    mentions: str | None = None
    """Mapping, query and filters of the dataset as one text; None where every column counts."""
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def where(self, file: str | None = None, *, line: int | None = None, column: str | None = None) -> Where:
        """The place an error speaks of."""
        return Where(source=self.source, dataset=self.dataset, file=file, line=line, column=column)

    def uses(self, column: str) -> bool:
        """Whether anything but the file itself speaks of a column."""
        return self.mentions is None or column in self.mentions

    def is_settled(self, file: SourceFile) -> bool:
        """Whether a file is still the one that an earlier night took to its end."""
        mark = self.settled.get(file.name)
        return mark is not None and (mark.size_bytes, mark.modified_ns) == (file.size_bytes, file.modified_ns)

    def scratch_file(self, ending: str) -> Path:
        """A new file name for what has to be rewritten before it can stream."""
        with writing(self):
            self.scratch.mkdir(parents=True, exist_ok=True)
        return self.scratch / f"{self.dataset}-{next(self._numbers):04d}{ending}"


@dataclass(frozen=True)
class SourceFile:
    """One file of a source."""

    name: str
    """As its owner would name it: below the folder of ``daybook.yaml``, or the URL without its secrets."""
    path: str = field(repr=False)
    """Absolute path, or the URL with all that the store wants to see."""
    size_bytes: int | None = None
    modified_ns: int | None = None
    url: str | None = field(default=None, repr=False)
    """Whole URL of a file of an object store, wherever its copy lies."""

    @property
    def identity(self) -> str:
        """What tells it from every other file; may hold secrets."""
        return self.url or self.name

    def read(self, rows: int) -> BatchFile:
        """The file as part of a batch."""
        return BatchFile(
            path=self.name, size_bytes=self.size_bytes, modified_ns=self.modified_ns, rows_read=rows
        )

    @property
    def is_remote(self) -> bool:
        """Whether it lies in an object store."""
        return is_url(self.path)


def origin_of(
    config: Config,
    source: str,
    dataset: str,
    scratch: Path,
    settled: Mapping[str, FileMark] | None = None,
) -> Origin:
    """The origin of a configured dataset."""
    declared = config.sources[source]
    options = {key: value.get_secret_value() for key, value in declared.storage_options.items()}
    table = declared.tables.get(dataset)
    return Origin(
        source,
        dataset,
        config.folder,
        declared.path,
        scratch,
        options,
        settled or {},
        _mentions(table, dataset) if table else None,
    )


def _mentions(table: Table, dataset: str) -> str | None:
    if table.unpivot is not None:
        return None
    # A contract column that is not listed is fed by the source's column of the same name.
    unlisted = load_contracts()[dataset].by_name.keys() - table.columns
    return "\n".join(map(str, (*table.columns.values(), table.query, table.deleted_when, *sorted(unlisted))))


def stored(url: str, copy: Path | None = None) -> SourceFile:
    """A file of an object store, or its copy on disk."""
    if copy is None:
        return SourceFile(without_secrets(url), url, url=url)
    return SourceFile(without_secrets(url), str(copy), copy.stat().st_size, url=url)


def is_url(path: str) -> bool:
    """Whether a path names an object store."""
    return URL.match(path) is not None


def locate(pattern: str, origin: Origin) -> list[SourceFile]:
    """The files a path or glob names, in the order of their names.

    An object-store glob stays one entry: only the store can expand it.

    Raises:
        SourceUnavailable: nothing is there, or it may not be read.
        ConfigurationError: a folder stands where a file should.
    """
    joined = pattern if is_url(pattern) else _join(origin.path, pattern)
    if is_url(joined):
        return [stored(joined)]
    absolute = os.path.join(origin.folder.absolute(), joined)  # noqa: PTH118 - pathlib would drop a glob's ending
    found = _expand(absolute)
    if not found:
        raise no_match(joined, origin) if WILDCARD.search(pattern) else _missing(joined, origin)
    return [_opened(path, _shown(path, joined, origin), origin) for path in found]


def _join(base: str, pattern: str) -> str:
    return f"{base.rstrip('/')}/{pattern}" if is_url(base) else str(Path(base, pattern))


def _expand(path: str) -> list[str]:
    if Path(path).exists() or not WILDCARD.search(path):
        return [path] if Path(path).exists() else []
    names = (name for name in glob.glob(path, recursive=True) if Path(name).is_file())  # noqa: PTH207 - absolute patterns
    return sorted(name for name in names if not Path(name).name.startswith(OFFICE_LOCK))


def _shown(path: str, joined: str, origin: Origin) -> str:
    if Path(joined).is_absolute():
        return path
    return os.path.relpath(path, origin.folder.absolute())


def no_match(pattern: str, origin: Origin) -> NothingThere:
    """The error of a glob that matches nothing."""
    return NothingThere(
        f"No file matches {without_secrets(pattern) if is_url(pattern) else pattern}.",
        remedy="wait for the export, correct read:, or set optional: true where nothing is normal.",
        where=origin.where(),
    )


def _missing(name: str, origin: Origin) -> NothingThere:
    return NothingThere(
        "The file does not exist.",
        remedy="wait for the export, correct read: or path:, or set optional: true where none is normal.",
        where=origin.where(name),
    )


def _opened(path: str, name: str, origin: Origin) -> SourceFile:
    if Path(path).is_dir():
        raise ConfigurationError(
            "This is a folder, not a file.",
            remedy="name the files in it, for example with a glob such as *.csv.",
            where=origin.where(name),
        )
    with reading(name, origin), Path(path).open("rb") as stream:
        found = os.fstat(stream.fileno())
        return SourceFile(name, path, found.st_size, found.st_mtime_ns)


@contextmanager
def reading(name: str, origin: Origin) -> Iterator[None]:
    """Turn what can go wrong while a file is read into the errors people see.

    Raises:
        SourceUnavailable: the system or the store did not give the file; a retry may help.
        ContractViolation: the file was given, and polars cannot read it.
        ConfigurationError: polars does not know an option of the store.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise _missing(name, origin) from _shareable(error)
    except PermissionError as error:
        raise SourceUnavailable(
            "The file may not be read by this user.",
            remedy="give the user that runs the night read permission on it.",
            where=origin.where(name),
        ) from _shareable(error)
    except OSError as error:
        raise SourceUnavailable(
            f"The file cannot be read now: {error.strerror or first_line(error)}.",
            remedy="see that it exists and that its disk or store answers; the next run tries again.",
            where=origin.where(name),
        ) from _shareable(error)
    except pl.exceptions.PolarsError as error:
        raise unreadable(name, origin, first_line(error)) from _shareable(error)
    except ValueError:
        if not is_url(name):
            raise
        # Its text may hold the option's value, which is a secret.
        raise ConfigurationError(
            f"The object store's options ({', '.join(origin.storage_options)}) are not accepted.",
            remedy="compare their names and values with the polars documentation of storage_options.",
            where=origin.where(name),
        ) from None


@contextmanager
def writing(origin: Origin) -> Iterator[None]:
    """Say plainly that the scratch folder is full or cannot be written.

    Raises:
        SourceUnavailable: a retry may help once there is room.
    """
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(
            f"The source's rows cannot be set down in {origin.scratch}: {error.strerror}.",
            remedy="free space on that disk, and let this user write there.",
            where=origin.where(),
        ) from error


def unreadable(name: str, origin: Origin, reason: str, line: int | None = None) -> ContractViolation:
    """The error of a file whose content is damaged or of another format."""
    return ContractViolation(
        f"The file cannot be read: {reason}.",
        remedy="have it exported again, or correct format: if it is of another kind.",
        where=origin.where(name, line=line),
    )


def first_line(error: BaseException) -> str:
    """An error's first line, without full stop and without the secrets of URLs."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return without_secrets(line)


def _shareable(error: BaseException) -> BaseException | None:
    """The error, unless it repeats a secret: causes are shown and kept wherever a run is."""
    return error if without_secrets(str(error)) == str(error) else None
