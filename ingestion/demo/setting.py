"""What one simulation is asked for, and where its chance comes from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from daybook.errors import ConfigurationError

DEMO_BUSINESS_ON = date(2026, 6, 30)
"""Business date of the demo where none is asked for: nothing reads the clock."""

OPENED_ON = date(2024, 1, 1)
"""First day of the company's shop; the history starts here, whatever the business date."""

DEFAULT_SEED = 20_240_101


@dataclass(frozen=True)
class Setting:
    """One company at the end of one business date.

    Everything is drawn for whole months, from a stream of chance of its own per month and
    subject, and only then cut off at ``business_on``. So a later business date tells the
    same history and adds to it.

    Args:
        business_on: last day that the source systems know.
        scale: customers and orders, 1 being some 57,000 order lines in two and a half years.
        seed: another seed is another company.
        opened_on: first day of the shop; the first of a month.

    Raises:
        ConfigurationError: the business date lies before the opening, or the scale is not positive.
    """

    business_on: date = DEMO_BUSINESS_ON
    scale: float = 1.0
    seed: int = DEFAULT_SEED
    opened_on: date = OPENED_ON

    def __post_init__(self) -> None:
        if self.business_on < self.opened_on:
            raise ConfigurationError(
                f"The demo company opened on {self.opened_on}; it has no data for {self.business_on}.",
                remedy=f"ask for a business date from {self.opened_on} on.",
            )
        if self.scale <= 0:
            raise ConfigurationError(
                f"A demo company of scale {self.scale} has no customers.",
                remedy="ask for a scale above 0, such as 0.1 or 10.",
            )

    @property
    def breadth(self) -> float:
        """Size of the CRM: shrinks more slowly than the shop and never outgrows the sales force."""
        return float(min(1.0, self.scale**0.5))

    def stream(self, *subject: str) -> np.random.Generator:
        """The stream of chance of one subject; independent of every other subject's."""
        return np.random.default_rng([self.seed, *(zlib.crc32(part.encode()) for part in subject)])
