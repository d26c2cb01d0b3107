"""The files of a demo company, read with nothing but the standard library."""

import csv
from datetime import date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def rows(demo, pattern: str, delimiter: str = ",") -> list[dict[str, str]]:
    """Rows of some files, without the bad ones."""
    bad = {(row.file, row.row_number) for row in demo.truth.bad_rows}
    found = []
    for path in sorted(demo.folder.glob(pattern)):
        name = path.relative_to(demo.folder).as_posix()
        with path.open(encoding="utf-8", newline="") as stream:
            lines = enumerate(csv.DictReader(stream, delimiter=delimiter), start=1)
            found += [line for number, line in lines if (name, number) not in bad]
    return found


def business_day(timestamp: str) -> date:
    return datetime.fromisoformat(timestamp).astimezone(PARIS).date()
