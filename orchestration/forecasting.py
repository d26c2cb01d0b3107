"""The statistical forecast, as a function of plain values that SQL calls.

Simple exponential smoothing with additive errors (Hyndman, Koehler, Ord and Snyder, *Forecasting
with Exponential Smoothing*, 2008, class ANN): the level of a week's bookings follows what came, by
as much as fits the past best. A period is a sum of weeks whose errors carry over from one to the
next, so its variance is not the sum of theirs; of a week that counts in part only the error of that
part comes in, and days are as independent of each other as weeks.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

SEPARATOR = ";"
HORIZON_WEEKS = 40
"""Further than to the end of any next quarter."""
LEVEL = 80
"""Level in per cent of the interval that the variances are read from; any would do."""


def smoothed_total(history: str, shares: str, quantile: float) -> float:
    """What is to be expected of the weeks after a history, at a quantile of its distribution.

    Args:
        history: amounts of past weeks, the oldest first, separated by ``;``; at least eight.
        shares: for each coming week, the next one first, the part of it that counts, 0 to 1.
        quantile: 0.5 for the forecast itself, 0.1 and 0.9 for the bounds of the 80 % interval.

    Returns:
        An amount; never below 0, since what is won is never taken back here.
    """
    mean, deviation = _total(history, shares)
    if deviation == 0:
        return max(mean, 0.0)
    return max(NormalDist(mean, deviation).inv_cdf(quantile), 0.0)


def _total(history: str, shares: str) -> tuple[float, float]:
    """Mean and standard deviation of the sum of the coming weeks' parts."""
    parts = _numbers(shares)
    means, responses, deviation = _weeks(history)
    mean = sum(part * week for part, week in zip(parts, means, strict=False))
    # The part of a week has that part of its variance, and all of its error carries over to later weeks.
    carried = [
        sum(later * responses[ahead] for ahead, later in enumerate(parts[index + 1 :]))
        for index in range(len(parts))
    ]
    variance = sum(part * (1 + 2 * over) + over * over for part, over in zip(parts, carried, strict=True))
    return mean, deviation * float(variance) ** 0.5


@lru_cache(maxsize=4096)
def _weeks(history: str) -> tuple[list[float], list[float], float]:
    """Means of the coming weeks, how far an error carries over to them, and an error's deviation."""
    # Loaded late: it takes seconds, and many a warehouse is built without a statistical forecast.
    import numpy as np
    from statsforecast.models import AutoETS

    amounts = np.array(_numbers(history))
    model = AutoETS(season_length=1, model="ANN")
    found: dict[str, Any] = model.forecast(y=amounts, h=HORIZON_WEEKS, level=[LEVEL])
    reach = NormalDist().inv_cdf(0.5 + LEVEL / 200)
    variances = ((found[f"hi-{LEVEL}"] - found["mean"]) / reach) ** 2
    if variances[0] <= 0:
        return found["mean"].tolist(), [0.0] * HORIZON_WEEKS, 0.0
    carried = np.sqrt(np.maximum(np.diff(variances), 0) / variances[0])
    return found["mean"].tolist(), carried.tolist(), float(np.sqrt(variances[0]))


def _numbers(texts: str) -> Sequence[float]:
    return [float(text) for text in texts.split(SEPARATOR)]
