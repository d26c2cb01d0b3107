"""Calls, e-mails, meetings, quotes and tasks: what reps did for deals and leads, and what they plan."""

from __future__ import annotations

import numpy as np
import polars as pl

from ingestion.demo.company import PROPOSAL, WON
from ingestion.demo.ownership import owner_on
from ingestion.demo.timeline import next_weekday

TYPES = ("Call", "Email", "Meeting", "Demonstration", "Quote", "Task")
CALL, EMAIL, MEETING, DEMONSTRATION, QUOTE, TASK = range(len(TYPES))

TYPE_SHARES = np.array(
    [
        [0.55, 0.4, 0.0, 0.0, 0.0, 0.05],
        [0.45, 0.35, 0.1, 0.0, 0.0, 0.1],
        [0.2, 0.25, 0.25, 0.25, 0.0, 0.05],
        [0.3, 0.4, 0.15, 0.0, 0.1, 0.05],
        [0.25, 0.35, 0.25, 0.0, 0.1, 0.05],
        [0.3, 0.5, 0.1, 0.0, 0.0, 0.1],
    ]
)
"""Part of each type by open stage."""

MORE_ACTIVITIES = 1.1
"""Mean of the activities of a stay in a stage, beside the first."""

PLANNED_SHARE = 0.5
LATE_SHARE = 0.2
"""Part of the planned activities that happen later than planned."""

DROPPED_SHARE = 0.08
"""Part of the planned activities that nobody ever does."""

INBOUND_SHARE = 0.3

EVENING = 18 * 3_600
"""Second of the day at which plans are written down."""


def draw_activities(rng: np.random.Generator, moves: pl.DataFrame) -> pl.DataFrame:
    """All activities for the deals opened in one month, as if all of the future were known.

    Args:
        rng: chance of that month.
        moves: every move of those deals: deal, stage, day and second.

    Returns:
        Deal, type, day and second; day planned for and day of planning, null without a plan;
        whether it is dropped, and whether the customer turned to the rep.
    """
    stays = (
        moves.sort("deal", "day", "second")
        .with_columns(until=pl.col("day").shift(-1).over("deal"))
        .filter(pl.col("stage") < WON)
    )
    which = np.repeat(np.arange(len(stays)), 1 + rng.poisson(MORE_ACTIVITIES, len(stays)))
    is_first = np.append(True, which[1:] != which[:-1])[: len(which)]
    stage, entered, until = (stays[name].to_numpy()[which] for name in ("stage", "day", "until"))
    is_offer = is_first & (stage == PROPOSAL)
    chance = rng.random((len(which), 6))
    reached = entered + (chance[:, 0] * (until - entered)).astype(np.int64)
    day = np.where(is_offer, entered, np.minimum(next_weekday(reached), until))
    kind = (chance[:, [1]] >= np.cumsum(TYPE_SHARES, axis=1)[stage]).sum(axis=1)
    slip = np.where(chance[:, 3] < LATE_SHARE, 1 + (chance[:, 3] / LATE_SHARE * 4).astype(np.int64), 0)
    planned = np.maximum(entered, day - slip)
    ahead = 1 + (chance[:, 4] * 9).astype(np.int64)
    is_planned = (chance[:, 2] < PLANNED_SHARE) & ~is_offer
    frame = pl.DataFrame(
        {
            "deal": stays["deal"].gather(which),
            "type": np.where(is_offer, QUOTE, np.minimum(kind, len(TYPES) - 1)),
            "day": day,
            "second": 9 * 3_600 + 60 * rng.integers(0, 9 * 60, len(which)),
            "planned_day": planned,
            "entered_day": np.maximum(entered, planned - ahead),
            "is_planned": is_planned,
            "is_dropped": is_planned & (chance[:, 2] < PLANNED_SHARE * DROPPED_SHARE),
            "is_inbound": chance[:, 5] < INBOUND_SHARE,
        }
    )
    plan = pl.col("planned_day", "entered_day")
    return _numbered(frame.with_columns(pl.when("is_planned").then(plan)).drop("is_planned"))


def planted_activities(touches: pl.DataFrame, deals: pl.DataFrame) -> pl.DataFrame:
    """What was written to the planted prospects, and the agreed ends of their suspensions."""
    plain = touches.select(
        "deal",
        type=pl.lit(EMAIL, dtype=pl.Int64),
        day="day",
        second=pl.lit(EVENING, dtype=pl.Int64),
        planned_day=pl.lit(None, dtype=pl.Int64),
        entered_day=pl.lit(None, dtype=pl.Int64),
        is_dropped=pl.lit(False),
        is_inbound=pl.lit(False),
    )
    taken_up = deals.filter(pl.col("resume_day").is_not_null()).select(
        "deal",
        type=pl.lit(TASK, dtype=pl.Int64),
        day="resume_day",
        second=pl.lit(9 * 3_600, dtype=pl.Int64),
        planned_day="resume_day",
        entered_day="rest_day",
        is_dropped=pl.lit(False),
        is_inbound=pl.lit(False),
    )
    return _numbered(pl.concat([plain, taken_up]))


def _numbered(activities: pl.DataFrame) -> pl.DataFrame:
    """With a key that stays the same whatever the business date."""
    number = pl.int_range(pl.len()).over("deal") + 1
    return activities.sort("deal", "day", "second", maintain_order=True).with_columns(
        activity=pl.format("A{}-{}", pl.col("deal"), number.cast(pl.String).str.zfill(2))
    )


def standing_activities(activities: pl.DataFrame, today: int) -> pl.DataFrame:
    """Activities done or written down by the business date, in the order of their last change.

    Args:
        activities: as drawn, with the seller of the deal or lead (the columns of ``people``) beside.
        today: the business date.
    """
    is_done = ~pl.col("is_dropped") & (pl.col("day") <= today)
    handed_over = pl.col("left_day") + 1
    expected = pl.min_horizontal("planned_day", pl.lit(today))
    return (
        activities.filter(is_done | (pl.col("entered_day") <= today))
        .with_columns(
            is_done=is_done,
            rep=owner_on(pl.when(is_done).then("day").otherwise(expected)),
            updated_day=pl.when(is_done)
            .then("day")
            .otherwise(pl.max_horizontal("entered_day", pl.when(handed_over <= expected).then(handed_over))),
            updated_second=pl.when(is_done).then("second").otherwise(EVENING),
            direction=pl.when(pl.col("type").is_in([CALL, EMAIL]))
            .then(pl.when("is_inbound").then(pl.lit("Inbound")).otherwise(pl.lit("Outbound")))
            .when(pl.col("type") == QUOTE)
            .then(pl.lit("Outbound")),
        )
        .with_columns(pl.when("is_done").then(pl.col("day", "second")))
        .sort("updated_day", "updated_second", "activity")
    )
