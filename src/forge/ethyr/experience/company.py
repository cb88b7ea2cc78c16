"""Company: players that share the worlds of a run with the populations that learn, act, and learn nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch

from forge.blade.config.config import Config
from forge.blade.state.observation import Observation, read_only
from forge.ethyr.networks.network import Network


class Companion(Protocol):
    """One player. Letters as in `forge.blade.state.state`; P populations of the world.

    Attributes:
        name: unique in its company.
        seats: int64 [P], for each population of the world the player's own that plays it, or −1 where another plays.
    """

    name: str
    seats: np.ndarray

    @property
    def network(self) -> Network | None:
        """What it judges by, if that is all there is to it; None if it is more, or no network."""
        ...

    def act(self, observation: Observation, actions: np.ndarray) -> None:
        """Writes the actions of its agents, uint8 [W, N, columns]; rows of others stay as they are."""
        ...

    def script(self) -> Any:
        """How compiled code decides as it does, a `forge.agents.base.Script`; None if it cannot."""
        ...

    def passed(self, ticks: int) -> None:
        """Counts ticks in which compiled code has decided for it."""
        ...

    def state(self) -> dict[str, torch.Tensor]:
        """All that it carries from tick to tick, and what names its weights: tensors on the CPU."""
        ...

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from a `state` of the same player.

        Raises:
            ConfigError: if it is of another.
        """
        ...


class Invited(Protocol):
    """Players to be seated in worlds here or in another process: `forge.experiments.training.guests.Guests`.

    Attributes:
        world: the configuration of the worlds, in which their populations follow those that learn.
        learners: how many populations learn.
    """

    world: Config
    learners: int

    def company(self, world: Config, worlds: int, seed: int) -> Company:
        """Seats them in a batch of worlds of a configuration; their choices follow from the seed."""
        ...

    def metrics(self, deaths: np.ndarray, lifetime: np.ndarray, members: np.ndarray) -> dict[str, float | None]:
        """What a line of metrics tells of each, from what is in `Lapse`, of all populations of the worlds."""
        ...


class Company:
    """All players besides the learners, whose populations come first in a world.

    Args:
        populations: of a world.
        companions: who play them, but for those that learn.

    Attributes:
        companions: as given.
        seats: int64 [P], for each population of the world the learner that plays it, or −1 where a companion does.
        kin: uint8 [P], for each population the first one that is played by the same population of the same player.
            They take each other for their own kind.
    """

    def __init__(self, populations: int, companions: Sequence[Companion]) -> None:
        self.companions = tuple(companions)
        learns = np.ones(populations, np.bool_)
        self.kin = np.arange(populations, dtype=np.uint8)
        for one in self.companions:
            learns &= one.seats < 0
            for own in range(int(one.seats.max()) + 1):
                played = np.flatnonzero(one.seats == own)
                self.kin[played] = played[:1]
        self.seats = np.where(learns, np.arange(populations), -1)

    @property
    def learners(self) -> int:
        """How many populations learn."""
        return int(self.seats.max()) + 1

    def act(self, observation: Observation, actions: np.ndarray) -> None:
        """Writes the actions of all companions' agents, uint8 [W, N, columns]; those of learners stay as they are."""
        agents = observation.agents.copy()
        agents["population"] = self.kin[agents["population"]]
        seen = observation._replace(agents=read_only(agents))
        for one in self.companions:
            one.act(seen, actions)

    def passed(self, ticks: int) -> None:
        """Counts ticks in which compiled code has decided for all of them."""
        for one in self.companions:
            one.passed(ticks)

    def state(self) -> dict[str, torch.Tensor]:
        """What all of them carry from tick to tick, by their names."""
        return {f"among.{one.name}.{key}": tensor for one in self.companions for key, tensor in one.state().items()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from what `state` returned, which may stand among other tensors.

        Raises:
            ConfigError: if it is of other players.
        """
        for one in self.companions:
            prefix = f"among.{one.name}."
            one.load_state({n.removeprefix(prefix): x for n, x in state.items() if n.startswith(prefix)})
