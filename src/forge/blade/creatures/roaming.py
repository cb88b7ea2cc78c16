"""Roaming: where creatures go, after the agents have moved."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_below
from forge.blade.creatures.quarry import quarry_of
from forge.blade.grown.camps import in_camp_at
from forge.blade.mechanics.grid import enterable, tile_index
from forge.blade.mechanics.ids import MOVE_COL, MOVE_ROW, NONE, Material, Move
from forge.blade.mechanics.tile import material

_LAVA, _NORTH = int(Material.LAVA), int(Move.NORTH)
_ROW, _COL = np.array(MOVE_ROW, np.int64), np.array(MOVE_COL, np.int64)
_WAYS = 4
#: A creature that goes for nobody takes a step in one of so many ticks; one with a quarry in one of so many.
WANDERS, HASTENS = 4, 2


@inline
def roam(state, w):
    """Every creature's move. Also clears what the last tick's blows left behind."""
    for k in range(state.beasts_count[w]):
        slot = np.int64(state.beasts[w, k])
        creature, quarry = state.agents[w, slot], np.int64(NONE)
        creature.damage = 0
        if creature.freeze > 0:
            continue
        if state.rules[w].creature_hunts[creature.creature] > 0:
            quarry = quarry_of(state, w, slot, 1)
        if quarry != NONE:
            if draw_below(state.stream, w, HASTENS) == 1:
                approach(state, w, creature, state.agents[w, quarry])
        elif draw_below(state.stream, w, WANDERS) == 0:
            way = _NORTH + draw_below(state.stream, w, _WAYS)
            step(state, w, creature, _ROW[way], _COL[way])


@inline
def approach(state, w, creature, quarry):
    """One step nearer, along the longer axis, or else along the other one."""
    rows, cols = np.int64(quarry.row) - creature.row, np.int64(quarry.col) - creature.col
    down, right = sign(rows), sign(cols)
    if abs(rows) >= abs(cols):
        if not step(state, w, creature, down, 0):
            step(state, w, creature, 0, right)
    elif not step(state, w, creature, 0, right):
        step(state, w, creature, down, 0)


@inline
def sign(number):
    """1, 0 or −1."""
    return np.int64(number > 0) - np.int64(number < 0)


@inline
def step(state, w, creature, down, right):
    """Goes one tile, or none, if creatures may enter it; returns whether it went or stayed as it meant to."""
    row, col = np.int64(creature.row) + down, np.int64(creature.col) + right
    tile = state.tiles[w, tile_index(state.rules[w], row, col)]
    if not enterable(state.rules[w], tile) or material(tile) == _LAVA or in_camp_at(state, w, row, col):
        return False
    creature.row, creature.col = row, col
    return True
