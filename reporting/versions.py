"""The published versions: what they are called, which one readers get, and how to go back.

::

    published/sales-<id>.duckdb          the version; nobody writes to it again
    published/sales-<id>.quality.html    its checks, sources and tables, for people
    published/sales-<id>.manifest.json   written last: no manifest, no version
    published/open/<id>/sales.duckdb     the same file under a second name
    published/sales.duckdb               symlink to one of those; readers open this
    published/STALE.json                 there while a later business date could not be published

DuckDB resolves symlinks, and since 1.5 it names the catalog after the file it finds. Were the
pointer to lead to ``sales-<id>.duckdb``, then ``sales.marts.daily_sales`` and every schema name
that a BI tool stored would break with the next publication; ``open/<id>/sales.duckdb`` is always
``sales``.

Whoever calls a function that changes something holds the run lock.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from daybook.durable import fsync_path, link_file, point_symlink, write_atomically
from daybook.errors import PublicationRefused, StateDamaged, Where
from daybook.home import Home
from reporting.publication import Publication

MANIFEST = ".manifest.json"
QUALITY_PAGE = ".quality.html"
DATABASE = ".duckdb"
PREFIX = "sales-"
VERSIONS = PREFIX + "[0-9]" * 4 + "-[0-9][0-9]-[0-9][0-9]-*"
"""Names of versions; a file that somebody else put there is left alone."""

LEAST_KEPT = 2
"""A reader that has just resolved the pointer still finds the version it led to."""


def list_publications(home: Home) -> list[Publication]:
    """All versions, the latest first; a version whose manifest is unreadable is left out."""
    known = (_read(path) for path in home.published.glob(f"{PREFIX}*{MANIFEST}"))
    return sorted((found for found in known if found), key=_age, reverse=True)


def current_publication(home: Home) -> Publication | None:
    """The version that readers get; None before the first publication."""
    try:
        target = home.pointer.readlink()
    except FileNotFoundError:
        return None
    return _read(_part(home, target.parent.name, MANIFEST))


def find(home: Home, publication_id: str) -> Publication | None:
    """One version; None when there is no such."""
    return _read(_part(home, publication_id, MANIFEST))


def file_name(publication_id: str) -> str:
    """Name of a version's database file."""
    return f"{PREFIX}{publication_id}{DATABASE}"


def rollback(home: Home, publication_id: str | None = None) -> Publication:
    """Let readers have a version that is there already.

    Args:
        home: whose publications.
        publication_id: the version; the one before the current when missing.

    Returns:
        The version that readers have from now on.

    Raises:
        PublicationRefused: there is no such version.
        StateDamaged: its file is not what was published.
    """
    publication = _wanted(home, publication_id)
    if not is_intact(publication):
        raise StateDamaged(
            f"The file of publication {publication.publication_id} is not what was published.",
            remedy="choose another publication, or run its business date again.",
            where=Where(file=str(publication.path)),
        )
    point_symlink(home.pointer, _name_for_clients(home, publication))
    return publication


def expose(home: Home, built: Path, publication: Publication, quality_page: str) -> None:
    """Make a finished file a version and point readers to it.

    Args:
        home: whose publications.
        built: the file, on the file system of ``published``; it is moved.
        publication: its manifest.
        quality_page: HTML for people.
    """
    built.chmod(0o444)
    fsync_path(built)
    built.replace(publication.path)
    fsync_path(home.published)
    opened = _name_for_clients(home, publication)
    write_atomically(publication.quality_page, quality_page)
    manifest = publication.model_dump_json(indent=2)
    write_atomically(_part(home, publication.publication_id, MANIFEST), manifest)
    point_symlink(home.pointer, opened)


def prune(home: Home, keep: int) -> list[Publication]:
    """Remove all but the latest versions, never the current one.

    Readers that still hold a removed file are not disturbed.

    Args:
        home: whose publications.
        keep: how many to keep; at least two are.

    Returns:
        What was removed.
    """
    current = current_publication(home)
    surplus = [
        publication
        for publication in list_publications(home)[max(keep, LEAST_KEPT) :]
        if current is None or publication.publication_id != current.publication_id
    ]
    for publication in surplus:
        _part(home, publication.publication_id, MANIFEST).unlink()
    remove_leftovers(home)
    return surplus


def remove_leftovers(home: Home) -> None:
    """Remove what a dead run left, and logs of clients that opened a version for writing.

    Such a log stands beside the pointer and would be applied to the next version.
    """
    shutil.rmtree(building(home), ignore_errors=True)
    kept = {path.name.removesuffix(MANIFEST) for path in home.published.glob(f"{PREFIX}*{MANIFEST}")}
    if home.pointer.is_symlink():
        kept.add(PREFIX + home.pointer.readlink().parent.name)
    for path in _loose_files(home):
        if path.name.removesuffix(DATABASE).removesuffix(QUALITY_PAGE) not in kept:
            path.unlink(missing_ok=True)
    for folder in home.published.glob("open/*"):
        if PREFIX + folder.name not in kept:
            shutil.rmtree(folder)


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_intact(publication: Publication) -> bool:
    """Whether a version's file is byte for byte what was published."""
    try:
        return checksum(publication.path) == publication.sha256
    except FileNotFoundError:
        return False


def building(home: Home) -> Path:
    """Folder in which the next version is built; nothing in it is visible to readers."""
    return home.published / ".building"


def _loose_files(home: Home) -> Iterator[Path]:
    for pattern in (
        f"{VERSIONS}{DATABASE}",
        f"{VERSIONS}{QUALITY_PAGE}",
        f"{home.pointer.stem}*.wal",
        ".*.tmp",
    ):
        yield from home.published.glob(pattern)


def _part(home: Home, publication_id: str, ending: str) -> Path:
    return home.published / f"{PREFIX}{publication_id}{ending}"


def _read(manifest: Path) -> Publication | None:
    try:
        known = Publication.model_validate_json(manifest.read_bytes())
    except (OSError, ValidationError):
        return None
    return known.model_copy(update={"folder": manifest.parent})


def _age(publication: Publication) -> tuple[datetime, str]:
    return publication.published_at, publication.publication_id


def _wanted(home: Home, publication_id: str | None) -> Publication:
    known = list_publications(home)
    if publication_id is not None:
        found = [publication for publication in known if publication.publication_id == publication_id]
        missing = f"There is no publication {publication_id}."
    else:
        current = current_publication(home)
        found = [publication for publication in known if current and _age(publication) < _age(current)]
        missing = "There is no publication before the current one."
    if not found:
        raise PublicationRefused(
            missing,
            remedy="choose one that `daybook publications list` shows.",
            where=Where(file=str(home.published)),
        )
    return found[0]


def _name_for_clients(home: Home, publication: Publication) -> Path:
    """Give a version's file the second name that clients read as its catalog, and return it."""
    opened = home.published / "open" / publication.publication_id / home.pointer.name
    opened.parent.mkdir(parents=True, exist_ok=True)
    if not (opened.exists() and opened.samefile(publication.path)):
        temporary = opened.with_name(f".{opened.name}.tmp")
        temporary.unlink(missing_ok=True)
        link_file(publication.path, temporary)
        temporary.chmod(0o444)
        temporary.replace(opened)
    for path in (opened, opened.parent, opened.parent.parent):
        fsync_path(path)
    return opened
