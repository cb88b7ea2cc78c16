"""What is told of a player: figures of an evaluation by name, each with its unit and its interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forge.blade import Cause
from forge.experiments.evaluation.evaluation import Evaluation
from forge.experiments.statistics.estimate import Estimate, estimate_runs


@dataclass(frozen=True)
class Figure:
    """Something told of a player: scale · Σ total / Σ count, both int64 [W]."""

    unit: str
    about: str
    total: Callable[[Evaluation], np.ndarray]
    count: Callable[[Evaluation], np.ndarray]
    scale: float = 1.0
    high: float = math.inf
    horizon: bool = False  # whether it is at most the horizon

    def estimate(self, evaluations: Sequence[Evaluation]) -> Estimate:
        """The figure with its 95 % interval, over worlds and, of several runs, over runs."""
        parts = np.stack([np.stack([self.total(e), self.count(e)], -1) for e in evaluations]).astype(float)
        high = max(e.horizon for e in evaluations) if self.horizon else self.high
        return estimate_runs(lambda s: self.scale * s[..., 0] / s[..., 1], parts, (0.0, high))


def _sum(name: str) -> Callable[[Evaluation], np.ndarray]:
    return lambda e: getattr(e.counts, name).reshape(e.settings.worlds, -1).sum(-1)


def _of_first(name: str) -> Callable[[Evaluation], np.ndarray]:
    return lambda e: getattr(e.counts, name)[:, 0]


def _died_of(cause: Cause) -> Figure:
    return Figure("%", f"deaths by {cause.name.lower()}", lambda e: e.counts.deaths.sum(1)[:, cause], _sum("deaths"),
                  100.0, 100.0)  # fmt: skip


def odds(place: int) -> Figure:
    """How often a life of the first outlives one of another's in the same world, draws counting half."""

    def won(e: Evaluation, one: int, other: int) -> np.ndarray:
        assert e.bouts is not None
        return e.bouts[:, one, other]

    return Figure("%", "", lambda e: won(e, 0, place), lambda e: won(e, 0, place) + won(e, place, 0), 100.0, 100.0)


#: What is told of a player alone, by name.
FIGURES = {
    "lifetime": Figure("ticks", "mean lifetime, restricted to the horizon", _sum("lifetime"), _sum("lives"),
                       horizon=True),
    "reach_horizon": Figure("%", "lives that reach the horizon", _sum("outlived"), _sum("lives"), 100.0, 100.0),
    "living": Figure("agents", "alive in a world", _sum("ticks"),
                     lambda e: np.full(e.settings.worlds, e.settings.ticks)),
    "tiles": Figure("tiles", "distinct tiles that a life visits", _sum("tiles"), _sum("lives")),
    "mortality": Figure("deaths", "in 1,000 agent ticks", _sum("deaths"), _sum("ticks"), 1000.0),
    **{f"died_{cause.name.lower()}": _died_of(cause) for cause in Cause},
}  # fmt: skip

#: How long the first of several players lives among the others.
AMONG = Figure("ticks", "mean lifetime among others", _of_first("lifetime"), _of_first("lives"))
