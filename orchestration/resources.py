"""What every asset is handed: the company, its folders and the lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import dagster as dg

from daybook.config import Config
from daybook.home import Home
from daybook.locking import run_lock
from orchestration.night import Night
from orchestration.progress import Listener


class Desk:
    """Makes the night of an asset's run; holds the run lock as long as the run has resources."""

    def __init__(self, config: Config, home: Home, listener: Listener, *, full_refresh: bool, backfill: bool):
        self.config = config
        self.home = home
        self.listener = listener
        self.full_refresh = full_refresh
        self.backfill = backfill

    def night(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Night:
        """The night of the run's partition, under the run's id."""
        return Night(
            config=self.config,
            home=self.home,
            business_on=date.fromisoformat(context.run.tags[PARTITION_TAG]),
            run_id=context.run.run_id[:RUN_ID_LENGTH],
            listener=self.listener,
            full_refresh=self.full_refresh,
            backfill=self.backfill,
        )


PARTITION_TAG = "dagster/partition"
RUN_ID_LENGTH = 8
"""Of a run's id, what names files; enough to tell the runs of a business date apart."""


def desk_resource(desk: Desk) -> dg.ResourceDefinition:
    """The desk as a Dagster resource; with the in-process executor it lives as long as the run."""

    @contextmanager
    def hold(context: dg.InitResourceContext) -> Iterator[Desk]:
        run_id = context.run.run_id if context.run else "a look at the definitions"
        with run_lock(desk.home, purpose=f"run {run_id}"):
            yield desk

    return dg.ResourceDefinition(hold)
