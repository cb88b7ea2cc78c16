"""Ratings: anchors that stay, intervals that cover, and an order that is the true one."""

import itertools
import math

import numpy as np
import pytest

from forge.experiments.evaluation.bouts import Met, fight_bouts
from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings
from forge.experiments.evaluation.ratings import LEVEL, SCALE, anchor, fit, rate

NAN = math.nan


def met(means: dict[str, float], rng: np.random.Generator, worlds: int = 8, luck: float = 0.0) -> Met:
    """A meeting in which lifetimes are exponential with these means, with about 20 lives of each in each world.

    Args:
        luck: deviation of the logarithm of what each world does to the lifetimes of each.
    """
    counts = rng.poisson(20, (worlds, len(means)))
    world, side = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    each = np.array([*means.values()]) * np.exp(luck * rng.normal(size=counts.shape))
    lives = np.zeros(len(world), [("world", int), ("lifetime", int)])
    lives["world"], lives["lifetime"] = world, 1000 * rng.exponential(each[world, side])
    zeros, deaths = np.zeros_like(counts), np.zeros((*counts.shape, 4), int)
    bouts = fight_bouts(lives, side, *counts.shape)
    whole = Counts(counts, zeros, zeros, zeros, zeros, deaths)
    return Met(tuple(means), Evaluation(Settings(worlds, 1, 1, 1), 4, whole, bouts))


def two_by_two(means: dict[str, float], seed: int, luck: float = 0.0) -> list[Met]:
    rng = np.random.default_rng(seed)
    return [met({a: means[a], b: means[b]}, rng, luck=luck) for a, b in itertools.combinations(means, 2)]


def true(means: dict[str, float], first: str) -> dict[str, float]:
    """Of two exponential lifetimes, the odds that one outlasts the other are as their means."""
    return {name: LEVEL + 400 * math.log10(mean / means[first]) for name, mean in means.items()}


def test_two_by_hand() -> None:
    """3 bouts in 4 won against one at 1000, and one drawn against another at 1000: 3.5 in 5, odds of 7 to 3.

    That is 400 · log10(7/3) = 147.2 points.
    """
    assert fit(np.array([[0, 3], [1, 0]]), np.array([NAN, 1000]))[0] == pytest.approx(1147.2, abs=0.05)
    # 400 points above the known one where ten bouts of eleven are won, but for the draw
    assert fit(np.array([[0, 1e6], [1e7, 0]]), np.array([900, NAN]))[1] == pytest.approx(1300, abs=0.01)


def test_everybody_wins_half() -> None:
    """Two of them known at 1200. One draw at 1000, where 0.76 is expected, pulls the others 0.26 bouts down; each point
    down gives back 28/4 · 1/173.7 bouts with the known ones, so they come 6.4 points lower.
    """
    won = 7.0 * (1 - np.eye(4))
    assert fit(won, np.full(4, NAN)) == pytest.approx(np.full(4, LEVEL))
    assert fit(won, np.array([1200, NAN, NAN, 1200])) == pytest.approx([1200, 1193.6, 1193.6, 1200], abs=0.2)


def test_who_wins_all_is_above_by_the_one_draw() -> None:
    """50 bouts won and one drawn with one at 1000: 50.5 in 51, odds of 101 to 1."""
    found = fit(np.array([[0, 50], [0, 0]]), np.array([NAN, LEVEL]))
    assert found[0] == pytest.approx(LEVEL + 400 * math.log10(101), abs=0.05)
    assert fit(np.zeros((0, 0)), np.zeros(0)).tolist() == []


def test_intervals_cover_what_is_known() -> None:
    """Also where worlds are kind to one or the other, so that bouts in a world are far from independent."""
    inside = []
    for trial in range(20):
        rng = np.random.default_rng(trial)
        means = {"random": 8.0, "forager": 90.0, **dict(zip("abcd", np.exp(rng.uniform(3, 5, 4)), strict=True))}
        truth = true(means, "random")
        frozen = {name: truth[name] for name in ("random", "forager")}
        found = rate(two_by_two(means, trial, luck=0.25), frozen)
        assert all(found[name] == (truth[name],) * 3 for name in frozen)
        inside += [found[name].low <= truth[name] <= found[name].high for name in "abcd"]
    assert np.mean(inside) >= 0.9
    assert found["a"].high - found["a"].low < 150


def test_who_always_outlives_random_is_not_rated_below_it() -> None:
    """Even if it loses to all others, and has met them far more often."""
    means = {"random": 8.0, "last": 60.0, **{f"other {k}": 70.0 + k for k in range(8)}}
    found = rate(two_by_two(means, 1), {"random": LEVEL})
    assert min(found, key=lambda name: found[name].value) == "random"
    assert found["last"].low > LEVEL + 300
    assert found["last"].value == pytest.approx(true(means, "random")["last"], abs=60)


def test_many_at_once() -> None:
    means = {"a": 10.0, "b": 80.0, "c": 30.0}
    found = rate([met(means, np.random.default_rng(1))])
    assert found["b"].low > found["c"].high > found["c"].low > found["a"].high
    assert found["b"].value - found["a"].value == pytest.approx(SCALE * math.log(8), rel=0.15)


def test_the_order_of_names_and_meetings_says_nothing() -> None:
    means = {"a": 20.0, "b": 25.0, "c": 30.0}
    meetings = two_by_two(means, 1)
    found, again = rate(meetings, {"b": 1000.0}), rate(meetings[::-1], {"b": 1000.0}, ("c", "a"))
    for name in means:
        assert again[name] == pytest.approx(found[name])


def test_anchors_are_frozen_by_the_bouts_among_them_alone() -> None:
    means = {"random": 8.0, "forager": 70.0, "fighter": 80.0, "new": 300.0}
    meetings = two_by_two(means, 2)
    among = [one for one in meetings if "new" not in one.names]
    frozen = anchor(meetings, ("random", "forager", "fighter"))
    assert frozen == anchor(among, ("random", "forager", "fighter"))
    assert frozen["random"] == LEVEL
    assert frozen["fighter"] == pytest.approx(true(means, "random")["fighter"], abs=60)
    found = rate(meetings, frozen)
    assert [found[name].value for name in frozen] == list(frozen.values())
    assert found["new"].low > frozen["fighter"]
    assert anchor(meetings, ()) == {}


def test_of_who_has_met_nobody_nothing_is_known() -> None:
    found = rate(two_by_two({"a": 10.0, "b": 12.0}, 0), names=("a", "b", "c"))
    assert found["c"].value == LEVEL
    assert math.isnan(found["c"].low)
    assert math.isnan(found["c"].high)
