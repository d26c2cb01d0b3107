"""The digest says the day in one edition's figures, and no name can break it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from report_world import company_config, publish_rows, small_company

from daybook.errors import ConfigurationError, MailFailed
from reporting import mail
from reporting.mail import Message, compose_digests
from reporting.site import words

HOSTILE = '<script>alert(1)</script>\r\nBcc: all@example.org\n=cmd()\u202e{{ 7 * 7 }}"' + "x" * 5000


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def digest(tmp_path: Path, edition: dict[str, object], **world: object) -> Message:
    is_stale = bool(world.pop("is_stale", False))
    file = publish_rows(tmp_path / "sales.duckdb", small_company(**world), is_stale=is_stale)
    config = company_config(digests=[{"to": ["a@example.org"], **edition}])
    [message] = compose_digests(file, tmp_path / "reports", config)
    return message


def test_the_five_figures_are_those_of_the_edition(tmp_path):
    message = digest(tmp_path, {"edition": "director"})
    assert message.subject == "Directors, Jan 30, 2026: net sales €1,000, month at 65.0% of plan"
    for figure in ("€1,000", "€1,235", "€1,900", "65.0%", "€21.00", "€14,000", "€7,000", "€2,100"):
        assert figure in message.html


def test_a_rep_is_told_of_own_sales_and_deals_only(tmp_path):
    message = digest(tmp_path, {"edition": "rep", "of": "r2"})
    assert "net sales €0.10" in message.subject
    assert "Chairs" in message.html
    assert "Lamps for all" not in message.html


def test_what_needs_attention_is_named(tmp_path):
    message = digest(tmp_path, {"edition": "director"}, is_stale=True)
    for said in (
        "Lamps for all",
        "days silent: 12",
        "Next action overdue",
        "Fewer &lt;rows&gt;.",
        "Partial data.",
    ):
        assert said in message.html


def test_undefined_figures_are_a_dash_not_zero(tmp_path):
    rows = small_company() | {"target_attainment": [], "sales_forecast": [], "deal_register": []}
    file = publish_rows(tmp_path / "sales.duckdb", rows)
    config = company_config(digests=[{"to": ["a@example.org"], "edition": "director"}])
    [message] = compose_digests(file, tmp_path, config)
    assert message.subject.endswith("net sales €1,000")
    assert "no target" in message.html
    assert '<strong style="font-size:18px">\N{EN DASH}</strong>' in message.html


def test_a_hostile_name_harms_neither_subject_nor_body(tmp_path):
    edition = {"edition": "rep", "of": "r1"}
    message = digest(tmp_path, edition, name=HOSTILE, deal_name=HOSTILE)
    assert message.subject.isprintable()
    assert len(message.subject) < 200
    assert "49" not in message.subject
    assert "<script" not in message.html
    assert "\u202e" not in message.html
    assert "x" * 200 not in message.html
    assert {tag for tag, _ in Tags(message.html).found} <= {
        *(
            "html",
            "head",
            "meta",
            "body",
            "table",
            "tr",
            "td",
            "h1",
            "h2",
            "p",
            "bdi",
            "strong",
            "span",
            "ul",
            "li",
        )
    }


def test_a_mail_asks_for_nothing_from_elsewhere(tmp_path):
    message = digest(tmp_path, {"edition": "director"})
    attributes = {name for _, given in Tags(message.html).found for name in given}
    assert attributes <= {"lang", "dir", "charset", "style", "role"}
    assert "url(" not in message.html


def test_hebrew_reads_from_the_right(tmp_path, monkeypatch):
    class Echo(dict[str, str]):
        get = staticmethod("«{}»".format)

    monkeypatch.setattr(words, "_catalogue", lambda _: Echo())
    message = digest(tmp_path, {"edition": "director", "language": "he"})
    assert ("body", "rtl") in [(tag, given.get("dir")) for tag, given in Tags(message.html).found]
    assert message.subject.startswith("«")


def test_a_digest_of_nobody_is_refused_and_the_editions_that_there_are_are_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"rep r9 \(en\).*editions for rep are of: r1, r2"):
        digest(tmp_path, {"edition": "rep", "of": "r9"})


def test_a_file_that_cannot_be_read_names_the_digest(tmp_path):
    config = company_config(digests=[{"to": ["a@example.org"], "edition": "director"}])
    file = publish_rows(tmp_path / "sales.duckdb", small_company())
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table marts.follow_up_queue")
    with pytest.raises(MailFailed, match=r"(?s)director \(en\) could not be written.*daybook report send"):
        compose_digests(file, tmp_path, config)


def test_the_report_and_its_workbook_are_named_where_they_are(tmp_path):
    folder = tmp_path / "reports" / "director" / "en"
    folder.mkdir(parents=True)
    (folder / "workbook.xlsx").write_bytes(b"PK")
    message = digest(tmp_path, {"edition": "director", "workbook": True})
    assert str(folder) in message.html
    assert message.workbook == folder / "workbook.xlsx"


def test_a_workbook_too_large_for_a_mail_is_not_attached(tmp_path, monkeypatch):
    monkeypatch.setattr(mail, "MOST_BYTES", 1)
    folder = tmp_path / "reports" / "director" / "en"
    folder.mkdir(parents=True)
    (folder / "workbook.xlsx").write_bytes(b"PK")
    assert digest(tmp_path, {"edition": "director", "workbook": True}).workbook is None
