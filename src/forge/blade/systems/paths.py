"""Paths: how far food and water are on foot, and which first steps lead there. Only where a configuration names it.

An agent sees ways within 7 tiles of it, through what agents may enter and do not die of, round all the rest.
"""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.bitboards import NOWHERE, SIGHT, SIZE, Ground, add, both, look, spread
from forge.blade.mechanics.grid import FEW, enterable
from forge.blade.mechanics.ids import Material, Move
from forge.blade.mechanics.tile import crowd, material, material_bits
from forge.blade.mechanics.ways import nearest_won, way
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.system import Feature, System
from forge.blade.systems.terrain import SYSTEM as TERRAIN

#: Bit m: agents may enter material m, if there are no others than ours.
_OURS_ENTERABLE = sum(1 << tile.number for tile in TERRAIN.materials if tile.enterable)
_LAVA, _WATER, _FOREST = (int(m) for m in (Material.LAVA, Material.WATER, Material.FOREST))
_NORTH, _SOUTH, _EAST, _WEST = (int(m) for m in (Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST))
#: Most steps that are told: so many, more, or no way in view.
FAR = 15
#: What ways lead to.
GOALS = {
    "food": "forest",
    "free": "forest that nobody else in view is nearer to",
    "water": "tile beside water",
}
_WAYS = ("north", "south", "east", "west")


@inline
def note_step(state, w):
    """Notes where everybody means to go."""
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        agent, move = state.agents[w, slot], state.actions[w, slot, 0]
        agent.last_north, agent.last_south = move == _NORTH, move == _SOUTH
        agent.last_east, agent.last_west = move == _EAST, move == _WEST


@inline
def find_ways(state, w):
    """Finds the ways of everyone alive."""
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        agent, land = state.agents[w, slot], chart(state, w, slot)
        forest, shore = both(land.forest, land.open), spread(land.water, land.open)
        free = nearest_won(forest, land.open, land.others)
        steps, moves = way(forest, land.open)
        agent.food_steps = min(steps, FAR)
        agent.food_north, agent.food_south, agent.food_east, agent.food_west = by_move(moves)
        steps, moves = way(free, land.open)
        agent.free_steps = min(steps, FAR)
        agent.free_north, agent.free_south, agent.free_east, agent.free_west = by_move(moves)
        steps, moves = way(shore, land.open)
        agent.water_steps = min(steps, FAR)
        agent.water_north, agent.water_south, agent.water_east, agent.water_west = by_move(moves)


@inline
def by_move(moves):
    """Bits of moves as four numbers: north, south, east and west."""
    return (moves >> _NORTH) & 1, (moves >> _SOUTH) & 1, (moves >> _EAST) & 1, (moves >> _WEST) & 1


@inline
def chart(state, w, slot):
    """What an agent sees of the land within SIGHT tiles of it, as bit boards."""
    window = state.window
    side, size = window.shape[2], window.shape[2] * window.shape[3]
    ours_alone = state.rules[w].first_enterable == _OURS_ENTERABLE
    if material_bits(window[w, slot, 0, 0]) <= FEW and side == SIZE and ours_alone:
        return look(window, (w * window.shape[1] + slot) * size)
    return look_at_any(state.rules[w], window[w, slot])


@inline
def look_at_any(rules, window):
    """`look` at a window of any size and kind of tiles, of which it sees no more than SIGHT tiles around the middle."""
    land = Ground(NOWHERE, NOWHERE, NOWHERE, NOWHERE)
    radius = window.shape[0] >> 1
    near = min(radius, SIGHT)
    for row in range(-near, near + 1):
        for col in range(-near, near + 1):
            tile, y, x = window[radius + row, radius + col], SIGHT + row, SIGHT + col
            kind = np.int64(material(tile))
            land = Ground(
                add(land.open, y, x, enterable(rules, tile) & (kind != _LAVA)),
                add(land.forest, y, x, kind == _FOREST),
                add(land.water, y, x, kind == _WATER),
                add(land.others, y, x, (crowd(tile) > 0) & ((row != 0) | (col != 0))),
            )
    return land


def _flag(name: str, meaning: str) -> Feature:
    return Feature(name, lambda c: 0, lambda c: 1, "", meaning, lambda c: 0.25, lambda c: 0.5)


def _ways(goal: str, what: str) -> tuple[Feature, ...]:
    steps = Feature(
        f"{goal}_steps",
        lambda c: 0,
        lambda c: FAR,
        "steps",
        f"to the nearest {what}; {FAR} if they are more, or there is no way in view",
        lambda c: FAR / 2,
        lambda c: FAR / 4,
    )
    meaning = f"whether a shortest way to the nearest {what} begins"
    return (steps, *(_flag(f"{goal}_{way}", f"{meaning} {way}") for way in _WAYS))


_OWN = (
    *(feature for goal, what in GOALS.items() for feature in _ways(goal, what)),
    *(_flag(f"last_{way}", f"whether it meant to go {way} in the last tick") for way in _WAYS),
)

SYSTEM = System(
    "paths",
    "how far food and water are on foot, and which first steps lead there",
    agent=tuple(Column(feature.name, "u1", feature.meaning, feature.unit or "yes or no") for feature in _OWN),
    own=_OWN,
    verbs=(
        Verb(Phase.MOVE, note_step, "Everyone's last step is noted, whether or not the ground let it happen."),
        Verb(
            Phase.OBSERVE,
            find_ways,
            "Everyone knows how many steps food, food that nobody else in view is nearer to, and water are away, and "
            "which first steps lead there.",
        ),
    ),
)
