"""What reps write on their deals beside stage and amount: plans, promises, and why a deal was lost.

All of it changes only on days on which the deal changed anyway.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from ingestion.demo.company import DISCOVERY, LOST, NORM_DAYS, PROPOSAL, WON

NEXT_ACTIONS = (
    "Call to find the need",
    "Clear budget and decision",
    "Hold the discovery meeting",
    "Follow up the proposal",
    "Agree on the terms",
    "Collect the signature",
)
"""By open stage."""

AFTER_REST = "Take up again as agreed"
UNPLANNED_SHARE = 0.12

CATEGORIES = (
    ("Pipeline", "Omitted"),
    ("Pipeline", "Pipeline"),
    ("Pipeline", "Best Case"),
    ("Best Case", "Pipeline"),
    ("Commit", "Best Case"),
    ("Commit", "Commit"),
    ("Closed", "Closed"),
    ("Omitted", "Omitted"),
)
"""The CRM's forecast categories by stage: what confident and what cautious owners promise."""

CONFIDENT_SHARE = 0.6
FORECAST_STEP = 50

EARLY_REASONS = ("No need", "No budget", "Not now", "No answer")
LATE_REASONS = ("Price", "Competitor", "Features", "No decision", None)
COMPETITORS = ("Valmont", "Hexalis", "Nordwerk", "Brightline")
COMPETITION_SHARE = 0.35

INSIDE_SHARE = 0.35
RENEWAL_SHARE = 0.5

DRAWS = ("planning", "confidence", "optimism", "reason", "rival", "way", "circle")
"""One chance each, uniform in [0, 1), drawn when a deal is opened."""


def draw_handling(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """The chances of some deals, one row per deal."""
    return pl.DataFrame({name: rng.random(count) for name in DRAWS})


def handled(deals: pl.DataFrame, today: int) -> pl.DataFrame:
    """The deals as they stand, with what their owners wrote.

    Args:
        deals: with ``stage``, ``reached`` (the last open stage), ``touched_day``, ``due_day``,
            ``first_win_day`` of the account, and the draws (null: as the average owner does).
        today: the business date.
    """
    drawn = deals.with_columns(pl.col(DRAWS).fill_null(0.5))
    reason = pl.when(pl.col("reached") < PROPOSAL).then(_pick(EARLY_REASONS, "reason"))
    return (
        drawn.with_columns(
            suspended_day=pl.when(
                ~pl.col("is_closed"), pl.col("rest_day") <= today, pl.col("resume_day") > today
            ).then("resume_day"),
            loss_reason=pl.when(pl.col("stage") == LOST).then(
                reason.otherwise(_pick(LATE_REASONS, "reason"))
            ),
        )
        .with_columns(_plans(), _promises(), _rivals(), *_ways())
        .unnest("plans", "promises")
    )


def _pick(choices: Sequence[str | None], chance: str) -> pl.Expr:
    return pl.lit(pl.Series(choices)).gather((pl.col(chance) * len(choices)).cast(pl.Int64))


def _plans() -> pl.Expr:
    """The next action and its day; nothing once the deal is closed."""
    is_planned = ~pl.col("is_closed") & (pl.col("planning") >= UNPLANNED_SHARE)
    rests = pl.col("suspended_day").is_not_null()
    stage = pl.col("stage").clip(upper_bound=WON - 1)
    soon = pl.col("touched_day") + (pl.lit(pl.Series(NORM_DAYS)).gather(stage) + 1) // 2
    own = pl.lit(pl.Series(NEXT_ACTIONS)).gather(stage)
    return pl.struct(
        next_action=pl.when(is_planned).then(pl.when(rests).then(pl.lit(AFTER_REST)).otherwise(own)),
        action_day=pl.when(is_planned).then(pl.coalesce("suspended_day", soon)),
    ).alias("plans")


def _promises() -> pl.Expr:
    """The forecast category, and from discovery on the owner's own amount and day."""
    bold, careful = (pl.lit(pl.Series(words)) for words in zip(*CATEGORIES, strict=True))
    is_forecast = pl.col("stage").is_between(DISCOVERY, WON - 1)
    hoped = pl.col("amount") * (0.8 + 0.5 * pl.col("optimism"))
    return pl.struct(
        forecast_category=pl.when(pl.col("confidence") < CONFIDENT_SHARE)
        .then(bold.gather(pl.col("stage")))
        .otherwise(careful.gather(pl.col("stage"))),
        forecast_amount=pl.when(is_forecast).then(
            (hoped / FORECAST_STEP).round().cast(pl.Int64) * FORECAST_STEP
        ),
        forecast_day=pl.when(is_forecast).then(
            pl.col("due_day") + (25 * (0.3 - pl.col("optimism"))).cast(pl.Int64)
        ),
    ).alias("promises")


def _rivals() -> pl.Expr:
    """Known from the proposal on."""
    is_contested = (pl.col("rival") < COMPETITION_SHARE) | (pl.col("loss_reason") == "Competitor")
    name = pl.lit(pl.Series(COMPETITORS)).gather((pl.col("planning") * len(COMPETITORS)).cast(pl.Int64))
    return (
        pl.when(is_contested.fill_null(False), pl.col("reached") >= PROPOSAL).then(name).alias("competitor")
    )


def _ways() -> list[pl.Expr]:
    """How the deal is sold, and what it is to the account."""
    is_renewal = (pl.col("stream") == "recurring") & (pl.col("way") < RENEWAL_SHARE)
    is_client = pl.col("first_win_day") < pl.col("created_day")
    return [
        pl.when(pl.col("lead_source") == "Partner")
        .then(pl.lit("Partner"))
        .when(pl.col("way") < INSIDE_SHARE)
        .then(pl.lit("Inside"))
        .otherwise(pl.lit("Field"))
        .alias("way_sold"),
        pl.when(is_client & is_renewal)
        .then(pl.lit("Renewal"))
        .when(is_client)
        .then(pl.lit("Expansion"))
        .otherwise(pl.lit("New business"))
        .alias("business"),
    ]
