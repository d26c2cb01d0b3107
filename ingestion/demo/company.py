"""The cast: who works at the demo company, where, and what it sells in which currency.

What tests look for is planted here, beside the names it happens to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

NAME = "Maison Aubrac"
FISCAL_START_MONTH = 4

CURRENCIES = ("EUR", "GBP", "USD", "CHF")
EUR, GBP, USD, CHF = range(4)
BASE_RATES = (100, 117, 92, 105)
"""Hundredths of a euro for one unit, around which the rates of each currency move."""

SWISS_LAUNCH_ON = date(2026, 5, 4)
"""First day on which customers around Geneva may pay in francs."""

FIRST_SWISS_RATE_ON = date(2026, 5, 13)
"""Planted: treasury sends its first rate of the franc nine days late; until then sales are unpriced."""

MISSING_EXPORT_ON = date(2026, 6, 18)
"""Planted: the online channel's export of this day, a Thursday, never arrived."""

SILENT_DAYS = (7, 4)
"""Planted: on every business date one prospect has been silent for a week, and one for four days."""


@dataclass(frozen=True)
class Territory:
    """Where customers are; ``online_share`` is its part of the sales nobody sold."""

    territory_id: str
    name: str
    region: str
    country: str
    currency: int
    online_share: float

    @property
    def language(self) -> str:
        """What its customers speak."""
        return LANGUAGES[self.country]


TERRITORIES = (
    Territory("TR01", "Île-de-France", "Nord", "FR", EUR, 0.28),
    Territory("TR02", "Hauts-de-France", "Nord", "FR", EUR, 0.1),
    Territory("TR03", "Grand Ouest", "Nord", "FR", EUR, 0.11),
    Territory("TR04", "Auvergne-Rhône-Alpes", "Sud", "FR", EUR, 0.14),
    Territory("TR05", "Méditerranée", "Sud", "FR", EUR, 0.11),
    Territory("TR06", "Deutschland", "Europe", "DE", EUR, 0.1),
    Territory("TR07", "United Kingdom", "Europe", "GB", GBP, 0.1),
    Territory("TR08", "North America", "Outre-mer", "US", USD, 0.06),
)
TERRITORY_IDS = tuple(place.territory_id for place in TERRITORIES)
LANGUAGES = {"FR": "french", "DE": "german", "GB": "english", "US": "english"}
"""What customers speak, by country."""

PRODUCT_SKILLS = ("cloud", "hardware", "training")

REGIONS = tuple(place.region for place in TERRITORIES)
COUNTRIES = tuple(place.country for place in TERRITORIES)

SWISS_TERRITORY = 3
"""Position of the territory whose customers pay in francs after the launch."""

SWISS_SHARE = 0.25


@dataclass(frozen=True)
class Team:
    """A team; three levels deep."""

    team_id: str
    name: str
    parent_id: str | None
    lead_id: str
    region: str | None


TEAMS = (
    Team("T00", "Direction commerciale", None, "U001", None),
    Team("T10", "Ventes Nord", "T00", "U002", "Nord"),
    Team("T20", "Ventes Sud et Export", "T00", "U003", "Sud"),
    Team("T11", "Île-de-France", "T10", "U004", "Nord"),
    Team("T12", "Nord et Ouest", "T10", "U005", "Nord"),
    Team("T21", "Rhône et Méditerranée", "T20", "U006", "Sud"),
    Team("T22", "Europe et Amérique", "T20", "U007", "Europe"),
)

OVER_ASSIGNED_TEAM = "T12"
"""Planted: its reps' booking targets add up to more than the team's own, from this fiscal year on."""

OVER_ASSIGNED_FROM = 2026
OVER_ASSIGNED_RATIO = (9, 10)
"""The team's own target over the sum of its reps', as a fraction."""


@dataclass(frozen=True)
class Lead:
    """Somebody who leads a team and owns no deals but those of people who left."""

    rep_id: str
    name: str
    title: str
    team_id: str
    manager_id: str | None
    hired_on: date = date(2018, 9, 3)


LEADS = (
    Lead("U001", "Hélène Mercier", "Director", "T00", None),
    Lead("U002", "Antoine Roussel", "Supervisor", "T10", "U001"),
    Lead("U003", "Samira Haddad", "Supervisor", "T20", "U001"),
    Lead("U004", "Claire Fontaine", "Team lead", "T11", "U002"),
    Lead("U005", "Yann Le Goff", "Team lead", "T12", "U002"),
    Lead("U006", "Marco Bellini", "Team lead", "T21", "U003"),
    Lead("U007", "Ingrid Sommer", "Team lead", "T22", "U003"),
)


