"""The published versions: what they are called, which one readers get, and how to go back.

::

    published/sales-<id>.duckdb          the version; nobody writes to it again
    published/sales-<id>.quality.html    its checks, sources and tables, for people
    published/sales-<id>.manifest.json   written last: no manifest, no version
    published/open/<id>/sales.duckdb     the same file under a second name
    published/open/<id>/reports/         pages and workbooks made from it, unless no edition is configured
    published/open/<id>/reports/stale.js symlink to published/stale.js
    published/current                    symlink to the open/<id> that readers get; the one link that moves
    published/sales.duckdb               symlink to current/sales.duckdb; BI tools open this
    published/reports                    symlink to current/reports; people open this
    published/STALE.json                 there while a later business date could not be published
    published/stale.js                   the same for the pages; there also when nothing is stale

File and reports are reached through one link, so that nobody sees the figures of one night beside the
pages of another. While the standing version has no reports, ``published/reports`` leads nowhere: pages
of another version in its place would be such a mixture.

DuckDB resolves symlinks, and since 1.5 it names the catalog after the file it finds. Were the
links to lead to ``sales-<id>.duckdb``, then ``sales.marts.daily_sales`` and every schema name
that a BI tool stored would break with the next publication; ``open/<id>/sales.duckdb`` is always
``sales``. Until there were reports, ``published/sales.duckdb`` led there by itself: such a link is
understood, and replaced at the next swing.

Browsers resolve relative addresses as they are written, not as links lead. ``stale.js`` therefore stands
among the pages, whichever way one has come to them: through ``published/reports``, ``published/current``
or ``published/open/<id>``.

Whoever calls a function that changes something holds the run lock.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from daybook.durable import fsync_path, fsync_tree, link_file, point_symlink, write_atomically
from daybook.errors import PublicationRefused, StateDamaged, Where
from daybook.home import Home
from reporting.publication import Publication

MANIFEST = ".manifest.json"
QUALITY_PAGE = ".quality.html"
DATABASE = ".duckdb"
PREFIX = "sales-"
VERSIONS = PREFIX + "[0-9]" * 4 + "-[0-9][0-9]-[0-9][0-9]-*"
"""Names of versions; a file that somebody else put there is left alone."""

STALE_SCRIPT = "stale.js"
"""What the pages read to learn that they are not the latest."""
NOT_STALE = "window.DAYBOOK_STALE = null;\n"

READ_ONLY = 0o444

LEAST_KEPT = 2
"""A reader that has just resolved the pointer still finds the version it led to."""


def list_publications(home: Home) -> list[Publication]:
    """All versions, the latest first; a version whose manifest is unreadable is left out."""
    known = (_read(path) for path in home.published.glob(f"{PREFIX}*{MANIFEST}"))
    return sorted((found for found in known if found), key=_age, reverse=True)


def current_publication(home: Home) -> Publication | None:
    """The version that readers get; None before the first publication."""
    standing = _standing_id(home)
    return _read(_part(home, standing, MANIFEST)) if standing else None


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
        StateDamaged: its file or its reports are not what was published.
    """
    publication = _wanted(home, publication_id)
    damaged = damaged_part(publication)
    if damaged is not None:
        raise StateDamaged(
            f"Publication {publication.publication_id} is not what was published.",
            remedy="choose another publication, or run its business date again.",
            where=Where(file=str(damaged)),
        )
    _name_for_clients(publication)
    _swing(home, publication)
    return publication


@dataclass(frozen=True)
class Finished:
    """What a version is made of, on the file system of ``published``; it is moved."""

    file: Path
    quality_page: str
    """HTML for people."""
    reports: Path | None
    """Folder of the reports; None where the version has none."""


def expose(home: Home, finished: Finished, publication: Publication) -> None:
    """Make what is finished a version and point readers to it.

    Args:
        home: whose publications.
        finished: file, quality page and reports.
        publication: its manifest.
    """
    finished.file.chmod(READ_ONLY)
    fsync_path(finished.file)
    finished.file.replace(publication.path)
    fsync_path(home.published)
    _name_for_clients(publication)
    _place_reports(home, finished.reports, publication)
    write_atomically(publication.quality_page, finished.quality_page)
    manifest = publication.model_dump_json(indent=2)
    write_atomically(_part(home, publication.publication_id, MANIFEST), manifest)
    _swing(home, publication)


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
    standing = _standing_id(home)
    if standing:
        kept.add(PREFIX + standing)
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


def damaged_part(publication: Publication) -> Path | None:
    """What of a version is not as it was published; None when it is intact.

    The file is compared byte for byte. Reports are there as a whole or not at all, since one rename puts
    them there; that somebody who opened a workbook left a lock beside it does not make them others.
    """
    if not publication.path.is_file() or checksum(publication.path) != publication.sha256:
        return publication.path
    if publication.has_reports and not publication.index_page.is_file():
        return publication.reports
    return None


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


def _name_for_clients(publication: Publication) -> None:
    """Give a version's file the second name that clients read as its catalog."""
    opened = publication.catalog_file
    opened.parent.mkdir(parents=True, exist_ok=True)
    if not (opened.exists() and opened.samefile(publication.path)):
        temporary = opened.with_name(f".{opened.name}.tmp")
        temporary.unlink(missing_ok=True)
        link_file(publication.path, temporary)
        temporary.chmod(READ_ONLY)
        temporary.replace(opened)
    for path in (opened, opened.parent, opened.parent.parent):
        fsync_path(path)


def _place_reports(home: Home, finished: Path | None, publication: Publication) -> None:
    """Move finished reports to where readers will look for them, all pages in one step."""
    if publication.reports.exists():
        # They belong to what was damaged, or this version would not be made a second time.
        publication.reports.rename(building(home) / "damaged")
    if finished is None:
        return
    for path in finished.rglob("*"):
        if path.is_file():
            path.chmod(READ_ONLY)
    fsync_tree(finished)
    _link_stale_script(home, finished)
    finished.rename(publication.reports)


def _link_stale_script(home: Home, finished: Path) -> None:
    """Let pages read what is true while they stand, in place of what was when they were made."""
    told = home.published / STALE_SCRIPT
    if not told.exists():
        write_atomically(told, NOT_STALE)
    link = finished / STALE_SCRIPT
    link.unlink(missing_ok=True)
    link.symlink_to(Path("../../..") / STALE_SCRIPT)
    fsync_path(finished)


def _swing(home: Home, publication: Publication) -> None:
    """Let readers have a version: its file and its reports by one step."""
    direct = _led_to_directly(home)
    if direct is not None:
        # First the detour to the same file, then the link by the detour: readers notice neither.
        point_symlink(home.standing, home.published / direct.parent)
    for link in (home.pointer, home.reports):
        target = home.standing / link.name
        if not _leads_to(link, target):
            point_symlink(link, target)
    point_symlink(home.standing, publication.opened)


def _standing_id(home: Home) -> str | None:
    """The version that readers of the file get; None before the first publication."""
    direct = _led_to_directly(home)
    if direct is not None:
        return direct.parent.name
    return home.standing.readlink().name if home.standing.is_symlink() else None


def _led_to_directly(home: Home) -> Path | None:
    """Where the link of the file leads without ``published/current``, as it did before there were reports."""
    if not home.pointer.is_symlink():
        return None
    target = home.pointer.readlink()
    return target if target.parent.parent == Path("open") else None


def _leads_to(link: Path, target: Path) -> bool:
    return link.is_symlink() and link.parent / link.readlink() == target
