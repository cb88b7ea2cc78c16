"""Die: agents whose time has come leave the world, and their slots are as if nobody had been there."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.grid import leave, tile_index
from forge.blade.systems.reward import forget_tiles


@inline
def die(state, w, deaths):
    """Phase 4 of the tick: removes everyone listed in `State.dying`."""
    for k in range(deaths):
        slot = np.int64(state.dying[w, k])
        strike_from_index(state, w, slot)
        remove(state, w, slot)
    close_ranks(state, w)


@inline
def cull(state, w, chosen):
    """Between ticks: removes the living among `chosen`, bool [W, N], of whom nothing is recorded. Returns how many."""
    culled = 0
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        if chosen[w, slot]:
            remove(state, w, slot)
            culled += 1
    close_ranks(state, w)
    return culled


@inline
def strike_from_index(state, w, slot):
    """Gives the dead a column where nobody looks."""
    slots, cols = state.slots[w], state.cols[w]
    q = np.int64(state.row_start[w, state.agents[w, slot].row])
    while slots[q] != slot:
        q += 1
    cols[q] = cols.dtype.type(-1)


@inline
def remove(state, w, slot):
    """Takes one agent off the map and empties its slot."""
    agent = state.agents[w, slot]
    leave(state.tiles[w], state.surplus[w], tile_index(state.rules[w], agent.row, agent.col))
    state.members[w, agent.population] -= 1
    state.agents[w, slot] = state.nobody[w]
    forget_tiles(state, w, slot)
    state.window[w, slot] = 0
    state.seen[w, slot] = 0
    state.seen_count[w, slot] = 0
    state.moves[w, slot] = 0
    state.targets[w, slot] = 0
    state.drained[w, slot] = 0


@inline
def close_ranks(state, w):
    """Drops the dead from the list of the living, which stays in the order of slots."""
    living, agents = state.living[w], state.agents[w]
    kept = 0
    for k in range(state.living_count[w]):
        slot = living[k]
        if agents[slot].alive:
            living[kept] = slot
            kept += 1
    state.living_count[w] = kept
