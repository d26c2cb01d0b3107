"""The truth against the files it speaks of, read with nothing but the standard library and polars."""

import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from demo_files import business_day, rows

from ingestion.demo import DEMO_BUSINESS_ON, write_demo
from ingestion.demo.company import LEADS, SELLERS


def french_day(text: str) -> date:
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


@pytest.fixture(scope="module")
def rate_on(demo):
    published: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for row in rows(demo, "reports/exchange_rates.csv", ";"):
        on = french_day(row["Date"])
        published[row["Currency"]][on] = Decimal(row["Rate"].replace(",", "."))

    def lookup(currency: str, on: date) -> Decimal | None:
        if currency == "EUR":
            return Decimal(1)
        known = [day for day in published[currency] if day <= on]
        return published[currency][max(known)] if known else None

    return lookup


@pytest.fixture(scope="module")
def reps(demo):
    """Reps by the shop's seller code."""
    known = {
        row["ExternalId"]: row["InternalId"]
        for row in rows(demo, "crm/external_ids.csv")
        if row["System"] == "shop"
    }
    return lambda code: known.get(code, code or "(none)")


@pytest.fixture(scope="module")
def orders(demo):
    return {row["order_no"]: row for row in rows(demo, "shop/orders_*.csv")}


def test_net_sales_by_day_and_rep_are_those_of_the_files(demo, orders, rate_on, reps):
    found: Counter[tuple[date, str]] = Counter()

    def post(on: date, order: dict[str, str], amount: Decimal) -> None:
        rate = rate_on(order["currency"], on)
        if rate is not None:
            found[on, reps(order["seller"])] += amount * rate

    for line in rows(demo, "shop/order_lines_*.csv"):
        order = orders[line["order_no"]]
        assert line["placed_at"] == order["placed_at"]
        if order["test"] == "no" and line["kind"] in ("", "discrepancy"):
            sold_on = business_day(line["placed_at"])
            post(sold_on, order, Decimal(line["net"]))
            if order["state"] == "cancelled":
                cancelled_on = business_day(order["cancelled_at"]) if order["cancelled_at"] else sold_on
                post(cancelled_on, order, -Decimal(line["net"]))
    for refund in rows(demo, "shop/refunds_*.csv"):
        order = orders[refund["order_no"]]
        if order["test"] == "no":
            post(business_day(refund["refunded_at"]), order, -Decimal(refund["amount"]))
    planted = {(entry.on, entry.rep_id): entry.amount for entry in demo.truth.net_sales}
    assert {key: amount for key, amount in found.items() if amount} == {
        key: amount for key, amount in planted.items() if amount
    }


def test_bookings_by_day_and_rep_are_those_of_the_files(demo, rate_on):
    shares = defaultdict(dict)
    for split in rows(demo, "crm/opportunity_splits.csv"):
        shares[split["OpportunityId"]][split["UserId"]] = Decimal(split["SplitPercentage"]) / 100
    assert all(sum(parts.values()) == 1 for parts in shares.values())
    found: Counter[tuple[date, str]] = Counter()
    for deal in rows(demo, "crm/opportunities.csv"):
        if deal["IsWon"] == "true" and deal["IsDeleted"] == "false":
            on = date.fromisoformat(deal["CloseDate"])
            amount = Decimal(deal["Amount"]) * rate_on(deal["CurrencyIsoCode"], on)
            for rep, share in (shares.get(deal["OpportunityId"]) or {deal["OwnerId"]: Decimal(1)}).items():
                found[on, rep] += amount * share
    assert shares
    assert found == {(entry.on, entry.rep_id): entry.amount for entry in demo.truth.bookings}


def test_control_totals_are_of_closed_months_and_of_the_rows_in_the_files(demo):
    found: dict[tuple[str, date], list[Decimal]] = defaultdict(list)
    kinds = (
        ("orders", "placed_at", "subtotal"),
        ("order_lines", "placed_at", "net"),
        ("refunds", "refunded_at", "amount"),
    )
    for dataset, moment, amount in kinds:
        for row in rows(demo, f"shop/{dataset}_*.csv"):
            found[dataset, business_day(row[moment]).replace(day=1)].append(Decimal(row[amount]))
    totals = demo.truth.control_totals
    assert {total.period_start_on.month for total in totals} == {1, 2, 3, 4, 5}
    for total in totals:
        amounts = found[total.dataset, total.period_start_on]
        assert (total.row_count, total.total_amount) == (len(amounts), sum(amounts))


def test_headers_are_the_sum_of_their_lines(demo, orders):
    sums: Counter[str] = Counter()
    for line in rows(demo, "shop/order_lines_*.csv"):
        sums[line["order_no"]] += Decimal(line["net"])
    assert sums == {key: Decimal(order["subtotal"]) for key, order in orders.items()}


