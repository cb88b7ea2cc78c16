"""Actor: a trained policy that acts, with the one method every agent of this package has."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np
import torch

from forge.blade.config.config import Config
from forge.blade.state.observation import Observation
from forge.ethyr.experience.memory import Memory
from forge.ethyr.experience.rollout import Rollout
from forge.ethyr.networks.encoder import hold
from forge.ethyr.networks.heads import draw
from forge.ethyr.networks.network import Network
from forge.support.checks import ConfigError
from forge.support.numeric import seed_of


class Actor:
    """Draws the actions of all populations from a policy as it is now: what it learns later does not reach the actor.

    With a memory, `act` is to be called once a tick; whoever is new to the worlds it looks at begins with none.

    Args:
        policy: whose choices it draws.
        config: of the worlds it plays in: the shape it was trained for.
        seed: of its stream of draws; None draws one, which the attribute `seed` then holds.
        reward_scale: what rewards were multiplied by while the policy learned, which its values are in.
    """

    def __init__(self, policy: Network, config: Config, seed: int | None = 0, reward_scale: float = 1.0) -> None:
        self.policy, self.config = copy.deepcopy(policy).requires_grad_(False), config
        hold(self.policy)
        self.reward_scale = reward_scale
        self.seed = seed_of(seed)
        self.generator = torch.Generator().manual_seed(self.seed)
        self.device = next(policy.parameters()).device
        self._rollout: Rollout | None = None
        self._memory: Memory | None = None

    @torch.no_grad()
    def act(self, observation: Observation) -> np.ndarray:
        """Actions uint8 [W, N, choices that exist] for everyone alive; rows of empty slots are 0."""
        rollout, memory = self._buffers(observation)
        rollout.clear()
        samples = rollout.gather(observation, 0)
        actions = np.zeros((*observation.seen_count.shape, len(rollout.layout.there)), np.uint8)
        if samples.count.any():
            sent = samples if self.device.type == "cpu" else rollout.compact(samples).to(self.device)
            choices = self.policy(sent, memory.recall(observation) if memory.width else None)
            rollout.put(rollout.actions, samples, draw(choices, self.generator, rollout.layout)[0])
            rollout.scatter(0, actions)
            if choices.memory is not None:
                memory.keep(observation, choices.memory)
        return actions

    @property
    def memory(self) -> Memory | None:
        """What the agents it played last remember; None before it has played."""
        return self._memory

    def prepare(self, worlds: int) -> None:
        """Makes room to play in so many worlds, in which nobody remembers anything yet."""
        self._rollout = Rollout(self.config, worlds, 0)
        self._memory = Memory(self.config, worlds, self.policy.memory, self.device)

    def state(self) -> dict[str, torch.Tensor]:
        """What it carries from tick to tick: its stream of draws, and what its agents remember. Tensors on the CPU."""
        return {"draws": self.generator.get_state(), **(self._memory.state() if self._memory else {})}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from a `state` of the same policy, in as many worlds as it is prepared for."""
        self.generator.set_state(state["draws"])
        if self._memory is not None:
            self._memory.load_state(state)

    def succeed(self, other: Actor) -> None:
        """Goes on with what the agents of another actor remember, one whose policy is the same but for its weights."""
        self._rollout, self._memory = other._rollout, other._memory

    def forget(self) -> None:
        """Empties the memories of all agents."""
        self._memory = None

    def _buffers(self, observation: Observation) -> tuple[Rollout, Memory]:
        worlds, slots = observation.seen_count.shape
        if slots != self.config.spawn.cap:
            raise ConfigError(f"this policy was trained for {self.config.spawn.cap} slots a world, not {slots}")
        if self._rollout is None or self._rollout.worlds != worlds:
            self.prepare(worlds)
        assert self._rollout is not None
        if self._memory is None:
            self._memory = Memory(self.config, worlds, self.policy.memory, self.device)
        return self._rollout, self._memory
