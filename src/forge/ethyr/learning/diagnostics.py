"""How learning goes, besides its losses: what is told of a segment and of a step, and the formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np

from forge.ethyr.learning.gradients import GradientNorms

#: A variance below this share of the mean square is rounding.
_ROUNDING = 1e-12


class Diagnostics(NamedTuple):
    """How the last segment was played and learned from: float64 [P], NaN for a population without samples."""

    explained_variance: np.ndarray  # of the value estimate that the segment was played with
    clip_fraction: np.ndarray  # of ppo, mean over the updates so far; NaN with pg, which clips no ratio
    losses: np.ndarray  # float64 [3, P], of the policy, of the value, and the entropy: means over the updates so far
    updates: np.ndarray  # int64 [P]: that had samples of the population, so far

    @classmethod
    def unknown(cls, populations: int) -> Self:
        """Of nothing."""
        unknown = np.full((5, populations), np.nan)
        return cls(unknown[0], unknown[1], unknown[2:], np.zeros(populations, np.int64))

    @classmethod
    def played(cls, sums: np.ndarray, acted: np.ndarray) -> Self:
        """Of a segment that is still to be learned from; arguments as for `explained_variance`."""
        return cls.unknown(len(acted))._replace(explained_variance=explained_variance(sums, acted))

    def after(self, losses: np.ndarray, clip_fraction: np.ndarray, samples: np.ndarray) -> Self:
        """The same with one update more.

        Args:
            losses: [3, P], of the update.
            clip_fraction: [P], the share of its samples that were clipped.
            samples: int64 [P], that it was learned from: it tells nothing of populations without any.
        """
        seen = samples > 0
        updates = self.updates + seen

        def mean(before: np.ndarray, now: np.ndarray) -> np.ndarray:
            known = np.where(self.updates > 0, before, 0.0) * self.updates
            return np.where(seen, (known + now) / np.maximum(updates, 1), before)

        return self._replace(
            losses=mean(self.losses, losses), clip_fraction=mean(self.clip_fraction, clip_fraction), updates=updates
        )

    def only(self, populations: np.ndarray) -> Self:
        """The same of some populations alone, bool [P]."""
        explained, clipped, losses = (np.where(populations, values, np.nan) for values in self[:3])
        return type(self)(explained, clipped, losses, np.where(populations, self.updates, 0))


class Afterwards(NamedTuple):
    """What the updates from the last segment have come to: float64 [P], NaN for what is not known."""

    approx_kl: np.ndarray  # from the policy that played it to that of now, in nats
    dead_units: np.ndarray  # share of the hidden units that are 0 for all samples of its first tick

    @classmethod
    def unknown(cls, populations: int) -> Self:
        """Of nothing."""
        return cls(np.full(populations, np.nan), np.full(populations, np.nan))


class Step(NamedTuple):
    """One step of the optimiser, or the mean of several."""

    norms: GradientNorms  # before the gradient was clipped
    learning_rate: float  # NaN if the optimiser has none


def mean_step(steps: Sequence[Step]) -> Step:
    """What is told of several steps: the means of their norms, and the learning rate of the last."""
    by_population, norms = Means(), [step.norms for step in steps]
    for norm in norms:
        by_population.add(norm.by_population)
    total, shared = (float(np.mean(values)) for values in ([n.total for n in norms], [n.shared for n in norms]))
    return Step(GradientNorms(total, by_population.read(), shared), steps[-1].learning_rate)


class Means:
    """Means of arrays that are added one by one; NaN counts for nothing, and is the mean of nothing."""

    def __init__(self) -> None:
        self._total: np.ndarray | float = 0.0
        self._count: np.ndarray | int = 0

    def add(self, values: np.ndarray | float) -> None:
        """Counts an array, always of the same shape."""
        known = ~np.isnan(values)
        self._total = self._total + np.where(known, values, 0.0)
        self._count = self._count + known

    def read(self) -> np.ndarray:
        """The means: float64."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.divide(self._total, self._count))


def explained_variance(sums: np.ndarray, count: np.ndarray) -> np.ndarray:
    """1 − Var[target − value] / Var[target]: the share of the returns' variance that the value estimate explains.

    1 is a perfect estimate, 0 one as good as a constant, and what is worse than a constant is below 0. target − value
    is the advantage before it is normalised.

    Args:
        sums: float64 [P, 4], of advantages, of their squares, of targets and of their squares.
        count: int64 [P], samples.

    Returns:
        float64 [P]; NaN where there is no sample, or where all targets are the same.
    """
    with np.errstate(all="ignore"):
        advantage, advantage_square, target, target_square = (sums / count[:, None]).T
        variance = target_square - target**2
        explained = 1 - (advantage_square - advantage**2) / variance
        return np.where(variance > _ROUNDING * target_square, explained, np.nan)


def moments(advantage: np.ndarray, target: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The sums that `explained_variance` takes, of the first count[p] samples of arrays [P, Q]: float64 [P, 4]."""
    sums = np.zeros((len(count), 4))
    with np.errstate(all="ignore"):  # what is not finite is told as a divergence
        for p, n in enumerate(count):
            for place, x in ((0, advantage[p, :n].astype(np.float64)), (2, target[p, :n].astype(np.float64))):
                sums[p, place : place + 2] = x.sum(), x @ x
    return sums


def approximate_kl(log_prob: np.ndarray, before: np.ndarray) -> float:
    """KL(before ‖ now) of two policies, from the log-probabilities that they give to actions drawn from the first.

    The mean of (r − 1) − log r, r the ratio of the probabilities now and before: it has the right mean and is never
    negative (Schulman 2020, "Approximating KL divergence", k3), and is what CleanRL and Stable-Baselines3 log.

    Args:
        log_prob: of the actions by the policy of now, [m].
        before: by the policy that they were drawn from, [m].

    Returns:
        The estimate, in nats; NaN if m is 0.
    """
    if not len(before):
        return float("nan")
    with np.errstate(all="ignore"):
        log_ratio = log_prob.astype(np.float64) - before
        return float(np.mean(np.expm1(log_ratio) - log_ratio))
