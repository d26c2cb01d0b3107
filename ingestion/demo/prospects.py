"""Planted: open prospects whose silence is known on every business date.

Eight of them are written to in turn, one a day, so that on any date each silence from none
to seven days exists exactly once. Each is kept up for some months, then given up for the next.
"""

from __future__ import annotations

import polars as pl

from ingestion.demo.company import LOST, SELLERS, TERRITORIES
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import epoch_day

SLOTS = 8
KEPT_UP_DAYS = 128
"""How long a prospect is written to; a multiple of ``SLOTS``."""

PREFIX = "OPW"
"""How the keys of these prospects begin."""

WRITERS = (0, 1, 2, 4, 5, 6, 8, 10)
"""Positions of the sellers who write to them."""


def watched_prospects(setting: Setting) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The prospects begun by the business date, and all their moves.

    Returns:
        Deals, with ``touched_day``, the last day somebody wrote; and moves into stages, both
        in the columns of the other deals.
    """
    first, today = epoch_day(setting.opened_on), epoch_day(setting.business_on)
    begun = [
        (slot, start)
        for slot in range(SLOTS)
        for start in range(first - first % KEPT_UP_DAYS + slot, today + 1, KEPT_UP_DAYS)
    ]
    moves = [
        {"deal": _key(start), "stage": stage, "day": day, "second": (9 + stage) * 3_600}
        for _, start in begun
        for stage, day in ((0, start), (1, start + SLOTS), (LOST, start + KEPT_UP_DAYS))
    ]
    deals = [_deal(slot, start, min(today, start + KEPT_UP_DAYS - 1)) for slot, start in begun]
    return pl.DataFrame(deals), pl.DataFrame(moves)


def _deal(slot: int, start: int, until: int) -> dict[str, object]:
    seller = WRITERS[slot]
    territory = SELLERS[seller].homes[-1][1]
    return {
        "deal": _key(start),
        "created_day": start,
        "seller": seller,
        "account": territory,
        "contact": 0,
        "territory": territory,
        "currency": TERRITORIES[territory].currency,
        "stream": "one_off",
        "amount": 2_500 + 250 * slot,
        "guess": 2_500 + 250 * slot,
        "is_split": False,
        "is_mistake": False,
        "touched_day": until - (until - slot) % SLOTS,
    }


def _key(start: int) -> str:
    return f"{PREFIX}{start:05d}"
