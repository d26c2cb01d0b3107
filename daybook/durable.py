"""Writes that survive a crash: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

UNSUPPORTED = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL})
"""Refusals of a file system that cannot link, or cannot copy within itself."""


def fsync_path(path: Path) -> None:
    """Force a file's or folder's content to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fsync_tree(folder: Path) -> None:
    """Force every file below a folder, and the folders themselves, to disk."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            fsync_path(Path(parent, name))
        fsync_path(Path(parent))


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a file's content in one step; parent folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    data = content.encode() if isinstance(content, str) else content
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    fsync_path(path.parent)


def point_symlink(link: Path, target: Path) -> None:
    """Make ``link`` point to ``target`` (stored relative to the link) in one step."""
    link.parent.mkdir(parents=True, exist_ok=True)
    temporary = link.with_name(f".{link.name}.tmp")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent))
    temporary.replace(link)
    fsync_path(link.parent)


def clone_file(source: Path, target: Path) -> None:
    """Copy a file to a new name, sharing its blocks where the file system can."""
    with source.open("rb") as reader, target.open("xb") as writer:
        if not _copied_by_the_system(reader.fileno(), writer.fileno()):
            shutil.copyfileobj(reader, writer, 1 << 20)


def _copied_by_the_system(reader: int, writer: int) -> bool:
    if not hasattr(os, "copy_file_range"):
        return False
    try:
        while os.copy_file_range(reader, writer, 1 << 30):
            pass
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        return False
    return True


def link_file(source: Path, target: Path) -> None:
    """Give a file that nobody will change a second name; a copy where links are impossible."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        clone_file(source, target)
