"""daybook.yaml over the demo company's files: what is planted, and nothing else, is refused."""

import shutil
from collections import Counter
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from daybook.config import Config, load_config
from daybook.home import Home
from daybook.settings import PROJECT_ROOT
from ingestion.batch import Taken
from ingestion.demo import write_demo
from ingestion.demo.company import OPEN_STAGES, STAGE_NAMES
from ingestion.extract import extract
from ingestion.generation import current_generation, open_candidate, promote
from ingestion.lake import commit
from quality.contracts.model import load_contracts

CONFIGURATION = PROJECT_ROOT / "daybook.yaml"

TABLES = [
    (source, dataset)
    for source, declared in load_config(CONFIGURATION).sources.items()
    for dataset in declared.tables
]


@pytest.fixture(scope="module")
def config(demo) -> Config:
    """daybook.yaml in the folder of the demo."""
    copied = demo.folder.parent.parent / "daybook.yaml"
    shutil.copy(CONFIGURATION, copied)
    return load_config(copied)


@pytest.fixture
def staged(demo, config, tmp_path):
    """Extract one table; returns the summary, the accepted and the refused rows."""

    def run(source: str, dataset: str):
        batch = tmp_path / source / dataset
        contract = load_contracts()[dataset]
        summary = extract(config, source, dataset, contract, batch, demo.truth.business_on, Taken())
        parts = sorted(batch.glob("data/*/*.parquet"))
        rows = pl.concat([pl.read_parquet(part) for part in parts]) if parts else contract.empty()
        return summary, rows, pl.read_parquet(batch / "quarantine.parquet")

    return run


def test_every_contract_is_fed_by_the_demo_company():
    fed = {name for name, contract in load_contracts().items() if contract.is_fed}
    assert {dataset for _, dataset in TABLES} == fed


@pytest.mark.parametrize(
    ("source", "dataset"), [table for table in TABLES if table[0] != "calendar"], ids=lambda name: name
)
def test_exactly_the_planted_rows_are_refused_and_for_the_planted_reasons(demo, staged, source, dataset):
    summary, _, refused = staged(source, dataset)
    planted = [row for row in demo.truth.bad_rows if (row.source, row.dataset) == (source, dataset)]
    reasons = [(reason["column"], reason["code"]) for row in refused["reasons"].to_list() for reason in row]
    assert summary.rows_accepted == demo.truth.good_rows[f"{source}.{dataset}"]
    assert sorted(reasons) == sorted((row.column, row.code) for row in planted)
    assert summary.rows_quarantined == len(planted)


@pytest.mark.parametrize("dataset", ["orders", "order_lines"])
def test_refused_rows_are_named_by_file_and_row(demo, staged, dataset):
    _, _, refused = staged("shop", dataset)
    planted = {
        (f"var/demo/{row.file}", row.row_number) for row in demo.truth.bad_rows if row.dataset == dataset
    }
    assert planted
    assert set(refused.select("file", "row_number").iter_rows()) == planted


def test_public_holidays_come_without_a_file(staged):
    _, rows, _ = staged("calendar", "holidays")
    assert date(2026, 7, 14) in rows["holiday_on"].to_list()


def test_the_wide_target_sheets_become_a_row_for_each_period(demo, staged):
    _, rows, _ = staged("reports", "targets")
    team = rows.filter(pl.col("scope_type") == "team", pl.col("metric") == "bookings")
    current = team.filter(pl.col("period_start_on") >= date(2026, 4, 1))
    found = demo.truth.over_assignment
    own = current.filter(pl.col("scope_id") == found.team_id)
    assert own["target_amount"].sum() == found.team_target_amount
    assert sorted(own["period_start_on"]) == [
        *(date(2026, month, 1) for month in range(4, 13)),
        *(date(2027, month, 1) for month in range(1, 4)),
    ]
    company = rows.filter(pl.col("scope_type") == "company", pl.col("period_start_on") >= date(2026, 4, 1))
    assert Counter(company["period_type"]) == {"quarter": 8, "year": 2}
    assert set(company["scope_id"]) == {"company"}


def test_rates_with_decimal_commas_and_day_first_dates_are_read(staged):
    _, rows, _ = staged("reports", "exchange_rates")
    assert rows["rate"].min() > Decimal("0.5")
    assert rows["rate"].max() < Decimal(2)
    assert rows["rate_on"].dt.weekday().max() == 5


def test_percentages_of_the_crm_become_fractions(staged):
    _, rows, _ = staged("crm", "deal_splits")
    assert set(rows["split_ratio"]) == {Decimal("0.6"), Decimal("0.4")}


def test_the_funnel_of_the_configuration_is_the_funnel_of_the_crm(config):
    assert tuple(stage.stage for stage in config.funnel) == STAGE_NAMES
    assert [round(stage.probability * 100) for stage in config.funnel[: len(OPEN_STAGES)]] == [
        stage.percent for stage in OPEN_STAGES
    ]


def test_a_corrected_order_moves_with_its_lines_the_night_the_correction_comes(tmp_path):
    folder = tmp_path / "var" / "demo"
    shutil.copy(CONFIGURATION, tmp_path / "daybook.yaml")
    folder.parent.mkdir()
    config, home = load_config(tmp_path / "daybook.yaml"), Home(tmp_path / "home")
    cursors, marks = {}, {}
    for business_on in (date(2026, 6, 2), date(2026, 6, 3)):
        truth = write_demo(folder, business_on, scale=0.1, opened_on=date(2026, 5, 1))
        batches = [home.batch(business_on, "shop", dataset) for dataset in ("orders", "order_lines")]
        for batch in batches:
            contract = load_contracts()[batch.name]
            taken = Taken(cursors.get(f"shop.{batch.name}"), marks.get(f"shop.{batch.name}", {}))
            extract(config, "shop", batch.name, contract, batch, business_on, taken)
        candidate = open_candidate(home)
        commit(candidate, config, batches, [], business_on)
        promote(home, candidate)
        state = current_generation(home).state
        cursors, marks = state.cursors, state.marks
    (order_id,) = truth.corrected_order_ids
    for dataset in ("orders", "order_lines"):
        lake = pl.read_parquet(candidate.lake / dataset / "**/*.parquet", hive_partitioning=True)
        rows = lake.filter(pl.col("order_id") == order_id)
        assert set(rows["month"]) == {"2026-05"}, dataset
        assert set(rows["ordered_at"].dt.date()) == {date(2026, 5, 31)}, dataset
