"""Treasury's exchange rates.

Rates are whole hundredths of a euro. Cents times hundredths are exact at four decimals, so
the planted truth holds to the last digit, whatever the order in which a pipeline multiplies
and adds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from ingestion.demo.company import BASE_RATES, CHF, CURRENCIES, EUR, FIRST_SWISS_RATE_ON
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import Amounts, Days, epoch_day, weekday

UNPRICED = -1
LEAD_IN = timedelta(days=14)
"""How long before the opening the rates begin, so that a weekend opening has one."""

SWING = 6
"""Furthest a rate moves from its base, in hundredths."""


@dataclass(frozen=True)
class Rates:
    """Rates by currency (rows) and day (columns), each holding until the next; UNPRICED before the first."""

    first_day: int
    hundredths: Amounts

    def at(self, currency: Days, day: Days) -> Amounts:
        """Hundredths of a euro for one unit of each currency on each day, or UNPRICED."""
        return np.asarray(self.hundredths[currency, day - self.first_day])

    def published(self) -> pl.DataFrame:
        """What treasury sends: currency, day and hundredths, for working days only."""
        days = np.arange(self.first_day, self.first_day + self.hundredths.shape[1])
        is_sent = pl.Series(weekday(days) < 5) & (pl.col("hundredths") != UNPRICED)
        frames = [
            pl.DataFrame({"currency": name, "day": days, "hundredths": self.hundredths[position]}).filter(
                is_sent
            )
            for position, name in enumerate(CURRENCIES)
            if position != EUR
        ]
        return pl.concat(frames).sort("day", "currency")


def draw_rates(setting: Setting) -> Rates:
    """Draw a bounded random walk for each foreign currency, weekends repeating the Friday."""
    first = epoch_day(setting.opened_on - LEAD_IN)
    days = np.arange(first, epoch_day(setting.business_on) + 1)
    rows = [_walk(setting, position, days) for position in range(len(CURRENCIES))]
    rows[CHF][days < epoch_day(FIRST_SWISS_RATE_ON)] = UNPRICED
    return Rates(first, np.stack(rows))


def _walk(setting: Setting, currency: int, days: Days) -> Amounts:
    if currency == EUR:
        return np.full(len(days), 100, dtype=np.int64)
    chance = setting.stream("rates", CURRENCIES[currency]).random(len(days))
    working = weekday(days) < 5
    offset, walked = 0, []
    for draw, moves in zip(chance, working, strict=True):
        if moves:
            offset = min(SWING, max(-SWING, offset + int(draw > 0.8) - int(draw < 0.2)))
        walked.append(BASE_RATES[currency] + offset)
    return np.array(walked, dtype=np.int64)
