"""Systems that bring materials: one that fills the byte of a tile, and two for which it takes two bytes.

Berries grow on grass; who stands on one eats it, and is then full. Walls are in the way.
"""

from __future__ import annotations

import numpy as np

from forge.blade.extend import (
    SURVIVES,
    Phase,
    System,
    Tile,
    Verb,
    draw_below,
    inline,
    material_at,
    set_material,
    tile_index,
)

_GRASS = 2


@inline
def eat_berry(state, w, slot, counting):
    """A berry fills who stands on it, and is gone."""
    rules, agent = state.rules[w], state.agents[w, slot]
    place = tile_index(rules, agent.row, agent.col)
    if material_at(state, w, place) == rules.material_berry:
        set_material(state, w, place, _GRASS)
        agent.food = rules.food
    return SURVIVES


@inline
def grow_berry(state, w):
    """A berry grows on one tile, wherever it is, if that is grass."""
    rules = state.rules[w]
    row, col = draw_below(state.stream, w, rules.side), draw_below(state.stream, w, rules.side)
    place = tile_index(rules, row, col)
    if material_at(state, w, place) == _GRASS:
        set_material(state, w, place, np.int64(rules.material_berry))


def sow(tiles, config, rng):
    """Every material from outside has a share of the grass within the ring."""
    inner = tiles[config.terrain.low + 1 : config.terrain.high, config.terrain.low + 1 : config.terrain.high]
    drawn = rng.integers(0, 3 * len(config.schema.materials), inner.shape)
    grown = (drawn >= 7) & (drawn < len(config.schema.materials)) & (inner == _GRASS)
    inner[grown] = drawn[grown]


def _system(name: str, count: int) -> System:
    berry = Tile("berry", "feeds who enters it", "#aa3355", 0.3)
    wall = Tile("wall", "is in the way", "#444444", 1.0, enterable=False)
    sand = (Tile(f"sand_{k}", "is walked on", "#ddcc88") for k in range(count - 2))
    return System(
        name,
        f"{count} materials more",
        materials=(berry, wall, *sand)[:count],
        verbs=(
            Verb(Phase.FORAGE, eat_berry, "it eats the berry that it stands on"),
            Verb(Phase.GROW, grow_berry, "a berry grows"),
        ),
        plants=sow,
    )


EIGHT, NINE, TWENTY = _system("eight", 1), _system("nine", 2), _system("twenty", 13)
