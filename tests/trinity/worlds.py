"""Worlds for tests, small enough to follow by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade import Config, Law, Move, World

#: Four grass tiles in a frame of lava: every tile is on the ring, and every agent has lava on two sides.
#:
#:     row 0   , , , ,      a step north from row 1, or south from row 2, is death;
#:     row 1   , . . ,      one agent is born a tick, in the lowest free slot, while fewer than the cap live,
#:     row 2   , . . ,      also on the tick, and in the slot, of a death
#:     row 3   , , , ,
FOUR = {"terrain.side": 4, "terrain.border": 1, "sight.radius": 2}


def four_tiles(cap: int = 3, **changes: Any) -> Config:
    """The four tiles, for up to `cap` agents of one population, in peace."""
    return Law(**{**FOUR, "spawn.cap": cap, "spawn.populations": 1, "sight.agents": 3, **changes})


def out(world: World, slot: int) -> int:
    """The move by which the agent in a slot of world 0 steps into the lava."""
    return int(Move.NORTH if world.observe().agents["row"][0, slot] == 1 else Move.SOUTH)


#: A small world with room to walk and to fight.
SMALL = {"terrain.side": 24, "terrain.border": 5, "spawn.cap": 16, "spawn.populations": 4, "sight.radius": 4}
LEARNED = {"combat.targeting": "learned", "combat.hold": True, "sight.agents": 6}


def valid_rows(rng: np.random.Generator, mask: tuple[np.ndarray, ...]) -> np.ndarray:
    """One valid choice of each column, of masks bool [..., choices]."""
    return np.stack([(column * rng.random(column.shape)).argmax(-1) for column in mask], -1)
