"""The statistics of the study `tournament`: who lives how long in whose company, and what the size in training adds.

Letters: R seeds, W blocks of worlds, C test caps, K sizes in training. A block is one world of the largest cap, or as
many smaller ones as hold as many agents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forge.experiments.measures.contrast import per_doubling
from forge.experiments.statistics.estimate import Estimate, estimate_runs


@dataclass(frozen=True, eq=False)
class Table:
    """Lifetimes of runs of each size, in worlds that they share with runs of each size.

    Args:
        caps: of the worlds they meet in.
        sizes: caps in training, rising.
        sums: float64 [R, W, C, K, K, 2]: ticks lived and lives of runs of the size of the first K in the company of
            those of the second, by the seed of the run whose lives they are; at a cap, all meetings are in the same
            worlds.
        horizon: ticks for which a life was followed at most.
    """

    caps: Sequence[int]
    sizes: Sequence[int]
    sums: np.ndarray
    horizon: float

    def lifetime(self, cap: int, size: int, other: int) -> Estimate:
        """Mean lifetime of runs of one size in the company of those of another, over seeds and worlds [ticks]."""
        sums = self._at(cap)[..., self._of(size), self._of(other), :]
        return estimate_runs(lambda s: s[..., 0] / s[..., 1], sums, (0.0, self.horizon))

    def lead(self, cap: int, size: int, other: int) -> Estimate:
        """By how much runs of one size outlive those of another in the worlds that they share [ticks]."""
        i, j, sums = self._of(size), self._of(other), self._at(cap)
        both = np.concatenate([sums[..., i, j, :], sums[..., j, i, :]], -1)
        return estimate_runs(lambda s: s[..., 0] / s[..., 1] - s[..., 2] / s[..., 3], both)

    def of_own_size(self, cap: int | None = None) -> Estimate:
        """Ticks of life that a doubling of the own size in training adds, over all company; None: over all caps."""
        return self._slope(cap, own=True)

    def of_others_size(self, cap: int | None = None) -> Estimate:
        """Ticks of life that a doubling of the others' size in training adds, over all sizes of the own."""
        return self._slope(cap, own=False)

    def _slope(self, cap: int | None, own: bool) -> Estimate:
        """The slope of the least-squares line of mean lifetimes against log2 size."""
        sums = self.sums if cap is None else self._at(cap)[:, :, None]
        shape, weights = sums.shape[2:], np.array(per_doubling(self.sizes))
        weights = weights[:, None] if own else weights

        def statistic(flat: np.ndarray) -> np.ndarray:
            s = flat.reshape(*flat.shape[:-1], *shape)
            lifetimes = s[..., 0] / s[..., 1]  # [..., C, K, K]
            slopes: np.ndarray = (lifetimes * weights).sum((-1, -2)) / len(self.sizes)
            return slopes.mean(-1)

        return estimate_runs(statistic, sums.reshape(*sums.shape[:2], -1))

    def _at(self, cap: int) -> np.ndarray:
        found: np.ndarray = self.sums[:, :, list(self.caps).index(cap)]
        return found

    def _of(self, size: int) -> int:
        return list(self.sizes).index(size)


@dataclass(frozen=True, eq=False)
class Duel:
    """Lifetimes of runs of two kinds in the worlds that they share.

    Args:
        caps: of the worlds.
        sums: float64 [R, W, C, 4]: ticks lived and lives of the one kind, then of the other.
        horizon: ticks for which a life was followed at most.
    """

    caps: Sequence[int]
    sums: np.ndarray
    horizon: float

    def lifetimes(self, cap: int) -> tuple[Estimate, Estimate]:
        """Mean lifetimes of both kinds [ticks]."""
        at, limits = self._at(cap), (0.0, self.horizon)
        one, other = (estimate_runs(lambda s: s[..., 0] / s[..., 1], at[..., k : k + 2], limits) for k in (0, 2))
        return one, other

    def lead(self, cap: int | None = None) -> Estimate:
        """By how much the one kind outlives the other [ticks]; None: the mean over all caps."""
        sums = self.sums if cap is None else self._at(cap)[:, :, None]

        def statistic(flat: np.ndarray) -> np.ndarray:
            s = flat.reshape(*flat.shape[:-1], -1, 4)
            leads: np.ndarray = s[..., 0] / s[..., 1] - s[..., 2] / s[..., 3]
            return leads.mean(-1)

        return estimate_runs(statistic, sums.reshape(*sums.shape[:2], -1))

    def _at(self, cap: int) -> np.ndarray:
        found: np.ndarray = self.sums[:, :, list(self.caps).index(cap)]
        return found
