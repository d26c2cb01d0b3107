"""Object stores, as polars sees them: local folders stand in for them, by ``file://`` or in its place."""

from __future__ import annotations

import gzip
import traceback
from typing import Any

import polars as pl
import pytest
from connectors.connector_world import cells, config_in, numbers, origin_in, read, refusals

from daybook.config import FileRead
from daybook.errors import ConfigurationError, ContractViolation, DaybookError, SourceUnavailable
from ingestion.connectors import FILE, origin_of, read_file

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


@pytest.mark.parametrize("name", ["deals.csv", "deals_*.csv", "deals.parquet", "deals_*.parquet"])
def test_the_secrets_of_a_url_go_to_the_store_and_nowhere_else(tmp_path, monkeypatch, name):
    secret = f"s3://ana:{SECRET}@exports"
    asked = []
    for function in ("scan_parquet", "scan_lines"):
        scan = getattr(pl, function)

        def scan_folder(url: str, *, scan: Any = scan, storage_options: Any = None, **rest: Any) -> Any:
            asked.append(url)
            found = scan(url.replace(secret, f"file://{tmp_path}"), **rest)
            return (
                found.with_columns(pl.col(FILE).str.replace(f"file://{tmp_path}", secret))
                if (FILE in found.collect_schema())
                else found
            )

        monkeypatch.setattr(pl, function, scan_folder)
    (tmp_path / "deals_1.csv").write_text("a\n1\n2,3\n")
    (tmp_path / "deals.csv").write_text("a\n1\n2,3\n")
    for file in ("deals_1.parquet", "deals.parquet"):
        pl.DataFrame({"a": ["1"]}).write_parquet(tmp_path / file)
    origin = origin_of(config_in(tmp_path, {"path": secret}), "crm", "deals", tmp_path / "scratch")
    table = read_file(FileRead(read=name), origin)
    shown = f"s3://exports/{name.replace('*', '1')}"
    assert asked[0] == f"{secret}/{name}"
    assert [file.path for file in table.files] == [shown]
    assert table.frames.collect()[FILE].unique().to_list() == [shown]
    assert set(table.refused.collect()["file"]) <= {shown}
    assert SECRET not in repr(origin)


def test_urls_that_differ_only_in_their_query_are_two_files(tmp_path, monkeypatch):
    for number in (1, 2):
        (tmp_path / f"page={number}.csv").write_text(f"a\n{number}\n")
    scan = pl.scan_lines

    def scan_page(url: str, **rest: Any) -> pl.LazyFrame:
        rest.pop("storage_options")
        return scan(f"file://{tmp_path}/{url.rpartition('?')[2]}.csv", **rest).with_columns(
            pl.lit(url).alias(FILE)
        )

    monkeypatch.setattr(pl, "scan_lines", scan_page)
    pages = [f"https://shop/deals.csv?page={number}" for number in (1, 2, 1)]
    table = read_file(FileRead(read=pages), origin_in(tmp_path))
    assert cells(table) == [("1",), ("2",)]
    assert [file.path for file in table.files] == ["https://shop/deals.csv", "https://shop/deals.csv (2)"]


def test_no_error_about_a_url_holds_its_secrets_nor_does_its_cause(tmp_path, monkeypatch):
    url = f"s3://ana:{SECRET}@exports/deals.csv?sig={SECRET}"

    def failing(error: Exception) -> Any:
        def scan(*_: object, **__: object) -> None:
            raise error

        return scan

    for error in (
        FileNotFoundError(url),
        PermissionError(url),
        OSError(url),
        pl.exceptions.ComputeError(url),
        pl.exceptions.ComputeError(f"expanded paths were empty ({url})"),
    ):
        monkeypatch.setattr(pl, "scan_lines", failing(error))
        with pytest.raises(DaybookError) as raised:
            read(tmp_path, url)
        assert SECRET not in "".join(traceback.format_exception(raised.value))
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, f"s3://ana:{SECRET}@exports/targets.xlsx")
    assert SECRET not in str(refused.value)
    assert "s3://exports/targets.xlsx" in str(refused.value)
