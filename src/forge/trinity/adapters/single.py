"""One world as a PettingZoo ParallelEnv: what environments with an agent a life and an agent a slot share."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from forge.blade import Config, ConfigError, World
from forge.support.extras import needs
from forge.support.numeric import integer
from forge.trinity.adapters.encoding import Encoder, form_of
from forge.trinity.adapters.orders import place_orders
from forge.trinity.adapters.seeds import SeedSeries
from forge.trinity.adapters.turn import Turn, play

with needs("pettingzoo", "pettingzoo", "gymnasium"):
    from gymnasium import spaces
    from pettingzoo import ParallelEnv

    from forge.trinity.adapters.spaces import action_space, observation_space


class Info(dict[str, Any]):
    """What is told of an agent beside what it observes.

    The mask of its actions is found under `action_mask`, but is listed among the items only where `listed` says so.
    Libraries that make a tensor of every item (TorchRL) want an array of one shape, and a mask in one place only.
    """

    def __init__(self, mask: Any, listed: bool, items: Mapping[str, Any]) -> None:
        super().__init__({"action_mask": mask, **items} if listed else items)
        self.mask = mask

    def __missing__(self, name: str) -> Any:
        if name == "action_mask":
            return self.mask
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return name == "action_mask" or super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The item of this name, or the mask, or `default`."""
        return self[name] if name == "action_mask" else super().get(name, default)

    def copy(self) -> Info:
        """The same, mask included."""
        return copy.copy(self)


Told = tuple[dict[str, Any], dict[str, Info]]
Results = tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, Info]]


class SingleWorld(ParallelEnv, ABC):
    """A world with its seeds, spaces and pictures; a subclass says who its agents are.

    Args:
        config: of the world.
        seed: of the first reset. The world after `reset(seed=s)` is that of `World(config, seed=s)`; further resets
            without a seed give other worlds, of a series that s names. None draws the first one.
        flat: actions are one number each (the flat index of the ActionTree) in place of a row of numbers.
        normalised: features are float32, normalised as v1.0 did, in place of the engine's integers.
        box: observations are one float32 vector (a Box) in place of a Dict of arrays.
        max_ticks: the episode is truncated after this many ticks; None means never.
        maps: the map, as `World` takes it: a sequence of one index or array.
        draw: makes a picture, uint8 [height, width, 3], of a World; with it, `render_mode` is "rgb_array".

    Raises:
        ConfigError: if an argument is not what it must be; the message names it.
    """

    #: Whether observations say if an agent is there at all.
    tells_alive = False
    metadata: dict[str, Any] = {"name": "neural_mmo_v2", "render_modes": ["rgb_array"], "is_parallelizable": True}  # noqa: RUF012

    def __init__(
        self,
        config: Config,
        *,
        seed: int | None = 0,
        flat: bool = False,
        normalised: bool = False,
        box: bool = False,
        max_ticks: int | None = None,
        maps: Sequence[Any] | np.ndarray | None = None,
        draw: Callable[[World], np.ndarray] | None = None,
    ) -> None:
        self.max_ticks = None if max_ticks is None else integer("max_ticks", max_ticks, 1, what=", or None")
        if draw is not None and not callable(draw):
            raise ConfigError(f"draw = {draw!r} must be a function that makes a picture of a World, or None")
        self._seeds = SeedSeries(seed)
        self.world = World(config, seed=seed, threads=1, maps=maps)
        self.config = self.world.config
        self.agents: list[str] = []
        self.render_mode = None if draw is None else "rgb_array"
        self._draw = draw
        self._encoder = Encoder(self.config, form_of(self.tells_alive, flat=flat, normalised=normalised, box=box))
        self.tree = self._encoder.tree
        self._observation_space = observation_space(self.config, self._encoder.form)
        self._action_space = action_space(self.config, self._encoder.form.flat)
        self.state_space = _state_space(self.config)
        self._nothing = self._look(np.zeros(1, np.int64))[0]  # nobody is there before the first reset

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> Told:
        """Starts a world. `options` are ignored.

        Returns:
            observations, infos: of its agents.
        """
        self.world.reset(self._seeds.next(seed))
        return self._begin()

    def step(self, actions: Mapping[str, Any]) -> Results:
        """Plays one tick.

        Args:
            actions: of living agents, each a row of numbers, or with `flat` one number. Agents left out are idle.

        Returns:
            observations, rewards, terminations, truncations, infos.

        Raises:
            ActionError: a ValueError, if an agent is not alive here or its action is outside its space. The world is
                then as it was.
            RuntimeError: if the episode has not begun or is over.
        """
        if not self.agents:
            raise RuntimeError("the episode has not begun, or is over: call reset")
        rows = np.tile(np.array(self.tree.idle), (self.config.spawn.cap, 1))
        place_orders(self.tree, actions, self._slots(), rows, self._encoder.form.flat)
        turn = play(self.world, rows[None])
        over = self.max_ticks is not None and int(self.world.state.tick[0]) >= self.max_ticks
        results = self._report(turn, over)
        if over:
            self.agents = []
        return results

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent observes: one space for all."""
        self._check(agent)
        return self._observation_space

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """What an agent may do: one space for all."""
        self._check(agent)
        return self._action_space

    def state(self) -> np.ndarray:
        """The whole map, int32 [2, side, side]: the material of every tile, and how many agents are on it."""
        return np.stack([self.world.materials()[0].astype(np.int32), self.world.occupancy()[0]])

    def render(self) -> np.ndarray | None:
        """A picture of the world, as `draw` makes it; None without."""
        return None if self._draw is None else self._draw(self.world)

    def _look(self, slots: np.ndarray) -> list[tuple[Any, Any]]:
        """For each of some slots what it observes, and its mask as `action_space(agent).sample` takes it."""
        at = (np.zeros_like(slots), slots)
        made = self._encoder.encode(self.world.observe(), *at)
        seen: Any = self._encoder.shown(made)
        if not self._encoder.form.box:
            seen = [dict(zip(made, row, strict=True)) for row in zip(*made.values(), strict=True)]
        if self._encoder.form.flat:
            return list(zip(seen, made["action_mask"], strict=True))
        columns = [mask.view(np.int8) for mask in self.tree.masks(self.world.observe(), at)]
        return list(zip(seen, zip(*columns, strict=True), strict=True))

    def _info(self, mask: Any, **items: Any) -> Info:
        """The mask is listed where it is an array that observations do not hold under its name."""
        return Info(mask, self._encoder.form.flat and self._encoder.form.box, items)

    @abstractmethod
    def _begin(self) -> Told:
        """Names the agents of a world that has just been started."""

    @abstractmethod
    def _slots(self) -> dict[str, int]:
        """The slot of every agent that may act."""

    @abstractmethod
    def _report(self, turn: Turn, over: bool) -> Results:
        """What a tick has brought to every agent."""

    @abstractmethod
    def _check(self, agent: str) -> None:
        """Raises ValueError if an agent by that name can never be."""


def _state_space(config: Config) -> spaces.Box:
    side = config.terrain.side
    most = np.array([len(config.schema.materials) - 1, config.spawn.cap], np.int32)[:, None, None]
    return spaces.Box(np.zeros((2, side, side), np.int32), np.broadcast_to(most, (2, side, side)), dtype=np.int32)
