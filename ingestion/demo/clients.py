"""Whom the company sells to: accounts and contacts in the CRM, customers in the shop.

Clients are numbered from 0 and join one after the other, so how many there are on a day says
who they are. Client ``n`` lies in territory ``n`` modulo the number of territories, in both
systems; the first customers of the shop are the first accounts of the CRM.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo.columns import named
from ingestion.demo.company import SELLERS, TERRITORIES
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import Days, epoch_day

ACCOUNTS = 320
CUSTOMERS = 600
"""Clients after two and a half years, at scale 1."""

FEWEST = 64
"""Least number of clients of a kind, so that every territory has some."""

FOUNDING_PART = 0.55
"""Part of the clients that joined before the shop opened."""

JOINING_DAYS = 912
"""Days after the opening in which the others join; more keep joining at that pace."""

FOUNDING_DAYS = 700

SUBSIDIARY_SHARE = 0.08

LOYALTY = 1.7
"""Above 1, older clients buy more often than newer ones."""

FIRST_WORDS = (
    "Atelier",
    "Groupe",
    "Maison",
    "Société",
    "Établissements",
    "Cabinet",
    "Coopérative",
    "Studio",
    "Comptoir",
)
LAST_WORDS = (
    "Arnaud",
    "Bastide",
    "Castel",
    "Delorme",
    "Estève",
    "Ferrand",
    "Gaillard",
    "Hamelin",
    "Imbert",
    "Jourdan",
    "Keller",
)
INDUSTRIES = ("Bâtiment", "Commerce", "Conseil", "Industrie", "Santé", "Transport", "Éducation")
SIZES = (("1-9", 6), ("10-49", 28), ("50-249", 120), ("250+", 900))
CHANNELS = ("search", "referral", "trade fair", "newsletter", "partner", None)
FORENAMES = (
    "Alice",
    "Bruno",
    "Chloé",
    "David",
    "Eva",
    "Farid",
    "Gaëlle",
    "Henri",
    "Inès",
    "Jean",
    "Karin",
    "Louis",
    "Mina",
)
SURNAMES = (
    "Aubert",
    "Bernard",
    "Chevalier",
    "Dumas",
    "Evrard",
    "Fournier",
    "Guérin",
    "Hardy",
    "Jacob",
    "Klein",
    "Lopez",
)
JOBS = (
    ("Managing director", "Decision maker"),
    ("Head of purchasing", "Buyer"),
    ("IT manager", "Influencer"),
    ("Office manager", "Gatekeeper"),
    ("Team lead", "User"),
    ("Consultant", None),
)


def population(setting: Setting, kind: str) -> int:
    """Clients of a kind, ``accounts`` or ``customers``, after two and a half years."""
    wanted = ACCOUNTS * setting.breadth if kind == "accounts" else CUSTOMERS * setting.scale
    return max(FEWEST, round(wanted))


def joined_by(setting: Setting, kind: str, on: date) -> int:
    """How many clients of a kind there are at the end of a day."""
    total = population(setting, kind)
    founders = int(total * FOUNDING_PART)
    days = max(0, epoch_day(on) - epoch_day(setting.opened_on) + 1)
    return founders + (total - founders) * days // JOINING_DAYS


def pick(joined: int, territory: Days, chance: npt.NDArray[np.float64]) -> Days:
    """A client of each territory, the longer with the company the likelier.

    Args:
        joined: how many clients there are, at least one per territory.
        territory: position of the territory wanted, per pick.
        chance: uniform chance in [0, 1), per pick.
    """
    rounds = joined // len(TERRITORIES)
    return territory + len(TERRITORIES) * (chance**LOYALTY * rounds).astype(np.int64)


def accounts(setting: Setting) -> pl.DataFrame:
    """One row per account that joined by the business date, ``number`` and ``territory`` as positions."""
    joined = joined_by(setting, "accounts", setting.business_on)
    number = np.arange(joined)
    draws = setting.stream("accounts").random((joined, 4))
    size = (draws[:, 0] * len(SIZES)).astype(np.int64)
    least = np.array([heads for _, heads in SIZES])[size]
    heads = least + (draws[:, 1] * least).astype(np.int64)
    is_subsidiary = (draws[:, 2] < SUBSIDIARY_SHARE) & (number >= 2 * len(TERRITORIES))
    frame = pl.DataFrame(
        {
            "number": number,
            "territory": number % len(TERRITORIES),
            "owner": [_owner(client, setting.business_on) for client in range(joined)],
            "parent": pl.Series(number % len(TERRITORIES)).set(pl.Series(~is_subsidiary), None),
            "industry": (draws[:, 3] * len(INDUSTRIES)).astype(np.int64),
            "heads": heads,
            "turnover": heads * 140_000,
            "created_day": _joined_on(setting, "accounts", number),
        }
    )
    return frame.with_columns(named(INDUSTRIES, "industry").alias("industry"), name=_company_name())


def contacts_of(account: Days) -> Days:
    """How many contacts each account has: one to three."""
    return 1 + account * 7 // 3 % 3


def contacts(setting: Setting) -> pl.DataFrame:
    """One row per contact of every account: ``account``, ``which`` of its contacts, and who that is."""
    joined = np.arange(joined_by(setting, "accounts", setting.business_on))
    counts = contacts_of(joined)
    account = np.repeat(joined, counts)
    which = np.arange(len(account)) - np.repeat(np.cumsum(counts) - counts, counts)
    mixed = account * 5 + which * 3
    frame = pl.DataFrame(
        {
            "number": np.arange(len(account)),
            "account": account,
            "which": which,
            "forename": mixed % len(FORENAMES),
            "surname": (account + which) % len(SURNAMES),
            "job": mixed // 2 % len(JOBS),
            "created_day": _joined_on(setting, "accounts", account),
        }
    )
    return frame.with_columns(
        name=pl.format("{} {}", named(FORENAMES, "forename"), named(SURNAMES, "surname")),
        title=named([job for job, _ in JOBS], "job"),
        role=named([role for _, role in JOBS], "job"),
    )


def customers(setting: Setting) -> pl.DataFrame:
    """One row per customer of the shop that joined by the business date.

    ``account`` is the number of the CRM's account, null for customers the CRM does not know.
    """
    joined = joined_by(setting, "customers", setting.business_on)
    number = np.arange(joined)
    in_crm = number < joined_by(setting, "accounts", setting.business_on)
    draws = setting.stream("customers").random((joined, 3))
    choices = (draws * np.array([len(SIZES), len(INDUSTRIES), len(CHANNELS)])).astype(np.int64)
    frame = pl.DataFrame(
        {
            "number": number,
            "account": pl.Series(number).set(pl.Series(~in_crm), None),
            "territory": number % len(TERRITORIES),
            "size": choices[:, 0],
            "industry": choices[:, 1],
            "channel": choices[:, 2],
            "created_day": _joined_on(setting, "customers", number),
        }
    )
    return frame.with_columns(
        named([size for size, _ in SIZES], "size").alias("size"),
        named(INDUSTRIES, "industry").alias("industry"),
        named(CHANNELS, "channel").alias("channel"),
        name=_company_name(),
    )


def _company_name() -> pl.Expr:
    """Two words, and the client's number so that no two are alike."""
    first = pl.lit(pl.Series(FIRST_WORDS)).gather(pl.col("number") * 4 % len(FIRST_WORDS))
    last = pl.lit(pl.Series(LAST_WORDS)).gather(pl.col("number") * 3 % len(LAST_WORDS))
    return pl.format("{} {} {}", first, last, pl.col("number") + 1)


def _joined_on(setting: Setting, kind: str, number: Days) -> Days:
    """The day each client joined: the inverse of ``joined_by``."""
    total = population(setting, kind)
    founders = int(total * FOUNDING_PART)
    later = -(-(number - founders + 1) * JOINING_DAYS // (total - founders)) - 1
    earlier = (number - founders) * FOUNDING_DAYS // founders
    return epoch_day(setting.opened_on) + np.where(number < founders, earlier, later)


def _owner(client: int, today: date) -> str:
    """The sellers of a territory share its clients evenly."""
    round_, territory = divmod(client, len(TERRITORIES))
    sellers = [seller.rep_id for seller in SELLERS if seller.works(today) and seller.home(today) == territory]
    return sellers[round_ % len(sellers)]
