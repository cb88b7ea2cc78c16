"""Harvest and drink: what the land gives to who stands in the right place."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.state.events import log_event
from forge.blade.state.grid import MATERIAL
from forge.blade.state.ids import NONE, EventKind, Material

_FOREST, _WATER = int(Material.FOREST), int(Material.WATER)
_HARVEST, _DRINK = int(EventKind.HARVEST), int(EventKind.DRINK)


@inline
def forage(state, w, slot, place):
    """Feeds the agent in `slot`, which stands at index `place` of the tiles. A forest tile feeds only once."""
    rules, agent, tiles = state.rules[w], state.agents[w, slot], state.tiles[w]
    if tiles[place] & MATERIAL == _FOREST:
        tiles[place] -= 1  # forest is 4, scrub is 3
        state.harvested[w, state.harvested_count[w]] = place
        state.harvested_count[w] += 1
        agent.food = min(np.int64(rules.food), np.int64(agent.food) + rules.harvest)
        log_event(state, w, _HARVEST, slot, 0, rules.harvest, NONE)
    if beside_water(tiles, place, rules.pitch):
        agent.water = min(np.int64(rules.water), np.int64(agent.water) + rules.drink)
        log_event(state, w, _DRINK, slot, 0, rules.drink, NONE)


@inline
def beside_water(tiles, place, pitch):
    """Whether water lies north, south, east or west. Looks at all four: a branch for each costs more."""
    north, south = tiles[place - pitch] & MATERIAL, tiles[place + pitch] & MATERIAL
    east, west = tiles[place + 1] & MATERIAL, tiles[place - 1] & MATERIAL
    return (north == _WATER) | (south == _WATER) | (east == _WATER) | (west == _WATER)
