"""The company whose pipeline is measured: deals and their moves, written as CSV by DuckDB.

A deal passes four stages and is then won or lost; it stays in each for one to twenty days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

DAYS = 1825
LAST_DAY = date(2026, 6, 30)
MOVES_PER_DEAL = 5
REPS = 200

REPS_OF_TEAMS = (
    f"select i as rep_id, 'Rep ' || i as rep_name, 1 + i % 20 as team_id from range(1, {REPS} + 1) as n (i)"
)
CONFIG = """\
company: {name: Benchmark, currency: EUR, timezone: Europe/Paris, holidays: [FR]}
schedule: {start_on: 2020-01-01}
sources:
  crm:
    connector: files
    path: sources
    tables:
      teams: {read: teams.csv}
      reps: {read: reps.csv}
      deals: {read: "deals*.csv", load: incremental, cursor: updated_at}
      deal_stage_changes: {read: "moves*.csv", load: incremental, cursor: changed_at}
funnel:
  - {stage: Lead, probability: 0.1, kind: open, norm_days: 14}
  - {stage: Qualified, probability: 0.3, kind: open, norm_days: 14}
  - {stage: Proposal, probability: 0.5, kind: open, norm_days: 14}
  - {stage: Negotiation, probability: 0.8, kind: open, norm_days: 14}
  - {stage: Won, probability: 1, kind: won}
  - {stage: Lost, probability: 0, kind: lost}
gates: {default: {freshness_severity: "off"}}
"""

MOVES = """
select
    i as deal_id,
    created_on,
    n,
    created_on + cast(n * (1 + hash(i, 9) % 20) as integer) as moved_on,
    case
        when n < 4 then ['Lead', 'Qualified', 'Proposal', 'Negotiation'][n + 1]
        when hash(i, 3) % 3 = 0 then 'Won'
        else 'Lost'
    end as stage,
    1 + hash(i, 2) % {reps} as rep_id,
    500 + hash(i, 4) % 50000 as amount,
    created_on + cast(30 + hash(i, n, 5) % 60 as integer) as expected_close_on
from (select range as i, date '{first}' + cast(range * {days} / {deals} as integer) as created_on from range({all_deals}))
cross join (select unnest(range({moves_per_deal})) as n) as numbers
"""

STAGE_CHANGES = """
select
    deal_id, strftime(moved_on, '%Y-%m-%dT10:00:00Z') as changed_at, stage, rep_id, amount, expected_close_on
from moves
where moved_on between date '{since}' and date '{until}'
"""

DEALS = """
select
    deal_id, rep_id, stage, amount, created_on, expected_close_on,
    case when n = {moves_per_deal} - 1 then moved_on end as closed_on,
    strftime(moved_on, '%Y-%m-%dT10:00:00Z') as updated_at
from moves
where moved_on <= date '{until}'
qualify n = max(n) over (partition by deal_id) and moved_on >= date '{since}'
"""


@dataclass(frozen=True)
class PipelineCompany:
    """A company on disk with so many deals of history."""

    root: Path
    deals: int

    @property
    def sources(self) -> Path:
        """Its source files."""
        return self.root / "sources"

    @property
    def config(self) -> Path:
        """Its ``daybook.yaml``."""
        return self.root / "daybook.yaml"

    @property
    def home(self) -> Path:
        """Its state."""
        return self.root / "home"

    @property
    def first_day(self) -> date:
        """The day on which its first deal is created."""
        return LAST_DAY - timedelta(days=DAYS - 1)

    @property
    def next_day(self) -> date:
        """The business date of the increment."""
        return LAST_DAY + timedelta(days=1)

    def write_history(self) -> None:
        """Write every file up to the last day of history."""
        self.sources.mkdir(parents=True)
        self.config.write_text(CONFIG, encoding="utf-8")
        with duckdb.connect() as connection:
            numbers = f"select unnest(range(1, {REPS} + 1)) as i"
            self._copy(
                connection,
                f"select i as rep_id, 'Rep ' || i as rep_name, 1 + i % 20 as team_id from ({numbers})",
                "reps",
            )
            self._copy(
                connection,
                "select i as team_id, 'Team ' || i as team_name from (select unnest(range(1, 21)) as i)",
                "teams",
            )
            self._write_pipeline(connection, self.first_day, LAST_DAY, "")

    def write_next_day(self) -> None:
        """Write what one more day brings as files of its own, as a nightly export does."""
        with duckdb.connect() as connection:
            self._write_pipeline(connection, self.next_day, self.next_day, f"_{self.next_day}")

    def _write_pipeline(
        self, connection: duckdb.DuckDBPyConnection, since: date, until: date, suffix: str
    ) -> None:
        moves = MOVES.format(
            first=self.first_day,
            days=DAYS,
            deals=self.deals,
            all_deals=self.deals + self.deals // DAYS,
            reps=REPS,
            moves_per_deal=MOVES_PER_DEAL,
        )
        connection.execute(f"create temp view moves as {moves}")
        span = {"since": since, "until": until, "moves_per_deal": MOVES_PER_DEAL}
        self._copy(connection, STAGE_CHANGES.format(**span), f"moves{suffix}")
        self._copy(connection, DEALS.format(**span), f"deals{suffix}")

    def _copy(self, connection: duckdb.DuckDBPyConnection, query: str, name: str) -> None:
        connection.execute(f"copy ({query}) to '{self.sources / name}.csv' (header, delimiter ',')")
