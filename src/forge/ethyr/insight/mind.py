"""What goes on in the minds of agents that play: insight into an actor, with what its agents remember."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import numpy as np
import torch

from forge.blade.recording.scene import Scene
from forge.ethyr.insight.actor import Actor
from forge.ethyr.insight.insight import Insight, fed

_ID = 0xFFFFFFFF  # ids as frames hold them


class Thought(NamedTuple):
    """What a policy makes of the situation of one agent."""

    value: float  # expected return (ticks, discounted)
    move: np.ndarray  # float32 [5]: probabilities
    style: np.ndarray  # float32 [styles]: probabilities
    attacks: np.ndarray  # float32 [3, D, D]: see `Insight.attacks`
    more: Mapping[str, np.ndarray]  # float32 [options] by the names of choices from outside: probabilities


class Remembered(NamedTuple):
    """What the agents of one world carry over to their next tick."""

    owner: np.ndarray  # int64 [N]: id of the agent of each slot
    numbers: torch.Tensor  # float32 [N, D]


class Perspective(Protocol):
    """How a player takes a world of which it plays only some of the populations."""

    @property
    def populations(self) -> np.ndarray:
        """For each population of the world, the player's own that plays it: integers [P]."""
        ...

    def scene(self, scene: Scene) -> Scene:
        """What a scene of the world is to the player: of its populations, slots and configuration."""
        ...


class Mind:
    """Asks the actor that plays a world, the first of its batch; a scene may be a copy that is some ticks old.

    Args:
        actor: returns who plays now.
        view: how it takes the world, if not as the world is.
    """

    def __init__(self, actor: Callable[[], Actor], view: Perspective | None = None) -> None:
        self._actor, self._view = actor, view

    def recall(self) -> Remembered | None:
        """What the agents of the first world carry over now, a copy; None without memory. Call it where they play."""
        memory = self._actor().memory
        if memory is None or not memory.width:
            return None
        quota = (memory.numbers.shape[1] - 1) // len(memory.owner)
        numbers = memory.numbers[:, :quota].detach().cpu()  # those of the first world come first
        return Remembered(memory.owner[0].copy(), numbers.reshape(-1, memory.width).clone())

    def think(self, scene: Scene, place: int, memory: Remembered | None = None) -> Thought:
        """What the agent at a place in `scene.agents` thinks; `memory` is from `recall`."""
        scene = self._seen(scene)
        me, rest, carried, told = scene.agents[place], scene.without(place), *_brought(scene, place, memory)
        insight = self._insight()
        found = insight.judge(rest, me, None, carried, told)
        attacks = insight.attacks(rest, me, None, carried, told)
        more = {name: odds[0] for name, odds in found.more.items()}
        return Thought(float(found.value[0]), found.move[0], found.style[0], attacks, more)

    def values(self, scene: Scene, population: int, food: float = 1.0, water: float = 1.0) -> np.ndarray:
        """The value of each tile of a scene to a population, float32 [side, side]: see `Insight.values`."""
        own = population if self._view is None else int(self._view.populations[population])
        return self._insight().values(self._seen(scene), own, food, water)

    def dependency(
        self,
        scene: Scene,
        place: int,
        food: float | None = None,
        water: float | None = None,
        memory: Remembered | None = None,
    ) -> np.ndarray:
        """`Insight.dependence` of the agent at a place in `scene.agents`: float32 [R, R].

        Args:
            scene: as it is.
            place: of the agent.
            food, water: its vitals as shares of their maxima; None leaves them as they are.
            memory: from `recall`.
        """
        scene = self._seen(scene)
        me = fed(scene.agents[place], scene.config, food, water)
        return self._insight().dependence(scene.without(place), me, None, *_brought(scene, place, memory))

    def _seen(self, scene: Scene) -> Scene:
        return scene if self._view is None else self._view.scene(scene)

    def _insight(self) -> Insight:
        actor = self._actor()
        return Insight(actor.policy, actor.reward_scale)


def _brought(
    scene: Scene, place: int, memory: Remembered | None
) -> tuple[torch.Tensor | None, Mapping[str, np.ndarray] | None]:
    """What the agent at a place in a scene remembers, and what it is told alone."""
    return _carried(scene, place, memory), scene.told_to(place)


def _carried(scene: Scene, place: int, memory: Remembered | None) -> torch.Tensor | None:
    """What the agent at a place in a scene remembers: nothing if what is remembered in its slot is another's."""
    slot, agent = int(scene.slots[place]), scene.agents[place]
    if memory is None or memory.owner[slot] < 0 or (memory.owner[slot] ^ agent["id"]) & _ID:
        return None
    return memory.numbers[slot]
