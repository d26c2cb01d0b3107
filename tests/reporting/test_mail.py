"""Digests arrive at a real mail server, and what goes wrong is told without a secret."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from report_world import company_config, publish_rows, small_company

from daybook.config import Retries
from daybook.errors import ConfigurationError, MailFailed
from reporting.mail import send_digests

ONCE = Retries(attempts=1, wait_seconds=0)
TWO = [
    {"edition": "director", "to": ["one@example.org", "two@example.org"]},
    {"edition": "rep", "of": "r1", "to": ["rep@example.org"], "workbook": True},
]


class Box:
    """A server that keeps what it is given, after refusing what it is told to."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.refusals: dict[str, int] = {}
        """How often a recipient is refused."""
        self.url = ""

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.refusals.get(address, 0) > 0:
            self.refusals[address] -= 1
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append((envelope.rcpt_tos, parsed))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def box() -> Iterator[Box]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.url = f"mailto://127.0.0.1:{controller.port}"
    yield box
    controller.stop()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return publish_rows(tmp_path / "sales.duckdb", small_company())


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return part.get_content()


def test_every_recipient_gets_a_mail_of_their_own_in_both_forms(box, file, tmp_path):
    send_digests(file, tmp_path / "reports", company_config(server=box.url, digests=TWO), ONCE)
    assert [to for to, _ in box.mails] == [["one@example.org"], ["two@example.org"], ["rep@example.org"]]
    _, mail = box.mails[0]
    assert mail["Subject"] == "Directors, Jan 30, 2026: net sales €1,000, month at 65.0% of plan"
    assert mail["From"] == "Daybook <daybook@example.org>"
    assert mail["To"] == "one@example.org"
    assert "Net sales of the day: €1,000" in text_of(mail, "plain")
    assert "<h1" in text_of(mail, "html")
    assert "<h1" not in text_of(mail, "plain")


def test_a_hostile_name_adds_no_header_and_no_recipient(box, tmp_path):
    name = "Eve\r\nBcc: all@example.org\r\n\r\n<script>\u202e" + "x" * 5000
    file = publish_rows(tmp_path / "sales.duckdb", small_company(name, name))
    send_digests(file, tmp_path, company_config(server=box.url, digests=TWO[1:]), ONCE)
    [(to, mail)] = box.mails
    assert to == ["rep@example.org"]
    assert mail["Bcc"] is None
    assert "Bcc: all@example.org" in mail["Subject"]
    assert "\u202e" not in mail["Subject"] + text_of(mail, "plain") + text_of(mail, "html")


def test_the_workbook_is_attached_where_it_is_wanted(box, file, tmp_path):
    folder = tmp_path / "reports" / "rep-r1" / "en"
    folder.mkdir(parents=True)
    (folder / "workbook.xlsx").write_bytes(b"PK\x03\x04 a workbook")
    send_digests(file, tmp_path / "reports", company_config(server=box.url, digests=TWO), ONCE)
    attached = [[part.get_filename() for part in mail.iter_attachments()] for _, mail in box.mails]
    assert attached == [[], [], ["workbook.xlsx"]]
    [part] = box.mails[2][1].iter_attachments()
    assert part.get_content() == b"PK\x03\x04 a workbook"


def test_a_server_that_says_later_is_asked_again(box, file, tmp_path):
    box.refusals["two@example.org"] = 1
    config = company_config(server=box.url, digests=TWO)
    send_digests(file, tmp_path, config, Retries(attempts=2, wait_seconds=0))
    assert [to for to, _ in box.mails] == [["one@example.org"], ["two@example.org"], ["rep@example.org"]]


def test_a_refused_recipient_is_named_and_the_others_have_their_mail(box, file, tmp_path):
    box.refusals["one@example.org"] = 9
    with pytest.raises(MailFailed, match=r"(?s)1 of 3 mails.*one@example.org.*451") as failed:
        send_digests(file, tmp_path, company_config(server=box.url, digests=TWO), ONCE)
    assert "daybook report send" in str(failed.value)
    assert [to for to, _ in box.mails] == [["two@example.org"], ["rep@example.org"]]


@pytest.mark.parametrize("login", ["user:s3cr3t", "user:s%2Fcr3t"])
def test_a_failure_shows_neither_url_nor_password(file, tmp_path, login, caplog, capfd):
    server = f"mailto://{login}@127.0.0.1:{free_port()}"
    with pytest.raises(MailFailed, match="Connection refused") as failed:
        send_digests(file, tmp_path, company_config(server=server, digests=TWO), ONCE)
    heard = str(failed.value) + caplog.text + "".join(capfd.readouterr())
    for secret in (server, "s3cr3t", "s/cr3t", "s%2Fcr3t"):
        assert secret not in heard


def test_an_address_that_is_none_is_named(box, file, tmp_path):
    config = company_config(server=box.url, digests=[{"edition": "director", "to": ["nobody"]}])
    with pytest.raises(MailFailed, match=r"director \(en\) to nobody"):
        send_digests(file, tmp_path, config, ONCE)
    assert box.mails == []


def test_what_is_no_mail_server_is_refused_unseen(file, tmp_path):
    config = company_config(server="slack://token-a/token-b", digests=TWO)
    with pytest.raises(ConfigurationError, match="mailtos://") as refused:
        send_digests(file, tmp_path, config, ONCE)
    assert "token" not in str(refused.value)


def test_without_mail_nothing_is_sent(file, tmp_path):
    config = company_config()
    silent = config.model_copy(update={"reports": config.reports.model_copy(update={"mail": None})})
    assert send_digests(file, tmp_path, silent, ONCE) == []
