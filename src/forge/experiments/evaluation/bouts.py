"""Bouts: every life of one against every life of another in the same world; who lives longer has won.

Means over worlds of many agents hardly ever leave a doubt about who lives longer, and odds that are always 0 or 1 hold
no scale. Single lives do: even who dies young on average outlives some.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from forge.experiments.evaluation.evaluation import Evaluation


def fight_bouts(lives: np.ndarray, sides: np.ndarray, worlds: int, count: int) -> np.ndarray:
    """Has each two sides that share a world fight all their bouts: the U statistics of Mann and Whitney (1947).

    Args:
        lives: LIFE records [n].
        sides: the side of each, ints [n] below `count`.
        worlds: how many there are, W.
        count: of sides, S.

    Returns:
        int64 [W, S, S]: twice the bouts that the first side has won against the second, draws counting once, so that
        both ways add up to twice the product of their numbers of lives. The diagonal is 0.
    """
    won = np.zeros((worlds, count, count), np.int64)
    for w in range(worlds):
        here = lives["world"] == w
        of = [np.sort(lives["lifetime"][here & (sides == s)]) for s in range(count)]
        for i, one in enumerate(of):
            for j, other in enumerate(of):
                if i != j:
                    won[w, i, j] = sum(np.searchsorted(other, one, side).sum() for side in ("left", "right"))
    return won


class Met(NamedTuple):
    """Who met, and how they fared."""

    names: tuple[str, ...]
    evaluation: (
        Evaluation  # entrants in the place of populations, as `forge.experiments.evaluation.meeting.meet` returns it
    )


def tally(names: Sequence[str], meetings: Iterable[Met]) -> np.ndarray:
    """The bouts of many meetings in worlds that began alike.

    A world of a meeting counts for as many bouts as the side with fewer lives has lives: so many of them do not share a
    life.

    Args:
        names: of everyone, E.
        meetings: all with as many worlds, W.

    Returns:
        float64 [W, E, E]: bouts that the first has won against the second in each world, a draw being half of one.
    """
    total: np.ndarray = np.zeros((1, len(names), len(names)))
    for met in meetings:
        counts, won = met.evaluation.counts, met.evaluation.bouts
        assert won is not None
        both = won + won.transpose(0, 2, 1)
        fewer = np.minimum(counts.lives[:, :, None], counts.lives[:, None])
        share = np.where(both > 0, won / np.maximum(both, 1), 0.0)
        where = np.array([names.index(name) for name in met.names])
        grown = np.zeros((len(won), *total.shape[1:]))
        grown[np.ix_(np.arange(len(won)), where, where)] = share * fewer
        total = total + grown
    return total
