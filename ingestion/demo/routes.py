"""Planted: the ways that deals take through the funnel, and which of them sells best.

A way is drawn for a deal whose end is decided already, so that ways change no closing and no amount:
won deals took the best way far more often than lost ones.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from ingestion.demo.company import DISCOVERY, PROPOSAL, QUALIFICATION, WON
from ingestion.demo.timeline import next_weekday

BEST_WAY_SHARES = (0.45, 0.12)
"""Part of the won and of the lost deals that skipped qualification, of those that came to discovery."""

RETURN_SHARES = (0.05, 0.14)
"""Part of the won and of the lost deals that went back from their proposal to discovery once."""

LEAST_RETURN_DAYS = 9
"""Days a proposal must have lain for the way back and forth to fall on three working days."""


def take_routes(rng: np.random.Generator, moves: pl.DataFrame) -> pl.DataFrame:
    """The same deals, closed as before, some of them by another way through the open stages.

    Args:
        rng: chance of the month in which the deals were opened.
        moves: every move of those deals: deal, stage, day and second.
    """
    stage = pl.col("stage")
    ends = moves.group_by("deal").agg(
        is_won=(stage == WON).any(),
        last=stage.filter(stage < WON).max(),
        qualified_day=pl.col("day").filter(stage == QUALIFICATION).first(),
        proposed_day=pl.col("day").filter(stage == PROPOSAL).first(),
        after_day=pl.col("day").filter(stage > PROPOSAL).min(),
    )
    chance = pl.Series("chance", rng.random(len(ends)), dtype=pl.Float64)
    marked = (
        ends.sort("deal")
        .with_columns(chance)
        .with_columns(
            skips=(pl.col("last") >= DISCOVERY) & (pl.col("chance") < _share(BEST_WAY_SHARES)),
            returns=(pl.col("chance") > 1 - _share(RETURN_SHARES))
            & (pl.col("after_day") - pl.col("proposed_day") >= LEAST_RETURN_DAYS),
        )
    )
    kept = _skipping(moves.join(marked, on="deal")).select(moves.columns)
    routed = pl.concat([kept, _returning(marked.filter("returns")).select(moves.columns)])
    return routed.with_columns(pl.Series("day", next_weekday(routed["day"].to_numpy())))


def _share(shares: tuple[float, float]) -> pl.Expr:
    won, lost = shares
    return pl.when("is_won").then(won).otherwise(lost)


def _skipping(moves: pl.DataFrame) -> pl.DataFrame:
    """Deals that skip qualification enter discovery half-way through it."""
    half_way = (pl.col("qualified_day") + pl.col("day")) // 2
    is_early = pl.col("skips") & (pl.col("stage") == DISCOVERY)
    return moves.filter(~pl.col("skips") | (pl.col("stage") != QUALIFICATION)).with_columns(
        day=pl.when(is_early).then(half_way).otherwise("day")
    )


def _returning(deals: pl.DataFrame) -> pl.DataFrame:
    """The two moves of deals that go back to discovery and come again to their proposal."""
    lain = pl.col("after_day") - pl.col("proposed_day")
    return pl.concat(
        deals.select(
            "deal",
            stage=pl.lit(stage, dtype=pl.Int64),
            day=pl.col("proposed_day") + lain * third // 3,
            second=pl.lit((9 + stage) * 3_600 + 1_800, dtype=pl.Int64),
        )
        for third, stage in ((1, DISCOVERY), (2, PROPOSAL))
    )