def test_the_shop_has_everything_that_makes_sales_hard_to_count(demo, orders):
    kinds = Counter(line["kind"] for line in rows(demo, "shop/order_lines_*.csv"))
    assert set(kinds) == {"", "gift_card", "discrepancy"}
    assert {order["currency"] for order in orders.values()} == {"EUR", "GBP", "USD", "CHF"}
    assert {order["state"] for order in orders.values()} == {
        "open",
        "paid",
        "shipped",
        "completed",
        "cancelled",
    }
    assert sum(order["test"] == "yes" for order in orders.values()) == demo.truth.test_order_count > 0
    assert (
        sum(order["state"] == "cancelled" for order in orders.values())
        == demo.truth.cancelled_order_count
        > 0
    )
    assert any(order["deal_ref"] for order in orders.values())
    assert any(not order["customer_no"] for order in orders.values())
    moved = [
        o for o in orders.values() if business_day(o["placed_at"]) != date.fromisoformat(o["placed_at"][:10])
    ]
    assert moved, "no order falls on another day in UTC than in the company's zone"


def test_late_refunds_are_more_than_two_months_after_the_sale(demo, orders):
    refunds = rows(demo, "shop/refunds_*.csv")
    taken = {key: date(2000 + int(key[2:4]), int(key[4:6]), 1) for key in orders if key.startswith("SO2")}
    late = {
        refund["refund_no"]
        for refund in refunds
        if business_day(refund["refunded_at"]) - taken[refund["order_no"]] > timedelta(days=91)
    }
    assert late <= set(demo.truth.late_refund_ids) <= {refund["refund_no"] for refund in refunds}
    assert demo.truth.late_refund_ids


def test_the_missing_export_left_a_day_without_online_orders(demo, orders):
    by_day = Counter(business_day(o["placed_at"]) for o in orders.values() if o["channel"] == "online")
    missing = demo.truth.missing_export
    days = [
        demo.truth.opened_on + timedelta(days=n)
        for n in range((demo.truth.business_on - demo.truth.opened_on).days)
    ]
    assert missing.channel == "online"
    assert missing.order_count > 0
    assert [day for day in days if not by_day[day]] == [missing.missing_on]


def test_the_missing_export_stands_out_of_the_same_weekdays_before_at_full_size(tmp_path):
    truth = write_demo(tmp_path / "demo", DEMO_BUSINESS_ON)
    missing_on = truth.missing_export.missing_on
    usual = [float(truth.net_sales_on(missing_on - timedelta(weeks=week))) for week in range(1, 14)]
    typical = statistics.median(usual)
    deviation = statistics.median(abs(amount - typical) for amount in usual)
    assert 0.6745 * (float(truth.net_sales_on(missing_on)) - typical) / deviation < -4


def test_francs_have_no_rate_in_their_first_days(demo, orders, rate_on):
    unpriced = demo.truth.unpriced
    without = [
        order
        for order in orders.values()
        if order["test"] == "no" and rate_on(order["currency"], business_day(order["placed_at"])) is None
    ]
    days = {business_day(order["placed_at"]) for order in without}
    assert {order["currency"] for order in without} == {unpriced.currency_code} == {"CHF"}
    assert (len(without), min(days), max(days)) == (unpriced.order_count, unpriced.first_on, unpriced.last_on)
    assert rate_on("CHF", demo.truth.business_on) is not None


def test_every_seller_but_one_is_known_to_the_crm(demo, orders, reps):
    users = {row["UserId"] for row in rows(demo, "crm/users.csv")}
    credited = {reps(order["seller"]) for order in orders.values()} - {"(none)"}
    assert credited - users == {demo.truth.unknown_rep_id}


def test_the_best_and_the_worst_rep_have_the_most_and_the_least_net_sales(demo):
    steady = [seller.rep_id for seller in SELLERS if seller.left_on is None]
    totals = {rep_id: demo.truth.net_sales_of(rep_id) for rep_id in steady}
    assert totals[demo.truth.best_rep_id] == max(totals.values())
    assert totals[demo.truth.worst_rep_id] == min(totals.values())


def test_the_top_product_sells_far_more_than_the_next(demo):
    units = Counter()
    for line in rows(demo, "shop/order_lines_*.csv"):
        units[line["product"]] += Decimal(line["net"])
    (first, most), (_, next_most) = units.most_common(2)
    assert first == demo.truth.top_product_id
    assert most > 1.5 * float(next_most)


def test_the_busy_rep_opens_the_most_deals_and_wins_few(demo):
    deals = rows(demo, "crm/opportunities.csv")
    opened = Counter(deal["OwnerId"] for deal in deals)
    closed = [deal for deal in deals if deal["IsClosed"] == "true"]

    def win_rate(chosen: list[dict[str, str]]) -> float:
        return sum(deal["IsWon"] == "true" for deal in chosen) / len(chosen)

    busy = demo.truth.busy_rep_id
    assert opened.most_common(1)[0][0] == busy
    assert win_rate([d for d in closed if d["OwnerId"] == busy]) < win_rate(closed) / 2


