"""Plays a policy in a batch of worlds and keeps what its agents saw, did and got."""

from __future__ import annotations

import numpy as np
import torch

from forge.blade.world import World
from forge.ethyr.heads import chosen, sample
from forge.ethyr.policy import Choices, Policy
from forge.ethyr.rollout import Rollout
from forge.ethyr.samples import Samples


class Collector:
    """Gathers segments of `ticks` ticks, one after another; the worlds never reset.

    Args:
        world: reset and ready.
        policy: plays all populations.
        ticks: of a segment.
        generator: the stream actions are drawn from.
    """

    def __init__(self, world: World, policy: Policy, ticks: int, generator: torch.Generator) -> None:
        self.world, self.policy, self.generator = world, policy, generator
        self.rollout = Rollout(world.config, world.count, ticks)
        self.device = next(policy.parameters()).device
        self._actions = np.zeros((*world.state.agents.shape, 3 if world.config.learned_targets else 2), np.uint8)

    @torch.no_grad()
    def collect(self) -> np.ndarray:
        """Plays one segment.

        Returns:
            How many samples of each population acted, int64 [P]: they come first in the rollout, before those of the
            last observation, which only have a value.
        """
        rollout, world = self.rollout, self.world
        rollout.clear()
        tables = self.policy.tables()
        for tick in range(rollout.ticks):
            self._act(tick, tables)
            rollout.scatter(tick, self._actions)
            _, reward, terminated, _ = world.step(self._actions)
            rollout.reward[tick] = reward
            rollout.terminated[tick] = terminated
        acted = rollout.count.copy()
        self._act(rollout.ticks, tables)
        return acted

    def _act(self, tick: int, tables: object) -> None:
        """Judges everyone alive, draws their actions and writes both down."""
        rollout = self.rollout
        samples = rollout.gather(self.world.observe(), tick)
        if not samples.count.any():
            return
        moves = rollout.rows(rollout.moves, samples).to(self.device)
        judged = self.policy(self.sent(samples), moves, tables)
        choices = Choices(*(part.cpu() for part in judged))
        move, style = sample(choices.move, self.generator), sample(choices.style, self.generator)
        log_prob = chosen(choices.move, move) + chosen(choices.style, style)
        rollout.put(rollout.actions[..., 0], samples, move)
        rollout.put(rollout.actions[..., 1], samples, style)
        rollout.put(rollout.log_prob, samples, log_prob)
        rollout.put(rollout.value, samples, choices.value)

    def sent(self, samples: Samples) -> Samples:
        """Samples where the policy is: as they are on the CPU, else a copy of just those rows on its device."""
        return samples if self.device.type == "cpu" else self.rollout.compact(samples).to(self.device)


def joint_log_prob(choices: Choices, actions: torch.Tensor) -> torch.Tensor:
    """Log-probability of the actions uint8 [P, m, 3]: [P, m]."""
    move, style = actions[..., 0].long(), actions[..., 1].long()
    return chosen(choices.move, move) + chosen(choices.style, style)
