"""A system that is there to be seen: berries that poison who eats them, walls around them, a death of their own.

Berries grow on grass. Who chooses to eat where berries are is poisoned for some ticks, loses health in each, and dies
of it. Around every tenth berry stands a wall to the north.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forge.blade.extend import (
    SURVIVES,
    Choice,
    Column,
    DeathCause,
    Feature,
    Number,
    Phase,
    Section,
    System,
    Tile,
    Verb,
    draw_below,
    inline,
    number,
    tile_index,
)
from forge.blade.mechanics.tile import material

_GRASS = 2


@dataclass(frozen=True)
class Orchard(Section):
    """Berries that poison who eats them."""

    lasts: int = number(8, 1, 1000, "how long one is poisoned [ticks]")


@inline
def eat_berry(state, w, slot, counting):
    """Who chose to eat where berries are is poisoned, and the berries are gone; poison costs a point of health."""
    rules, agent = state.rules[w], state.agents[w, slot]
    place = tile_index(rules, agent.row, agent.col)
    if material(state.tiles[w, place]) == rules.material_berry:
        if state.actions[w, slot, rules.choice_eat] == 1:
            state.tiles[w, place] -= rules.material_berry - _GRASS
            agent.poisoned = rules.lasts
            agent.bag[0] += np.float32(0.25)
    if agent.poisoned > 0:
        agent.poisoned -= 1
        agent.health = max(0, np.int64(agent.health) - 1)
        if agent.health == 0:
            return np.int64(rules.cause_poison)
    return SURVIVES


@inline
def grow_berry(state, w):
    """On one tile of grass, if the one that is drawn is such, berries grow; every tenth has a wall to the north."""
    rules, tiles = state.rules[w], state.tiles[w]
    row = rules.low + draw_below(state.stream, w, rules.ring + 1)
    col = rules.low + draw_below(state.stream, w, rules.ring + 1)
    place = tile_index(rules, row, col)
    if material(tiles[place]) == _GRASS:
        tiles[place] += rules.material_berry - _GRASS
        north = place - rules.pitch
        if state.tick[w] % 10 == 0 and tiles[north] == _GRASS:
            tiles[north] += rules.material_wall - _GRASS


ORCHARD = System(
    "orchard",
    "berries that poison who eats them",
    section=Orchard,
    numbers=(Number("lasts"),),
    agent=(
        Column("poisoned", "i2", "for how long it still loses health to berries", "ticks"),
        Column("bag", "f4", "what it has eaten: berries, and stones of berries", "kg", (2,)),
        Column("immune", "?", "whether berries do it no harm", "yes or no"),
    ),
    features=(
        Feature("poisoned", lambda c: 0, lambda c: c.orchard.lasts, "ticks", "poisoned for", lambda c: 0, lambda c: 8),
    ),
    materials=(
        Tile("berry", "bushes whose berries poison who eats them", "#c2185b", 0.5),
        Tile("wall", "dry stone, which nobody climbs", "#c8b48c", 1.0, enterable=False),
    ),
    causes=(DeathCause("poison", "had no health left, and ate berries"),),
    choices=(Choice("eat", "eat the berries where it stands", lambda c: ("leave", "eat")),),
    verbs=(
        Verb(Phase.FORAGE, eat_berry, "Who chose to eat where berries are is poisoned; poison costs health."),
        Verb(Phase.GROW, grow_berry, "On one tile of grass berries grow."),
    ),
)
