"""Publishing: what readers get, and what keeps a night from being published."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest
from jinja2 import UndefinedError
from published_world import BUSINESS_ON, World, generic_test, rows, run_of_reports, write_site
from xlsxwriter.exceptions import FileCreateError

import reporting.site
from daybook.config import Reports
from daybook.errors import PublicationRefused
from quality.results import CheckResult
from reporting.publish import SourceState, publish
from reporting.staleness import read_stale_mark
from reporting.versions import NOT_STALE, building, checksum, current_publication, list_publications

V1_0_0 = 64
"""Number of the storage format of DuckDB 1.0 in a file's header."""


def publish_run(world: World, run: int = 1, **context: object):
    return publish(world.home, world.warehouse, world.config(), world.context(run, **context))


def failing_checks(world: World, run: int = 1, **context: object) -> str:
    with pytest.raises(PublicationRefused) as refusal:
        publish_run(world, run, **context)
    return refusal.value.reason


def test_readers_get_the_marts_and_dimensions_through_the_pointer(world):
    publication = publish_run(world)
    assert publication.name == "sales-2026-01-31-run1"
    assert world.home.pointer.resolve().samefile(publication.path)
    found = rows(world.home.pointer, "select count(*), sum(net_sales_amount) from marts.daily_sales")
    assert [(count, str(total)) for count, total in found] == [(20, "237.5000")]


def test_the_published_rows_equal_the_warehouse_in_order_and_type(world):
    world.change(
        "create or replace table marts.daily_sales as from marts.daily_sales order by rep_id desc, sales_on"
    )
    publish_run(world)
    query = "select * from marts.daily_sales"
    assert rows(world.home.pointer, query) == rows(world.warehouse, query)
    assert rows(world.home.pointer, "describe marts.daily_sales") == rows(
        world.warehouse, "describe marts.daily_sales"
    )


def test_the_catalog_is_called_sales_whatever_the_version(world):
    publish_run(world)
    assert rows(world.home.pointer, "select current_database()") == [("sales",)]
    assert rows(world.home.standing / "sales.duckdb", "select current_database()") == [("sales",)]
    assert rows(world.home.pointer, "select count(*) from sales.marts.dim_rep") == [(2,)]


def test_the_file_has_the_storage_format_that_old_clients_open(world):
    publication = publish_run(world)
    header = publication.path.read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == V1_0_0
    assert publication.storage_version.startswith("v1.0.0")


def test_a_view_is_published_as_a_table(world):
    world.change(
        "create schema intermediate",
        "create table intermediate.scores as select * from marts.rep_scorecard",
        "drop table marts.rep_scorecard",
        'create view marts.rep_scorecard as select * from "warehouse"."intermediate"."scores"',
    )
    publish_run(world)
    kinds = rows(
        world.home.pointer,
        "select table_type from information_schema.tables where table_name = 'rep_scorecard'",
    )
    assert kinds == [("BASE TABLE",)]


def test_row_level_facts_are_published_only_when_asked_for(world):
    publish_run(world)
    assert "fct_order_lines" not in {table.name for table in current_publication(world.home).tables}
    publish(world.home, world.warehouse, world.config(facts=True), world.context(2))
    assert rows(world.home.pointer, "select count(*) from marts.fct_order_lines") == [(3,)]


def test_only_the_schema_marts_is_published(world):
    world.change("create schema staging", "create table staging.stg_crm__reps as select 'r1' as rep_id")
    publish_run(world)
    schemas = rows(world.home.pointer, "select distinct schema_name from duckdb_tables() order by 1")
    assert schemas == [("marts",), ("meta",)]


def test_personal_columns_are_empty_and_typed_unless_allowed(world):
    publish_run(world)
    query = "select rep_name, email, typeof(email) from marts.dim_rep order by rep_id"
    assert rows(world.home.pointer, query) == [("Ana", None, "VARCHAR"), ("Bo", None, "VARCHAR")]
    withheld = "select withheld_columns from meta.tables where table_name = 'dim_rep'"
    assert rows(world.home.pointer, withheld) == [("email",)]
    publish(world.home, world.warehouse, world.config(allow_personal=["email"]), world.context(2))
    assert rows(world.home.pointer, query)[0] == (None, "ana@example.org", "VARCHAR")


