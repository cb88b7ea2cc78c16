"""Bouts: which lives are set against which."""

import itertools
import math

import numpy as np

from forge.experiments.bouts import BOUTS, draw_bouts
from forge.experiments.evaluation import Counts, Evaluation, Settings
from forge.experiments.ratings import LEVEL, Game, games_of, rate

LIFE = [("world", int), ("birth", int), ("id", int), ("lifetime", int)]


def lives(*rows: tuple[int, int, int, int]) -> np.ndarray:
    """Lives of (world, birth, id, lifetime)."""
    return np.array([*rows], LIFE)


def test_lives_of_the_same_share_of_births_meet() -> None:
    """The second side has two lives, so of the first's five those at ⌊0.25 · 5⌋ = 1 and ⌊0.75 · 5⌋ = 3 meet them."""
    first = [(0, birth, 9 - birth, 100 + birth) for birth in (4, 2, 0, 1, 3)]
    found = draw_bouts(lives(*first, (0, 7, 20, 8), (0, 7, 19, 9)), np.array([0] * 5 + [1] * 2), 1, 2)
    assert found.shape == (1, BOUTS, 2)
    assert found[0, :2].tolist() == [[101, 9], [103, 8]]  # of one tick, the lower id first
    assert (found[0, 2:] == -1).all()


def test_who_has_no_life_in_a_world_leaves_the_others_theirs() -> None:
    found = draw_bouts(lives((1, 0, 0, 5), (1, 0, 1, 6), (0, 0, 2, 7)), np.array([0, 2, 1]), 3, 3)
    assert found[1, 0].tolist() == [5, -1, 6]
    assert found[0, 0].tolist() == [-1, 7, -1]
    assert (found[2] == -1).all()


def test_there_are_no_more_bouts_than_that() -> None:
    many = lives(*[(0, k, k, k) for k in range(10 * BOUTS)])
    found = draw_bouts(np.concatenate([many, many]), np.repeat([0, 1], len(many)), 1, 2)
    assert found[0].tolist() == [[10 * k + 5, 10 * k + 5] for k in range(BOUTS)]


def met(means: tuple[float, float], worlds: int, rng: np.random.Generator) -> Evaluation:
    """A meeting of two whose lifetimes are exponential with these means, 40 and 25 lives of them in each world."""
    counts = worlds * np.array([40, 25])
    sides = np.repeat([0, 1], counts)
    found = np.zeros(len(sides), LIFE)
    found["world"] = np.concatenate([np.arange(n) % worlds for n in counts])
    found["birth"], found["id"] = rng.integers(400, size=len(sides)), np.arange(len(sides))
    found["lifetime"] = 1000 * rng.exponential(np.take(means, sides))
    zeros, deaths = np.zeros((worlds, 2), np.int64), np.zeros((worlds, 2, 4), np.int64)
    bouts = draw_bouts(found, sides, worlds, 2)
    return Evaluation(Settings(worlds, 1, 1, 1), 4, Counts(zeros, zeros, zeros, zeros, zeros, deaths), bouts)


def test_ratings_of_bouts_say_how_often_one_outlives_another() -> None:
    """Of exponential lifetimes, A outlives B with odds of their means, so the ratings differ by √2 β ln(A/B): by 15.3
    from 40 to 3 ticks, and by 1.31 from 50 to 40.
    """
    rng, means = np.random.default_rng(3), {"random": 3.0, "a": 30.0, "b": 40.0, "c": 50.0}
    games: list[Game] = []
    for one, other in itertools.combinations(means, 2):
        games += games_of((one, other), met((means[one], means[other]), 16, rng))
    found = rate(games, {"random": LEVEL})
    for name, mean in means.items():
        true = LEVEL + math.sqrt(2) * 25 / 6 * math.log(mean / means["random"])
        assert found[name].low <= true <= found[name].high
        assert name == "random" or found[name].high - found[name].low < 6
