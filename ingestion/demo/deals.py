"""The CRM's deals, simulated stage by stage from the day each was opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo import clients, company
from ingestion.demo.catalogue import Catalogue
from ingestion.demo.company import LOST, NORM_DAYS, OPEN_STAGES, PROPOSAL, SELLERS, TERRITORIES, WON
from ingestion.demo.prospects import watched_prospects
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import (
    Amounts,
    Days,
    add_months,
    epoch_day,
    last_weekday_of_month,
    month_starts,
    next_weekday,
    weekdays_of,
)

MONTHS_BEFORE_OPENING = 4
"""The pipeline was being filled before the shop opened; deals closed by then are left out."""

MONTH_END_PART = 0.35
"""Part of the deals whose closing waits for the last working day of the month."""

LEAD_SOURCES = ("Web", "Referral", "Trade fair", "Cold call", "Partner", None)

SPLIT_SHARE = 0.07
OWNER_PERCENT = 60
"""Part of a split deal that its owner keeps."""

UNVALUED_SHARE = 0.15
"""Part of the deals that have no amount before their proposal."""

MEDIAN_AMOUNT, AMOUNT_SPREAD = 7_500, 1.0
AMOUNT_STEP = 50
LEAST_AMOUNT = 500

DELETED_SHARE = 0.006
DELETED_AFTER = 20
"""Days after which a deal entered by mistake is deleted, unless it was closed by then."""


@dataclass(frozen=True)
class Deals:
    """What the CRM knows at the end of the business date.

    Attributes:
        deals: one row per deal. ``owner`` is the rep now; positions stand for seller, account,
            territory, product, currency and stage; days count from 1970; ``amount`` is in whole
            units; ``closed_day`` is null while open.
        changes: one row per move of a deal into a stage, oldest first.
        splits: one row per rep and deal with split credit; ``percent`` adds up to 100.
    """

    deals: pl.DataFrame
    changes: pl.DataFrame
    splits: pl.DataFrame


def simulate_deals(setting: Setting, catalogue: Catalogue) -> Deals:
    """Simulate every deal opened up to the business date and show it as it stands then."""
    first = add_months(setting.opened_on, -MONTHS_BEFORE_OPENING)
    opened = [_opened_in(month, setting, catalogue) for month in month_starts(first, setting.business_on)]
    watched, watched_moves = watched_prospects(setting)
    moves = pl.concat([*(events for _, events in opened), watched_moves])
    facts = _lasting(pl.concat([*(deals for deals, _ in opened), watched], how="diagonal"), moves, setting)
    changes = _changes(moves, facts, setting)
    deals = _as_they_stand(facts, changes, setting)
    return Deals(deals, changes, _splits(deals, changes))


def _opened_in(month: date, setting: Setting, catalogue: Catalogue) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The deals opened in one month, and all their moves, as if all of the future were known."""
    rng = setting.stream("deals", month.isoformat())
    pace = [seller.pace * setting.breadth * seller.works(month) for seller in SELLERS]
    counts = rng.poisson(pace)
    seller = rng.permutation(np.repeat(np.arange(len(SELLERS)), counts))
    created = np.sort(rng.choice(weekdays_of(month), len(seller)))
    keys = pl.Series(
        "deal", [f"OP{month:%y%m}{number + 1:04d}" for number in range(len(seller))], dtype=pl.String
    )
    deals = _facts(rng, month, setting, catalogue, seller).with_columns(
        keys, pl.Series("created_day", created, dtype=pl.Int64), pl.Series("seller", seller, dtype=pl.Int64)
    )
    return deals, _moves(rng, keys, seller, created)


def _facts(
    rng: np.random.Generator, month: date, setting: Setting, catalogue: Catalogue, seller: Days
) -> pl.DataFrame:
    """What is decided when a deal is opened, one row per seller given."""
    count = len(seller)
    territory = np.array([one.home(month) for one in SELLERS])[seller]
    account = clients.pick(clients.joined_by(setting, "accounts", month), territory, rng.random(count))
    product = rng.choice(len(catalogue.popularity), count, p=catalogue.popularity)
    amount = _rounded(rng.lognormal(np.log(MEDIAN_AMOUNT), AMOUNT_SPREAD, count))
    guess = _rounded(amount * rng.uniform(0.7, 1.3, count))
    contact = (rng.random(count) * clients.contacts_of(account)).astype(np.int64)
    return pl.DataFrame(
        {
            "account": account,
            "contact": contact,
            "territory": territory,
            "currency": np.array([place.currency for place in TERRITORIES])[territory],
            "product": product,
            "stream": pl.Series(catalogue.streams).gather(product),
            "lead_source": pl.Series(LEAD_SOURCES).gather(
                (rng.random(count) ** 1.3 * len(LEAD_SOURCES)).astype(int)
            ),
            "amount": amount,
            "guess": pl.Series(guess).set(pl.Series(rng.random(count) < UNVALUED_SHARE), None),
            "partner": _partners(rng, seller),
            "is_split": rng.random(count) < SPLIT_SHARE,
            "is_mistake": rng.random(count) < DELETED_SHARE,
        }
    )


def _rounded(amount: npt.NDArray[np.float64]) -> Amounts:
    steps = np.rint(np.maximum(amount, LEAST_AMOUNT) / AMOUNT_STEP)
    return AMOUNT_STEP * steps.astype(np.int64)


def _partners(rng: np.random.Generator, seller: Days) -> Days:
    """A colleague of each seller's team, to share credit with."""
    team = len(SELLERS) // 4
    return seller // team * team + (seller % team + rng.integers(1, team, len(seller))) % team


