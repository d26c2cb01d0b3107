"""Leads: people and companies that asked, some of which became the deals of the simulation."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from ingestion.demo.activities import CALL, EMAIL
from ingestion.demo.clients import FIRST_WORDS, FORENAMES, LAST_WORDS, SIZES, SURNAMES
from ingestion.demo.company import PRODUCT_SKILLS, SELLERS, TERRITORIES
from ingestion.demo.ownership import owner_on, people
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import DAY_SECONDS, days_of, epoch_day

CHANNELS = ("Web", "Referral", "Trade fair", "Cold call", "Partner", None)

OTHERS_A_MONTH = 70
"""Leads a month, at scale 1, that become no deal."""

CONVERTED_SHARE = 0.3
"""Part of the deals that began as a lead."""

LONGEST_WAY = 20
"""Days from a lead to its deal at most; less than a month, so that next month's deals are known in time."""

CONVERTED_AT = 8 * 3_600 + 1_800
EVENING = 19 * 3_600
"""Second of the day at which leads are assigned, judged and closed."""

MEDIAN_RESPONSE, RESPONSE_SPREAD = 6 * 3_600, 1.3
NEVER_ANSWERED_SHARE = 0.09

MORNING = 7 * 3_600
"""Second of the day before which nobody answers."""

WAITING_SHARE = 0.5
LONGEST_WAIT = 10
"""Part of the leads that nobody is given at once, and the most days until somebody is."""

JUDGEMENTS = (
    ("Unqualified", 0.34),
    ("Price issue", 0.24),
    ("Not now", 0.14),
    ("Unreachable", 0.12),
    ("Duplicate", 0.06),
    ("Qualified", 0.1),
)
"""What becomes of answered leads that become no deal."""

GIVEN_UP_AFTER = 45
"""Days after which a qualified lead that became no deal is closed."""

FORGOTTEN_AFTER = 30
"""Days after which a lead that nobody answered is closed without a judgement."""


def draw_leads_of_deals(rng: np.random.Generator, deals: pl.DataFrame) -> pl.DataFrame:
    """The leads that some of the deals opened in one month began as."""
    count = len(deals)
    way = rng.integers(2, LONGEST_WAY + 1, count)
    frame = _facts(rng, count).with_columns(
        pl.Series("is_lead", rng.random(count) < CONVERTED_SHARE),
        pl.Series("created_day", deals["created_day"].to_numpy() - way),
        lead="LD" + deals["deal"].str.slice(2),
        deal=deals["deal"],
        seller=deals["seller"],
        territory=deals["territory"],
        channel=deals["lead_source"],
        category=pl.lit("Qualified"),
        converted_day=deals["created_day"],
    )
    left = (pl.col("converted_day") - pl.col("created_day")) * DAY_SECONDS + CONVERTED_AT
    # Nobody converts what was not answered: the answer falls into the time there was.
    answer = pl.min_horizontal("delay", ((left - pl.col("created_second")) * 0.9).cast(pl.Int64))
    return _dated(
        frame.filter("is_lead").drop("is_lead").with_columns(delay=answer, is_answered=pl.lit(True)),
        judged=pl.col("converted_day") - 1,
    )


def draw_other_leads(month: date, setting: Setting) -> pl.DataFrame:
    """The leads of one month that become no deal."""
    rng = setting.stream("leads", month.isoformat())
    count = int(rng.poisson(OTHERS_A_MONTH * setting.breadth))
    staff = [(position, seller.home(month)) for position, seller in enumerate(SELLERS) if seller.works(month)]
    chosen = rng.integers(0, len(staff), count)
    words, shares = zip(*JUDGEMENTS, strict=True)
    frame = _facts(rng, count).with_columns(
        pl.Series("created_day", np.sort(rng.choice(days_of(month), count)), dtype=pl.Int64),
        pl.Series("lead", [f"LN{month:%y%m}{number + 1:04d}" for number in range(count)], dtype=pl.String),
        pl.Series("seller", np.array([position for position, _ in staff])[chosen], dtype=pl.Int64),
        pl.Series("territory", np.array([home for _, home in staff])[chosen], dtype=pl.Int64),
        pl.Series("channel", rng.choice(len(CHANNELS), count)).replace_strict(
            dict(enumerate(CHANNELS)), return_dtype=pl.String
        ),
        pl.Series("category", rng.choice(words, count, p=shares), dtype=pl.String),
        pl.Series("patience", rng.integers(0, 9, count), dtype=pl.Int64),
        deal=pl.lit(None, dtype=pl.String),
        converted_day=pl.lit(None, dtype=pl.Int64),
    )
    dated = _dated(frame, judged=pl.col("response_day") + pl.col("patience"))
    return dated.drop("patience")


