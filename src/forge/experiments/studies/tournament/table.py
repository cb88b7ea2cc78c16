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
        sums: float64 [R, W, C, K, K, 3]: ticks lived, lives, and those of them that reach the horizon, of runs of the
            size of the first K in the company of those of the second, by the seed of the run whose lives they are; at a
            cap, all meetings are in the same worlds.
        horizons: int64 [C, K, K]: ticks for which lives were followed at most, the longest of all seeds.
    """

    caps: Sequence[int]
    sizes: Sequence[int]
    sums: np.ndarray
    horizons: np.ndarray

    def lifetime(self, cap: int, size: int, other: int) -> Estimate:
        """Mean lifetime of runs of one size in the company of those of another, over seeds and worlds [ticks]."""
        limits = (0.0, float(self.horizon(cap, size, other)))
        return estimate_runs(lambda s: s[..., 0] / s[..., 1], self._cell(cap, size, other), limits)

    def outlived(self, cap: int, size: int, other: int) -> Estimate:
        """Share of these lives that reach the horizon."""
        return estimate_runs(lambda s: s[..., 2] / s[..., 1], self._cell(cap, size, other), (0.0, 1.0))

    def horizon(self, cap: int, size: int, other: int) -> int:
        """Ticks for which these lives were followed at most."""
        return int(self.horizons[list(self.caps).index(cap), self._of(size), self._of(other)])

    def followed(self, cap: int) -> tuple[list[int], float]:
        """All horizons at a cap, and the share of all lives there that reach theirs."""
        _, lives, outlived = self._at(cap).sum((0, 1, 2, 3))
        return self.horizons[list(self.caps).index(cap)].ravel().tolist(), float(outlived / lives)

    def lead(self, cap: int, size: int, other: int) -> Estimate:
        """By how much runs of one size outlive those of another in the worlds that they share [ticks]."""
        i, j, sums = self._of(size), self._of(other), self._at(cap)
        both = np.concatenate([sums[..., i, j, :2], sums[..., j, i, :2]], -1)
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

    def _cell(self, cap: int, size: int, other: int) -> np.ndarray:
        found: np.ndarray = self._at(cap)[..., self._of(size), self._of(other), :]
        return found

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
        sums: float64 [R, W, C, 6]: ticks lived, lives, and those of them that reach the horizon, of the one kind, then
            of the other.
        horizons: int64 [C]: ticks for which lives were followed at most, the longest of all seeds.
    """

    caps: Sequence[int]
    sums: np.ndarray
    horizons: np.ndarray

    def lifetimes(self, cap: int) -> tuple[Estimate, Estimate]:
        """Mean lifetimes of both kinds [ticks]."""
        at, limits = self._at(cap), (0.0, float(self.horizon(cap)))
        one, other = (estimate_runs(lambda s: s[..., 0] / s[..., 1], at[..., k : k + 2], limits) for k in (0, 3))
        return one, other

    def outlived(self, cap: int) -> Estimate:
        """Share of the lives of both kinds that reach the horizon."""
        return estimate_runs(lambda s: (s[..., 2] + s[..., 5]) / (s[..., 1] + s[..., 4]), self._at(cap), (0.0, 1.0))

    def horizon(self, cap: int) -> int:
        """Ticks for which lives were followed at most."""
        return int(self.horizons[list(self.caps).index(cap)])

    def lead(self, cap: int | None = None) -> Estimate:
        """By how much the one kind outlives the other [ticks]; None: the mean over all caps."""
        sums = self.sums if cap is None else self._at(cap)[:, :, None]

        def statistic(flat: np.ndarray) -> np.ndarray:
            s = flat.reshape(*flat.shape[:-1], -1, 6)
            leads: np.ndarray = s[..., 0] / s[..., 1] - s[..., 3] / s[..., 4]
            return leads.mean(-1)

        return estimate_runs(statistic, sums.reshape(*sums.shape[:2], -1))

    def _at(self, cap: int) -> np.ndarray:
        found: np.ndarray = self.sums[:, :, list(self.caps).index(cap)]
        return found
