from datetime import date, timedelta

import polars as pl
import pytest

from ingestion.demo.company import DISCOVERY, LOST, OPEN_STAGES, STALLED_FACTOR
from ingestion.demo.prospects import STALLED, SUSPENDED, WATCHED, planted_prospects
from ingestion.demo.setting import Setting
from ingestion.demo.timeline import epoch_day

OPENED_ON = date(2026, 1, 1)


@pytest.mark.parametrize("age", range(0, 400, 16))
def test_on_any_day_from_the_first_each_plot_has_its_prospects(age):
    setting = Setting(OPENED_ON + timedelta(days=age), opened_on=OPENED_ON)
    today = epoch_day(setting.business_on)
    prospects = planted_prospects(setting)
    lost = pl.col("stage") == LOST
    over = prospects.moves.filter(lost, pl.col("day") <= today).select("deal")
    current = prospects.deals.join(over, on="deal", how="anti")

    def of(prefix: str) -> pl.DataFrame:
        return current.filter(pl.col("deal").str.starts_with(prefix))

    assert sorted(today - of(WATCHED.prefix)["touched_day"]) == list(range(8))
    resting = of(SUSPENDED.prefix).filter(pl.col("rest_day") <= today, pl.col("resume_day") > today)
    assert len(resting) >= 1
    norm = OPEN_STAGES[DISCOVERY].norm_days
    entered = prospects.moves.filter(
        pl.col("stage") == DISCOVERY, pl.col("day") < today - STALLED_FACTOR * norm
    )
    assert len(of(STALLED.prefix).join(entered, on="deal")) >= 1
