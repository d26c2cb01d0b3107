"""The company whose pipeline is measured: deals and their moves.

A deal passes four stages and is then won or lost; it stays in each for one to twenty days. Every tenth
is worth more than its last move told: nights see that.
"""

from __future__ import annotations

from datetime import date

from benchmarks.company import DAYS, FIRST_DAY, LAST_DAY, NEXT_DAY, REPS, Company

MOVES_PER_DEAL = 5

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
reports: {editions: []}
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
from ({moves}) as moves
where moved_on between date '{since}' and date '{until}'
"""

DEALS = """
select
    deal_id, rep_id, stage, amount + if(hash(deal_id, 6) % 10 = 0, 100, 0) as amount, created_on, expected_close_on,
    case when n = {moves_per_deal} - 1 then moved_on end as closed_on,
    strftime(moved_on, '%Y-%m-%dT10:00:00Z') as updated_at
from ({moves}) as moves
where moved_on <= date '{until}'
qualify n = max(n) over (partition by deal_id) and moved_on >= date '{since}'
"""


class Pipeline(Company):
    """A company with so many deals of history."""

    settings = CONFIG

    def history(self) -> dict[str, str]:
        """Deals and moves of every day."""
        return self._deals(FIRST_DAY, LAST_DAY)

    def next_day(self) -> dict[str, str]:
        """Deals that moved on one more day, and their moves."""
        return self._deals(NEXT_DAY, NEXT_DAY)

    def _deals(self, since: date, until: date) -> dict[str, str]:
        moves = MOVES.format(
            first=FIRST_DAY,
            days=DAYS,
            deals=self.size,
            all_deals=self.size + self.size // DAYS,
            reps=REPS,
            moves_per_deal=MOVES_PER_DEAL,
        )
        span = {"moves": moves, "since": since, "until": until, "moves_per_deal": MOVES_PER_DEAL}
        return {"moves": STAGE_CHANGES.format(**span), "deals": DEALS.format(**span)}
