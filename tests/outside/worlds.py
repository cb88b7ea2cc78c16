"""Small worlds with the plague and the bazaar, in which arithmetic can be done by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Config, Recording, World
from forge.blade.interventions import Move, Place
from forge.blade.world.action_tree import ActionTree

SYSTEMS = ["tests.outside.plague:PLAGUE", "tests.outside.bazaar:BAZAAR"]


def plague_config(**changes: Any) -> Config:
    """Two slots of one population, on grass: nothing but the plague takes health, and nothing but herbs gives it."""
    still = {
        "terrain.side": 12,
        "terrain.border": 2,
        "terrain.water": 0.0,
        "terrain.grass": 1.0,
        "terrain.forest": 1.0,
        "spawn.cap": 2,
        "spawn.populations": 1,
        "vitals.heal": 0,
        "combat.melee_damage": 0,
        "combat.range_damage": 0,
        "combat.mage_damage": 0,
        "combat.mage_freeze": 0,
    }
    return Config(systems=SYSTEMS).replace(**(still | changes))


def two_neighbours(count: int = 1, threads: int = 1, **changes: Any) -> World:
    """Worlds in which agent 0, who is ill from birth, stands at (5, 5), and agent 1 beside it."""
    world = World(plague_config(**changes), count, threads=threads, record=Recording(events=True, lives=True))
    world.reset()
    for w in range(count):
        world.apply([Move(agent=0, row=5, col=5), Place(population=0, row=5, col=6)], w)
    return world


def wait(world: World, **chosen: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    """A tick in which nobody moves; options of other choices by their names, of all agents or of each."""
    tree = ActionTree(world.config)
    actions = np.zeros((world.count, world.config.spawn.cap, len(tree.columns)), int)
    for name, options in chosen.items():
        actions[..., tree.columns.index(name)] = options
    observation, reward, terminated, _ = world.step(actions)
    return observation, reward, terminated
