"""The CRM's deals, simulated stage by stage from the day each was opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo import clients, company
from ingestion.demo.activities import draw_activities, planted_activities, standing_activities
from ingestion.demo.catalogue import Catalogue
from ingestion.demo.company import LOST, NORM_DAYS, OPEN_STAGES, PROPOSAL, SELLERS, TERRITORIES, WON
from ingestion.demo.decisions import decision_centres
from ingestion.demo.handling import draw_handling, handled
from ingestion.demo.leads import draw_leads_of_deals, draw_other_leads, lead_activities, standing_leads
from ingestion.demo.ownership import owner_on, people
from ingestion.demo.prospects import Prospects, planted_prospects
from ingestion.demo.routes import take_routes
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
class Opened:
    """What one month adds, as if all of the future were known.

    Attributes:
        deals: one row per deal opened in it.
        moves: every move of those deals.
        activities: everything done for those deals.
        leads: the leads that those deals began as.
    """

    deals: pl.DataFrame
    moves: pl.DataFrame
    activities: pl.DataFrame
    leads: pl.DataFrame


@dataclass(frozen=True)
class Deals:
    """What the CRM knows at the end of the business date.

    Attributes:
        deals: one row per deal. ``owner`` is the rep now; positions stand for seller, account,
            territory, product, currency and stage; days count from 1970; ``amount`` is in whole
            units; ``closed_day`` is null while open.
        changes: one row per move of a deal into a stage, oldest first.
        splits: one row per rep and deal with split credit; ``percent`` adds up to 100.
        contacts: one row per person with a say in a deal.
        activities: one row per activity, done or planned.
        leads: one row per lead.
    """

    deals: pl.DataFrame
    changes: pl.DataFrame
    splits: pl.DataFrame
    contacts: pl.DataFrame
    activities: pl.DataFrame
    leads: pl.DataFrame


def simulate_deals(setting: Setting, catalogue: Catalogue) -> Deals:
    """Simulate every deal opened up to the business date and show it as it stands then."""
    first = add_months(setting.opened_on, -MONTHS_BEFORE_OPENING)
    # Leads of next month's deals may have come in this month.
    months = month_starts(first, add_months(setting.business_on, 1))
    opened = [_opened_in(month, setting, catalogue) for month in months]
    planted = planted_prospects(setting)
    moves = pl.concat([*(month.moves for month in opened), planted.moves])
    lasting = _lasting(
        pl.concat([*(month.deals for month in opened), planted.deals], how="diagonal"), moves, setting
    )
    facts = lasting.filter(pl.col("created_day") <= epoch_day(setting.business_on))
    changes = _changes(moves, facts, setting)
    deals = _as_they_stand(facts, changes, setting)
    leads = _leads(opened, lasting, setting)
    return Deals(
        deals=deals,
        changes=changes,
        splits=_splits(deals, changes),
        contacts=decision_centres(deals, setting),
        activities=_activities(opened, planted, facts, leads, setting),
        leads=standing_leads(leads, setting),
    )


def _leads(opened: Sequence[Opened], lasting: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """All leads; those of deals that are left out or get deleted are left out, too."""
    kept = lasting.filter(pl.col("deleted_day").is_null())
    began = pl.concat([month.leads for month in opened]).join(kept, on="deal", how="semi")
    months = month_starts(setting.opened_on, setting.business_on)
    others = [draw_other_leads(month, setting) for month in months]
    return pl.concat([began, *others], how="diagonal")


def _activities(
    opened: Sequence[Opened], planted: Prospects, facts: pl.DataFrame, leads: pl.DataFrame, setting: Setting
) -> pl.DataFrame:
    """Activities for deals and leads as they stand; none for deals that get deleted."""
    kept = facts.filter(pl.col("deleted_day").is_null()).select("deal", "seller", "account", "contact")
    drawn = [month.activities for month in opened]
    of_deals = pl.concat([*drawn, planted_activities(planted.touches, planted.deals)]).join(kept, on="deal")
    since = pl.col("created_day") >= epoch_day(setting.opened_on)
    of_leads = lead_activities(leads.filter(since))
    everything = pl.concat([of_deals, of_leads], how="diagonal").join(people(), on="seller")
    return standing_activities(everything, epoch_day(setting.business_on))


def _opened_in(month: date, setting: Setting, catalogue: Catalogue) -> Opened:
    """Draw the deals opened in one month, and all that becomes of them."""
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
    name = month.isoformat()
    moves = take_routes(setting.stream("routes", name), _moves(rng, keys, seller, created))
    draws = draw_handling(setting.stream("handling", name), len(deals))
    return Opened(
        deals=pl.concat([deals, draws], how="horizontal"),
        moves=moves,
        activities=draw_activities(setting.stream("activities", name), moves),
        leads=draw_leads_of_deals(setting.stream("leads of deals", name), deals),
    )


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
    """The deals that the shop's opening found open or that come later, with the days that matter."""
    closings = moves.filter(pl.col("stage") >= WON).select(
        "deal", closing_day="day", winning_day=pl.when(pl.col("stage") == WON).then("day")
    )
    deletion = pl.col("created_day") + DELETED_AFTER
    return (
        facts.join(closings, on="deal")
        .join(people(), on="seller")
        .filter(
            pl.col("closing_day") >= epoch_day(setting.opened_on),
        )
        .with_columns(
            deleted_day=pl.when("is_mistake", deletion < pl.col("closing_day")).then(deletion),
            first_win_day=pl.col("winning_day").min().over("account"),
        )
    )


def _changes(moves: pl.DataFrame, facts: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """The moves made by the business date of deals that were not deleted, oldest first."""
    today = epoch_day(setting.business_on)
    remaining = np.append(np.cumsum(NORM_DAYS[::-1])[::-1], [0, 0])
    due = pl.col("day") + pl.lit(pl.Series(remaining)).gather(pl.col("stage"))
    # What was proposed once stays the amount, whatever way the deal takes afterwards.
    furthest = pl.col("stage").cum_max().over("deal", order_by=["day", "second"])
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
            owner=owner_on(pl.col("day")),
            amount=pl.when(furthest < PROPOSAL).then("guess").otherwise("amount"),
            due_day=due,
        )
        .sort("day", "second", "deal")
    )


def _as_they_stand(facts: pl.DataFrame, changes: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """Each deal at the end of the business date, oldest first."""
    today = epoch_day(setting.business_on)
    last = changes.group_by("deal").agg(
        pl.col("stage", "day", "second", "due_day").last(),
        amount_now=pl.col("amount").last(),
        reached=pl.col("stage").filter(pl.col("stage") < WON).last(),
    )
    is_closed = pl.col("stage") >= WON
    handed_over = pl.when(~is_closed & (pl.col("left_day") < today)).then(pl.col("left_day") + 1)
    standing = (
        facts.join(last, on="deal", how="left")
        .with_columns(
            pl.col("stage", "reached").fill_null(0),
            is_deleted=pl.col("deleted_day").is_not_null() & (pl.col("deleted_day") <= today),
        )
        .with_columns(
            is_closed=is_closed,
            closed_day=pl.when(is_closed).then("day"),
            owner=owner_on(pl.when(is_closed).then("day").otherwise(today)),
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
    return handled(standing, today)


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
