"""Planted: open prospects of which it is known on every business date how they stand.

Prospects of a plot follow each other without end, each through the same days, and are lost at last,
so that no plot changes a booking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from ingestion.demo.company import DISCOVERY, LOST, NEGOTIATION, PROPOSAL, QUALIFICATION, SELLERS, TERRITORIES
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import epoch_day


@dataclass(frozen=True)
class Plot:
    """Prospects of one kind; days count from the day each of them was begun.

    Attributes:
        prefix: how their keys begin.
        sellers: positions of the sellers, each with one prospect at a time.
        apart: days between the beginnings of neighbouring sellers' prospects.
        lasts: days until a seller begins the next one.
        moves: stages entered after the first, with the day of each.
        touches: days on which somebody writes to them.
        rest: first day of the suspension and the day work is taken up again.
    """

    prefix: str
    sellers: tuple[int, ...]
    apart: int
    lasts: int
    amount: int
    moves: tuple[tuple[int, int], ...]
    touches: tuple[int, ...]
    rest: tuple[int, int] | None = None

    def begun(self, setting: Setting) -> Iterator[tuple[int, int]]:
        """Slot and first day of every prospect begun by the business date."""
        first, today = epoch_day(setting.opened_on), epoch_day(setting.business_on)
        earliest = first - first % self.lasts - self.lasts
        for slot in range(len(self.sellers)):
            for start in range(earliest + slot * self.apart, today + 1, self.lasts):
                yield slot, start

    def key(self, start: int) -> str:
        """Key of the prospect begun on a day."""
        return f"{self.prefix}{start:05d}"


WATCHED = Plot(
    prefix="OPW",
    sellers=(0, 1, 2, 4, 5, 6, 8, 10),
    apart=1,
    lasts=128,
    amount=2_500,
    moves=((QUALIFICATION, 8), (LOST, 128)),
    touches=tuple(range(0, 128, 8)),
)
"""Written to in turn, one a day: on any date each silence from none to seven days exists exactly once."""

STALLED = Plot(
    prefix="OPX",
    sellers=(12, 5, 13),
    apart=64,
    lasts=192,
    amount=9_000,
    moves=((QUALIFICATION, 6), (DISCOVERY, 15), (LOST, 192)),
    touches=(0, 6, 15, 22),
)
"""Stay in discovery for half a year; on any date at least one is far beyond the norm."""

SUSPENDED = Plot(
    prefix="OPZ",
    sellers=(4, 13, 15),
    apart=64,
    lasts=192,
    amount=12_000,
    moves=((QUALIFICATION, 7), (DISCOVERY, 18), (PROPOSAL, 120), (NEGOTIATION, 138), (LOST, 165)),
    touches=(0, 7, 18, 30, 120, 128, 138, 150),
    rest=(30, 120),
)
"""Rest for three months by agreement and are taken up again; on any date at least one rests."""

PLOTS = (WATCHED, STALLED, SUSPENDED)


@dataclass(frozen=True)
class Prospects:
    """The prospects of all plots begun by the business date.

    Attributes:
        deals: in the columns of the other deals, with ``touched_day``, the last day somebody wrote,
            and the days of a suspension, ``rest_day`` and ``resume_day``.
        moves: all their moves into stages, in the columns of the others.
        touches: deal and day of everything written to them.
    """

    deals: pl.DataFrame
    moves: pl.DataFrame
    touches: pl.DataFrame


def planted_prospects(setting: Setting) -> Prospects:
    """Lay out every plot up to the business date."""
    begun = [(plot, slot, start) for plot in PLOTS for slot, start in plot.begun(setting)]
    moves = [
        {"deal": plot.key(start), "stage": stage, "day": start + day, "second": (9 + stage) * 3_600}
        for plot, _, start in begun
        for stage, day in ((0, 0), *plot.moves)
    ]
    touches = [
        {"deal": plot.key(start), "day": start + day} for plot, _, start in begun for day in plot.touches
    ]
    deals = [_deal(plot, slot, start, epoch_day(setting.business_on)) for plot, slot, start in begun]
    frame = pl.DataFrame(deals, infer_schema_length=None)
    return Prospects(frame, pl.DataFrame(moves), pl.DataFrame(touches))


def _deal(plot: Plot, slot: int, start: int, today: int) -> dict[str, object]:
    seller = plot.sellers[slot]
    territory = SELLERS[seller].homes[-1][1]
    rest_day, resume_day = plot.rest or (None, None)
    return {
        "deal": plot.key(start),
        "created_day": start,
        "seller": seller,
        "account": territory,
        "contact": 0,
        "territory": territory,
        "currency": TERRITORIES[territory].currency,
        "stream": "one_off",
        "amount": plot.amount + 250 * slot,
        "guess": plot.amount + 250 * slot,
        "is_split": False,
        "is_mistake": False,
        "touched_day": max(start + day for day in plot.touches if start + day <= today),
        "rest_day": rest_day and start + rest_day,
        "resume_day": resume_day and start + resume_day,
    }