def test_withheld_values_do_not_stand_anywhere_in_the_file(world):
    publication = publish_run(world)
    assert b"ana@example.org" not in publication.path.read_bytes()
    assert "ana@example.org" not in publication.quality_page.read_text(encoding="utf-8")


def test_tables_and_columns_carry_their_descriptions(world):
    world.nodes["model.daybook.dim_rep"]["description"] = "It's a rep; \"quoted\" -- and 'so on'"
    publish_run(world)
    assert rows(world.home.pointer, "select comment from duckdb_tables() where table_name = 'dim_rep'") == [
        ("It's a rep; \"quoted\" -- and 'so on'",)
    ]
    undescribed = (
        "select table_name, column_name from duckdb_columns() where not internal and comment is null"
    )
    assert rows(world.home.pointer, undescribed) == []


def test_meta_says_what_the_file_is_and_where_it_comes_from(world):
    state = SourceState(
        source="shop",
        dataset="orders",
        rows_read=10,
        rows_accepted=9,
        rows_quarantined=1,
        newest="2026-01-31T18:00:00",
        files=["orders_1.csv", "orders_2.csv"],
    )
    publish_run(world, sources=[state])
    assert rows(world.home.pointer, "from meta.publication") == [
        (
            "2026-01-31-run1",
            BUSINESS_ON,
            current_publication(world.home).published_at.replace(tzinfo=None),
            "run1",
            "pass",
        )
    ]
    assert rows(world.home.pointer, "from meta.sources") == [
        ("shop", "orders", 10, 9, 1, "2026-01-31T18:00:00", False, 2, "orders_1.csv\norders_2.csv")
    ]
    assert rows(world.home.pointer, "select table_name, row_count, grain from meta.tables order by 1") == [
        ("daily_sales", 20, "sales_on, rep_id"),
        ("dim_rep", 2, "rep_id"),
        ("reconciliation", 2, "dataset, business_on"),
        ("rep_scorecard", 2, "rep_id"),
    ]
    assert rows(world.home.pointer, "select count(*) from meta.checks where outcome <> 'pass'") == [(0,)]


def test_the_manifest_describes_the_file_beside_it(world):
    publication = publish_run(world)
    manifest = json.loads(publication.path.with_name("sales-2026-01-31-run1.manifest.json").read_text())
    assert manifest["sha256"] == checksum(publication.path)
    assert manifest["size_bytes"] == publication.path.stat().st_size
    assert manifest["business_on"] == "2026-01-31"
    assert manifest["verdict"] == "pass"
    daily_sales = next(table for table in manifest["tables"] if table["name"] == "daily_sales")
    assert daily_sales["rows"] == 20
    assert daily_sales["columns"][2] == {
        "name": "net_sales_amount",
        "type": "DECIMAL(18,4)",
        "is_withheld": False,
    }


def test_what_changed_since_the_publication_before_is_told(world):
    publish_run(world)
    world.change("insert into marts.daily_sales values (date '2026-01-31', 'r1', 1)")
    publish_run(world, 2)
    changes = "select table_name, previous_row_count, row_count, is_changed from meta.tables order by 1"
    assert rows(world.home.pointer, changes) == [
        ("daily_sales", 20, 21, True),
        ("dim_rep", 2, 2, False),
        ("reconciliation", 2, 2, False),
        ("rep_scorecard", 2, 2, False),
    ]


def test_the_digest_does_not_depend_on_the_order_of_rows_and_counts_repeated_ones(world):
    def digest(run: int) -> str:
        publication = publish_run(world, run)
        return publication.table("reconciliation").digest

    first = digest(1)
    world.change(
        "create or replace table marts.reconciliation as from marts.reconciliation order by dataset desc"
    )
    assert digest(2) == first
    world.change("update marts.reconciliation set dataset = 'order_lines' where dataset = 'orders'")
    assert digest(3) != first


def test_the_same_run_published_twice_is_one_publication(world):
    first = publish_run(world)
    second = publish_run(world)
    assert second == first
    assert [publication.publication_id for publication in list_publications(world.home)] == [
        first.publication_id
    ]


def test_a_version_is_never_rewritten_with_other_content(world):
    first = publish_run(world)
    world.change("delete from marts.daily_sales where rep_id = 'r2'")
    with pytest.raises(PublicationRefused, match="with other content"):
        publish_run(world)
    assert checksum(first.path) == first.sha256


