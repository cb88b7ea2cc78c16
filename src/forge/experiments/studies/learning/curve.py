"""A learning curve: one algorithm after so many agent steps each, over all its seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forge.experiments.evaluation.contest import Contest
from forge.experiments.evaluation.evaluation import Evaluation
from forge.experiments.statistics.estimate import Estimate, estimate_runs


@dataclass(frozen=True)
class Point:
    """One algorithm after so many agent steps, all its seeds."""

    steps: int
    seconds: Sequence[float]  # of training, by seed
    evaluations: Sequence[Evaluation]  # by seed, all in the same worlds
    contests: Sequence[Contest] = ()  # with each scripted opponent, over the same seeds

    @property
    def mean_seconds(self) -> float:
        """Of training, over the seeds."""
        return float(np.mean(self.seconds))

    @cached_property
    def lifetime(self) -> Estimate:
        """Mean over seeds of the mean lifetime [ticks], over seeds and worlds."""
        return estimate_runs(lambda s: s[..., 0] / s[..., 1], self._sums, (0.0, np.inf))

    @cached_property
    def outlived(self) -> Estimate:
        """Share of the lives alone that reach the horizon, over seeds and worlds."""
        counts = [evaluation.counts for evaluation in self.evaluations]
        sums = np.stack([np.stack([c.outlived.sum(-1), c.lives.sum(-1)], -1) for c in counts]).astype(float)
        return estimate_runs(lambda s: s[..., 0] / s[..., 1], sums, (0.0, 1.0))

    @property
    def horizon(self) -> int:
        """Ticks for which lives alone were followed at most; the longest of all seeds."""
        return max(evaluation.horizon for evaluation in self.evaluations)

    def times(self, other: Evaluation) -> Estimate:
        """The same as a multiple of another player's in the same worlds."""
        return estimate_runs(
            lambda s: s[..., 0] / s[..., 1] * (s[..., 3] / s[..., 2]), self._beside(other), (0, np.inf)
        )

    def above(self, other: Evaluation) -> Estimate:
        """The same less another player's in the same worlds [ticks]."""
        return estimate_runs(lambda s: s[..., 0] / s[..., 1] - s[..., 2] / s[..., 3], self._beside(other))

    @property
    def by_population(self) -> np.ndarray:
        """Mean lifetimes, float64 [seeds, P]."""
        return np.array([[each.value for each in evaluation.lifetimes] for evaluation in self.evaluations])

    @cached_property
    def _sums(self) -> np.ndarray:
        """Ticks lived and lives, float64 [seeds, worlds, 2]."""
        return np.stack([sums_by_world(evaluation) for evaluation in self.evaluations])

    def _beside(self, other: Evaluation) -> np.ndarray:
        """Those and the other's, float64 [seeds, worlds, 4]."""
        theirs = sums_by_world(other)
        return np.concatenate([self._sums, np.broadcast_to(theirs, (len(self._sums), *theirs.shape))], -1)


#: An algorithm's points, by rising steps.
Curve = list[Point]


def sums_by_world(evaluation: Evaluation) -> np.ndarray:
    """Ticks lived and lives in each world, float64 [W, 2]."""
    return np.stack([evaluation.counts.lifetime.sum(-1), evaluation.counts.lives.sum(-1)], -1).astype(float)
