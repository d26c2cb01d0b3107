"""The ``calendar`` connector: public holidays of the company's calendars."""

from __future__ import annotations

from datetime import date

import polars as pl

from daybook.config import Config
from daybook.errors import ConfigurationError
from ingestion.batch import BatchFile
from ingestion.connectors.origin import Origin
from ingestion.connectors.raw import FILE, ROW, RawTable

DATASET = "holidays"
YEARS_AHEAD = 2
"""Years after the business date's that targets may be spread over."""

NO_CALENDAR = BatchFile(path="no calendar", size_bytes=None, rows_read=0)
"""Stands for a company without calendars, which is not the same as a source that is not there."""


def read_calendar(config: Config, origin: Origin, business_on: date) -> RawTable:
    """Public holidays from the year the schedule starts to two years after the business date.

    Columns are ``calendar`` (the code as configured), ``holiday_on`` (date) and
    ``holiday_name`` (in the company's language where the calendar has it), in the order of the first two.

    Raises:
        ConfigurationError: a code is not known, or another dataset is asked for.
    """
    if origin.dataset != DATASET:
        raise ConfigurationError(
            f"The calendar connector feeds {DATASET}, not {origin.dataset}.",
            remedy=f"name the table {DATASET}.",
            where=origin.where(),
        )
    years = range(config.schedule.start_on.year, business_on.year + YEARS_AHEAD + 1)
    days = {code: _days(code, years, config.company.locale, origin) for code in config.company.holidays}
    rows = [
        (code, day, name, _label(code), number)
        for code, named in days.items()
        for number, (day, name) in enumerate(named, start=1)
    ]
    schema = {
        "calendar": pl.String(),
        "holiday_on": pl.Date(),
        "holiday_name": pl.String(),
        FILE: pl.String(),
        ROW: pl.Int64(),
    }
    files = [
        BatchFile(path=_label(code), size_bytes=None, rows_read=len(named)) for code, named in days.items()
    ]
    return RawTable(pl.LazyFrame(rows, schema=schema, orient="row"), files=files or [NO_CALENDAR])


def _label(code: str) -> str:
    return f"holidays of {code}"


def _days(code: str, years: range, locale: str, origin: Origin) -> list[tuple[date, str]]:
    import holidays

    country, _, region = code.partition("-")
    try:
        known = holidays.country_holidays(country, subdiv=region or None)
    except NotImplementedError as error:
        raise ConfigurationError(
            f"The holidays of {code!r} are not known.",
            remedy="use a country such as FR, or a country and region such as US-CA, in company.holidays.",
            where=origin.where(),
        ) from error
    languages = [name for name in known.supported_languages if name.startswith(locale)]
    # Without a language the package takes the machine's own.
    language = min(languages, default=known.default_language)
    found = holidays.country_holidays(country, subdiv=region or None, years=years, language=language)
    return sorted(found.items())
