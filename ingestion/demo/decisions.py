"""Who has a say in a deal: its main contact, and from discovery on more people of the account."""

from __future__ import annotations

import polars as pl

from ingestion.demo import clients
from ingestion.demo.company import DISCOVERY
from ingestion.demo.setting import Setting

KNOWN_SHARE = 0.75
"""Part of the deals whose owner finds out who else has a say."""


def decision_centres(deals: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """One row per deal and person: account, which of its contacts, role, and whether the main one."""
    people = clients.contacts(setting).select("account", "which", "role")
    is_primary = pl.col("which") == pl.col("contact")
    is_known = (pl.col("reached") >= DISCOVERY) & (pl.col("circle") < KNOWN_SHARE)
    return (
        deals.filter(~pl.col("is_deleted"))
        .join(people, on="account")
        .filter(is_primary | is_known)
        .select("deal", "account", "which", "role", is_primary=is_primary)
        .sort("deal", "which")
    )
