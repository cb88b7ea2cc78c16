"""Bouts: who outlives whom, counted by hand."""

import numpy as np

from forge.experiments.evaluation.bouts import Met, fight_bouts, tally
from forge.experiments.evaluation.evaluation import Counts, Evaluation, Settings


def lives(*rows: tuple[int, int]) -> np.ndarray:
    """Lives of (world, lifetime)."""
    return np.array([*rows], [("world", int), ("lifetime", int)])


def test_every_life_meets_every_life() -> None:
    """5, 9 and 9 against 9 and 1: 5 wins one of two; each 9 wins one and draws one. That is 2 · 3 + 2 of 2 · 6."""
    found = fight_bouts(lives((0, 5), (0, 9), (0, 9), (0, 9), (0, 1)), np.array([0, 0, 0, 1, 1]), 1, 2)
    assert found.tolist() == [[[0, 8], [4, 0]]]


def test_only_those_who_share_a_world_meet() -> None:
    found = fight_bouts(lives((0, 5), (1, 6), (1, 7), (1, 8)), np.array([0, 1, 2, 2]), 3, 3)
    assert found[0].tolist() == found[2].tolist() == [[0, 0, 0]] * 3
    assert found[1].tolist() == [[0, 0, 0], [0, 0, 0], [0, 4, 0]]


def found(lived: list[list[int]], won: list[list[list[int]]]) -> Evaluation:
    counts = np.array(lived)
    zeros, deaths = np.zeros_like(counts), np.zeros((*counts.shape, 4), int)
    made = Evaluation(
        Settings(len(counts), 1, 1, 1), 4, Counts(counts, zeros, zeros, zeros, zeros, deaths), np.array(won)
    )
    return Evaluation.from_dict(made.to_dict())


def test_a_world_counts_for_as_many_bouts_as_the_side_with_fewer_lives_has() -> None:
    """3 and 2 lives, 8 of 12 halves won: 2/3 of 2 bouts. In the second world only the first lived. They meet again,
    with the names the other way round and a life each: one bout is won."""
    once = found([[3, 2], [4, 0]], [[[0, 8], [4, 0]], [[0, 0], [0, 0]]])
    again = found([[1, 1], [1, 1]], [[[0, 2], [0, 0]], [[0, 1], [1, 0]]])
    total = tally(("a", "b", "c"), [Met(("a", "c"), once), Met(("c", "a"), again)])
    assert total.shape == (2, 3, 3)
    assert np.allclose(total[0], [[0, 0, 4 / 3], [0, 0, 0], [2 / 3 + 1, 0, 0]])
    assert np.allclose(total[1], [[0, 0, 0.5], [0, 0, 0], [0.5, 0, 0]])
