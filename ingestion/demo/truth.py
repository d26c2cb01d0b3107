"""What was planted in the demo company, for tests to find again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FILE = "truth.json"


class Frozen(BaseModel):
    """A part of the truth; never changed after it was written."""

    model_config = ConfigDict(frozen=True)


class DayRepAmount(Frozen):
    """An amount in company currency of one rep on one business date."""

    on: date
    rep_id: str
    amount: Decimal


class BadRow(Frozen):
    """A row that no contract accepts, beside the good rows of its file."""

    source: str
    dataset: str
    file: str
    """Path below the demo's folder."""
    row_number: int | None
    """1-based row of data in the file; None in a workbook."""
    column: str
    """Contract column that is at fault."""
    code: str
    """Reason that the quarantine gives."""


class ControlTotal(Frozen):
    """What the shop says it exported for a closed month."""

    dataset: str
    period_start_on: date
    period_end_on: date
    row_count: int
    total_amount: Decimal
    """Sum of the money column over all currencies, as the shop adds it."""


class Leak(Frozen):
    """A stage at which one rep loses the deals that others keep."""

    rep_id: str
    stage: str
    entered_count: int
    """Deals of the rep that reached the stage and left it by the business date."""
    lost_count: int
    """Those of them that were lost from it."""
    others_entered_count: int
    """Deals of all other reps that reached the stage and left it."""
    others_lost_count: int


class SilentProspect(Frozen):
    """An open deal nobody touched for some days."""

    deal_id: str
    silent_days: int
    last_touched_on: date


class StalledDeal(Frozen):
    """An open deal that has been in its stage far longer than the stage's norm, and does not rest."""

    deal_id: str
    rep_id: str
    stage: str
    entered_on: date
    days_in_stage: int
    norm_days: int


class SuspendedDeal(Frozen):
    """A deal that rested by agreement."""

    deal_id: str
    suspended_on: date
    resumed_on: date
    """Day on which work is taken up again; after the business date while the deal still rests."""


class WayResult(Frozen):
    """What became of the deals that took one way from prospecting to discovery."""

    stages: list[str]
    won_count: int
    lost_count: int


class LeadCounts(Frozen):
    """Leads that came in since the opening, as they stand."""

    total: int
    converted: int
    unanswered: int
    unassigned: int
    by_category: dict[str, int]
    """By the contract's words; ``none`` where nobody judged yet."""


class MissingExport(Frozen):
    """A day whose orders of one channel never arrived."""

    missing_on: date
    channel: str
    order_count: int
    """Orders that the export should have held."""


class Unpriced(Frozen):
    """Sales in a currency that had no rate yet."""

    currency_code: str
    first_on: date
    last_on: date
    order_count: int
    line_count: int
    amount: Decimal
    """Net amount in that currency of the lines that count as sales."""


class OverAssignment(Frozen):
    """A team whose reps' targets add up to more than its own."""

    team_id: str
    metric: str
    fiscal_year_start_on: date
    team_target_amount: Decimal
    rep_targets_amount: Decimal


class DemoTruth(Frozen):
    """The truth of one simulation at the end of its business date.

    Amounts in company currency are exact: they are kept as whole ten-thousandths of a euro
    while simulating. Net sales follow the definitions: by business date, discounts off,
    refunds on their own day, cancelled orders taken back on the day of the cancellation,
    without test orders, gift cards and sales in a currency that has no rate yet.
    """

    business_on: date
    opened_on: date
    scale: float
    seed: int
    good_rows: dict[str, int]
    """Rows to be accepted by ``source.dataset``."""
    bad_rows: list[BadRow]
    net_sales: list[DayRepAmount]
    """Net sales by day and rep; ``(none)`` where nobody sold, the shop's code where the CRM knows nobody."""
    bookings: list[DayRepAmount]
    """Value of deals won by day and rep, split credit applied."""
    control_totals: list[ControlTotal]
    deals_open_count: int
    deals_won_count: int
    deals_lost_count: int
    deleted_deal_ids: list[str]
    test_order_count: int
    cancelled_order_count: int
    corrected_order_ids: list[str]
    """Orders whose day turned out to be the one before."""
    late_refund_ids: list[str]
    """Refunds more than 60 days after the sale."""
    top_product_id: str
    best_rep_id: str
    """Most net sales from the first day to the last, of the reps employed throughout."""
    worst_rep_id: str
    busy_rep_id: str
    """Opened the most deals and won a far smaller part of them than the others."""
    unknown_rep_id: str
    """A seller code of the shop that stands for nobody in the CRM."""
    leak: Leak
    silent_prospects: list[SilentProspect]
    stalled_deals: list[StalledDeal]
    """Every open deal more than three times as long in its stage as the norm, the longest stay first."""
    suspended_deals: list[SuspendedDeal]
    """Open deals that rest on the business date."""
    resumed_deals: list[SuspendedDeal]
    """Deals that rested and were taken up again, oldest first."""
    best_way: WayResult
    """Closed deals that came to discovery without qualification: these win far more often."""
    usual_way: WayResult
    """Closed deals that came to discovery by way of qualification."""
    leads: LeadCounts
    missing_export: MissingExport | None
    """None before that day."""
    unpriced: Unpriced | None
    """None before the currency's first sale."""
    over_assignment: OverAssignment | None
    """None before the fiscal year it is planted in."""
    unanswered_feedback_ids: list[str]
    """Remarks and disputes of sellers that nobody had answered by the business date."""

    def net_sales_on(self, on: date) -> Decimal:
        """Net sales of the whole company on one day."""
        return sum((entry.amount for entry in self.net_sales if entry.on == on), Decimal(0))

    def net_sales_of(self, rep_id: str) -> Decimal:
        """Net sales of one rep over all days."""
        return sum((entry.amount for entry in self.net_sales if entry.rep_id == rep_id), Decimal(0))


def write_truth(folder: Path, truth: DemoTruth) -> None:
    """Write the truth beside the source systems' folders."""
    (folder / FILE).write_text(truth.model_dump_json(indent=1) + "\n", encoding="utf-8")


def read_truth(folder: Path) -> DemoTruth:
    """Read the truth of a demo that was written before."""
    return DemoTruth.model_validate_json((folder / FILE).read_text(encoding="utf-8"))
