"""Plays a policy in a batch of worlds and keeps what its agents saw, did and got."""

from __future__ import annotations

import numpy as np
import torch

from forge.blade.world.world import World
from forge.ethyr.experience.company import Company
from forge.ethyr.experience.memory import Memory
from forge.ethyr.experience.rollout import Rollout, mark_lost
from forge.ethyr.networks.encoder import hold, release
from forge.ethyr.networks.heads import draw
from forge.ethyr.networks.network import Network
from forge.ethyr.networks.samples import Samples


class Collector:
    """Gathers segments of `ticks` ticks, one after another; the worlds never reset.

    Args:
        world: reset and ready.
        policy: plays the populations that learn.
        ticks: of a segment.
        generator: the stream actions are drawn from.
        matters: as `Learning.matters`.
        company: plays the populations of the worlds that the policy does not; None means that it plays all.
    """

    def __init__(
        self,
        world: World,
        policy: Network,
        ticks: int,
        generator: torch.Generator,
        matters: bool = False,
        company: Company | None = None,
    ) -> None:
        self.world, self.policy, self.generator, self.company = world, policy, generator, company
        self.rollout = Rollout(world.config, world.count, ticks, matters, None if company is None else company.seats)
        self.device = next(policy.parameters()).device
        learners = None if company is None else company.learners
        self.memory = Memory(world.config, world.count, policy.memory, self.device, learners)
        self.start = self.memory.numbers[:, :0]
        self._actions = np.zeros((*world.state.seen_count.shape, len(self.rollout.layout.there)), np.uint8)
        self._acting = world.state.agents["id"].copy()

    @torch.no_grad()
    def collect(self) -> np.ndarray:
        """Plays one segment.

        Returns:
            How many samples of each population acted, int64 [P]: they come first in the rollout, before those of the
            last observation, which only have a value.
        """
        rollout, world = self.rollout, self.world
        rollout.clear()
        hold(self.policy)
        for tick in range(rollout.ticks):
            self._act(tick)
            rollout.scatter(tick, self._actions)
            if self.company is not None:
                self.company.act(world.observe(), self._actions)
            np.copyto(self._acting, world.state.agents["id"])
            _, reward, terminated, _ = world.step(self._actions)
            rollout.reward[tick] = reward
            rollout.terminated[tick] = terminated
            mark_lost(rollout.sample_of[tick], self._acting, terminated, world.state.agents, rollout.lost[tick])
        acted = rollout.count.copy()
        self._act(rollout.ticks)
        release(self.policy)
        return acted

    def _act(self, tick: int) -> None:
        """Judges every learner alive, draws actions and writes both down; of the last observation the value alone."""
        rollout, observation = self.rollout, self.world.observe()
        samples = rollout.gather(observation, tick, self.world.state.rules)
        carried = self.memory.recall(observation) if self.policy.memory else None
        if tick == 0 and carried is not None:
            self.start = carried
        if not samples.count.any():
            return
        sent = self.sent(samples)
        choices = self.policy(sent, carried)
        rollout.put(rollout.value, samples, choices.value.cpu())
        if tick == rollout.ticks:
            return
        actions, log_prob = draw(choices, self.generator, rollout.layout, sent.matters())
        rollout.put(rollout.actions, samples, actions)
        rollout.put(rollout.log_prob, samples, log_prob)
        if choices.memory is not None:
            rollout.known[tick] = self.memory.known(observation)
            self.memory.keep(observation, choices.memory)

    def sent(self, samples: Samples, rollout: Rollout | None = None) -> Samples:
        """Samples where the policy is: as they are on the CPU, else a copy of just those rows on its device.

        Args:
            samples: of `rollout`.
            rollout: the segment that was played, unless another is given.
        """
        if self.device.type == "cpu":
            return samples
        return (rollout or self.rollout).compact(samples).to(self.device)
