"""Ways to spoil a company's files, its configuration, or the machine it runs on."""

from __future__ import annotations

import errno
import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tests.orchestration.company import SmallCompany

Change = Callable[[SmallCompany], object]
"""Something that is not as it was when night falls."""

Trouble = Callable[[pytest.MonkeyPatch, SmallCompany], object]
"""Something that the machine does while the night runs."""


def edit(file: str, old: str, new: str) -> Change:
    """Write something else in a file."""
    return lambda company: company.change(file, old, new)


def append(file: str, *lines: str) -> Change:
    """Add lines to a file."""
    added = "".join(f"{line}\n" for line in lines)
    return lambda company: company.write(file, (company.root / file).read_text(encoding="utf-8") + added)


def content(file: str, new: str | bytes) -> Change:
    """Replace a file, or add one."""

    def change(company: SmallCompany) -> None:
        company.write(file, "")
        (company.root / file).write_bytes(new.encode() if isinstance(new, str) else new)

    return change


def remade(file: str, remake: Callable[[bytes], bytes], to: str | None = None) -> Change:
    """Pass a file's bytes through a function."""
    return lambda company: content(to or file, remake((company.root / file).read_bytes()))(company)


def gone(file: str) -> Change:
    """Remove a file."""
    return lambda company: (company.root / file).unlink()


def folder(path: str) -> Change:
    """Put a folder where a file was."""

    def change(company: SmallCompany) -> None:
        (company.root / path).unlink()
        (company.root / path).mkdir()

    return change


def setting(key: str, value: Any) -> Change:
    """Set a dotted key of ``daybook.yaml``."""

    def change(company: SmallCompany) -> None:
        config = yaml.safe_load(company.config.read_text(encoding="utf-8"))
        *parents, last = key.split(".")
        node = config
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = value
        company.write("daybook.yaml", yaml.safe_dump(config, sort_keys=False))

    return change


def table(name: str, file: str, new: str | bytes, **options: Any) -> Change:
    """Feed a table, ``source.dataset``, from a new file; ``file`` lies in the source's folder."""
    source, dataset = name.split(".")

    def change(company: SmallCompany) -> None:
        content(f"{source}/{file}", new)(company)
        setting(f"sources.{source}.tables.{dataset}", {"read": file, **options})(company)

    return change


def parquet(**columns: list[Any]) -> bytes:
    """A Parquet file."""
    stream = io.BytesIO()
    pl.DataFrame(columns).write_parquet(stream)
    return stream.getvalue()


def cut(share: float) -> Callable[[bytes], bytes]:
    """Keep the first part of a file."""
    return lambda data: data[: int(len(data) * share)]


def zipped(data: bytes) -> bytes:
    """Gzip without a time stamp."""
    return gzip.compress(data, mtime=0)


def unreadable(file: str) -> Trouble:
    """Refuse to open a file, as its permissions would; root may read what permissions forbid."""

    def trouble(patch: pytest.MonkeyPatch, company: SmallCompany) -> None:
        opened = Path.open

        def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
            if path == company.root / file:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opened(path, *arguments, **options)

        patch.setattr(Path, "open", refuse)

    return trouble


def full_disk(patch: pytest.MonkeyPatch, _: SmallCompany) -> None:
    """Refuse to put anything on disk for good."""

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    patch.setattr(os, "fsync", refuse)


def damaged(batch: str) -> Trouble:
    """Cut the files of a staged batch off; ``batch`` lies below the staging folder."""

    def trouble(_: pytest.MonkeyPatch, company: SmallCompany) -> None:
        for file in (company.home / "staging" / batch).glob("data/*/*.parquet"):
            file.write_bytes(file.read_bytes()[:100])

    return trouble