def _facts(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """Who asked and how soon somebody answers."""
    chance = rng.random((count, 8))
    waits = np.where(rng.random(count) < WAITING_SHARE, rng.integers(2, LONGEST_WAIT + 1, count), 0)
    delay = np.maximum(300, MEDIAN_RESPONSE * rng.lognormal(0, RESPONSE_SPREAD, count)).astype(np.int64)
    names = {"forename": FORENAMES, "surname": SURNAMES, "first_word": FIRST_WORDS, "last_word": LAST_WORDS}
    drawn = {
        name: pl.Series(words).gather((chance[:, column] * len(words)).astype(np.int64))
        for column, (name, words) in enumerate(names.items())
    }
    segments = pl.Series([size for size, _ in SIZES])
    return pl.DataFrame(
        {
            **drawn,
            "segment": segments.gather((chance[:, 4] * len(SIZES)).astype(np.int64)),
            "skill_chance": chance[:, 5],
            "estimate_chance": chance[:, 6],
            "is_answered": chance[:, 7] >= NEVER_ANSWERED_SHARE,
            "created_second": 60 * rng.integers(7 * 60, 22 * 60, count),
            "delay": delay + waits * DAY_SECONDS,
            "assigned_after": waits,
        }
    )


def _dated(leads: pl.DataFrame, judged: pl.Expr) -> pl.DataFrame:
    """With the days of assignment, answer, judgement and end, whatever the business date."""
    answered_at = pl.col("created_day") * DAY_SECONDS + pl.col("created_second") + pl.col("delay")
    ended = pl.when(pl.col("category") == "Qualified").then(GIVEN_UP_AFTER).otherwise(1)
    return (
        leads.with_columns(answered_at=pl.when("is_answered").then(answered_at))
        .with_columns(
            response_day=pl.col("answered_at") // DAY_SECONDS,
            response_second=_awake(pl.col("answered_at") % DAY_SECONDS),
        )
        .with_columns(
            assigned_day=pl.min_horizontal(pl.col("created_day") + pl.col("assigned_after"), "response_day"),
            judged_day=pl.when("is_answered").then(pl.max_horizontal(judged, "response_day")),
        )
        .with_columns(
            closed_day=pl.when(pl.col("converted_day").is_null()).then(
                pl.coalesce(pl.col("judged_day") + ended, pl.col("created_day") + FORGOTTEN_AFTER)
            )
        )
        .drop("delay", "assigned_after", "is_answered", "answered_at")
    )


def _awake(second: pl.Expr) -> pl.Expr:
    """What falls into the night is done within the first hour of the morning."""
    return pl.when(second < MORNING).then(MORNING + second % 3_600).otherwise(second)


def standing_leads(drawn: pl.DataFrame, setting: Setting) -> pl.DataFrame:
    """The leads that came in by the business date, as they stand then, oldest first."""
    today = epoch_day(setting.business_on)
    known = drawn.join(people(), on="seller").filter(
        pl.col("created_day").is_between(epoch_day(setting.opened_on), today)
    )
    seen = known.with_columns(
        _by(today, "response_day", "response_second"),
        _by(today, "converted_day", "deal"),
        _by(today, "judged_day", "category"),
        _by(today, "closed_day"),
        _by(today, "assigned_day"),
    )
    last = pl.coalesce("converted_day", "closed_day", pl.lit(today))
    is_over = pl.col("converted_day").is_not_null() | pl.col("closed_day").is_not_null()
    handed_over = pl.when(~is_over & (pl.col("left_day") < today)).then(pl.col("left_day") + 1)
    return (
        seen.with_columns(
            owner=pl.when(pl.col("assigned_day").is_not_null()).then(owner_on(last)),
            status=_status(),
            skill=_skill(),
            updated=pl.max_horizontal(
                _second("created_day", pl.col("created_second")),
                _second("response_day", pl.col("response_second")),
                _second("converted_day", pl.lit(CONVERTED_AT)),
                *(_second(name, pl.lit(EVENING)) for name in ("assigned_day", "judged_day", "closed_day")),
                handed_over * DAY_SECONDS + EVENING,
            ),
        )
        .with_columns(
            updated_day=pl.col("updated") // DAY_SECONDS, updated_second=pl.col("updated") % DAY_SECONDS
        )
        .sort("created_day", "created_second", "lead")
    )


def lead_activities(drawn: pl.DataFrame) -> pl.DataFrame:
    """The first answer to a lead and the call that its judgement rests on, in the columns of activities."""
    answers = drawn.filter(pl.col("response_day").is_not_null())
    judged = answers.filter(pl.col("judged_day") > pl.col("response_day"))
    steps = (
        (answers, 1, EMAIL, pl.col("response_day"), pl.col("response_second")),
        (judged, 2, CALL, pl.col("judged_day"), pl.lit(17 * 3_600)),
    )
    return pl.concat(
        leads.select(
            "lead",
            "seller",
            activity=pl.format("A{}-{}", pl.col("lead"), pl.lit(f"{number:02}")),
            type=pl.lit(kind, dtype=pl.Int64),
            day=day,
            second=second.cast(pl.Int64),
            planned_day=pl.lit(None, dtype=pl.Int64),
            entered_day=pl.lit(None, dtype=pl.Int64),
            is_dropped=pl.lit(False),
            is_inbound=pl.lit(False),
        )
        for leads, number, kind, day, second in steps
    )


def _by(today: int, day: str, *others: str) -> pl.Expr:
    """What happened by the business date; null if it happens later."""
    return pl.when(pl.col(day) <= today).then(pl.col(day, *others))


def _second(day: str, second: pl.Expr) -> pl.Expr:
    return pl.col(day) * DAY_SECONDS + second


def _status() -> pl.Expr:
    return (
        pl.when(pl.col("converted_day").is_not_null())
        .then(pl.lit("Converted"))
        .when(pl.col("closed_day").is_not_null())
        .then(pl.lit("Closed"))
        .when(pl.col("response_day").is_not_null())
        .then(pl.lit("Working"))
        .otherwise(pl.lit("New"))
    )


def _skill() -> pl.Expr:
    """The language of the territory where it is a foreign one; else now and then a product skill."""
    languages = pl.lit(pl.Series([place.language for place in TERRITORIES])).gather(pl.col("territory"))
    product = pl.lit(pl.Series(PRODUCT_SKILLS)).gather(
        (pl.col("skill_chance") * 2 * len(PRODUCT_SKILLS)).cast(pl.Int64) % len(PRODUCT_SKILLS)
    )
    needs_product = pl.col("skill_chance") < 0.5
    return pl.when(languages != "french").then(languages).when(needs_product).then(product)
