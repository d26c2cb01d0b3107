"""The statistical forecast against what is known of its distribution."""

from __future__ import annotations

import random
from statistics import NormalDist

import pytest

from orchestration.forecasting import smoothed_total

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


def history(amounts: list[float]) -> str:
    return ";".join(f"{amount:.4f}" for amount in amounts)


def noise(weeks: int, seed: int) -> list[float]:
    draw = random.Random(seed)
    return [1000 + draw.gauss(0, 100) for _ in range(weeks)]


def test_weeks_without_a_change_go_on_for_certain():
    assert smoothed_total(history([5.0] * 30), "1;0.5", 0.5) == pytest.approx(7.5, abs=1e-4)
    assert smoothed_total(history([5.0] * 30), "1;0.5", 0.975) == pytest.approx(7.5, abs=1e-3)


def test_nothing_won_so_far_is_nothing_expected():
    assert [smoothed_total(history([0.0] * 30), "1;1", level) for level in LEVELS] == [0] * 5


def test_a_total_is_never_below_nothing():
    rare = [0.0] * 25 + [100.0] + [0.0] * 4
    assert smoothed_total(history(rare), "1", 0.025) == 0


def test_quantiles_are_in_order_and_the_middle_one_is_the_mean_of_the_weeks_to_come():
    found = [smoothed_total(history(noise(104, 1)), "1;1;1;1", level) for level in LEVELS]
    assert found == sorted(found)
    assert found[2] == pytest.approx(4000, rel=0.05)


def test_independent_weeks_add_up_their_variances():
    found = [smoothed_total(history(noise(150, seed)), "1;1;1;1", 0.9) for seed in range(12)]
    middle = [smoothed_total(history(noise(150, seed)), "1;1;1;1", 0.5) for seed in range(12)]
    spread = sum(upper - mean for upper, mean in zip(found, middle, strict=True)) / len(found)
    assert spread == pytest.approx(NormalDist().inv_cdf(0.9) * 100 * 4**0.5, rel=0.2)


def test_an_error_that_carries_over_widens_the_sum_of_weeks_as_simulation_does():
    import numpy as np
    from statsforecast.models import AutoETS

    draw = random.Random(3)
    level, walk = 1000.0, []
    for _ in range(120):
        error = draw.gauss(0, 30)
        walk.append(level + error)
        level += 0.6 * error
    paths = AutoETS(season_length=1, model="ANN").simulate(h=6, n_paths=4000, y=np.array(walk), seed=7)
    simulated = np.quantile(paths.sum(axis=1), [0.1, 0.5, 0.9])
    computed = [smoothed_total(history(walk), "1;1;1;1;1;1", level) for level in (0.1, 0.5, 0.9)]
    assert computed == pytest.approx(list(simulated), rel=0.01)


def test_eighty_of_a_hundred_intervals_hold_what_came():
    held = 0
    for seed in range(100):
        weeks = noise(64, 100 + seed)
        lower, upper = (smoothed_total(history(weeks[:60]), "1;1;1;1", level) for level in (0.1, 0.9))
        held += lower <= sum(weeks[60:]) <= upper
    assert 70 <= held <= 90


def test_a_day_of_a_week_varies_as_a_day_and_not_as_a_fifth_of_a_week():
    held = 0
    for seed in range(100):
        draw = random.Random(500 + seed)
        days = [200 + draw.gauss(0, 45) for _ in range(5 * 60 + 1)]
        weeks = [sum(days[start : start + 5]) for start in range(0, 300, 5)]
        lower, upper = (smoothed_total(history(weeks), "0.2", level) for level in (0.1, 0.9))
        held += lower <= days[-1] <= upper
    assert 70 <= held <= 90
