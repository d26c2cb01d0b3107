"""``published/STALE.json``: says to readers of the last publication that a later one failed.

Pages opened from a disk can read no JSON, only scripts: ``stale.js`` tells them the same. ``STALE.json`` is
what counts. It is written first and removed last, so that no page is called stale without it; after a crash
between the two the pages say nothing until a later night ends, published or not. ``stale.js`` is there also
when nothing is stale: a browser reports a script that is missing as a fault of the page.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from daybook.durable import write_atomically
from daybook.home import Home
from reporting.versions import NOT_STALE, STALE_SCRIPT, current_publication

SHOWN_LENGTH = 200
"""Signs of a reason that pages show: they say what happened, ``STALE.json`` all that is known of it."""

SCRIPT_ESCAPES = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&"})
"""Signs that could end the script or begin markup where a page holds it."""


class StaleMark(BaseModel):
    """A business date that could not be published, why, and what readers have instead."""

    model_config = ConfigDict(frozen=True)

    business_on: date
    run_id: str
    marked_at: AwareDatetime
    reasons: list[str]
    standing_publication_id: str | None
    """The publication that readers have; None when there was none yet."""
    standing_business_on: date | None


def mark_stale(
    home: Home, business_on: date, run_id: str, marked_at: datetime, reasons: list[str]
) -> StaleMark | None:
    """Leave the mark; for every night that ends without a publication, wherever it failed.

    Returns:
        The mark; None, and no mark is left, where readers have a later business date anyway.
    """
    standing = current_publication(home)
    if standing is not None and business_on < standing.business_on:
        return None
    mark = StaleMark(
        business_on=business_on,
        run_id=run_id,
        marked_at=marked_at,
        reasons=reasons,
        standing_publication_id=standing.publication_id if standing else None,
        standing_business_on=standing.business_on if standing else None,
    )
    write_atomically(_file(home), mark.model_dump_json(indent=2))
    write_atomically(_script_file(home), script(mark))
    return mark


def script(mark: StaleMark) -> str:
    """The mark as pages load it: the beginning of each reason, in plain ASCII whatever it holds."""
    reasons = [_shortened(reason) for reason in mark.reasons]
    told = {"business_on": mark.business_on.isoformat(), "reasons": reasons}
    # All that is not ASCII is escaped too: line ends that only JavaScript knows, and any charset's signs.
    return f"window.DAYBOOK_STALE = {json.dumps(told).translate(SCRIPT_ESCAPES)};\n"


def _shortened(reason: str) -> str:
    line, *more = (part.strip() for part in reason.split("\n"))
    if line.endswith(":") and more:
        line = f"{line} {more[0]}"
    return line if len(line) <= SHOWN_LENGTH else f"{line[: SHOWN_LENGTH - 2].rstrip()} …"


def read_stale_mark(home: Home) -> StaleMark | None:
    """The mark; None while the last night that ended was published."""
    try:
        return StaleMark.model_validate_json(_file(home).read_bytes())
    except FileNotFoundError:
        return None


def remove_stale_mark(home: Home, business_on: date) -> None:
    """Take the mark away once a business date is published; that of a later night stays."""
    mark = read_stale_mark(home)
    if mark is not None and mark.business_on > business_on:
        write_atomically(_script_file(home), script(mark))
        return
    if _script_file(home).exists():
        write_atomically(_script_file(home), NOT_STALE)
    _file(home).unlink(missing_ok=True)


def _file(home: Home) -> Path:
    return home.published / "STALE.json"


def _script_file(home: Home) -> Path:
    return home.published / STALE_SCRIPT
