"""What sellers say about the reports, and what the head office answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ingestion.demo.company import LEADS, SELLERS
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import month_starts


@dataclass(frozen=True)
class Topic:
    """Something that sellers bring up."""

    kind: str
    metric: str | None
    """Name in the catalogue of the reports; None where the tracking as a whole is meant."""
    message: str
    answer: str
    resolution: str


TOPICS = (
    Topic(
        "dispute",
        "net_sales",
        "Il manque une commande passée par téléphone.",
        "La commande portait le code d'un autre vendeur ; elle a été corrigée à la source.",
        "accepted",
    ),
    Topic(
        "remark",
        None,
        "Les relances devraient tenir compte des congés.",
        "C'est noté pour la prochaine réunion des responsables.",
        "accepted",
    ),
    Topic(
        "dispute",
        "attainment",
        "L'objectif du trimestre ne tient pas compte de mon congé.",
        "L'objectif reste entier ; le taux au prorata se lit à côté.",
        "explained",
    ),
    Topic(
        "dispute",
        "bookings",
        "J'ai partagé cette affaire, elle devrait compter en entier.",
        "Le partage a été convenu avant la signature.",
        "declined",
    ),
)
PER_MONTH = 2
DAY_OF_MONTH = (3, 24)
"""First and last day of a month on which somebody speaks up."""
ANSWER_DAYS = (2, 30)
"""Least and most days until the head office answers."""
REPORTED = (2_000, 20_000)
MISSING = (200, 3_000)
"""Least and most whole euros that are disputed, and that are said to be missing."""


@dataclass(frozen=True)
class Feedback:
    """One remark or dispute as it stands on the business date."""

    feedback_id: str
    said_on: date
    staff_number: str
    topic: Topic
    subject: str
    reported: int | None
    claimed: int | None
    answered_on: date | None
    """None while nobody has answered."""
    answered_by: str


def draw_feedback(setting: Setting) -> list[Feedback]:
    """What was said by the business date: some times a month, by those who work there."""
    months = month_starts(setting.opened_on, setting.business_on)
    found = [_of_month(setting, month, which) for month in months for which in range(PER_MONTH)]
    return [one for one in found if one.said_on <= setting.business_on]


def _of_month(setting: Setting, month: date, which: int) -> Feedback:
    chance = setting.stream("feedback", month.isoformat(), str(which))
    said_on = month + timedelta(int(chance.integers(*DAY_OF_MONTH)))
    sellers = [seller for seller in SELLERS if seller.works(said_on)]
    topic = TOPICS[(month.month * PER_MONTH + which) % len(TOPICS)]
    answered_on = said_on + timedelta(int(chance.integers(*ANSWER_DAYS)))
    is_money = topic.metric in {"net_sales", "bookings"}
    reported = int(chance.integers(*REPORTED))
    return Feedback(
        feedback_id=f"F-{month:%Y%m}-{which + 1}",
        said_on=said_on,
        staff_number=sellers[int(chance.integers(len(sellers)))].staff_number,
        topic=topic,
        subject=f"{month:%m/%Y}",
        reported=reported if is_money else None,
        claimed=reported + int(chance.integers(*MISSING)) if is_money else None,
        answered_on=answered_on if answered_on <= setting.business_on else None,
        answered_by=LEADS[0].name,
    )
