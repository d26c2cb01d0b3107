"""Deals of a spring, changed at random night after night; most of them are closed and stay as they are."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from dbt_world import Row
from history import Change, History
from hypothesis import strategies as st
from moving_company import deal, look, move, plan

FIRST_NIGHT = date(2026, 5, 28)
NIGHTS = (date(2026, 5, 29), date(2026, 6, 1), date(2026, 6, 2))
"""A day after, over a weekend into another month and quarter's month, and a day after that."""

DEALS = range(24)
CLOSING = ("Won", "Lost", "Duplicate")
STAGES = ("Lead", "Offer", *CLOSING)
REPS = ("ana", "bo", "alias", None)
LATE_EVENING = 23
"""Of UTC, which is the next day in Paris."""


def spring() -> History:
    """Deals created from January to May: every third still open, the others won or lost weeks ago."""
    history = History()
    history.put(
        "reps",
        {"rep_id": "ana", "rep_name": "Ana", "team_id": "north", "territory_id": "coast"},
        {"rep_id": "bo", "rep_name": "Bo", "team_id": "north", "territory_id": "hills"},
    )
    history.put("exchange_rates", *(dollar(date(2026, month, 1), 0.8 + month / 100) for month in range(1, 6)))
    for number in DEALS:
        created = date(2026, 1, 5) + timedelta(days=5 * number)
        name, dollars = f"deal-{number}", {"currency_code": "USD"} if number % 4 == 1 else {}
        row = deal(name, "ana", "Lead", 100 + number, created, created + timedelta(days=60))
        history.put("deals", row | dollars)
        if number % 8 != 7:
            moved(name, created, 10, "Lead", "ana", 100 + number, 50)(history)
        if number % 3:
            moved(name, created + timedelta(days=9), 10, "Offer", "bo", 90 + number, 40)(history)
            moved(name, created + timedelta(days=10), 10, CLOSING[number % 2], "bo", 90 + number, 40)(history)
    return history


def dollar(day: date, worth: float) -> Row:
    """What a dollar is worth from a day on."""
    return {"currency_code": "USD", "rate_on": day, "rate": worth}


def moved(
    name: str, day: date, hour: int, stage: str, rep: str | None, amount: float | None, due_days: int
) -> Change:
    """A deal comes to a stage; one that was not known is created."""

    def change(history: History) -> None:
        due = day + timedelta(days=due_days)
        known = history.tables["deals"].get((name,)) or deal(name, None, stage, None, day, due)
        closed_on = day if stage in CLOSING else None
        told = {"stage": stage, "rep_id": rep, "amount": amount, "expected_close_on": due}
        history.put("deals", known | told | {"closed_on": closed_on})
        at = datetime.combine(day, time(hour))
        history.put("deal_stage_changes", move(name, at, stage, rep, amount, due))

    return change


def told(name: str, **columns: object) -> Change:
    """The source tells otherwise of a deal, without a move."""

    def change(history: History) -> None:
        known = history.tables["deals"].get((name,))
        if known:
            history.put("deals", known | columns)

    return change


def seen(name: str, day: date, rep: str | None, amount: float | None, **stage: str) -> Change:
    """A night sees a deal changed, and in which stage it is where the source tells of no moves."""

    def change(history: History) -> None:
        told(name, rep_id=rep, amount=amount)(history)
        history.put("deal_observations", look(name, day, rep, amount, day + timedelta(days=10), **stage))

    return change


def put_off(name: str, day: date, until: date | None) -> Change:
    """A night sees until when an owner puts a deal off."""

    def change(history: History) -> None:
        told(name, suspended_until=until)(history)
        history.put("deal_plans", plan(name, day, suspended_until=until))

    return change


def taken_back(name: str, dataset: str) -> Change:
    """A deal, or what it went through, is no longer told."""
    return lambda history: history.drop(dataset, deal_id=name)


def put(dataset: str, row: Row) -> Change:
    """A row of another dataset."""
    return lambda history: history.put(dataset, row)


def changes_before(night: date) -> st.SearchStrategy[list[Change]]:
    """What the night is told: of the last days, of days long past, and of days to come."""
    days = st.sampled_from([-90, -40, -3, -1, 0, 0, 1, 3]).map(lambda days: night + timedelta(days=days))
    names = st.integers(0, len(DEALS) + 6).map(lambda number: f"deal-{number}")
    amounts = st.none() | st.integers(1, 500)
    moves = st.builds(
        moved,
        names,
        days,
        st.sampled_from([10, LATE_EVENING]),
        st.sampled_from(STAGES),
        st.sampled_from(REPS),
        amounts,
        st.sampled_from([-20, 0, 3, 40]),
    )
    others = st.one_of(
        st.builds(lambda name, amount: told(name, amount=amount), names, amounts),
        st.builds(lambda name, rep: told(name, rep_id=rep), names, st.sampled_from(REPS)),
        st.builds(lambda name, day: told(name, created_on=day), names, st.none() | days),
        st.builds(lambda name, day: told(name, stage="Won", closed_on=day), names, st.none() | days),
        st.builds(lambda name, flag: told(name, is_closed=flag), names, st.none() | st.booleans()),
        st.builds(seen, names, days, st.sampled_from(REPS), amounts),
        st.builds(
            lambda name, day, stage: seen(name, day, "ana", 7, stage=stage),
            names,
            days,
            st.sampled_from(STAGES),
        ),
        st.builds(put_off, names, days, st.none() | days | days.map(lambda day: day + timedelta(days=30))),
        st.builds(
            taken_back,
            names,
            st.sampled_from(["deals", "deal_stage_changes", "deal_observations", "deal_plans"]),
        ),
        st.builds(
            lambda day, cents: put("exchange_rates", dollar(day, cents / 100)), days, st.integers(50, 150)
        ),
        st.builds(
            lambda place: put(
                "reps", {"rep_id": "bo", "rep_name": "Bo", "team_id": "north", "territory_id": place}
            ),
            st.sampled_from(["coast", "hills", None]),
        ),
        st.builds(
            lambda who: put(
                "identities",
                {"entity": "rep", "system": "shop", "external_id": "alias", "internal_id": who},
            ),
            st.sampled_from(["ana", "bo"]),
        ),
    )
    return st.lists(st.one_of(moves, moves, others), min_size=4, max_size=12)
