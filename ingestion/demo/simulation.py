"""Writes the source systems of the demo company, and the truth planted in them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import polars as pl

from daybook.errors import ConfigurationError, Where
from ingestion.demo import crm_export, report_export, shop_export
from ingestion.demo.catalogue import draw_catalogue
from ingestion.demo.company import BUSY_SELLER, LOST, MARKETPLACE_CODE, MISSING_EXPORT_ON, SELLERS, WON
from ingestion.demo.deals import simulate_deals
from ingestion.demo.export import Export
from ingestion.demo.feedback import draw_feedback
from ingestion.demo.ledger import Ledger, bookings
from ingestion.demo.orders import CHANNELS, ONLINE
from ingestion.demo.plants import (
    best_and_worst,
    lead_counts,
    leak,
    over_assignment,
    silent_prospects,
    stalled_deals,
    suspensions,
    ways,
)
from ingestion.demo.rates import draw_rates
from ingestion.demo.setting import DEFAULT_SEED, OPENED_ON, Setting
from ingestion.demo.shop import shop_months
from ingestion.demo.targets import make_plans
from ingestion.demo.truth import FILE, DemoTruth, MissingExport, write_truth

SOURCES = (crm_export.SOURCE, shop_export.SOURCE, report_export.SOURCE)


def write_demo(
    folder: Path,
    business_on: date,
    scale: float = 1.0,
    seed: int = DEFAULT_SEED,
    opened_on: date = OPENED_ON,
) -> DemoTruth:
    """Write the source systems of the demo company as they stand at the end of a business date.

    The same arguments write the same bytes. A later business date tells the same history and
    adds to it, apart from the late changes that real systems make, too. Memory is bounded by
    one month of orders.

    Args:
        folder: holds ``crm/``, ``shop/``, ``reports/`` and ``truth.json`` afterwards; a demo
            written there before is replaced in one step.
        business_on: last day the source systems know.
        scale: size of the shop; 1 is some 57,000 order lines in two and a half years.
        seed: another seed is another company.
        opened_on: first day of the shop; the first of a month.

    Returns:
        What was planted, as in ``truth.json``.

    Raises:
        ConfigurationError: the folder holds something else, or an argument makes no company.
    """
    setting = Setting(business_on, scale, seed, opened_on)
    _require_own(folder)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for source in SOURCES:
        (draft / source).mkdir(parents=True)
    truth = _simulate(setting, Export(draft, business_on))
    write_truth(draft, truth)
    if folder.exists():
        shutil.rmtree(folder)
    draft.rename(folder)
    return truth


def _require_own(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / FILE).exists():
        raise ConfigurationError(
            "This folder holds files that the demo did not write.",
            remedy="name a folder that is empty or not there yet.",
            where=Where(file=str(folder)),
        )


def _simulate(setting: Setting, export: Export) -> DemoTruth:
    catalogue = draw_catalogue(setting)
    rates = draw_rates(setting)
    deals = simulate_deals(setting, catalogue)
    plans = make_plans(setting, catalogue)
    crm_export.write_crm(export, setting, deals, catalogue.product_ids)
    shop_export.write_masters(export, setting, catalogue)
    ledger = Ledger(rates, setting.business_on)
    for month in shop_months(setting, catalogue, deals.deals):
        shop_export.write_month(export, month, catalogue)
        ledger.add(month)
    shop_export.write_control_totals(export, ledger.control_totals())
    feedback = draw_feedback(setting)
    report_export.write_reports(export, setting, plans, rates, feedback)
    net_sales = ledger.net_sales()
    best, worst = best_and_worst(net_sales, setting)
    suspended, resumed = suspensions(deals.deals, setting.business_on)
    best_way, usual_way = ways(deals.deals, deals.changes)
    stages = deals.deals.filter(~pl.col("is_deleted"))["stage"]
    return DemoTruth(
        business_on=setting.business_on,
        opened_on=setting.opened_on,
        scale=setting.scale,
        seed=setting.seed,
        good_rows=export.good_rows,
        bad_rows=export.bad_rows,
        net_sales=net_sales,
        bookings=bookings(deals, rates),
        control_totals=ledger.control_totals(),
        deals_open_count=int((stages < WON).sum()),
        deals_won_count=int((stages == WON).sum()),
        deals_lost_count=int((stages == LOST).sum()),
        deleted_deal_ids=deals.deals.filter("is_deleted")["deal"].to_list(),
        test_order_count=ledger.test_order_count,
        cancelled_order_count=ledger.cancelled_order_count,
        corrected_order_ids=ledger.corrected_order_ids,
        late_refund_ids=ledger.late_refund_ids,
        top_product_id=catalogue.product_ids[ledger.top_product()],
        best_rep_id=best,
        worst_rep_id=worst,
        busy_rep_id=SELLERS[BUSY_SELLER].rep_id,
        unknown_rep_id=MARKETPLACE_CODE,
        leak=leak(deals.deals, deals.changes),
        silent_prospects=silent_prospects(deals.deals, setting.business_on),
        stalled_deals=stalled_deals(deals.deals, setting.business_on),
        suspended_deals=suspended,
        resumed_deals=resumed,
        best_way=best_way,
        usual_way=usual_way,
        leads=lead_counts(deals.leads),
        missing_export=_missing_export(ledger.missing_order_count),
        unpriced=ledger.unpriced(),
        over_assignment=over_assignment(plans),
        unanswered_feedback_ids=[one.feedback_id for one in feedback if one.answered_on is None],
    )


def _missing_export(orders: int) -> MissingExport | None:
    if not orders:
        return None
    return MissingExport(missing_on=MISSING_EXPORT_ON, channel=CHANNELS[ONLINE], order_count=orders)
