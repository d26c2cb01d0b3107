"""Reports made from a published file, and what keeps them from being made, told as it is told elsewhere."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
from jinja2 import TemplateError
from xlsxwriter.exceptions import XlsxWriterException

from daybook.config import Config
from daybook.errors import DaybookError, ReportsUnavailable, Where

REFUSALS = (
    DaybookError,
    OSError,
    ValueError,
    duckdb.Error,
    pl.exceptions.PolarsError,
    TemplateError,
    XlsxWriterException,
)
"""What the data, the disk and those who draw pages and workbooks object with; all else is a fault of ours."""


def build_reports(file: Path, folder: Path, config: Config) -> None:
    """Make the site of a published file.

    Args:
        file: the DuckDB file; read, never written.
        folder: where the site is written; must not exist, and what a failure leaves there is the caller's
            to remove. Parent folders are made as needed.
        config: the company; which editions are made, in which languages.

    Raises:
        ReportsUnavailable: the site could not be made.
    """
    # What draws the pages is slow to load, and most commands draw none.
    from reporting.site import build_site

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        build_site(file, folder, config.company.currency, config.reports)
    except REFUSALS as error:
        reason = error.reason if isinstance(error, DaybookError) else f"{type(error).__name__}: {error}"
        raise ReportsUnavailable(
            f"The reports could not be made: {reason.removesuffix('.')}.",
            remedy="free disk space or mend what is named; reports.editions in daybook.yaml says which "
            "editions are made, and none at all where it is [].",
            where=Where(file=str(folder)),
        ) from error