@dataclass(frozen=True)
class Seller:
    """A rep who sells.

    ``weight`` is the part of the orders credited to reps, ``pace`` the deals opened in a
    month, ``persuasion`` the factor on the odds of every stage. ``homes`` are territories
    with the first day of each.
    """

    rep_id: str
    name: str
    team_id: str
    homes: tuple[tuple[date, int], ...]
    weight: float = 1.0
    pace: float = 5.0
    persuasion: float = 1.0
    hired_on: date = date(2020, 1, 6)
    left_on: date | None = None

    @property
    def number(self) -> int:
        """Number within the sales force, from which other systems make their ids."""
        return int(self.rep_id[1:])

    @property
    def shop_code(self) -> str:
        """The rep's id in the shop."""
        return f"S-{self.number:02d}"

    @property
    def staff_number(self) -> str:
        """The rep's id in the reports of the head office; leading zeros are significant."""
        return f"{1000 + 7 * self.number:06d}"

    def works(self, on: date) -> bool:
        """Whether the rep is employed on a day."""
        return self.hired_on <= on and (self.left_on is None or on <= self.left_on)

    def home(self, on: date) -> int:
        """Position of the rep's territory on a day."""
        begun = [territory for since, territory in self.homes if since <= on]
        return begun[-1] if begun else self.homes[0][1]

    @property
    def lead_capacity(self) -> int:
        """Open leads the rep can work on at a time: the fewer, the more deals the rep opens."""
        return int(60 // self.pace)

    def skills(self, on: date) -> tuple[str, ...]:
        """What the rep can do for a lead: the language of the territory, and one or two kinds of product."""
        products = {PRODUCT_SKILLS[self.number % 3], PRODUCT_SKILLS[self.number // 3 % 3]}
        return (TERRITORIES[self.home(on)].language, *sorted(products))

    def spells(self) -> Iterator[tuple[date, date | None, int]]:
        """First day, last day (None: open) and territory's position of each spell, in order."""
        ends = [since - timedelta(days=1) for since, _ in self.homes[1:]]
        for (since, territory), until in zip(self.homes, [*ends, self.left_on], strict=True):
            yield since, until, territory


def _always(territory: int) -> tuple[tuple[date, int], ...]:
    return ((date(2020, 1, 6), territory),)


SELLERS = (
    Seller("U011", "Camille Laurent", "T11", _always(0), weight=2.6, persuasion=1.5),
    Seller("U012", "Nicolas Petit", "T11", _always(0), weight=1.2),
    Seller("U013", "Fatou Diallo", "T11", _always(0), weight=1.4, persuasion=1.2),
    Seller("U014", "Julien Moreau", "T11", _always(0), weight=0.8, pace=13.0, persuasion=0.3),
    Seller("U015", "Élodie Girard", "T12", _always(1), weight=1.1),
    Seller("U016", "Thomas Lefèvre", "T12", ((date(2020, 1, 6), 1), (date(2025, 9, 1), 2)), weight=0.9),
    Seller("U017", "Maëlle Kervella", "T12", _always(2), weight=1.3, persuasion=1.1),
    Seller("U018", "Hugo Caron", "T12", _always(2), weight=0.8, left_on=date(2025, 11, 28)),
    Seller("U019", "Nadia Benali", "T21", _always(3), weight=1.5, persuasion=1.2),
    Seller("U020", "Paul Garnier", "T21", _always(3), weight=0.9, pace=6.0),
    Seller("U021", "Lucie Blanc", "T21", _always(4), weight=1.0),
    Seller("U022", "Karim Meziane", "T21", ((date(2025, 3, 3), 4),), weight=0.9, hired_on=date(2025, 3, 3)),
    Seller("U023", "Jonas Weber", "T22", _always(5), weight=1.2),
    Seller("U024", "Emma Clarke", "T22", _always(6), weight=1.3, persuasion=1.1),
    Seller("U025", "Oliver Hughes", "T22", _always(6), weight=0.25, pace=3.0, persuasion=0.8),
    Seller("U026", "Grace Miller", "T22", _always(7), weight=0.9),
)

BUSY_SELLER = 3
"""Planted: opens far more deals than anybody and wins the smallest part of them."""

LEAKING_SELLER = 9
"""Planted: loses deals at one stage that others pass."""

STALLED_FACTOR = 3
"""A deal is stalled that has been in its stage longer than so many times the stage's norm."""

MARKETPLACE_CODE = "MKT-01"
"""Planted: a seller code of the shop that the CRM does not know."""


@dataclass(frozen=True)
class Stage:
    """An open stage of the funnel; ``passing`` is the part of deals that go on from it."""

    name: str
    percent: int
    norm_days: int
    passing: float


OPEN_STAGES = (
    Stage("Prospecting", 10, 7, 0.85),
    Stage("Qualification", 20, 14, 0.82),
    Stage("Discovery", 40, 14, 0.8),
    Stage("Proposal", 60, 21, 0.68),
    Stage("Negotiation", 80, 14, 0.78),
    Stage("Verbal commitment", 90, 7, 0.92),
)
QUALIFICATION, DISCOVERY, PROPOSAL, NEGOTIATION = range(1, 5)
WON, LOST = len(OPEN_STAGES), len(OPEN_STAGES) + 1
STAGE_NAMES = (*(stage.name for stage in OPEN_STAGES), "Closed Won", "Closed Lost")
STAGE_PERCENTS = (*(stage.percent for stage in OPEN_STAGES), 100, 0)
NORM_DAYS = np.array([stage.norm_days for stage in OPEN_STAGES], dtype=np.int64)

LEAKING_STAGE = PROPOSAL
LEAKING_PASSING = 0.2


def passing_chances() -> npt.NDArray[np.float64]:
    """Chance of going on from each open stage, by seller (rows) and stage (columns)."""
    base = np.array([stage.passing for stage in OPEN_STAGES])
    odds = base / (1 - base) * np.array([[seller.persuasion] for seller in SELLERS])
    chances = odds / (1 + odds)
    chances[LEAKING_SELLER, LEAKING_STAGE] = LEAKING_PASSING
    return np.asarray(chances)


def manager_of(team_id: str) -> str:
    """Who leads a team."""
    return next(team.lead_id for team in TEAMS if team.team_id == team_id)
