"""Sums that are kept as plain data, and statistics of them set against one another."""

import dataclasses
import json

import numpy as np
import pytest

from forge.blade import ConfigError
from forge.experiments.statistics.statistic import Statistic, Sums


@dataclasses.dataclass(frozen=True, eq=False)
class Pair(Sums):
    counts: np.ndarray
    numbers: np.ndarray


def test_sums_are_kept_as_json() -> None:
    made = Pair(np.array([[1, 2], [3, 40_000]]), np.array([0.25, -3.5, 0.1]))
    read = Pair.from_dict(json.loads(json.dumps(made.to_dict())))
    assert read.counts.tolist() == made.counts.tolist()
    assert read.numbers.dtype == np.float64
    assert read.numbers.tolist() == [0.25, -3.5, pytest.approx(0.1, rel=1e-7)]
    with pytest.raises(ConfigError, match="damaged"):
        Pair.from_dict({"counts": {"shape": [1]}})


def test_sums_of_runs_get_an_axis_in_front() -> None:
    runs = [Pair(np.full((2, 3), k), np.full(2, k / 2)) for k in range(4)]
    both = Pair.of_runs(runs)
    assert both.counts.shape == (4, 2, 3)
    assert both.numbers.tolist() == [[0, 0], [0.5, 0.5], [1, 1], [1.5, 1.5]]


def test_a_difference_leaves_worlds_out_of_both() -> None:
    """Worlds differ by ±5 for both: their ratios are uncertain, and the difference is 2 without a doubt."""
    worlds = np.array([5.0, -5, 5, -5])
    one, other = (
        Statistic(np.stack([np.stack([level + seed + worlds, np.ones(4)], -1) for seed in (0, 1)]))
        for level in (12, 10)
    )
    assert one.estimate().value == 12.5
    assert one.estimate().high > 20
    assert one.less(other).estimate() == pytest.approx((2, 2, 2))
    assert one.less(one).less(other).estimate().value == pytest.approx(-10.5)


def test_limits_cut_the_interval() -> None:
    parts = np.array([[[1.0, 10], [9, 10], [1, 10]]])
    assert Statistic(parts).estimate((0, 1)).low == 0


def test_only_the_same_worlds_compare() -> None:
    one, other = Statistic(np.ones((2, 4, 2))), Statistic(np.ones((2, 3, 2)))
    with pytest.raises(ValueError, match="2 runs in 4 worlds don't compare with 2 in 3"):
        one.less(other)
