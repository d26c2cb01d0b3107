"""A night that has published sends its digests; what becomes of the mail changes nothing else."""

from __future__ import annotations

import functools
import socket
from collections.abc import Iterator
from datetime import date

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from daybook.config import Retries
from daybook.home import Home
from orchestration import night
from orchestration.records import read_record
from reporting.mail import send_digests
from tests.depth import deep_only
from tests.orchestration.company import REPORTS, SmallCompany

pytestmark = pytest.mark.xdist_group("nights")

MAIL = """\
reports:
  editions: [director]
  languages: [en]
  mail:
    server: ${DAYBOOK_MAIL_URL}
    sender: daybook@example.org
    digests: [{edition: director, to: [head@example.org]}]
"""


class Box(Message):
    """Keeps the mails that come."""

    def __init__(self) -> None:
        super().__init__()
        self.subjects: list[str] = []

    def handle_message(self, message) -> None:
        self.subjects.append(str(message["Subject"]))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def box(monkeypatch) -> Iterator[Box]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    monkeypatch.setenv("DAYBOOK_MAIL_URL", f"mailto://127.0.0.1:{controller.port}")
    yield box
    controller.stop()


@pytest.fixture
def silent_server(monkeypatch) -> None:
    """A server that does not answer, and that is not waited for."""
    monkeypatch.setenv("DAYBOOK_MAIL_URL", f"mailto://user:s3cr3t@127.0.0.1:{free_port()}")
    impatient = functools.partial(send_digests, retries=Retries(attempts=1, wait_seconds=0))
    monkeypatch.setattr(night, "send_digests", impatient)


@pytest.fixture
def mailing(company: SmallCompany, built_as_before) -> SmallCompany:
    """The company after one good night, from now on with mail."""
    company.change("daybook.yaml", REPORTS, MAIL)
    return company


def test_a_dry_run_shows_subjects_and_recipients_and_sends_nothing(mailing, daybook, box):
    said = daybook(mailing, "report", "send", "--dry-run")
    assert said.code == 0, said.err
    assert "head@example.org" in said.out
    assert "Directors, Jun 3, 2026: net sales" in said.out
    assert box.subjects == []


def test_digests_of_the_current_publication_can_be_sent_again(mailing, daybook, box):
    said = daybook(mailing, "report", "send")
    assert said.code == 0, said.err
    assert "1 digest sent." in said.out
    [subject] = box.subjects
    assert subject.startswith(("Directors", "=?utf-8?"))


def test_without_mail_or_publication_the_remedy_is_said(company, new_company, daybook, box):
    said = daybook(company, "report", "send")
    assert said.code == 1
    assert "reports.mail" in said.err
    new_company.change("daybook.yaml", REPORTS, MAIL)
    said = daybook(new_company, "report", "send")
    assert said.code == 1
    assert "Nothing has been published yet" in said.err


@pytest.mark.slow
def test_a_night_sends_its_digests(mailing, daybook, box):
    said = daybook(mailing, "run", "--date", "2026-06-03")
    assert said.code == 0, said.text
    assert len(box.subjects) == 1


@deep_only
@pytest.mark.slow
@pytest.mark.usefixtures("silent_server")
def test_a_night_whose_mail_fails_has_published_all_the_same_and_says_so(mailing, daybook):
    said = daybook(mailing, "run", "--date", "2026-06-03")
    assert said.code == 0, said.text
    assert "Published" in said.out
    assert "director (en) to head@example.org" in said.out
    assert "s3cr3t" not in said.text
    record = read_record(Home(mailing.home), date(2026, 6, 3))
    assert record is not None
    assert record.published
    assert record.unsent is not None
