"""Estimates over worlds: by hand, and their coverage in simulated evaluations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.experiments.statistics.estimate import estimate, estimate_runs, ratio


def test_a_plain_mean_has_the_usual_t_interval() -> None:
    # Worlds with means 1, 2, 3: mean 2, standard error 1/√3, t(2 degrees, 97.5 %) = 4.302653: 2 ± 2.484138.
    value, low, high = ratio(np.array([1, 2, 3]), np.ones(3), limits=(-np.inf, np.inf))
    assert value == 2
    assert (low, high) == pytest.approx((2 - 2.484138, 2 + 2.484138), abs=1e-6)


def test_a_ratio_of_two_worlds_by_hand() -> None:
    # (10 + 2) / (2 + 2) = 3; without the first 2/2 = 1, without the second 10/2 = 5; variance 1/2 · (4 + 4) = 4;
    # t(1 degree) = 12.706205: 3 ± 25.412410, cut at 0.
    value, low, high = ratio(np.array([10, 2]), np.array([2, 2]))
    assert (value, low) == (3, 0)
    assert high == pytest.approx(28.412410, abs=1e-5)


def test_scale_and_limits() -> None:
    share = ratio(np.array([1, 9]), np.array([10, 10]), 100, (0, 100))
    assert share == (50, 0, 100)


def test_worlds_that_agree_leave_no_doubt() -> None:
    assert ratio(np.array([6, 3, 9]), np.array([2, 1, 3])) == (3, 3, 3)


def test_nothing_counted_is_not_a_number() -> None:
    assert np.isnan(ratio(np.zeros(4), np.zeros(4))).all()


def test_one_world_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least 2 of them, not 1"):
        estimate(lambda s: s[..., 0], np.ones((1, 1)))


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 50)), min_size=2, max_size=12), st.randoms())
def test_the_order_of_worlds_does_not_matter(parts, random) -> None:
    shuffled = random.sample(parts, len(parts))
    one, other = (ratio(*np.array(rows, float).T) for rows in (parts, shuffled))
    assert one == pytest.approx(other, rel=1e-9, abs=1e-9)
    assert one.low <= one.value <= one.high


def test_intervals_cover_the_truth_about_95_times_in_100() -> None:
    """Worlds differ in how dangerous they are and in how many lives they see, as real ones do."""
    rng = np.random.default_rng(7)
    runs, worlds, mean = 1500, 16, 40.0
    covered = 0
    for _ in range(runs):
        lives = rng.integers(40, 120, worlds)
        danger = mean * rng.gamma(20, 1 / 20, worlds)  # mean lifetime of each world: 40 on average
        total = np.array([rng.geometric(1 / (1 + m), n).sum() - n for m, n in zip(danger, lives, strict=True)])
        _, low, high = ratio(total, lives)
        covered += low <= mean <= high
    assert 0.93 < covered / runs < 0.97


def means(parts: np.ndarray) -> tuple[float, float, float]:
    """The estimate of a plain mean over runs and worlds: float64 [R, W]."""
    return estimate_runs(lambda s: s[..., 0] / s[..., 1], np.stack([parts, np.ones_like(parts)], -1))


def test_runs_that_differ_and_worlds_that_do_not() -> None:
    # Runs with means 1, 2, 3: the usual t interval over three runs, 2 ± 4.302653/√3; worlds add nothing.
    value, low, high = means(np.array([[1.0, 1], [2, 2], [3, 3]]))
    assert value == 2
    assert (low, high) == pytest.approx((2 - 2.484138, 2 + 2.484138), abs=1e-6)


def test_worlds_that_differ_and_runs_that_do_not() -> None:
    # Worlds 1, 2, 3 in each of two runs: more runs do not make worlds more, 2 ± 4.302653/√3.
    value, low, high = means(np.array([[1.0, 2, 3], [1, 2, 3]]))
    assert value == 2
    assert (low, high) == pytest.approx((2 - 2.484138, 2 + 2.484138), abs=1e-6)


def test_both_margins_add_as_squares() -> None:
    # The two above at once: runs at 1.5 and 2.5, variance 0.5/2 = 0.25, t(1) = 12.706205: 6.353102; worlds 2.484138.
    value, low, high = means(np.array([[0.5, 1.5, 2.5], [1.5, 2.5, 3.5]]))
    assert value == 2
    assert high - value == pytest.approx(np.hypot(6.353102, 2.484138), abs=1e-5)
    assert low == pytest.approx(4 - high)


def test_what_is_neither_run_nor_world_counts_once() -> None:
    # Rows have means 1 and 3, columns 2 and 2; what is left is ±1 in each cell, a mean square of 4/1. Over runs:
    # variance 2/2 = 1, t(1) = 12.706205. Over worlds: 0 − 4/4 < 0, so nothing.
    value, _, high = means(np.array([[0.0, 2], [4, 2]]))
    assert (value, high) == pytest.approx((2, 2 + 12.706205), abs=1e-5)


def test_every_run_weighs_the_same() -> None:
    # Run 0: 20 ticks in 2 lives a world, 10; run 1: 90 in 3, 30. The mean is 20, not 220/10.
    parts = np.array([[[20, 2], [20, 2]], [[90, 3], [90, 3]]])
    assert estimate_runs(lambda s: s[..., 0] / s[..., 1], parts).value == 20


def test_one_run_has_the_interval_of_its_worlds() -> None:
    parts = np.array([[10.0, 2], [2, 2], [7, 3]])
    assert estimate_runs(lambda s: s[..., 0] / s[..., 1], parts[None], (0, np.inf)) == pytest.approx(ratio(*parts.T))
    with pytest.raises(ValueError, match="1 run and 2 worlds at least, not 3 and 1"):
        estimate_runs(lambda s: s[..., 0], np.ones((3, 1, 1)))


def test_intervals_over_runs_and_worlds_cover_the_truth_about_95_times_in_100() -> None:
    """Three runs in sixteen worlds; runs differ, worlds differ, or both, or neither."""
    rng = np.random.default_rng(5)
    repeats = 600
    for runs, worlds in ((1.0, 0.0), (0.0, 3.0), (1.0, 3.0), (0.0, 0.0)):
        covered = 0
        for _ in range(repeats):
            effects = runs * rng.normal(size=(3, 1)) + worlds * rng.normal(size=(1, 16))
            _, low, high = means(50 + effects + rng.normal(size=(3, 16)))
            covered += low <= 50 <= high
        assert 0.93 < covered / repeats < 0.99
