"""A scene: worlds in full life and what their agents do next, recorded, so that it can be played and timed again."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forge.agents import scripted
from forge.blade import Config, Observation, Recording, World

_LEAD = 4  # ticks played before the clock starts: they touch the memory of the worlds for the first time


@dataclass(frozen=True)
class Scene:
    """What is played.

    Attributes:
        config: of all its worlds; each has its own map.
        rules: the configuration in a word or two, for the tables.
        play: who decides, a name of `forge.agents.scripted`.
        worlds: number of worlds.
        settle: ticks played beforehand, until as many agents are born as die.
        ticks: that are timed.
        record: which logs the worlds keep.
    """

    config: Config
    rules: str
    play: str = "forager"
    worlds: int = 64
    settle: int = 400
    ticks: int = 128
    record: Recording = field(default_factory=Recording)

    def brief(self, settle: int, ticks: int) -> Scene:
        """The same with less play, to try the benchmark itself."""
        return dataclasses.replace(self, worlds=min(self.worlds, 4), settle=min(self.settle, settle), ticks=ticks)


class Played:
    """A scene as it went: the worlds at its start and all actions, so that every repeat does the same work.

    Attributes:
        scene: that was played.
        steps: agent steps that are timed.
        alive: mean number of agents alive in a world.
        in_view: mean number of agents an agent has listed in view, itself included.
    """

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        world = World(scene.config, scene.worlds, seed, record=scene.record)
        agent = scripted(scene.play, scene.config, seed)
        world.reset()
        for _ in _perform(world, agent, scene.settle):
            pass
        self._start = world.snapshot()
        self._lead = [actions for _, actions in _perform(world, agent, _LEAD)]
        begun, listed, self._timed = _agent_steps(world), 0, []
        for seen, actions in _perform(world, agent, scene.ticks):
            listed += int(seen.seen_count.sum())
            self._timed.append(actions)
        self._end = _agent_steps(world)
        self.steps = self._end - begun
        self.alive = self.steps / (scene.worlds * scene.ticks)
        self.in_view = listed / self.steps

    def time(self, threads: int) -> np.ndarray:
        """Plays the scene once more by `World.step` alone; returns the nanoseconds of each tick, float64 [ticks].

        Raises:
            RuntimeError: if the worlds went another way than they did before.
        """
        world = World.restore(self._start, threads)
        for actions in self._lead:
            world.step(actions)
        clock = np.empty(len(self._timed) + 1)
        clock[0] = time.perf_counter_ns()
        for tick, actions in enumerate(self._timed, start=1):
            world.step(actions)
            clock[tick] = time.perf_counter_ns()
        if _agent_steps(world) != self._end:
            raise RuntimeError(f"scene {self.scene.rules!r} did not repeat on {threads} threads")
        return np.diff(clock)

    def facts(self) -> dict[str, Any]:
        """What was played, for the tables."""
        scene = self.scene
        return {
            "rules": scene.rules,
            "play": scene.play,
            "worlds": scene.worlds,
            "slots": scene.config.spawn.cap,
            "side": scene.config.terrain.side,
            "alive": self.alive,
            "in_view": self.in_view,
        }


def _perform(world: World, agent: Any, ticks: int) -> Iterator[tuple[Observation, np.ndarray]]:
    """Plays, and tells before each tick what is seen and what will be done."""
    for _ in range(ticks):
        seen = world.observe()
        actions = agent.act(seen)
        yield seen, actions
        world.step(actions)


def _agent_steps(world: World) -> int:
    return int(world.state.tally["ticks"].sum())
