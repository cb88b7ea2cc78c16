"""Players of different origins in one world: each population of the world is played by one population of one player.

A player is made for worlds of a shape of its own: so many populations, each with so many slots. So each is shown the
world as one of that shape. Its own agents stand in the slots of its own populations; everybody else is in view as ever,
but in slots in which nobody lives, so the player decides for its own agents alone. Any policy can play with any other
this way, whatever the numbers of slots and populations they were trained with, and whatever network and memory it has.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from forge.blade import Config, ConfigError, Observation
from forge.blade.mechanics.events import NOBODY
from forge.blade.recording.scene import Scene
from forge.blade.state.observation import read_only, told_of_worlds
from forge.blade.world.actions import choices_of

if TYPE_CHECKING:  # it needs more than is installed with the viewer
    from forge.experiments.evaluation.evaluate import Policy

_STREAM = 0x53454154  # sets the players' seeds apart from every other use of the seed


class Entrant(NamedTuple):
    """Who can take part in a world."""

    name: str
    populations: int  # of its own, each with a policy of its own
    make: Callable[[Config, int], Policy]  # makes a player for worlds of a configuration, from a seed


class Seat(NamedTuple):
    """Who plays one population of a world."""

    player: int  # its place among the players
    population: int  # of its own


def dealt(populations: Sequence[int], shares: Sequence[int]) -> list[Seat]:
    """Who plays each population of a world: those of the first player come first.

    Args:
        populations: of each player, which take its share in turn.
        shares: populations of the world that each player has.
    """
    pairs = zip(populations, shares, strict=True)
    return [Seat(k, p % own) for k, (own, share) in enumerate(pairs) for p in range(share)]


def seeds_of(seed: int, players: int) -> list[int]:
    """From which each player of a world draws its choices."""
    return [int(own) for own in np.random.SeedSequence((seed, _STREAM)).generate_state(players, np.uint32)]


class Mixed:
    """Plays worlds in which each population is played by one population of one player.

    Args:
        config: of the worlds.
        entrants: who takes part.
        seats: who plays each population of the world. Several may be played by the same population of a player: their
            agents then take each other for their own kind.
        seed: of all choices; each player draws from a stream of its own.

    Raises:
        ConfigError: if there is not one seat for each population, or a seat names nobody, or a player cannot play here.

    Attributes:
        players: one for each entrant, made for what it is shown of the world.
        views: what each of them is shown.
    """

    def __init__(self, config: Config, entrants: Sequence[Entrant], seats: Sequence[Seat], seed: int = 0) -> None:
        _check(config, entrants, seats)
        self.config = config
        self.seats = tuple(seats)
        self.views = tuple(
            View(config, entrant.populations, [seat.population if seat.player == k else None for seat in seats])
            for k, entrant in enumerate(entrants)
        )
        seeds = seeds_of(seed, len(entrants))
        self.players = tuple(
            entrant.make(view.config, own) for entrant, view, own in zip(entrants, self.views, seeds, strict=True)
        )

    def act(self, observation: Observation) -> np.ndarray:
        """Actions of one tick: uint8 [W, N, columns], see `World.step`; rows of empty slots are 0."""
        actions = np.zeros((*observation.seen_count.shape, len(choices_of(self.config))), np.uint8)
        for player, view in zip(self.players, self.views, strict=True):
            view.give(player.act(view.look(observation)), actions)
        return actions


def _check(config: Config, entrants: Sequence[Entrant], seats: Sequence[Seat]) -> None:
    if len(seats) != config.populations:
        raise ConfigError(f"{len(seats)} seats given for {config.populations} populations; give one for each")
    for seat in seats:
        if not 0 <= seat.player < len(entrants):
            raise ConfigError(f"{seat} names none of the {len(entrants)} players")
        if not 0 <= seat.population < entrants[seat.player].populations:
            raise ConfigError(
                f"{seat}: {entrants[seat.player].name} has {entrants[seat.player].populations} populations"
            )


class View:
    """The world as a player sees it that plays only some of the populations.

    Letters: W worlds, N slots of agents of the world, V of the view; behind them are those of other bodies, as many in
    both.

    Args:
        world: configuration of the worlds.
        populations: of the player.
        played: for each population of the world, the population of the player that plays it; None where another does.

    Attributes:
        config: of the worlds that the player is shown: as the world's, but for slots and populations.
        populations: uint8, for each population of the world, the player's own that plays it, or NOBODY.
    """

    def __init__(self, world: Config, populations: int, played: Sequence[int | None]) -> None:
        slots = world.spawn.cap
        self.populations = np.array([NOBODY if p is None else p for p in played], np.uint8)
        owner = self.populations.repeat(world.quota)  # of each slot of the world
        most = max(int(np.count_nonzero(owner == p)) for p in range(populations))
        quota = max(most, -(-slots // populations))
        self.config = world.replace(
            **{"spawn.cap": populations * quota, "spawn.populations": populations, "spawn.random_cap": False}
        )
        place = np.full(slots, -1)
        for p in range(populations):
            own = np.flatnonzero(owner == p)
            place[own] = p * quota + np.arange(len(own))
        free = np.setdiff1d(np.arange(populations * quota), place)
        place[place < 0] = free[: np.count_nonzero(place < 0)]
        bodies = world.schema.bodies(world)
        place = np.concatenate([place, populations * quota + np.arange(bodies)])
        self._rows = {"agents": populations * quota + bodies}  # of the view, of arrays that do not have V
        self._place = place.astype(np.uint16)  # [N + bodies]: where each slot of the world is in the view
        self._owner = owner  # [N]: the population of the player that owns it, or NOBODY
        self._here = np.flatnonzero(owner != NOBODY)  # its own slots in the world ...
        self._there = place[self._here]  # ... and in the view
        self._memory: tuple[Observation, Observation] | None = None

    def look(self, observation: Observation) -> Observation:
        """What the player is shown of an observation of the world; valid until the next look."""
        shown, seen = self._buffers(observation)
        here, there = self._here, self._there
        everybody = observation.agents.copy()
        agents = everybody[:, : len(self._owner)]
        agents["population"] = np.where(agents["alive"], self._owner, 0)
        agents["alive"][:, self._owner == NOBODY] = 0
        shown.agents[:, self._place] = everybody
        shown.padded_window[:, there] = observation.padded_window[:, here]
        # entries beyond `seen_count` mean nothing, and need not be slots
        shown.seen[:, there] = self._place.take(observation.seen[:, here], mode="clip")
        shown.seen_count[:, there] = observation.seen_count[:, here]
        shown.moves[:, there] = observation.moves[:, here]
        shown.targets[:, there] = observation.targets[:, here]
        of_worlds = told_of_worlds(observation.schema)
        for name, told in observation.more.items():
            shown.more[name][...] = told if name in of_worlds else 0
            if name not in of_worlds:
                shown.more[name][:, there] = told[:, here]
        return seen

    def scene(self, scene: Scene) -> Scene:
        """What a scene of the world is to the player."""
        agents = scene.agents.copy()
        agents["population"] = self.populations[agents["population"]]
        return dataclasses.replace(
            scene, config=self.config, agents=agents, slots=self._place[scene.slots].astype(np.int64)
        )

    def give(self, chosen: np.ndarray, actions: np.ndarray) -> None:
        """Writes what the player chose in the view, [W, V, columns], into the actions of the world, [W, N, columns]."""
        actions[:, self._here] = chosen[:, self._there]

    def _buffers(self, observation: Observation) -> tuple[Observation, Observation]:
        """Arrays to write what is shown into, and read-only views of them."""
        worlds = len(observation.agents)
        if self._memory is None or len(self._memory[0].agents) != worlds:
            slots, listed = self.config.spawn.cap, observation.seen.shape[-1]
            arrays: dict[str, Any] = {
                name: np.zeros((worlds, self._rows.get(name, slots), *given.shape[2:]), given.dtype)
                for name, given in observation.arrays.items()
            }
            of_worlds = told_of_worlds(observation.schema)
            more = {
                name: np.zeros(told.shape if name in of_worlds else (worlds, slots, *told.shape[2:]), told.dtype)
                for name, told in observation.more.items()
            }
            # laid out as a world's own, with room behind the list: kernels need not be compiled for another layout
            arrays["seen"] = np.zeros((worlds, slots, listed + 8), np.uint16)
            views: dict[str, Any] = {name: read_only(array) for name, array in arrays.items()}
            for part in (arrays, views):
                part["seen"] = part["seen"][..., :listed]
            known: dict[str, Any] = {"styles": observation.styles, "schema": observation.schema}
            seen_more = {name: read_only(array) for name, array in more.items()}
            self._memory = Observation(**arrays, **known, more=more), Observation(**views, **known, more=seen_more)
        return self._memory
