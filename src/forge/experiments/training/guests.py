"""The players that share a run's worlds with the populations that learn: loaded once, seated in batches of worlds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from forge.agents import KINDS
from forge.agents.base import Script, Scripted
from forge.blade import Config, ConfigError, Observation
from forge.ethyr.experience.company import Companion, Company
from forge.ethyr.insight.actor import Actor
from forge.ethyr.learning.learner import check_state
from forge.ethyr.learning.metric import ratio
from forge.ethyr.networks.network import Network
from forge.ethyr.saving import checkpoint
from forge.experiments.configuration.among import Guest, shares
from forge.experiments.evaluation.entrants import seated
from forge.experiments.evaluation.mixing import View, dealt, seeds_of
from forge.experiments.runs.loading import load
from forge.experiments.runs.settings import Training
from forge.support.paths import path_of
from forge.support.plugins import load as load_class


class Guests:
    """The players of a run's `among`, to be seated in worlds here or in another process.

    Args:
        training: the configuration of the run.

    Raises:
        Untrusted: if a run's file names code that nobody trusts.
        ConfigError: if one of them is not there, or is damaged.
    """

    def __init__(self, training: Training) -> None:
        self.guests, self.world, self.learners = training.run.guests, training.shared_world, training.world.populations
        self._players = [_loaded(guest) for guest in self.guests]

    def company(self, world: Config, worlds: int, seed: int) -> Company:
        """Seats them in a batch of worlds.

        Args:
            world: their configuration: as in the attribute, but for numbers that have changed since.
            worlds: how many.
            seed: of their choices; each draws from a stream of its own.

        Raises:
            ConfigError: if one of them cannot play there.
        """
        populations = [player.config.populations if isinstance(player, _Trained) else 1 for player in self._players]
        seats = dealt([self.learners, *populations], [self.learners, *shares(self.guests, self.learners)])
        companions: list[Companion] = []
        for k, (guest, player, own) in enumerate(
            zip(self.guests, self._players, seeds_of(seed, len(self.guests)), strict=True), 1
        ):
            played = np.array([seat.population if seat.player == k else -1 for seat in seats])
            kind = Frozen if isinstance(player, _Trained) else ByScript
            try:
                companions.append(kind(guest.name, player, world, played, worlds, own))
            except ConfigError as error:
                raise _told(guest, error) from error
        return Company(world.populations, companions)

    def names(self) -> list[str]:
        """Who plays each population of a world."""
        counts = zip(self.guests, shares(self.guests, self.learners), strict=True)
        return ["learners"] * self.learners + [guest.name for guest, count in counts for _ in range(count)]

    def view(self) -> View:
        """The worlds as those that learn are shown them, who know nothing of the populations of others."""
        others = self.world.populations - self.learners
        return View(self.world, self.learners, [*range(self.learners), *[None] * others])

    def metrics(self, deaths: np.ndarray, lifetime: np.ndarray, members: np.ndarray) -> dict[str, float | None]:
        """What a line of metrics tells of each of them, as `forge.ethyr.learning.metrics.METRICS` says.

        Args:
            deaths, lifetime, members: as in `Lapse`, of all populations of the worlds.
        """
        line: dict[str, float | None] = {}
        first = self.learners
        for guest, count in zip(self.guests, shares(self.guests, self.learners), strict=True):
            theirs = slice(first, first + count)
            line |= {
                f"lifetime_{guest.name}": ratio(lifetime[theirs].sum(), deaths[theirs].sum()),
                f"living_{guest.name}": round(float(members[theirs].sum()), 2),
            }
            first += count
        return line


class Together(NamedTuple):
    """Those that learn, as they are now, and who shares their worlds: a player of all populations."""

    actor: Actor  # seated in the view
    view: View  # `Guests.view`
    company: Company

    def act(self, observation: Observation) -> np.ndarray:
        """Actions of one tick: uint8 [W, N, columns], see `World.step`; rows of empty slots are 0."""
        chosen = self.actor.act(self.view.look(observation))
        actions = np.zeros((*observation.seen_count.shape, chosen.shape[-1]), np.uint8)
        self.view.give(chosen, actions)
        self.company.act(observation, actions)
        return actions


class _Trained(NamedTuple):
    """What is known of a run that plays along."""

    path: Path
    policy: Network
    config: Config  # of the worlds of its training
    reward_scale: float


def _loaded(guest: Guest) -> Any:
    """The class of a scripted guest; or what is known of a trained one."""
    try:
        if guest.word in KINDS:
            return KINDS[guest.word]
        if guest.module:
            kind = load_class("run.among", guest.word)
            if not (isinstance(kind, type) and issubclass(kind, Scripted)):
                raise ConfigError("it is no subclass of forge.agents.Scripted")
            return kind
        path = path_of(guest.word)
        if not path.is_dir():
            scripted = f"a scripted agent ({', '.join(KINDS)})"
            raise ConfigError(f"it is neither {scripted}, module:Class, nor the folder of a run or a checkpoint")
        actor = load(path)
        return _Trained(path, actor.policy, actor.config, actor.reward_scale)
    except ConfigError as error:
        raise _told(guest, error) from error


def _told(guest: Guest, error: ConfigError) -> ConfigError:
    return type(error)(f"run.among: {guest.word}: {error}")


class ByScript:
    """A scripted agent in a company; see `Companion`."""

    network = None

    def __init__(
        self, name: str, kind: type[Scripted], world: Config, seats: np.ndarray, worlds: int, seed: int
    ) -> None:
        self.name, self.seats, self._player = name, seats, kind(world, seed)
        played = np.flatnonzero(seats >= 0)
        self._slots = range(int(played[0]) * world.quota, (int(played[-1]) + 1) * world.quota)
        if type(self._player).restore is Scripted.restore:  # as it will be once it has acted
            self._player.restore({"calls": 0, "headings": np.zeros((worlds, world.spawn.cap), np.uint8)})

    def act(self, observation: Observation, actions: np.ndarray) -> None:
        """See `Companion`."""
        self._player.act(observation, actions, self._slots)

    def script(self) -> Script | None:
        """See `Companion`."""
        return self._player.script()

    def passed(self, ticks: int) -> None:
        """See `Companion`."""
        self._player.passed(ticks)

    def state(self) -> dict[str, torch.Tensor]:
        """See `Companion`."""
        return {name: torch.from_numpy(np.array(value)) for name, value in self._player.state().items()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """See `Companion`."""
        try:
            self._player.restore({name: tensor.numpy() for name, tensor in state.items()})
        except ValueError as error:
            raise ConfigError(f"the saved state of {self.name} is none: {error}") from error


class Frozen:
    """A trained policy in a company; see `Companion`."""

    def __init__(self, name: str, trained: _Trained, world: Config, seats: np.ndarray, worlds: int, seed: int) -> None:
        self.name, self.seats = name, seats
        self._view = View(world, trained.config.populations, [None if seat < 0 else int(seat) for seat in seats])
        own = Actor(trained.policy, trained.config, seed, trained.reward_scale)
        self._actor = seated(own, trained.path, self._view.config)
        self._actor.prepare(worlds)
        self.network = (
            self._actor.policy if type(self._actor) is Actor and _of_like_systems(own.config, world) else None
        )
        weights = checkpoint.pack_tensors(self._actor.policy.state_dict())
        self._weights = np.frombuffer(hashlib.blake2b(weights, digest_size=16).digest(), np.uint8)

    def act(self, observation: Observation, actions: np.ndarray) -> None:
        """See `Companion`."""
        self._view.give(self._actor.act(self._view.look(observation)), actions)

    def script(self) -> None:
        """It has none."""

    def passed(self, ticks: int) -> None:
        """Nothing: what compiled code draws for it follows from the ticks of the worlds."""

    def state(self) -> dict[str, torch.Tensor]:
        """See `Companion`."""
        return {"weights": torch.from_numpy(self._weights.copy()), **self._actor.state()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """See `Companion`."""
        check_state(state, self.state())
        if not np.array_equal(state["weights"].numpy(), self._weights):
            raise ConfigError(
                f"{self.name}, which shares the worlds, has other weights than when the checkpoint was written"
            )
        self._actor.load_state(state)


def _of_like_systems(own: Config, world: Config) -> bool:
    """Whether the systems from outside of two configurations have the same numbers, which inputs are normalised by."""
    outside = (name for name in own.sections() if name not in Config.sections())
    return all(getattr(own, name) == getattr(world, name, None) for name in outside)