def test_the_leaking_stage_loses_deals_that_pass_it_elsewhere(demo):
    leak = demo.truth.leak
    reached: dict[str, set[str]] = defaultdict(set)
    for change in rows(demo, "crm/opportunity_history.csv"):
        reached[change["StageName"]].add(change["OpportunityId"])
    passed = reached["Negotiation"]
    lost = reached["Closed Lost"] & reached[leak.stage] - passed
    owner = {deal["OpportunityId"]: deal["OwnerId"] for deal in rows(demo, "crm/opportunities.csv")}
    own_lost = {deal for deal in lost if owner[deal] == leak.rep_id}
    own_passed = {deal for deal in passed if owner[deal] == leak.rep_id}
    assert leak.lost_count == len(own_lost)
    assert leak.entered_count == len(own_lost) + len(own_passed)
    assert leak.others_lost_count == len(lost) - len(own_lost)
    assert leak.others_entered_count == len(lost) + len(passed) - leak.entered_count
    assert leak.lost_count / leak.entered_count > 1.5 * leak.others_lost_count / leak.others_entered_count


def test_one_prospect_was_silent_for_a_week_and_one_for_four_days(demo):
    touched = {
        deal["OpportunityId"]: business_day(deal["LastModifiedDate"])
        for deal in rows(demo, "crm/opportunities.csv")
        if deal["IsClosed"] == "false"
    }
    assert [prospect.silent_days for prospect in demo.truth.silent_prospects] == [7, 4]
    for prospect in demo.truth.silent_prospects:
        assert touched[prospect.deal_id] == prospect.last_touched_on
        assert demo.truth.business_on - prospect.last_touched_on == timedelta(days=prospect.silent_days)


def test_deal_counts_leave_deleted_deals_out(demo):
    deals = rows(demo, "crm/opportunities.csv")
    kept = [deal for deal in deals if deal["IsDeleted"] == "false"]
    truth = demo.truth
    assert [deal["OpportunityId"] for deal in deals if deal["IsDeleted"] == "true"] == truth.deleted_deal_ids
    assert sum(deal["IsClosed"] == "false" for deal in kept) == truth.deals_open_count
    assert sum(deal["StageName"] == "Closed Won" for deal in kept) == truth.deals_won_count
    assert sum(deal["StageName"] == "Closed Lost" for deal in kept) == truth.deals_lost_count
    history = {change["OpportunityId"] for change in rows(demo, "crm/opportunity_history.csv")}
    assert history == {deal["OpportunityId"] for deal in kept}


def test_the_stage_of_a_deal_is_the_last_of_its_history(demo):
    last = {
        change["OpportunityId"]: change["StageName"] for change in rows(demo, "crm/opportunity_history.csv")
    }
    deals = {
        d["OpportunityId"]: d["StageName"]
        for d in rows(demo, "crm/opportunities.csv")
        if d["IsDeleted"] == "false"
    }
    assert last == deals


def test_deals_of_a_rep_who_left_go_to_the_team_lead(tmp_path, demo):
    left = next(seller for seller in SELLERS if seller.left_on)
    folder = tmp_path / "demo"
    truth = write_demo(folder, left.left_on + timedelta(days=20), scale=0.3, opened_on=date(2025, 9, 1))
    deals = rows(type(demo)(folder, truth), "crm/opportunities.csv")
    lead = next(one.rep_id for one in LEADS if one.team_id == left.team_id)
    assert any(deal["OwnerId"] == lead for deal in deals)
    assert not any(deal["OwnerId"] == left.rep_id and deal["IsClosed"] == "false" for deal in deals)


def test_one_team_has_promised_less_than_its_reps(demo):
    teams = targets(demo.folder, "Teams")
    reps = targets(demo.folder, "Reps")
    found = demo.truth.over_assignment
    staff = {seller.staff_number for seller in SELLERS if seller.team_id == found.team_id}
    assert teams[found.team_id] == found.team_target_amount < found.rep_targets_amount
    assert sum(amount for code, amount in reps.items() if code in staff) == found.rep_targets_amount
    other = {seller.staff_number for seller in SELLERS if seller.team_id == "T11"}
    assert teams["T11"] == sum(amount for code, amount in reps.items() if code in other)


def targets(folder: Path, sheet: str) -> dict[str, int]:
    """Booking targets of the current fiscal year by code."""
    table = pl.read_excel(
        folder / "reports" / "targets.xlsx",
        sheet_name=sheet,
        read_options={"header_row": 2},
        infer_schema_length=0,
    )
    chosen = table.filter(pl.col("Measure") == "Bookings", pl.col("Fiscal year") == "2026/27")
    months = [name for name in table.columns if name.startswith("M") and name[1:].isdigit()]
    return {
        row["Code"]: sum(int(row[month]) for month in months if row[month].isdigit())
        for row in chosen.iter_rows(named=True)
    }
