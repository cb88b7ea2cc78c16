"""A scene: one world at one moment as plain arrays of its own, to ask questions about while the world goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from forge.blade.config.config import Config
from forge.blade.game.game import GAME
from forge.blade.mechanics.events import Recording
from forge.blade.mechanics.ids import Material
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_layout import put_declared
from forge.blade.state.observation import told as told_arrays
from forge.blade.state.observation import told_of_worlds
from forge.blade.world.world import World

#: Age of an agent of which nothing else is said [ticks]: the centre of v1.0's normalisation.
GROWN = 50


@dataclass(frozen=True, eq=False)
class Scene:
    """Who is where on what ground. Letters as in `forge.blade.state.state`, with A agents alive."""

    config: Config
    tick: int  # ticks that the world has finished
    materials: np.ndarray  # uint8 [S, S]
    agents: np.ndarray  # AGENT, or the record of the schema, [A]: everyone alive, by slot
    slots: np.ndarray  # int64 [A]: their slots
    #: What systems from outside tell agents, by the names of the arrays: of the world [...], of the agents [A, ...].
    #: None where it is not known.
    told: Mapping[str, np.ndarray] | None = None

    @classmethod
    def of_world(cls, world: World, w: int = 0) -> Self:
        """World `w` of a batch, as it is now.

        Raises:
            IndexError: if there is no world `w`.
        """
        if not 0 <= w < world.count:
            raise IndexError(f"w = {w} is out of range; the batch holds the worlds 0 .. {world.count - 1}")
        state = world.state
        slots = state.living[w, : state.living_count[w]].astype(np.int64)
        agents = state.agents[w, slots]
        return cls(world.configs[w], int(state.tick[w]), world.materials()[w], agents, slots, told_in(world, w))

    @classmethod
    def of_frame(
        cls, config: Config, frame: Frame, materials: np.ndarray, told: Mapping[str, np.ndarray] | None = None
    ) -> Self:
        """What a frame shows.

        Args:
            config: of the world.
            frame: of it.
            materials: the map as of the frame, uint8 [S, S]; it is kept, not copied.
            told: what `told_in` gave when the frame was taken; frames hold none of it.

        Raises:
            ValueError: if the map has another size than the frame says.
        """
        if materials.shape != (frame.side, frame.side):
            raise ValueError(f"materials have shape {materials.shape}; the frame's map is {frame.side} tiles square")
        agents = np.zeros(len(frame.agents["id"]), config.schema.agent)
        for name in GAME.agent.names or ():
            if name in frame.agents:
                agents[name] = frame.agents[name]
        put_declared(config.schema, frame.agents, agents)
        agents["alive"] = 1
        return cls(config, frame.tick, materials, agents, frame.agents["slot"].astype(np.int64), told)

    @classmethod
    def flat(cls, config: Config, material: Material = Material.GRASS) -> Self:
        """Ground of one material, inside the border of lava, with nobody on it, in a world that has not begun."""
        terrain = config.terrain
        materials = np.full((terrain.side, terrain.side), Material.LAVA, np.uint8)
        materials[terrain.low : terrain.high + 1, terrain.low : terrain.high + 1] = material
        arrays, of_worlds = config.schema.layout([config], Recording()), told_of_worlds(config.schema)
        told = {}
        for name in told_arrays(config.schema):
            axes, dtype = arrays[name].shape[1:], arrays[name].dtype
            told[name] = np.zeros(axes if name in of_worlds else (0, *axes[1:]), dtype)
        return cls(config, 0, materials, np.zeros(0, config.schema.agent), np.zeros(0, np.int64), told)

    def find(self, id: int) -> int | None:
        """The place in `agents` of the agent with an id (modulo 2^32, as in frames); None if it does not live."""
        found = np.flatnonzero(self.agents["id"] & 0xFFFFFFFF == id & 0xFFFFFFFF)
        return int(found[0]) if len(found) else None

    def without(self, place: int) -> Self:
        """The same scene without the agent at a place in `agents`."""
        of_worlds = told_of_worlds(self.config.schema)
        told = self.told and {
            name: array if name in of_worlds else np.delete(array, place, 0) for name, array in self.told.items()
        }
        agents, slots = np.delete(self.agents, place), np.delete(self.slots, place)
        return dataclasses.replace(self, agents=agents, slots=slots, told=told)

    def told_to(self, place: int) -> Mapping[str, np.ndarray] | None:
        """What the agent at a place in `agents` is told alone, by the names of the arrays; None if it is not known."""
        if self.told is None:
            return None
        of_worlds = told_of_worlds(self.config.schema)
        return {name: array[place] for name, array in self.told.items() if name not in of_worlds}


def told_in(world: World, w: int = 0) -> dict[str, np.ndarray]:
    """What systems from outside tell the agents of world `w` now: see `Scene.told`. In memory of its own."""
    state, of_worlds = world.state, told_of_worlds(world.config.schema)
    slots = state.living[w, : state.living_count[w]]
    arrays = {name: getattr(state, name)[w] for name in told_arrays(world.config.schema)}
    return {name: array.copy() if name in of_worlds else array[slots] for name, array in arrays.items()}


def someone(config: Config, population: int = 0, **fields: Any) -> np.ndarray:
    """An agent that could live in a world: in full health, neither new nor old, at the north-west corner of the land.

    Args:
        config: of the world.
        population: its population.
        fields: of agents that are to be otherwise.

    Returns:
        AGENT [], or the record of the schema.

    Raises:
        ValueError: if there is no such population or field.
    """
    if not 0 <= population < config.populations:
        raise ValueError(f"population = {population} is out of range; allowed are 0 .. {config.populations - 1}")
    vitals, terrain = config.vitals, config.terrain
    given = {
        "age": max(GROWN, config.combat.immunity),
        "row": terrain.low,
        "col": terrain.low,
        "health": vitals.health,
        "food": vitals.food,
        "water": vitals.water,
        "population": population,
        "alive": 1,
        **fields,
    }
    agent = np.zeros((), config.schema.agent)
    known = agent.dtype.names or ()
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"an agent has no field {name!r}; it has {', '.join(known)}")
        agent[name] = value
    return agent
