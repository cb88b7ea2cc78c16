"""What the choice of an attack's style is worth: a policy plays on while others pick the styles of some populations.

Letters: R training runs, W worlds, P populations, N slots, 4 ways to pick in the order of WAYS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forge.blade import Config, Observation
from forge.experiments.evaluation.evaluate import Policy
from forge.experiments.evaluation.evaluation import Evaluation
from forge.experiments.measures.aggression import STYLES, best_styles, reaches
from forge.experiments.statistics.statistic import Statistic, Sums

#: How styles are picked: as the policy says; what harms most at the distance of the nearest agent; always the same.
WAYS = ("own choice", "best", "always melee", "always mage")
OWN, BEST, MELEE, MAGE = range(len(WAYS))


@dataclass(frozen=True, eq=False)
class Fates(Sums):
    """Lives by how the styles of their agents were picked; of one run, or of several: [R, W, 4]."""

    lifetime: np.ndarray  # int64 [(R,) W, 4] [ticks]
    lives: np.ndarray  # int64 [(R,) W, 4]
    outlived: np.ndarray  # int64 [(R,) W, 4]: lives that reach the horizon
    horizon: np.ndarray  # int64 [(R,) W]: ticks for which a life was followed at most

    @classmethod
    def of_evaluation(cls, evaluation: Evaluation) -> Fates:
        """Those of a `Restyled` policy."""
        counts = evaluation.counts
        picked = ways(*counts.lives.shape)[..., None] == np.arange(len(WAYS))  # [W, P, 4]

        def by_way(given: np.ndarray) -> np.ndarray:
            found: np.ndarray = (given[..., None] * picked).sum(1)
            return found

        horizon = np.full(len(picked), evaluation.horizon)
        return cls(by_way(counts.lifetime), by_way(counts.lives), by_way(counts.outlived), horizon)


def lifetime(of: Fates, way: int) -> Statistic:
    """Mean lifetime [ticks] of those whose styles were picked in one of WAYS."""
    return Statistic(np.stack([of.lifetime[..., way], of.lives[..., way]], -1).astype(np.float64))


def outlived(of: Fates, way: int) -> Statistic:
    """Share of the same lives that reach the horizon."""
    return Statistic(np.stack([of.outlived[..., way], of.lives[..., way]], -1).astype(np.float64))


def ways(worlds: int, populations: int) -> np.ndarray:
    """How each population's styles are picked, each population in each way in its turn: int64 [W, P]."""
    return (np.arange(worlds)[:, None] + np.arange(populations)) % len(WAYS)


class Restyled:
    """Plays as a policy does, but for the styles of three quarters of the populations: see WAYS.

    Args:
        policy: to play by, in worlds that pick the targets.
        config: of the worlds.

    Raises:
        ValueError: if the policy picks the targets: they would not be those of another style.
    """

    def __init__(self, policy: Policy, config: Config) -> None:
        if config.learned_targets:
            raise ValueError(f"combat.targeting = {config.combat.targeting!r}: the world must pick the targets")
        self.policy, self.config = policy, config
        self._of_distance = best_styles(reaches(config))

    def act(self, observation: Observation) -> np.ndarray:
        """Actions of one tick: uint8 [W, N, 2]."""
        actions = self.policy.act(observation)
        way = ways(len(actions), self.config.populations).repeat(self.config.quota, axis=1)
        best = self._of_distance[np.minimum(nearest(observation), len(self._of_distance) - 1)]
        given = np.choose(way, [actions[..., 1], best, STYLES.index("melee"), STYLES.index("mage")])
        actions[..., 1] = np.where(observation.alive, given, 0)
        return actions


def nearest(observation: Observation) -> np.ndarray:
    """How far away each agent's nearest other one is: int64 [W, N] [tiles]; something large where there is none."""
    agents, alive = observation.agents, observation.alive
    row, col = (agents[name].astype(np.int64) for name in ("row", "col"))
    gap = np.maximum(abs(row[:, :, None] - row[:, None]), abs(col[:, :, None] - col[:, None]))
    gap[~(alive[:, :, None] & alive[:, None]) | np.eye(agents.shape[1], dtype=bool)] = np.iinfo(np.int64).max
    return gap.min(-1)