def test_a_damaged_version_is_mended_by_publishing_the_same_run_again(world):
    first = publish_run(world)
    first.path.chmod(0o644)
    first.path.write_bytes(b"damaged")
    second = publish_run(world)
    assert checksum(second.path) == second.sha256
    assert rows(world.home.pointer, "select count(*) from marts.dim_rep") == [(2,)]


def test_the_warehouse_is_not_touched(world):
    before = checksum(world.warehouse)
    publish_run(world)
    assert checksum(world.warehouse) == before


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("drop table marts.rep_scorecard", "rep_scorecard.present"),
        ("insert into marts.dim_rep values ('r1', 'Ann', null)", "dim_rep.grain"),
        ("insert into marts.dim_rep values (null, 'Cy', null)", "dim_rep.rep_id.not_null"),
        ("insert into marts.daily_sales values (null, 'r1', 0)", "daily_sales.sales_on.not_null"),
        ("update marts.rep_scorecard set win_count_ratio = 1.5", "rep_scorecard.win_count_ratio.is_fraction"),
        ("update marts.reconciliation set residual_amount = 0.01", "reconciliation.residual_amount.is_zero"),
        (
            "update marts.reconciliation set unexplained_count = 1",
            "reconciliation.unexplained_count.is_zero",
        ),
        ("alter table marts.dim_rep add column shoe_size integer", "dim_rep.described"),
        ("alter table marts.daily_sales drop column net_sales_amount", "daily_sales.described"),
        ("alter table marts.daily_sales drop column sales_on", "daily_sales.grain"),
    ],
)
def test_a_table_that_breaks_its_promise_is_refused_by_name(world, fault, check):
    world.change(fault)
    assert f" {check}: " in failing_checks(world)
    assert not world.home.pointer.exists()


def test_a_refusal_names_a_few_offending_keys_in_the_mart_and_no_personal_ones(world):
    world.nodes["test.daybook.unique_dim_rep"] = generic_test(
        "unique_grain", "dim_rep", columns=["rep_id", "rep_name"]
    )
    world.change(
        "update marts.dim_rep set rep_name = 'Ana'", "insert into marts.dim_rep values ('r1', 'Ana', null)"
    )
    assert "one row per rep_id, rep_name: not so in 1 case, such as rep_id=r1." in failing_checks(world)


def test_a_table_without_a_declared_grain_is_refused(world):
    del world.nodes["test.daybook.unique_grain_rep_scorecard"]
    assert "declares no grain" in failing_checks(world)


def test_a_test_limited_to_some_rows_is_not_taken_for_a_rule_of_all_rows(world):
    limited = generic_test("not_null", "rep_scorecard", where="rep_id = 'r1'", column_name="win_count_ratio")
    world.nodes[limited["unique_id"]] = limited
    assert publish_run(world).verdict == "pass"


def test_a_grain_that_would_be_withheld_is_refused(world):
    world.nodes["model.daybook.dim_rep"]["columns"]["rep_id"]["meta"] = {"classification": "personal"}
    assert "missing or withheld: rep_id" in failing_checks(world)


def test_a_blocking_check_of_the_run_refuses_the_publication(world):
    failed = CheckResult(
        check="orders.money",
        scope="shop.orders",
        severity="block",
        outcome="fail",
        message="12.00 are missing.",
    )
    checks = [*world.context().checks, failed]
    assert "shop.orders: orders.money: 12.00 are missing." in failing_checks(world, checks=checks)


def test_a_crashed_check_is_not_a_passed_one(world):
    crashed = CheckResult(
        check="orders.money", scope="shop.orders", severity="block", outcome="crash", message="It broke."
    )
    assert "orders.money" in failing_checks(world, checks=[*world.context().checks, crashed])


def test_a_warning_is_published_and_shown(world):
    warning = CheckResult(
        check="orders.rows",
        scope="shop.orders",
        severity="warn",
        outcome="fail",
        message="Half as many rows.",
    )
    publication = publish_run(world, checks=[*world.context().checks, warning])
    assert publication.verdict == "pass_with_warnings"
    assert publication.warnings == (warning,)
    assert rows(world.home.pointer, "select message from meta.checks where outcome = 'fail'") == [
        ("Half as many rows.",)
    ]


def test_a_dbt_test_that_did_not_run_refuses_the_publication(world):
    checks = [check for check in world.context().checks if check.check != "dbt.unique_dim_rep"]
    assert "1 of 6 dbt tests did not run in this run: unique_dim_rep" in failing_checks(world, checks=checks)


