"""What agents remember from tick to tick: a row of numbers for each slot, zero for whoever is new in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from forge.blade.config.config import Config
from forge.blade.state.observation import Observation
from forge.ethyr.networks.network import take

#: The owner of a memory that is nobody's.
NOBODY = -1
#: What a learner's state calls the numbers of all agents, whose they are, and how old these were.
NUMBERS, OWNER, AGE = "memory.numbers", "memory.owner", "memory.age"


class Memory:
    """The memories of all agents of a batch of worlds.

    A memory belongs to a life: a newborn's is zero, whoever had its slot before, and in the same tick too. Letters: W
    worlds, N slots of which q for each of the P populations, D numbers, m samples of one population at most.

    Args:
        config: of the worlds.
        worlds: W.
        width: D; with 0 there is nothing to remember.
        device: where the numbers are kept.
        populations: P, the first of a world that remember; None means all.
    """

    def __init__(
        self,
        config: Config,
        worlds: int,
        width: int,
        device: torch.device | str = "cpu",
        populations: int | None = None,
    ) -> None:
        self.populations, self.width = populations or config.populations, width
        self._shape = worlds, self.populations, config.quota
        # the last place of each population takes what is written for nobody
        self.numbers = torch.zeros(self.populations, worlds * config.quota + 1, width, device=device)
        self.owner = np.full((worlds, config.spawn.cap), NOBODY, np.int64)
        self.age = np.zeros((worlds, config.spawn.cap), np.int64)

    def known(self, observation: Observation) -> np.ndarray:
        """Bool [W, N]: whether the agent of a slot is the one whose memory is there."""
        agents = observation.agents[:, : self.owner.shape[1]]
        same = (agents["id"] == self.owner) & (agents["age"] >= self.age) & (agents["age"] > 0)
        return same & observation.alive

    def by_population(self, slots: np.ndarray) -> np.ndarray:
        """[W, N] as [P, W · q]: worlds one after another, in the order of samples."""
        remembering = slots[:, : self.populations * self._shape[2]]
        return remembering.reshape(self._shape).swapaxes(0, 1).reshape(self.populations, -1)

    def places(self, alive: np.ndarray) -> Tensor:
        """Where the samples of one tick have their memories, int64 [P, m]; rows without a sample have the last place.

        Args:
            alive: bool [W, N].
        """
        living = self.by_population(alive)
        counts = living.sum(axis=1)
        places = np.full((self.populations, counts.max()), living.shape[1])
        for p, count in enumerate(counts):
            places[p, :count] = np.flatnonzero(living[p])
        return torch.from_numpy(places).to(self.numbers.device)

    def recall(self, observation: Observation) -> Tensor:
        """What the samples of a tick carry into it: float32 [P, m, D]."""
        kept = np.zeros((*self.numbers.shape[:2], 1), np.float32)
        kept[:, :-1, 0] = self.by_population(self.known(observation))
        places = self.places(observation.alive)
        return take(self.numbers, places) * take(torch.from_numpy(kept).to(places.device), places)

    def keep(self, observation: Observation, carried: Tensor) -> None:
        """Takes what the samples of a tick carry on, float32 [P, m, D]."""
        places = self.places(observation.alive)
        self.numbers.scatter_(1, places.unsqueeze(-1).expand(-1, -1, self.width), carried.detach())
        agents = observation.agents[:, : self.owner.shape[1]]  # what else is in view remembers nothing
        self.owner[:] = np.where(observation.alive, agents["id"], NOBODY)
        self.age[:] = agents["age"]

    def state(self) -> dict[str, Tensor]:
        """Everything, as named tensors on the CPU that share no memory with it; nothing if there is no memory."""
        if not self.width:
            return {}
        whose = {OWNER: torch.from_numpy(self.owner.copy()), AGE: torch.from_numpy(self.age.copy())}
        return {NUMBERS: self.numbers[:, :-1].to("cpu", copy=True), **whose}

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Goes back to a `state` of worlds and networks of the same shape."""
        if self.width:
            self.numbers[:, :-1] = state[NUMBERS].to(self.numbers.device)
            self.owner[:], self.age[:] = state[OWNER].numpy(), state[AGE].numpy()
