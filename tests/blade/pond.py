"""A tiny world to intervene in: some land of every kind, and the agent that a reset leaves there."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Config, Law, World
from forge.blade.terrain.generation import from_text
from tests.reference.compare import EVERYTHING

#: A pond, a wood and a rock on grass. Rows and columns 1 to 6 may be entered, those of 2 to 5 may be changed.
LAND = from_text("""
    ########
    #......#
    #.~..f.#
    #......#
    #.f,...#
    #....s.#
    #......#
    ########
""")
#: Two populations of three. Nobody is born after the reset, once all slots are taken; nothing regrows.
SMALL = {"terrain.side": 8, "terrain.border": 1, "spawn.cap": 6, "spawn.populations": 2, "foraging.regrowth": 0}
PEACE = Law(**SMALL, **{"sight.radius": 2, "sight.agents": 4})


def begun(config: Config = PEACE, **more: Any) -> World:
    """A world in which the agent 0 lives somewhere on the ring."""
    world = World(config, maps=[LAND], threads=1, **{"record": EVERYTHING, **more})
    world.reset()
    return world


def rest(world: World) -> np.ndarray:
    """Everyone stays and, where it does anything, attacks nobody in reach of melee."""
    return np.zeros((world.count, world.config.spawn.cap, 2), np.uint8)


def living(world: World) -> dict[int, np.void]:
    """The agents of the first world by id."""
    agents = world.observe().agents[0]
    return {int(agent["id"]): agent for agent in agents[agents["alive"] == 1]}
