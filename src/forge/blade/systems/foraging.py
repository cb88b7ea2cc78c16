"""Harvest and drink: what the land gives to who stands in the right place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.grid import tile_index
from forge.blade.mechanics.ids import NONE, SURVIVES, EventKind, Material
from forge.blade.mechanics.tile import material
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.section import MAX_POINTS, Section, number
from forge.blade.schema.system import Array, EventType, Number, System
from forge.blade.systems.regrowth import regrow
from forge.blade.systems.reward import count_gains

_FOREST, _WATER = int(Material.FOREST), int(Material.WATER)
_HARVEST, _DRINK = int(EventKind.HARVEST), int(EventKind.DRINK)


@dataclass(frozen=True)
class Foraging(Section):
    """What the land gives."""

    harvest: int = number(5, 0, MAX_POINTS, "food from harvesting a forest tile")
    drink: int = number(5, 0, MAX_POINTS, "water per tick beside a water tile")
    regrowth: float = number(0.025, 0, 1, "probability that a harvested tile regrows, per tick")


def _log_no_regrowth(config: Any, edge: int) -> float:
    """log(1 − regrowth); 0 means nothing regrows."""
    regrowth = config.foraging.regrowth
    return math.log1p(-regrowth) if regrowth < 1 else -math.inf


@inline
def forage(state, w, slot, counting):
    """Feeds the agent in `slot` from where it stands. A forest tile feeds only once."""
    rules, agent, tiles = state.rules[w], state.agents[w, slot], state.tiles[w]
    place = tile_index(rules, agent.row, agent.col)
    food, water = np.int64(agent.food), np.int64(agent.water)
    if material(tiles[place]) == _FOREST:
        tiles[place] -= 1  # forest is 4, scrub is 3
        state.harvested[w, state.harvested_count[w]] = place
        state.harvested_count[w] += 1
        agent.food = min(np.int64(rules.food), np.int64(agent.food) + rules.harvest)
        log_event(state, w, _HARVEST, slot, 0, rules.harvest, NONE)
    if beside_water(tiles, place, rules.pitch):
        agent.water = min(np.int64(rules.water), np.int64(agent.water) + rules.drink)
        log_event(state, w, _DRINK, slot, 0, rules.drink, NONE)
    if counting:
        count_gains(state, w, slot, agent.food - food, agent.water - water)
    return SURVIVES


@inline
def beside_water(tiles, place, pitch):
    """Whether water lies north, south, east or west."""
    return beside(tiles, place, pitch, _WATER)


@inline
def beside(tiles, place, pitch, wanted):
    """Whether a material lies north, south, east or west. Looks at all four: a branch for each costs more."""
    north, south = material(tiles[place - pitch]), material(tiles[place + pitch])
    east, west = material(tiles[place + 1]), material(tiles[place - 1])
    return (north == wanted) | (south == wanted) | (east == wanted) | (west == wanted)


SYSTEM = System(
    "foraging",
    "what the land gives, and how it comes back",
    section=Foraging,
    numbers=(Number("harvest"), Number("drink"), Number("log_no_regrowth", "f8", value=_log_no_regrowth)),
    verbs=(
        Verb(Phase.FORAGE, forage, "On forest it harvests, which leaves scrub; beside water it drinks."),
        Verb(Phase.GROW, regrow, "Each harvested tile turns back to forest with the same probability, independently."),
    ),
    events=(
        EventType("harvest", "an agent harvested", "the food it was offered [points]", number=int(EventKind.HARVEST)),
        EventType("drink", "an agent drank", "the water it was offered [points]", number=int(EventKind.DRINK)),
    ),
    arrays=(
        Array(
            "harvested",
            "i4",
            lambda z: (z.S * z.S,),
            "indices into tiles of the harvested tiles, a list",
            saved=True,
        ),
        Array("harvested_count", "i4", lambda z: (), "how many there are", saved=True),
    ),
)
