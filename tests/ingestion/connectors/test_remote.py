"""Object stores, as polars sees them: local folders stand in for them, by ``file://`` or in its place."""

from __future__ import annotations

import gzip
from typing import Any

import polars as pl
import pytest
from connectors.connector_world import cells, config_in, numbers, origin_in, read, refusals

from daybook.config import FileRead
from daybook.errors import ConfigurationError, ContractViolation, SourceUnavailable
from ingestion.connectors import origin_of, read_file

SECRET = "hunter2"


def test_text_objects_are_checked_like_files(tmp_path):
    (tmp_path / "deals.csv").write_text('a,b\n1,"x,y"\n2\n')
    url = f"file://{tmp_path}/deals.csv"
    table = read(tmp_path, url)
    assert cells(table) == [("1", "x,y")]
    assert refusals(table) == [(2, "too_few_fields", {"a": "2"})]
    assert [file.path for file in table.files] == [url]


def test_a_glob_over_objects_keeps_each_apart(tmp_path):
    (tmp_path / "deals_2.csv").write_text("a\n3\n")
    (tmp_path / "deals_1.csv").write_text("a\n1\n2")
    table = read(tmp_path, f"file://{tmp_path}/deals_*.csv")
    assert cells(table) == [("1",), ("2",), ("3",)]
    assert numbers(table) == [1, 2, 1]


def test_parquet_objects_are_scanned_where_they_are(tmp_path):
    for name, number in (("b", 2), ("a", 1)):
        pl.DataFrame({"id": [number]}).write_parquet(tmp_path / f"{name}.parquet")
    table = read(tmp_path, f"file://{tmp_path}/*.parquet")
    assert cells(table) == [(1,), (2,)]
    assert not (tmp_path / "scratch").exists()


def test_compressed_and_json_objects_are_read(tmp_path):
    (tmp_path / "deals.ndjson.gz").write_bytes(gzip.compress(b'{"a": 1}\n{"a": 2}\n'))
    assert cells(read(tmp_path, f"file://{tmp_path}/deals.ndjson.gz")) == [("1",), ("2",)]


def test_an_empty_object_is_an_empty_file(tmp_path):
    (tmp_path / "deals.csv").touch()
    with pytest.raises(ContractViolation, match="empty: not even a header"):
        read(tmp_path, f"file://{tmp_path}/deals.csv")


@pytest.mark.parametrize("name", ["deals.csv", "deals_*.csv", "deals.parquet", "deals_*.parquet"])
def test_an_object_that_is_not_there_may_come_yet(tmp_path, name):
    url = f"file://{tmp_path}/{name}"
    with pytest.raises(SourceUnavailable):
        read(tmp_path, url)
    assert not read_file(FileRead(read=url), origin_in(tmp_path), optional=True).files


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("targets.xlsx", {}, "workbook cannot be read from an object store"),
        ("deals.csv", {"encoding": "utf-16"}, "encoding utf-16 cannot be read"),
    ],
)
def test_what_polars_cannot_fetch_is_a_fault_of_the_configuration(tmp_path, name, options, reason):
    with pytest.raises(ConfigurationError, match=reason):
        read(tmp_path, f"s3://exports/{name}", **options)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A folder in place of ``s3://exports``; the options that each scan of it was given."""
    given: list[Any] = []
    for name in ("scan_parquet", "scan_lines"):
        scan = getattr(pl, name)

        def scan_folder(
            url: str, *, scan: Any = scan, storage_options: Any = None, **rest: Any
        ) -> pl.LazyFrame:
            given.append(storage_options)
            return scan(url.replace("s3://exports", f"file://{tmp_path}"), **rest)

        monkeypatch.setattr(pl, name, scan_folder)
    return given


@pytest.mark.parametrize("name", ["deals.csv", "deals.parquet", "deals*.parquet"])
def test_the_sources_storage_options_go_to_polars(tmp_path, store, name):
    (tmp_path / "deals.csv").write_text("a\n1\n")
    pl.DataFrame({"a": ["1"]}).write_parquet(tmp_path / "deals.parquet")
    source = {"path": "s3://exports", "storage_options": {"aws_secret_access_key": SECRET}}
    origin = origin_of(config_in(tmp_path, source), "crm", "deals", tmp_path / "scratch")
    assert cells(read_file(FileRead(read=name), origin)) == [("1",)]
    assert store
    assert all(options == {"aws_secret_access_key": SECRET} for options in store[:1])
    assert SECRET not in repr(origin)


def test_options_that_polars_refuses_are_named_without_their_values(tmp_path):
    source = {"path": "s3://exports", "storage_options": {"max_retries": SECRET}}
    origin = origin_of(config_in(tmp_path, source), "crm", "deals", tmp_path / "scratch")
    with pytest.raises(ConfigurationError, match=r"options \(max_retries\) are not accepted") as raised:
        read_file(FileRead(read="deals.parquet"), origin)
    assert SECRET not in str(raised.value)


def test_a_store_that_does_not_answer_is_worth_a_retry_and_its_url_gives_no_token_away(tmp_path, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise ConnectionRefusedError(
            f"object-store error: GET https://store/deals?sig={SECRET} refused\nmore"
        )

    monkeypatch.setattr(pl, "scan_lines", refused)
    with pytest.raises(SourceUnavailable, match="GET https://store/deals refused") as raised:
        read(tmp_path, "az://exports/deals.csv")
    assert SECRET not in str(raised.value)
