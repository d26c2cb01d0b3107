"""The static site of reports that people read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from daybook.config import Reports


def build_site(file: Path, folder: Path, settings: Reports) -> None:
    """Write the site of a published file into a new folder.

    Args:
        file: the DuckDB file; read only.
        folder: must not exist; its parent must.
        settings: which editions are made, in which languages.
    """
    with duckdb.connect(str(file), read_only=True) as published:
        ((business_on,),) = published.execute("select business_on from meta.publication").fetchall()
    folder.mkdir()
    page = (
        f"<!doctype html><html lang={settings.languages[0]}><title>{business_on}</title>{business_on}</html>"
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
