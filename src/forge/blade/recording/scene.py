"""A scene: one world at one moment as plain arrays of its own, to ask questions about while the world goes on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from forge.blade.config.config import Config
from forge.blade.mechanics.ids import Material
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_layout import put_declared
from forge.blade.systems.game import GAME
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
        return cls(world.configs[w], int(state.tick[w]), world.materials()[w], state.agents[w, slots], slots)

    @classmethod
    def of_frame(cls, config: Config, frame: Frame, materials: np.ndarray) -> Self:
        """What a frame shows.

        Args:
            config: of the world.
            frame: of it.
            materials: the map as of the frame, uint8 [S, S]; it is kept, not copied.

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
        return cls(config, frame.tick, materials, agents, frame.agents["slot"].astype(np.int64))

    @classmethod
    def flat(cls, config: Config, material: Material = Material.GRASS) -> Self:
        """Ground of one material, inside the border of lava, with nobody on it."""
        terrain = config.terrain
        materials = np.full((terrain.side, terrain.side), Material.LAVA, np.uint8)
        materials[terrain.low : terrain.high + 1, terrain.low : terrain.high + 1] = material
        return cls(config, 0, materials, np.zeros(0, config.schema.agent), np.zeros(0, np.int64))

    def find(self, id: int) -> int | None:
        """The place in `agents` of the agent with an id (modulo 2^32, as in frames); None if it does not live."""
        found = np.flatnonzero(self.agents["id"] & 0xFFFFFFFF == id & 0xFFFFFFFF)
        return int(found[0]) if len(found) else None

    def without(self, place: int) -> Self:
        """The same scene without the agent at a place in `agents`."""
        return dataclasses.replace(self, agents=np.delete(self.agents, place), slots=np.delete(self.slots, place))


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
