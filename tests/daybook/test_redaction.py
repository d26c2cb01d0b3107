"""What a URL carries of secrets is left out, and nothing else."""

from __future__ import annotations

import pytest

from daybook.redaction import without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://host/x.csv?sig=hunter2", "https://host/x.csv"),
        ("https://host/x.csv?hunter2", "https://host/x.csv"),
        ("az://box/x.csv%3Fsig%3Dhunter2", "az://box/x.csv"),
        ("https://ana:hunter2@host/x.csv", "https://host/x.csv"),
        ("https://ana:hun/t@er2@host/x.csv", "https://host/x.csv"),
        ("https://hunter2@host/x.csv", "https://host/x.csv"),
        ("abfss://ana:hunter2@host/x.csv", "abfss://host/x.csv"),
        ("GET http://ana:hunter2@a/x?k=1 failed, then http://b?k=2", "GET http://a/x failed, then http://b"),
    ],
)
def test_user_password_and_query_are_left_out(text, shown):
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "crm/deals_?.csv",
        "s3://box/deals_?.csv",
        "https://host:8080/deals.csv",
        "https://host:8080/a@b.csv",
        "abfss://box@account.dfs.core.windows.net/deals.csv",
        "Is it there? Yes = no",
    ],
)
def test_wildcards_ports_and_containers_stay(text):
    assert without_secrets(text) == text
