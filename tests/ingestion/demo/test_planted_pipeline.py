"""What is planted in the pipeline, the activities and the leads, against the files of the CRM."""

import statistics
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from demo_files import business_day, rows

from ingestion.demo import DEMO_BUSINESS_ON, write_demo
from ingestion.demo.company import OPEN_STAGES, SELLERS

NORMS = {stage.name: stage.norm_days for stage in OPEN_STAGES}
LEFT_ON = next(seller.left_on for seller in SELLERS if seller.left_on)


@pytest.fixture(scope="module")
def deals(demo):
    """Deals that were not deleted, by key."""
    return {
        deal["OpportunityId"]: deal
        for deal in rows(demo, "crm/opportunities.csv")
        if deal["IsDeleted"] == "false"
    }


@pytest.fixture(scope="module")
def open_deals(deals):
    return {key: deal for key, deal in deals.items() if deal["IsClosed"] == "false"}


@pytest.fixture(scope="module")
def history(demo):
    """Stages and days of every deal's moves, in order."""
    found = defaultdict(list)
    for change in rows(demo, "crm/opportunity_history.csv"):
        found[change["OpportunityId"]].append((change["StageName"], business_day(change["CreatedDate"])))
    return found


@pytest.fixture(scope="module")
def activities(demo):
    return rows(demo, "crm/activities.csv")


@pytest.fixture(scope="module")
def leads(demo):
    return rows(demo, "crm/leads.csv")


def test_the_silent_prospects_were_last_written_to_a_week_and_four_days_ago(demo, activities, open_deals):
    last = defaultdict(list)
    for activity in activities:
        if activity["IsDone"] == "true":
            last[activity["OpportunityId"]].append(business_day(activity["ActivityDate"]))
    silent = demo.truth.silent_prospects
    assert [prospect.silent_days for prospect in silent] == [7, 4]
    for prospect in silent:
        assert prospect.deal_id in open_deals
        assert demo.truth.business_on - max(last[prospect.deal_id]) == timedelta(days=prospect.silent_days)


def test_stalled_deals_are_the_open_ones_far_beyond_the_norm_of_their_stage(demo, open_deals, history):
    found = {}
    for key, deal in open_deals.items():
        stage, entered_on = history[key][-1]
        stay = (demo.truth.business_on - entered_on).days
        if not deal["SuspendedUntil"] and stay > 3 * NORMS[stage]:
            found[key] = (stage, entered_on, stay, deal["OwnerId"])
    stalled = demo.truth.stalled_deals
    assert found == {
        one.deal_id: (one.stage, one.entered_on, one.days_in_stage, one.rep_id) for one in stalled
    }
    assert max(one.days_in_stage / one.norm_days for one in stalled) > 5


def test_suspended_deals_say_until_when_and_those_taken_up_again_move_on(demo, open_deals, history):
    truth = demo.truth
    assert truth.suspended_deals
    assert truth.resumed_deals
    assert {key: deal["SuspendedUntil"] for key, deal in open_deals.items() if deal["SuspendedUntil"]} == {
        one.deal_id: str(one.resumed_on) for one in truth.suspended_deals
    }
    for one in truth.suspended_deals:
        assert one.suspended_on <= truth.business_on < one.resumed_on
    for one in truth.resumed_deals:
        moved = [day for _, day in history[one.deal_id]]
        assert one.resumed_on in moved
        assert not any(one.suspended_on <= day < one.resumed_on for day in moved)


def test_deals_that_skip_qualification_win_far_more_often(demo, deals, history):
    ends: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for key, moves in history.items():
        stages = [stage for stage, _ in moves]
        if "Discovery" in stages and deals[key]["IsClosed"] == "true":
            ends["Qualification" not in stages][stages[-1]] += 1
    for skips, way in ((True, demo.truth.best_way), (False, demo.truth.usual_way)):
        assert (way.won_count, way.lost_count) == (ends[skips]["Closed Won"], ends[skips]["Closed Lost"])
    best, usual = (
        way.won_count / (way.won_count + way.lost_count)
        for way in (demo.truth.best_way, demo.truth.usual_way)
    )
    assert best > usual + 0.25


def test_some_deals_go_back_from_their_proposal_and_keep_its_amount(demo, history):
    stages = {key: [stage for stage, _ in moves] for key, moves in history.items()}
    returning = {key for key, path in stages.items() if path.count("Proposal") > 1}
    assert returning
    amounts = defaultdict(list)
    for change in rows(demo, "crm/opportunity_history.csv"):
        amounts[change["OpportunityId"]].append(change["Amount"])
    for key in returning:
        assert len(set(amounts[key][stages[key].index("Proposal") :])) == 1


def test_every_move_of_a_deal_comes_after_the_one_before(demo):
    moments = defaultdict(list)
    for change in rows(demo, "crm/opportunity_history.csv"):
        moments[change["OpportunityId"]].append(change["CreatedDate"])
    assert all(sorted(set(found)) == found for found in moments.values())


def test_activities_are_done_at_a_time_or_planned_for_a_day(demo, activities, deals):
    assert {activity["IsDone"] for activity in activities} == {"true", "false"}
    for activity in activities:
        assert (activity["IsDone"] == "true") == bool(activity["ActivityDate"])
        assert activity["ActivityDate"] or activity["DueDate"]
        assert bool(activity["OpportunityId"]) != bool(activity["LeadId"])
        assert activity["OpportunityId"] in deals or activity["LeadId"]
    done = [business_day(activity["ActivityDate"]) for activity in activities if activity["ActivityDate"]]
    assert max(done) == demo.truth.business_on
    planned = [date.fromisoformat(a["DueDate"]) for a in activities if a["IsDone"] == "false"]
    assert min(planned) < demo.truth.business_on < max(planned), "nothing overdue, or nothing ahead"
    assert {a["Type"] for a in activities} == {"Call", "Email", "Meeting", "Demonstration", "Quote", "Task"}