def test_last_good_data_of_a_source_is_a_warning_readers_see(world):
    stale = SourceState(
        source="crm", dataset="deals", rows_read=0, rows_accepted=0, rows_quarantined=0, is_stale=True
    )
    publication = publish_run(world, sources=[stale])
    assert [warning.scope for warning in publication.warnings] == ["crm.deals"]
    assert rows(world.home.pointer, "select dataset from meta.sources where is_stale") == [("deals",)]


def test_a_table_the_project_does_not_know_is_left_out_and_told(world):
    world.change("create table marts.old_report as select 1 as x")
    publication = publish_run(world)
    assert [warning.check for warning in publication.warnings] == ["old_report.known"]
    assert publication.table("old_report") is None


def test_an_older_business_date_is_published_only_as_a_backfill(world):
    publish_run(world)
    older = date(2026, 1, 30)
    assert "older than the published 2026-01-31" in failing_checks(world, 2, business_on=older)
    publish_run(world, 3, business_on=older, is_backfill=True)
    assert current_publication(world.home).business_on == older


def test_a_refused_night_leaves_the_last_publication_and_says_it_is_stale(world):
    first = publish_run(world)
    before = sorted(path.name for path in world.home.published.iterdir())
    world.change("update marts.rep_scorecard set win_count_ratio = 1.5")
    failing_checks(world, 2, business_on=date(2026, 2, 1))
    assert current_publication(world.home) == first
    assert sorted(path.name for path in world.home.published.iterdir()) == sorted([*before, "STALE.json"])
    assert "win_count_ratio" in (world.home.reports / "stale.js").read_text(encoding="utf-8")
    mark = read_stale_mark(world.home)
    assert (mark.business_on, mark.standing_publication_id) == (date(2026, 2, 1), first.publication_id)
    assert "win_count_ratio" in mark.reasons[0]


def test_the_next_publication_takes_the_stale_mark_away(world):
    world.change("update marts.rep_scorecard set win_count_ratio = 1.5")
    failing_checks(world)
    assert read_stale_mark(world.home) is not None
    world.change("update marts.rep_scorecard set win_count_ratio = 0.5")
    publish_run(world, 2)
    assert read_stale_mark(world.home) is None
    assert (world.home.reports / "stale.js").read_text(encoding="utf-8") == NOT_STALE


@pytest.mark.parametrize("content", ["", "{}", "not json"])
def test_a_manifest_that_is_none_is_refused(world, content):
    context = world.context()
    world.manifest.write_text(content)
    with pytest.raises(PublicationRefused, match="manifest cannot be read"):
        publish(world.home, world.warehouse, world.config(), context)


def test_a_warehouse_that_is_none_is_refused(world):
    world.warehouse.write_bytes(b"not a database" * 1000)
    with pytest.raises(PublicationRefused, match="could not be written"):
        publish_run(world)
    assert read_stale_mark(world.home) is not None


def test_a_full_disk_is_refused_without_a_trace_among_the_versions(world):
    first = publish_run(world)
    world.change(
        "create or replace table marts.rep_scorecard as "
        "select md5(cast(i as varchar)) as rep_id, cast(0.5 as decimal(9, 4)) as win_count_ratio "
        "from range(100000) as t(i)"
    )
    context = world.context(2)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, limit[1]))
    try:
        with pytest.raises(PublicationRefused, match="could not be written"):
            publish(world.home, world.warehouse, world.config(), context)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert current_publication(world.home) == first
    assert list_publications(world.home) == [first]
    assert not (world.home.published / ".building").exists()


def test_run_ids_that_are_no_file_names_are_refused(world):
    with pytest.raises(ValueError, match="run_id"):
        world.context().model_validate(world.context().model_dump() | {"run_id": "../escape"})


def failing_site(error: Exception) -> Callable[[Path, Path, Reports], None]:
    """Reports that fail when half of them are written."""

    def build_site(file: Path, folder: Path, currency: str, settings: Reports) -> None:
        write_site(file, folder, currency, settings)
        raise error

    return build_site


def test_readers_get_the_reports_of_the_file_they_get(world):
    publication = publish_run(world)
    assert publication.has_reports
    assert run_of_reports(world.home.reports) == "run1"
    assert world.home.reports.resolve() == world.home.pointer.resolve().with_name("reports")
    publish_run(world, 2)
    assert run_of_reports(world.home.reports) == "run2"
    assert run_of_reports(publication.reports) == "run1"


