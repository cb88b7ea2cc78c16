"""What goes on in the minds of agents that play: insight into an actor, with what its agents remember."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch

from forge.blade.scene import Scene
from forge.ethyr.actor import Actor
from forge.ethyr.insight import Insight, fed

_ID = 0xFFFFFFFF  # ids as frames hold them


class Thought(NamedTuple):
    """What a policy makes of the situation of one agent."""

    value: float  # expected return (ticks, discounted)
    move: np.ndarray  # float32 [5]: probabilities
    style: np.ndarray  # float32 [styles]: probabilities
    attacks: np.ndarray  # float32 [3, D, D]: see `Insight.attacks`


class Remembered(NamedTuple):
    """What the agents of one world carry over to their next tick."""

    owner: np.ndarray  # int64 [N]: id of the agent of each slot
    numbers: torch.Tensor  # float32 [N, D]


class Mind:
    """Asks the actor that plays a world, the first of its batch; a scene may be a copy that is some ticks old.

    Args:
        actor: returns who plays now.
    """

    def __init__(self, actor: Callable[[], Actor]) -> None:
        self._actor = actor

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
        me, rest, carried = scene.agents[place], scene.without(place), _carried(scene, place, memory)
        insight = self._insight()
        value, move, style = (part[0] for part in insight.judge(rest, me, None, carried))
        return Thought(float(value), move, style, insight.attacks(rest, me, None, carried))

    def values(self, scene: Scene, population: int, food: float = 1.0, water: float = 1.0) -> np.ndarray:
        """See `Insight.values`."""
        return self._insight().values(scene, population, food, water)

    def dependency(
        self,
        scene: Scene,
        place: int,
        food: float | None = None,
        water: float | None = None,
        memory: Remembered | None = None,
    ) -> np.ndarray:
        """`Insight.dependence` of the agent at a place in `scene.agents`.

        Args:
            scene: as it is.
            place: of the agent.
            food, water: its vitals as shares of their maxima; None leaves them as they are.
            memory: from `recall`.
        """
        me, carried = fed(scene.agents[place], scene.config, food, water), _carried(scene, place, memory)
        return self._insight().dependence(scene.without(place), me, None, carried)

    def _insight(self) -> Insight:
        actor = self._actor()
        return Insight(actor.policy, actor.reward_scale)


def _carried(scene: Scene, place: int, memory: Remembered | None) -> torch.Tensor | None:
    """What the agent at a place in a scene remembers: nothing if what is remembered in its slot is another's."""
    slot, agent = int(scene.slots[place]), scene.agents[place]
    if memory is None or memory.owner[slot] < 0 or (memory.owner[slot] ^ agent["id"]) & _ID:
        return None
    return memory.numbers[slot]
