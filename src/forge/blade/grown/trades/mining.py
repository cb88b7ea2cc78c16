"""Mine: beside orerock, which turns to stone; and ore comes back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_skip
from forge.blade.grown.kinds import Skill, made_by
from forge.blade.grown.packs import room_for
from forge.blade.grown.trades.making import best_found, make
from forge.blade.grown.work import does
from forge.blade.mechanics.grid import tile_index
from forge.blade.mechanics.ids import NONE, SURVIVES, Material
from forge.blade.mechanics.tile import material
from forge.blade.systems.terrain import ground

_MINING = int(Skill.MINING)
_FIRST, _KINDS = made_by(Skill.MINING).start, len(made_by(Skill.MINING))
_STONE, _OREROCK = int(Material.STONE), int(Material.OREROCK)


@inline
def mine(state, w, slot, counting):
    """Who chose to mines, if it can."""
    rules = state.rules[w]
    if does(state, w, slot, rules.deed_mine):
        agent = state.agents[w, slot]
        rock = orerock_beside(state.tiles[w], tile_index(rules, agent.row, agent.col), np.int64(rules.pitch))
        if rock != NONE and room_for(state, w, slot, _FIRST, 1):
            kind = best_found(state, w, slot, _MINING, _FIRST, _KINDS)
            if kind != NONE:
                exhaust(state, w, rock)
                make(state, w, slot, _MINING, kind, 1)
    return SURVIVES


@inline
def orerock_beside(tiles, place, pitch):
    """The first place with orerock north, south, east or west, or NONE."""
    found = np.int64(NONE)
    found = place - 1 if material(tiles[place - 1]) == _OREROCK else found
    found = place + 1 if material(tiles[place + 1]) == _OREROCK else found
    found = place + pitch if material(tiles[place + pitch]) == _OREROCK else found
    return place - pitch if material(tiles[place - pitch]) == _OREROCK else found


@inline
def exhaust(state, w, rock):
    """Orerock that was mined is stone, and listed, to be orerock again."""
    tiles, count = state.tiles[w], np.int64(state.mined_count[w])
    tiles[rock] -= 1  # orerock is 6, stone is 5
    if count < state.mined.shape[1]:
        state.mined[w, count] = rock
        state.mined_count[w] = count + 1


@inline
def regrow_ore(state, w):
    """Skips over the places that stay stone in one geometric draw instead of drawing for each."""
    log_miss = state.rules[w].log_no_ore
    count, at = np.int64(state.mined_count[w]), np.int64(0)
    if log_miss == 0.0:
        return
    tiles, mined = state.tiles[w], state.mined[w]
    while at < count:
        at += draw_skip(state.stream, w, log_miss)
        if at < count:
            rock = np.int64(mined[at])
            if material(tiles[rock]) == _STONE:  # an intervention may have made it something else
                tiles[rock] += 1  # stone is 5, orerock is 6
            count -= 1
            mined[at] = mined[count]
    state.mined_count[w] = count


def log_no_ore(config: Any, edge: int) -> float:
    """log(1 − ore_regrowth); 0 means that none comes back."""
    regrowth = config.trades.ore_regrowth
    return math.log1p(-regrowth) if regrowth < 1 else -math.inf


def plant_ore(tiles: np.ndarray, config: Any, rng: np.random.Generator) -> None:
    """Puts orerock onto a generated map, in place: a share of the stone that can be stood beside.

    None lies in the outer quarter, which is a quarter of the playable square's side from each of its edges.

    Args:
        tiles: uint8 [side, side] of materials.
        config: of the world.
        rng: the map's own stream.
    """
    terrain = config.terrain
    stood_on = np.isin(tiles, list(ground(config)))
    beside = np.zeros_like(stood_on)
    beside[1:] |= stood_on[:-1]
    beside[:-1] |= stood_on[1:]
    beside[:, 1:] |= stood_on[:, :-1]
    beside[:, :-1] |= stood_on[:, 1:]
    inside = np.zeros_like(stood_on)
    low, high = terrain.low + terrain.playable // 4, terrain.high - terrain.playable // 4
    inside[low : high + 1, low : high + 1] = True
    found = np.argwhere((tiles == Material.STONE) & beside & inside)
    rock = found[rng.random(len(found)) < config.trades.ore]
    tiles[rock[:, 0], rock[:, 1]] = Material.OREROCK