def test_the_reports_are_made_as_configured(world, monkeypatch):
    told = []

    def build_site(file: Path, folder: Path, currency: str, settings: Reports) -> None:
        told.append(settings)
        write_site(file, folder, currency, settings)

    monkeypatch.setattr(reporting.site, "build_site", build_site)
    config = world.config({"languages": ["fr", "he"], "editions": ["board"]})
    publish(world.home, world.warehouse, config, world.context())
    assert told == [config.reports]


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        duckdb.CatalogException("No table rep_scorecard"),
        UndefinedError("'net' is undefined"),
        FileCreateError("No space left on device"),
        ValueError("no such chart"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_reports_that_cannot_be_made_keep_the_file_from_readers_too(world, monkeypatch, error):
    first = publish_run(world)
    before = sorted(path.name for path in world.home.published.rglob("*"))
    monkeypatch.setattr(reporting.site, "build_site", failing_site(error))
    with pytest.raises(PublicationRefused) as refusal:
        publish_run(world, 2)
    assert "the publication of 2026-01-31 stays" in refusal.value.reason
    assert str(error) in refusal.value.reason
    assert "reports.editions" in refusal.value.remedy
    assert current_publication(world.home) == first
    assert run_of_reports(world.home.reports) == "run1"
    assert sorted(path.name for path in world.home.published.rglob("*")) == sorted([*before, "STALE.json"])


def test_reports_that_cannot_be_made_leave_nothing_of_a_first_publication(world, monkeypatch):
    monkeypatch.setattr(reporting.site, "build_site", failing_site(ValueError("no such chart")))
    assert "nothing is published yet" in failing_checks(world)
    assert {path.name for path in world.home.published.iterdir()} == {"STALE.json", "stale.js"}


def test_a_fault_in_the_reports_is_told_as_it_is_and_readers_keep_what_they_had(world, monkeypatch):
    first = publish_run(world)
    monkeypatch.setattr(reporting.site, "build_site", failing_site(KeyError("rep")))
    with pytest.raises(KeyError):
        publish_run(world, 2)
    assert current_publication(world.home) == first
    assert run_of_reports(world.home.reports) == "run1"
    monkeypatch.setattr(reporting.site, "build_site", write_site)
    publish_run(world, 3)
    assert run_of_reports(world.home.reports) == "run3"
    assert not building(world.home).exists()


def test_no_reports_are_made_of_a_file_that_did_not_pass(world, monkeypatch):
    monkeypatch.setattr(reporting.site, "build_site", failing_site(AssertionError("asked for")))
    world.change("update marts.rep_scorecard set win_count_ratio = 1.5")
    assert "win_count_ratio" in failing_checks(world)


def test_without_editions_the_file_is_published_alone(world, monkeypatch):
    monkeypatch.setattr(reporting.site, "build_site", failing_site(AssertionError("asked for")))
    publication = publish(world.home, world.warehouse, world.config({"editions": []}), world.context())
    assert not publication.has_reports
    assert rows(world.home.pointer, "select count(*) from marts.dim_rep") == [(2,)]
    assert [path.name for path in publication.opened.iterdir()] == ["sales.duckdb"]
    assert not world.home.reports.exists()


def test_a_damaged_version_mended_without_editions_loses_its_reports(world):
    first = publish_run(world)
    first.path.chmod(0o644)
    first.path.write_bytes(b"damaged")
    second = publish(world.home, world.warehouse, world.config({"editions": []}), world.context())
    assert not second.has_reports
    assert not world.home.reports.exists()


def test_the_same_run_published_twice_keeps_its_reports(world, monkeypatch):
    first = publish_run(world)
    publish_run(world, 2)
    monkeypatch.setattr(reporting.site, "build_site", failing_site(AssertionError("asked for")))
    assert publish_run(world) == first
    assert run_of_reports(world.home.reports) == "run1"


@pytest.mark.parametrize("damage", ["some", "all"])
def test_damaged_reports_are_mended_by_publishing_the_same_run_again(world, damage):
    first = publish_run(world)
    (first.reports / "index.html").unlink() if damage == "some" else shutil.rmtree(first.reports)
    second = publish_run(world)
    assert run_of_reports(world.home.reports) == "run1"
    assert checksum(second.path) == second.sha256
    assert not building(world.home).exists()
