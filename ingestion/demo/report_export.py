"""The head office's reports: a target workbook, and lists in the French notation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from ingestion.demo.adjustments import draw_adjustments
from ingestion.demo.columns import on
from ingestion.demo.company import COUNTRIES, REGIONS, SELLERS, TERRITORIES, TERRITORY_IDS
from ingestion.demo.export import Export
from ingestion.demo.feedback import Feedback
from ingestion.demo.rates import Rates
from ingestion.demo.setting import Setting
from ingestion.demo.targets import Plans
from ingestion.demo.truth import BadRow
from ingestion.demo.workbook import write_workbook

SOURCE = "reports"
WORKBOOK = "targets.xlsx"
DAY_FIRST = "%d/%m/%Y"

CLOSING_DAYS = ((12, 24, "Veille de Noël"), (12, 31, "Inventaire"))
"""Days of every year on which this company does not work, holiday or not."""


def write_reports(
    export: Export, setting: Setting, plans: Plans, rates: Rates, feedback: Sequence[Feedback]
) -> None:
    """Write targets, rates, territories with their reps, holidays, and what managers and sellers say."""
    targets, has_bad_cell = write_workbook(export.folder / SOURCE / WORKBOOK, plans, setting.business_on)
    export.count(SOURCE, "targets", targets)
    if has_bad_cell:
        export.bad_rows.append(
            BadRow(
                source=SOURCE,
                dataset="targets",
                file=f"{SOURCE}/{WORKBOOK}",
                row_number=None,
                column="target_amount",
                code="not_a_number",
            )
        )
    export.write(SOURCE, "exchange_rates", "exchange_rates.csv", _rates(rates), separator=";")
    export.write(SOURCE, "territories", "territories.csv", _territories(), separator=";", encoding="cp1252")
    export.write(SOURCE, "territory_assignments", "territory_reps.csv", _assignments(setting), separator=";")
    export.write(SOURCE, "holidays", "closing_days.csv", _closing_days(setting), separator=";")
    adjustments = _adjustments(setting, plans)
    export.write(SOURCE, "forecast_adjustments", "forecast_adjustments.csv", adjustments, separator=";")
    export.write(SOURCE, "process_feedback", "feedback.csv", _feedback(feedback), separator=";")


def _rates(rates: Rates) -> pl.DataFrame:
    hundredths = pl.col("hundredths")
    return rates.published().select(
        Currency="currency",
        Date=on("day").dt.strftime(DAY_FIRST),
        Rate=pl.format("{},{}", hundredths // 100, (hundredths % 100).cast(pl.String).str.zfill(2)),
    )


def _territories() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "Territory": TERRITORY_IDS,
            "Label": [place.name for place in TERRITORIES],
            "Region": REGIONS,
            "Country": COUNTRIES,
        }
    )


def _assignments(setting: Setting) -> pl.DataFrame:
    """Who works where from when to when, as far as it was known by the business date."""
    spells = [
        (TERRITORIES[territory].territory_id, seller.staff_number, since, until)
        for seller in SELLERS
        for since, until, territory in seller.spells()
        if since <= setting.business_on
    ]
    known = [
        (place, staff, _text(since), _text(until) if until and until <= setting.business_on else None)
        for place, staff, since, until in spells
    ]
    return pl.DataFrame(
        known, schema=["Territory", "Code", "From", "Until"], orient="row", infer_schema_length=None
    )


def _text(on: date) -> str:
    return on.strftime(DAY_FIRST)


def _closing_days(setting: Setting) -> pl.DataFrame:
    years = range(setting.opened_on.year, setting.business_on.year + 1)
    rows = [(_text(date(year, month, day)), name) for year in years for month, day, name in CLOSING_DAYS]
    return pl.DataFrame(rows, schema=["Day", "Reason"], orient="row")


def _adjustments(setting: Setting, plans: Plans) -> pl.DataFrame:
    """What managers think will be won, in whole euros."""
    rows = [
        (
            one.scope_type,
            one.scope_id,
            one.period_type,
            _text(one.period_start_on),
            _text(one.judged_on),
            one.amount,
            one.judged_by,
            one.note,
        )
        for one in draw_adjustments(setting, plans)
    ]
    columns = ["Level", "Code", "Period", "Start", "Date", "Amount", "By", "Reason"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _feedback(said: Sequence[Feedback]) -> pl.DataFrame:
    """What sellers say, with the answer once there is one."""
    rows = [
        (
            one.feedback_id,
            _text(one.said_on),
            one.topic.kind,
            one.staff_number,
            one.topic.metric,
            one.subject,
            one.reported,
            one.claimed,
            one.topic.message,
            *_answer(one),
        )
        for one in said
    ]
    said_columns = ["Number", "Date", "Kind", "Code", "Figure", "Subject", "Reported", "Claimed", "Message"]
    answer_columns = ["Answered", "By", "Answer", "Result"]
    return pl.DataFrame(rows, schema=[*said_columns, *answer_columns], orient="row", infer_schema_length=None)


def _answer(one: Feedback) -> tuple[str | None, str | None, str | None, str | None]:
    if one.answered_on is None:
        return None, None, None, None
    return _text(one.answered_on), one.answered_by, one.topic.answer, one.topic.resolution
