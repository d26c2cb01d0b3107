"""A night publishes what passed, and a night that fails leaves everything as it was."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from daybook import settings
from daybook.config import load_config
from daybook.errors import BuildFailed
from daybook.home import Home
from daybook.locking import run_lock
from orchestration.definitions import build_definitions
from orchestration.night import Night, build
from orchestration.records import read_record
from orchestration.resources import Desk
from reporting.staleness import read_stale_mark
from tests.orchestration.company import SmallCompany

NEXT_NIGHT = ("run", "--date", "2026-06-04")

pytestmark = pytest.mark.xdist_group("nights")


def published(company: SmallCompany, query: str) -> list[tuple]:
    with duckdb.connect(str(company.pointer), read_only=True) as connection:
        return connection.execute(query).fetchall()


def fingerprint(company: SmallCompany) -> dict[str, str]:
    """Every byte that the last good night left for others."""
    home = Home(company.home)
    folders = [home.current.resolve(), home.published]
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.name not in ("STALE.json", "stale.js")
    }


def test_the_figures_of_a_small_company_are_those_computed_by_hand(company):
    rows = published(
        company,
        """
        select sales_on::varchar, rep_id, channel, order_count, gross_sales_amount, discount_amount,
               net_sales_amount, cost_amount, margin_amount, deals_won_count, booking_amount
        from marts.daily_sales order by 1, 2, 3
        """,
    )
    # B was ordered at 22:30 UTC, which is half past midnight of the next day in Paris.
    assert [row[:4] for row in rows if row[3]] == [
        ("2026-06-01", "007", "online", 1),
        ("2026-06-03", "008", "store", 1),
    ]
    by_day = {row[0]: row[4:] for row in rows}
    assert by_day["2026-06-01"] == (21, 1, 20, 8, 12, 0, 0)
    assert by_day["2026-06-02"] == (0, 0, 0, None, None, 1, 1000)
    assert by_day["2026-06-03"] == (10, 0, 10, 4, 6, 0, 0)


def test_a_monthly_target_is_spread_over_its_working_days(company):
    [(target, actual)] = published(
        company,
        """
        select target_to_date_amount, actual_amount from marts.target_attainment
        where scope_type = 'company' and metric = 'net_sales' and period_type = 'month'
          and period_start_on = date '2026-06-01' and target_amount is not null
        """,
    )
    # 660 over the 22 working days of June 2026, of which three are over.
    assert (target, actual) == (Decimal(90), Decimal(30))


def test_the_publication_says_where_it_comes_from(company):
    [(business_on, verdict)] = published(
        company, "select business_on::varchar, verdict from meta.publication"
    )
    assert (business_on, verdict) == ("2026-06-03", "pass")
    [(read, refused)] = published(
        company,
        """
        select rows_read, rows_quarantined from meta.sources
        where source_system = 'crm' and dataset = 'deals'
        """,
    )
    assert (read, refused) == (3, 1)


def test_a_broken_export_publishes_nothing_and_changes_nothing(company, daybook):
    before = fingerprint(company)
    company.change("crm/deals.csv", "deal_id,rep_id", "deal,rep_id")
    said = daybook(company, "run", "--date", "2026-06-04")
    assert said.code == 1
    assert "Nothing was published" in said.out
    assert "deal_id" in said.text
    assert "Traceback" not in said.text
    assert fingerprint(company) == before
    mark = json.loads((company.home / "published" / "STALE.json").read_text())
    assert mark["business_on"] == "2026-06-04"


def test_a_night_that_the_schedule_starts_is_remembered_as_well(company, monkeypatch):
    import dagster as dg

    monkeypatch.setenv("DAGSTER_HOME", str(company.home / "dagster"))
    company.change("crm/deals.csv", "deal_id,rep_id", "deal,rep_id")
    (company.root / "shop/orders.csv").unlink()
    desk = Desk(load_config(company.config), Home(company.home))
    job = build_definitions(desk).resolve_job_def("nightly")
    with dg.DagsterInstance.get() as instance:
        job.execute_in_process(instance=instance, partition_key="2026-06-04", raise_on_error=False)
    record = read_record(desk.home, date(2026, 6, 4))
    assert record is not None
    assert [failure.step for failure in record.failures] == ["extract crm.deals", "extract shop.orders"]
    mark = read_stale_mark(desk.home)
    assert mark is not None
    assert all(name in " ".join(mark.reasons) for name in ("deals.csv", "orders.csv"))


def test_after_a_failed_night_and_a_killed_one_the_next_publishes_what_may_be_old_as_such(company, daybook):
    before = fingerprint(company)
    company.change("crm/deals.csv", "deal_id,rep_id", "deal,rep_id")
    assert daybook(company, *NEXT_NIGHT).code == 1
    company.change("crm/deals.csv", "deal,rep_id", "deal_id,rep_id")
    company.change("crm/deals.csv", "12O.00", "120.00")
    kill_while_dbt_builds(company)
    assert fingerprint(company) == before
    (company.root / "plan/targets.csv").unlink()
    # A dbt that lived on would write into the candidate that the next run clears away.
    said = daybook(company, *NEXT_NIGHT)
    assert said.code == 0, said.text
    assert f"Readers open {company.pointer}" in said.out
    assert published(company, "select business_on::varchar from meta.publication") == [("2026-06-04",)]
    open_deals = "select deal_amount from marts.deal_register where outcome = 'open'"
    assert published(company, open_deals) == [(120,)]
    assert not (company.home / "published" / "STALE.json").exists()
    staged = [folder.name for folder in (company.home / "staging").iterdir()]
    assert staged == ["2026-06-04"], "batches of earlier nights are forgotten after a good one"
    assert published(company, "select is_stale from meta.sources where source_system = 'plan'") == [(True,)]
    targets = "select count(*) from marts.target_attainment where target_amount = 660"
    assert published(company, targets)[0][0] > 0, "a source that may fail keeps its last good rows"


def kill_while_dbt_builds(company: SmallCompany) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "--config", str(company.config), *NEXT_NIGHT],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"DAYBOOK_HOME": str(company.home), "DAGSTER_HOME": ""},
        cwd=settings.PROJECT_ROOT,
    )
    compiled = Home(company.home).generations / "2" / "dbt" / "compiled"
    while not compiled.exists():
        assert process.poll() is None, "the night ended before dbt had built anything"
        time.sleep(0.05)
    process.kill()
    process.wait()


def test_a_build_that_was_cut_short_is_begun_again_from_nothing(company, daybook, monkeypatch):
    asked = []

    def cut_short(_workplace: object, variables: dict[str, object], **_: object) -> None:
        asked.append(variables["changed_months"])
        raise BuildFailed("cut short.", remedy="build again.")

    monkeypatch.setattr("orchestration.dbt.build", cut_short)
    company.change("crm/deals.csv", "12O.00", "120.00")
    assert daybook(company, *NEXT_NIGHT).code == 1
    tonight = Night(
        config=load_config(company.config),
        home=Home(company.home),
        business_on=date(2026, 6, 4),
        run_id="again",
    )
    with pytest.raises(BuildFailed):
        build(tonight)
    assert asked[0], "what changed, by dataset"
    assert asked[1] is None, "everything: what was written before it was cut short is not trusted"


def test_what_other_models_have_built_is_no_start(company, daybook, built_as_before):
    current = company.home / "current"
    (current / "warehouse.models").write_text("models of an earlier version")
    said = daybook(company, "run", "--date", "2026-06-03")
    assert said.code == 0, said.text
    assert "everything rebuilt, as the models have changed" in said.out
    assert daybook(company, "run", "--date", "2026-06-03").code == 0
    first, second = (variables["changed_months"] for variables in built_as_before)
    assert first is None
    assert second is not None, "the models are the same as the night before"


def test_an_interrupted_night_changes_nothing_and_says_so(new_company, daybook, monkeypatch):
    monkeypatch.setattr("orchestration.night.extract", lambda *_: signal.raise_signal(signal.SIGINT))
    said = daybook(new_company, "run", "--date", "2026-06-04")
    assert said.code == 130
    assert "interrupted; nothing has changed; run it again" in said.out
    assert "could not start" not in said.text
    assert not new_company.pointer.exists()
    assert not (new_company.home / "current").exists()
    assert "interrupted" in daybook(new_company, "status").out


def test_a_fault_below_python_is_told_as_it_is(new_company, daybook, monkeypatch):
    def panic(*_: object) -> None:
        raise pl.exceptions.PanicException("index out of bounds")

    monkeypatch.setattr("orchestration.night.extract", panic)
    said = daybook(new_company, "run", "--date", "2026-06-04")
    assert said.code == 1
    assert "index out of bounds" in said.out
    assert "Traceback" not in said.text
    assert "in panic" in daybook(new_company, "--debug", "run", "--date", "2026-06-04").out


def test_a_failed_audit_names_the_check_and_reaches_no_lake(company, daybook):
    before = fingerprint(company)
    company.write(
        "shop/order_lines.csv",
        (company.root / "shop/order_lines.csv").read_text().replace("2026-06", "2027-06"),
    )
    said = daybook(company, "run", "--date", "2026-06-04")
    assert said.code == 1
    assert "shop.order_lines" in said.out
    assert fingerprint(company) == before


def test_a_second_run_is_told_who_is_at_work(company, daybook, monkeypatch):
    from tests.daybook.test_locking import start_holder

    with start_holder(company.home) as holder:
        said = daybook(company, "run", "--date", "2026-06-04")
        holder.communicate("")
    assert said.code == 1
    assert f"process {holder.pid}" in said.err
    with run_lock(Home(company.home), purpose="the lock is free again"):
        pass


def test_a_date_outside_the_schedule_is_refused(new_company, daybook):
    said = daybook(new_company, "run", "--date", "2025-12-31")
    assert said.code == 1
    assert "schedule.start_on" in said.err


def test_runs_are_recorded_where_the_dagster_page_finds_them(published_company: SmallCompany, monkeypatch):
    import dagster as dg

    monkeypatch.setenv("DAGSTER_HOME", str(published_company.home / "dagster"))
    with dg.DagsterInstance.get() as instance:
        [run] = instance.get_runs()
        assert run.job_name == "nightly"
        assert run.tags["dagster/partition"] == "2026-06-03"
        materialized = instance.get_latest_materialization_event(dg.AssetKey(["lake", "deals"]))
    assert materialized is not None


def test_nothing_is_written_outside_the_home(published_company: SmallCompany):
    left = {path.relative_to(published_company.root).parts[0] for path in published_company.root.rglob("*")}
    assert left == {"daybook.yaml", "crm", "shop", "plan", "var"}
