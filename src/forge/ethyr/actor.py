"""Actor: a trained policy that acts, with the one method every agent of this package has."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from forge.blade.checks import ConfigError
from forge.blade.config import Config
from forge.blade.observation import Observation
from forge.ethyr.heads import sample
from forge.ethyr.policy import Policy
from forge.ethyr.rollout import Rollout


class Actor:
    """Draws the actions of all populations from a policy.

    Args:
        policy: whose choices it draws.
        config: of the worlds it plays in: the shape it was trained for.
        seed: of its stream of draws.
    """

    def __init__(self, policy: Policy, config: Config, seed: int = 0) -> None:
        self.policy, self.config = policy, config
        self.generator = torch.Generator().manual_seed(seed)
        self._tables: Any = None
        self._rollout: Rollout | None = None

    @torch.no_grad()
    def act(self, observation: Observation) -> np.ndarray:
        """Actions uint8 [W, N, 2 or 3] for everyone alive; rows of empty slots are 0."""
        rollout = self._buffers(observation)
        rollout.clear()
        samples = rollout.gather(observation, 0)
        actions = np.zeros((*observation.agents.shape, 3 if self.config.learned_targets else 2), np.uint8)
        if samples.count.any():
            choices = self.policy(samples, rollout.rows(rollout.moves, samples), self._tables)
            rollout.put(rollout.actions[..., 0], samples, sample(choices.move, self.generator))
            rollout.put(rollout.actions[..., 1], samples, sample(choices.style, self.generator))
            rollout.scatter(0, actions)
        return actions

    def _buffers(self, observation: Observation) -> Rollout:
        worlds, slots = observation.agents.shape
        if slots != self.config.spawn.cap:
            raise ConfigError(f"this policy was trained for {self.config.spawn.cap} slots a world, not {slots}")
        if self._rollout is None or self._rollout.worlds != worlds:
            self._rollout = Rollout(self.config, worlds, 0)
            self._tables = self.policy.tables()
        return self._rollout
