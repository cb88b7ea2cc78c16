"""Ratings: anchors that stay, intervals that cover, and an order that is the true one."""

import itertools
import math

import numpy as np
import pytest

from forge.experiments.evaluation import Counts, Evaluation, Settings
from forge.experiments.ratings import LEVEL, Game, anchor, games_of, rate

SCALE = math.sqrt(2) * 25 / 6


def played(skills: dict[str, float], games: int, seed: int) -> list[Game]:
    """Each two play so many games; the odds are e to the difference of skills over √2 β."""
    rng = np.random.default_rng(seed)
    return [
        Game((a, b), (1.0, 0.0) if rng.random() < 1 / (1 + math.exp((skills[b] - skills[a]) / SCALE)) else (0.0, 1.0))
        for a, b in itertools.combinations(skills, 2)
        for _ in range(games)
    ]


def test_one_game_by_hand() -> None:
    """Weng and Lin's update for two of rating 25 and σ = 25/3, β = 25/6.

    c² = 2 (σ² + β²) = 2 · (69.444 + 17.361) = 173.61; each is expected to win with 1/2, so μ moves by
    ± σ²/c · 1/2 = ± 69.444/13.176/2 = ± 2.635.
    """
    found = rate([Game(("a", "b"), (7.0, 3.0))])
    assert found["a"].value == pytest.approx(25 + 2.635, abs=1e-3)
    assert found["b"].value == pytest.approx(25 - 2.635, abs=1e-3)
    assert found["a"].high - found["a"].value < 1.96 * 25 / 3
    assert found["a"].high - found["a"].value == pytest.approx(found["a"].value - found["a"].low)


def test_a_draw_between_equals_moves_nobody() -> None:
    found = rate([Game(("a", "b"), (4.0, 4.0))])
    assert found["a"].value == found["b"].value == pytest.approx(25)


def test_games_of_many_at_once() -> None:
    found = rate([Game(("a", "b", "c"), (1.0, 3.0, 2.0))] * 20)
    assert found["b"].low > found["c"].high > found["c"].low > found["a"].high


def test_intervals_cover_skills_that_are_known() -> None:
    rng, inside = np.random.default_rng(5), []
    for trial in range(8):
        skills = dict(zip("abcdef", rng.normal(25, 25 / 3, 6).tolist(), strict=True))
        frozen = {name: skills[name] for name in "ab"}
        found = rate(played(skills, 12, trial), frozen, trial)
        assert all(found[name] == (skills[name],) * 3 for name in frozen)
        inside += [found[name].low <= skills[name] <= found[name].high for name in "cdef"]
    assert 0.9 <= np.mean(inside) <= 1


def test_more_games_say_more_and_the_order_of_names_says_nothing() -> None:
    skills = {"a": 20.0, "b": 25.0, "c": 30.0}
    few, many = (rate(played(skills, n, 1), {"b": 25.0}) for n in (8, 64))
    assert many["a"].high - many["a"].low < 0.6 * (few["a"].high - few["a"].low)
    assert many["a"].high < 25 < many["c"].low
    assert rate(played(skills, 8, 1), {"b": 25.0}) == few


def test_anchors_are_frozen_by_the_games_among_them_alone() -> None:
    skills = {"random": 5.0, "forager": 25.0, "fighter": 28.0, "new": 40.0}
    games = played(skills, 16, 2)
    among = [game for game in games if "new" not in game.names]
    frozen = anchor(games, ("random", "forager", "fighter"))
    assert frozen == anchor(among, ("random", "forager", "fighter"))
    assert frozen["random"] == LEVEL
    found = rate(games, frozen)
    assert [found[name].value for name in frozen] == list(frozen.values())
    assert found["new"].low > frozen["random"]
    assert anchor(games, ()) == {}


def test_who_has_not_played_is_where_everyone_begins() -> None:
    found = rate([Game(("a", "b"), (2.0, 1.0))], names=("a", "b", "c"))
    assert found["c"] == pytest.approx((25, 25 - 1.96 * 25 / 3, 25 + 1.96 * 25 / 3), abs=1e-3)
    assert rate([]) == {}


def test_games_are_bouts_of_those_who_lived() -> None:
    # Two worlds of two bouts each: of three, of whom the last had no life in the first world; and of one alone.
    bouts = np.array([[[30, 12, -1], [8, 8, -1]], [[4, 5, 6], [-1, 7, -1]]])
    nothing, deaths = np.zeros((2, 3), np.int64), np.zeros((2, 3, 4), np.int64)
    counts = Counts(nothing, nothing, nothing, nothing, nothing, deaths)
    found = Evaluation(Settings(2, 1, 1, 1), 4, counts, bouts)
    games = [Game(("a", "b"), (30, 12)), Game(("a", "b"), (8, 8)), Game(("a", "b", "c"), (4, 5, 6))]
    assert games_of(("a", "b", "c"), found) == games
    assert games_of(("a", "b", "c"), Evaluation.from_dict(found.to_dict())) == games
