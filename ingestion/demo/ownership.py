"""Who owns deals, leads and activities: the seller, or the team's lead once the seller had left."""

from __future__ import annotations

import polars as pl

from ingestion.demo import company
from ingestion.demo.company import SELLERS
from ingestion.demo.timeline import epoch_day


def people() -> pl.DataFrame:
    """One row per seller: position, id, the lead of the team, and the last day (null: still here)."""
    return pl.DataFrame(
        {
            "seller": range(len(SELLERS)),
            "seller_id": [seller.rep_id for seller in SELLERS],
            "manager_id": [company.manager_of(seller.team_id) for seller in SELLERS],
            "left_day": [seller.left_on and epoch_day(seller.left_on) for seller in SELLERS],
        }
    )


def owner_on(day: pl.Expr) -> pl.Expr:
    """Who owns on a day what a seller opened; needs the columns of ``people``."""
    return pl.when(day > pl.col("left_day")).then("manager_id").otherwise("seller_id")
