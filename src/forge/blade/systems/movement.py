"""Move: agents that are not frozen go one tile, where the ground lets them."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.grid import enter, enterable, leave, tile_index
from forge.blade.mechanics.ids import MOVE_COL, MOVE_ROW, Move
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.system import Array, Choice, System

_ROW = np.array(MOVE_ROW, np.int64)
_COL = np.array(MOVE_COL, np.int64)


@inline
def move(state, w):
    """Everyone's move. Also clears what the last tick's attacks left behind."""
    rules, agents, living = state.rules[w], state.agents[w], state.living[w]
    tiles, surplus, drained = state.tiles[w], state.surplus[w], state.drained[w]
    actions = state.actions[w]
    pitch = np.int64(rules.pitch)
    for k in range(state.living_count[w]):
        slot = np.int64(living[k])
        agent = agents[slot]
        agent.damage = 0
        drained[slot] = 0
        way = np.int64(actions[slot, 0])
        if agent.freeze > 0 or way == 0:
            continue
        here = tile_index(rules, agent.row, agent.col)
        there = here + _ROW[way] * pitch + _COL[way]
        if enterable(rules, tiles[there]):
            leave(tiles, surplus, here)
            enter(tiles, surplus, there)
            agent.row += _ROW[way]
            agent.col += _COL[way]


@inline
def valid_moves(tiles, rules, agent):
    """Bit m is set where move m is valid: passing always, the rest unless frozen or facing what cannot be entered."""
    if agent.freeze > 0:
        return 1
    here = tile_index(rules, agent.row, agent.col)
    pitch = np.int64(rules.pitch)
    north, south = enterable(rules, tiles[here - pitch]), enterable(rules, tiles[here + pitch])
    east, west = enterable(rules, tiles[here + 1]), enterable(rules, tiles[here - 1])
    return 1 | north << 1 | south << 2 | east << 3 | west << 4


SYSTEM = System(
    "movement",
    "who goes where",
    choices=(Choice("move", "where it goes", lambda c: tuple(move.name.lower() for move in Move), "moves", number=0),),
    verbs=(
        Verb(
            Phase.MOVE,
            move,
            "Agents that are not frozen move one tile north, south, east or west, or pass. A move into what cannot be "
            "entered (water, stone, orerock) is ignored.",
        ),
    ),
    arrays=(Array("moves", "u1", lambda z: (z.N,), "bit m is set where move m is valid", emptied=True),),
)
