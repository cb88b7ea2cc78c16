"""Estimates over worlds: by hand, and their coverage in simulated evaluations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.experiments.estimate import estimate, ratio


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
