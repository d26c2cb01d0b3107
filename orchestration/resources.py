"""What every asset is handed: the company, its folders and the lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import dagster as dg

from daybook.config import Config
from daybook.errors import DaybookError
from daybook.home import Home
from daybook.locking import run_lock
from orchestration.night import Night
from orchestration.progress import Listener, Silent
from orchestration.records import remember_failed, remember_published, remember_unsent

PARTITION_TAG = "dagster/partition"
RUN_ID_LENGTH = 8
"""Of a run's id, what names files; enough to tell the runs of a business date apart."""


@dataclass(frozen=True)
class Desk:
    """Makes the night of an asset's run, and remembers how it ends, whoever started it."""

    config: Config
    home: Home
    listener: Listener = field(default_factory=Silent)
    full_refresh: bool = False
    backfill: bool = False
    reload: frozenset[str] = frozenset()
    opened_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @contextmanager
    def step(
        self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, name: str
    ) -> Iterator[Night]:
        """The night of the run's partition; what goes wrong in the block is remembered under the step's name.

        Raises:
            dg.Failure: one of our own errors, shown as it is and never retried.
        """
        night = self.night(date.fromisoformat(context.run.tags[PARTITION_TAG]), context.run.run_id)
        try:
            yield night
        except DaybookError as error:
            remember_failed(night, self.opened_at, name, str(error))
            raise dg.Failure(
                description=str(error),
                metadata={"reason": error.reason, "remedy": error.remedy, "where": str(error.where) or "-"},
                allow_retries=False,
            ) from error
        except Exception as error:
            remember_failed(night, self.opened_at, name, f"{type(error).__name__}: {error}")
            raise

    def published(self, night: Night) -> None:
        """Remember that the night has published."""
        remember_published(night, self.opened_at)

    def unsent(self, night: Night, reason: str) -> None:
        """Remember that the night has published and could not send its digests."""
        remember_unsent(night, reason)

    def night(self, business_on: date, run_id: str) -> Night:
        """The night of a business date, under its run's id."""
        return Night(
            config=self.config,
            home=self.home,
            business_on=business_on,
            run_id=run_id[:RUN_ID_LENGTH],
            listener=self.listener,
            full_refresh=self.full_refresh,
            backfill=self.backfill,
            reload=self.reload,
        )


def desk_resource(desk: Desk) -> dg.ResourceDefinition:
    """The desk as a Dagster resource; the lock is held as long as the run has its resources."""

    @contextmanager
    def hold(context: dg.InitResourceContext) -> Iterator[Desk]:
        run_id = context.run.run_id if context.run else "a look at the definitions"
        with run_lock(desk.home, purpose=f"run {run_id}"):
            yield replace(desk, opened_at=datetime.now(UTC))

    return dg.ResourceDefinition(hold)
