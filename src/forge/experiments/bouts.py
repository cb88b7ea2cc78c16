"""Bouts: lives of those who share a world, set against one another one by one, to tell who outlives whom.

Means over worlds of many agents hardly ever leave a doubt about who lives longer, and odds that are always 0 or 1 hold
no scale. Single lives do: even who dies young on average outlives some.
"""

from __future__ import annotations

import numpy as np

BOUTS = 16  # in a world, at most
NOBODY = -1  # instead of a lifetime, for those who have no life in a world


def draw_bouts(lives: np.ndarray, sides: np.ndarray, worlds: int, count: int) -> np.ndarray:
    """Bouts of the lives of a measurement.

    The lives of a side in a world are ordered by birth, and as many taken at even distances as the side with the fewest
    has, `BOUTS` at most; a bout is one of each. So every life of a side has the same weight, and those of a bout came
    at the same share of the births of their sides.

    Args:
        lives: LIFE records [n].
        sides: the side of each, ints [n] below `count`.
        worlds: how many there are, W.
        count: of sides, S.

    Returns:
        Lifetimes [ticks], int64 [W, BOUTS, S]; `NOBODY` for sides without a life in the world, and for bouts that there
        are not.
    """
    bouts = np.full((worlds, BOUTS, count), NOBODY, np.int64)
    order = np.lexsort((lives["id"], lives["birth"]))
    world, side, lifetime = lives["world"][order], sides[order], lives["lifetime"][order].astype(np.int64)
    for w in range(worlds):
        of = [lifetime[(world == w) & (side == s)] for s in range(count)]
        fewest = min((len(one) for one in of if len(one)), default=0)
        even = (np.arange(min(fewest, BOUTS)) + 0.5) / max(1, min(fewest, BOUTS))
        for s, one in enumerate(of):
            if len(one):
                bouts[w, : len(even), s] = one[(even * len(one)).astype(int)]
    return bouts