def test_the_main_contact_of_a_deal_is_the_primary_one_of_its_decision_centre(demo, deals):
    centre = defaultdict(list)
    for row in rows(demo, "crm/opportunity_contacts.csv"):
        centre[row["OpportunityId"]].append(row)
    assert set(centre) == set(deals)
    for key, people in centre.items():
        assert [p["ContactId"] for p in people if p["IsPrimary"] == "true"] == [deals[key]["ContactId"]]
    assert max(len(people) for people in centre.values()) > 1
    assert {row["Role"] for people in centre.values() for row in people} > {"Decision maker", "Influencer"}


def test_reps_promise_more_the_nearer_a_deal_is_and_say_why_they_lost(deals):
    for deal in deals.values():
        won, lost = deal["StageName"] == "Closed Won", deal["StageName"] == "Closed Lost"
        assert (deal["ForecastCategory"] == "Closed") == won
        assert not (deal["LossReason"] and not lost)
        assert not (deal["NextStep"] and (won or lost))
        assert bool(deal["NextStep"]) == bool(deal["NextStepDate"])
    committed = {deal["StageName"] for deal in deals.values() if deal["ForecastCategory"] == "Commit"}
    assert committed <= {"Negotiation", "Verbal commitment"}
    reasons = Counter(deal["LossReason"] for deal in deals.values() if deal["StageName"] == "Closed Lost")
    assert {"Price", "Competitor", "No need", ""} <= set(reasons)
    assert {deal["BusinessType"] for deal in deals.values()} == {"New business", "Expansion", "Renewal"}


def test_leads_come_in_are_answered_and_become_deals_in_this_order(demo, leads, deals):
    for lead in leads:
        moments = [lead[name] for name in ("CreatedDate", "FirstResponseDate", "ConvertedDate") if lead[name]]
        assert moments == sorted(moments)
        assert bool(lead["ConvertedDate"]) == bool(lead["ConvertedOpportunityId"])
        if lead["ConvertedDate"]:
            deal = deals[lead["ConvertedOpportunityId"]]
            assert business_day(lead["ConvertedDate"]) == date.fromisoformat(deal["CreatedDate"])
            assert lead["LeadSource"] == deal["LeadSource"]
            assert lead["Rating"] == "Qualified"


def test_the_leads_are_counted_in_the_truth(demo, leads):
    counts = demo.truth.leads
    assert counts.total == len(leads)
    assert counts.converted == sum(bool(lead["ConvertedDate"]) for lead in leads) > 0
    assert counts.unanswered == sum(not lead["FirstResponseDate"] for lead in leads) > 0
    assert counts.unassigned == sum(not lead["OwnerId"] for lead in leads) > 0
    words = Counter(lead["Rating"].lower().replace(" ", "_") or "none" for lead in leads)
    assert counts.by_category == words
    assert set(words) == {
        *("qualified", "unqualified", "price_issue", "not_now", "unreachable", "duplicate", "none"),
    }


def test_reps_have_room_for_more_leads_and_some_leads_wait_for_a_rep(demo, leads):
    room = {user["UserId"]: int(user["LeadCapacity"] or 0) for user in rows(demo, "crm/users.csv")}
    active = [lead for lead in leads if lead["Status"] in ("New", "Working")]
    held = Counter(lead["OwnerId"] for lead in active if lead["OwnerId"])
    assert any(not lead["OwnerId"] for lead in active)
    assert sum(held[rep_id] < capacity for rep_id, capacity in room.items()) > len(SELLERS) / 2


def test_every_skill_that_a_lead_needs_somebody_has(demo, leads):
    skills = {skill for user in rows(demo, "crm/users.csv") for skill in user["Skills"].split(";") if skill}
    needed = {lead["RequiredSkill"] for lead in leads} - {""}
    assert {"german", "cloud"} <= needed <= skills


@pytest.mark.parametrize(
    "business_on", [DEMO_BUSINESS_ON, LEFT_ON, LEFT_ON - timedelta(days=1)], ids=["today", "left", "leaves"]
)
@pytest.mark.parametrize(
    ("file", "key"),
    [("opportunities", "OpportunityId"), ("activities", "ActivityId"), ("leads", "LeadId")],
    ids=["deals", "activities", "leads"],
)
def test_what_changed_overnight_says_so(tmp_path, demo, business_on, file, key):
    """Otherwise a load that takes in what is newer than its cursor would miss it."""

    def as_of(day: date) -> dict[str, dict[str, str]]:
        folder = tmp_path / str(day)
        opened_on = (business_on - timedelta(days=60)).replace(day=1)
        other: Any = type(demo)(folder, write_demo(folder, day, scale=0.3, opened_on=opened_on))
        return {row[key]: row for row in rows(other, f"crm/{file}.csv")}

    before, after = as_of(business_on), as_of(business_on + timedelta(days=1))
    assert set(before) <= set(after)
    changed = [row for row_key, row in after.items() if before.get(row_key) != row]
    assert changed
    assert {business_day(row["LastModifiedDate"]) for row in changed} == {business_on + timedelta(days=1)}


def test_unanswered_leads_are_not_only_those_of_today(demo, leads):
    ages = [
        (demo.truth.business_on - business_day(lead["CreatedDate"])).days
        for lead in leads
        if not lead["FirstResponseDate"]
    ]
    assert statistics.median(ages) > 7