def _moves(rng: np.random.Generator, keys: pl.Series, seller: Days, created: Days) -> pl.DataFrame:
    """Every move into a stage of the deals given: deal, stage, day and second."""
    shape = (len(seller), len(OPEN_STAGES))
    durations = np.maximum(1, np.rint(NORM_DAYS * rng.lognormal(-0.1, 0.5, shape))).astype(np.int64)
    passed = np.cumprod(rng.random(shape) < company.passing_chances()[seller], axis=1).sum(axis=1)
    last = np.minimum(passed, WON - 1)
    begun = np.concatenate([np.zeros((len(seller), 1), dtype=np.int64), np.cumsum(durations, axis=1)], axis=1)
    entered = next_weekday(created[:, None] + begun)
    rows = np.arange(len(seller))
    closed = entered[rows, last + 1]
    waits = rng.random(len(seller)) < MONTH_END_PART
    closed = np.where(waits, np.maximum(closed, last_weekday_of_month(closed)), closed)
    deal, stage = np.nonzero(np.arange(WON) <= last[:, None])
    events = pl.DataFrame(
        {
            "deal": pl.concat([keys.gather(deal), keys]),
            "stage": np.concatenate([stage, np.where(passed == WON, WON, LOST)]),
            "day": np.concatenate([entered[deal, stage], closed]),
        }
    )
    # Later stages come later in the day, so that two moves of one day keep their order.
    minutes = rng.integers(0, 60, len(events))
    return events.with_columns(second=(9 + pl.col("stage")) * 3_600 + pl.Series(minutes) * 60)


def _lasting(facts: pl.DataFrame, moves: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """The deals that the shop's opening found open or that came later, with the days that matter."""
    closings = moves.filter(pl.col("stage") >= WON).select("deal", closing_day="day")
    deletion = pl.col("created_day") + DELETED_AFTER
    people = pl.DataFrame(
        {
            "seller": range(len(SELLERS)),
            "seller_id": [seller.rep_id for seller in SELLERS],
            "manager_id": [company.manager_of(seller.team_id) for seller in SELLERS],
            "left_day": [seller.left_on and epoch_day(seller.left_on) for seller in SELLERS],
        }
    )
    return (
        facts.join(closings, on="deal")
        .join(people, on="seller")
        .filter(
            pl.col("created_day") <= epoch_day(setting.business_on),
            pl.col("closing_day") >= epoch_day(setting.opened_on),
        )
        .with_columns(deleted_day=pl.when("is_mistake", deletion < pl.col("closing_day")).then(deletion))
    )


def _changes(moves: pl.DataFrame, facts: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """The moves made by the business date of deals that were not deleted, oldest first."""
    today = epoch_day(setting.business_on)
    remaining = np.append(np.cumsum(NORM_DAYS[::-1])[::-1], [0, 0])
    due = pl.col("day") + pl.lit(pl.Series(remaining)).gather(pl.col("stage"))
    return (
        moves.filter(pl.col("day") <= today)
        .join(facts, on="deal")
        .filter(pl.col("deleted_day").is_null() | (pl.col("deleted_day") > today))
        .select(
            "deal",
            "stage",
            "day",
            "second",
            "currency",
            owner=_owner_on(pl.col("day")),
            amount=pl.when(pl.col("stage") < PROPOSAL).then("guess").otherwise("amount"),
            due_day=due,
        )
        .sort("day", "second", "deal")
    )


def _owner_on(day: pl.Expr) -> pl.Expr:
    """The rep who opened the deal, or the team's lead once that rep had left."""
    return pl.when(day > pl.col("left_day")).then("manager_id").otherwise("seller_id")


def _as_they_stand(facts: pl.DataFrame, changes: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """Each deal at the end of the business date, oldest first."""
    today = epoch_day(setting.business_on)
    last = changes.group_by("deal").agg(
        pl.col("stage", "day", "second", "due_day").sort_by("stage").last(),
        amount_now=pl.col("amount").sort_by("stage").last(),
    )
    is_closed = pl.col("stage") >= WON
    handed_over = pl.when(~is_closed & (pl.col("left_day") < today)).then(pl.col("left_day") + 1)
    return (
        facts.join(last, on="deal", how="left")
        .with_columns(
            stage=pl.col("stage").fill_null(0),
            is_deleted=pl.col("deleted_day").is_not_null() & (pl.col("deleted_day") <= today),
        )
        .with_columns(
            is_closed=is_closed,
            closed_day=pl.when(is_closed).then("day"),
            owner=_owner_on(pl.when(is_closed).then("day").otherwise(today)),
            touched_day=pl.max_horizontal(
                pl.when(~is_closed).then("touched_day"),
                handed_over,
                pl.when("is_deleted").then("deleted_day"),
                "day",
            ),
        )
        .with_columns(
            # A touch that is not a move happens in the evening.
            second=pl.when(pl.col("touched_day") == pl.col("day")).then("second").otherwise(18 * 3_600),
            amount=pl.when("is_deleted").then("amount").otherwise("amount_now"),
        )
        .sort("created_day", "deal")
    )


def _splits(deals: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Split credit, agreed when a deal reaches its proposal."""
    proposed = changes.filter(pl.col("stage") == PROPOSAL).select("deal")
    shared = deals.filter("is_split", pl.col("owner") == pl.col("seller_id")).join(
        proposed, on="deal", how="semi"
    )
    partner = pl.lit(pl.Series([seller.rep_id for seller in SELLERS])).gather(pl.col("partner"))
    return pl.concat(
        [
            shared.select("deal", rep="owner", percent=pl.lit(OWNER_PERCENT)),
            shared.select("deal", rep=partner, percent=pl.lit(100 - OWNER_PERCENT)),
        ]
    ).sort("deal", "rep")
