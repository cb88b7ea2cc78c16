"""Which work of the trades is valid: found anew only where a place, a pack or a level has changed."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown import kinds
from forge.blade.grown.kinds import EDIBLE, Skill, made_by
from forge.blade.grown.trades.making import skilled
from forge.blade.grown.trades.mining import orerock_beside
from forge.blade.grown.work import allow_kinds
from forge.blade.mechanics.grid import tile_index
from forge.blade.mechanics.ids import NONE
from forge.blade.systems.foraging import beside_water

_OF, _TAKES = kinds.OF, kinds.TAKES
_COOKING, _SMITHING = int(Skill.COOKING), int(Skill.SMITHING)
_MEALS, _END_OF_MEALS = made_by(Skill.COOKING).start, made_by(Skill.COOKING).stop
_THINGS, _END_OF_THINGS = made_by(Skill.SMITHING).start, made_by(Skill.SMITHING).stop
_EDIBLE = np.uint64(EDIBLE)
_NOTHING = np.uint64(0)
_WATER, _ORE = 1, 2


@inline
def see_work(state, w):
    """Everyone knows whether it can fish, mine and eat."""
    rules = state.rules[w]
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        agent, may = state.agents[w, slot], state.may_work[w, slot]
        place = tile_index(rules, agent.row, agent.col)
        room = state.load[w, slot] < rules.capacity
        may[rules.deed_fish] = room & beside_water(state.tiles[w], place, rules.pitch)
        may[rules.deed_mine] = room & (orerock_beside(state.tiles[w], place, np.int64(rules.pitch)) != NONE)
        if state.pack_known[w, slot] == 0:
            allow_kinds(state, w, slot, rules.deed_eat, np.uint64(state.carried[w, slot]) & _EDIBLE)


@inline
def see_crafts(state, w):
    """Everyone knows what it can cook and smith, in a camp."""
    rules = state.rules[w]
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        here = state.agents[w, slot].in_camp
        known = state.pack_known[w, slot] & state.levels_known[w, slot]
        if known == 0:
            state.makeable[w, slot] = makeable(state, w, slot)
        if (known & (here == state.crafts_here[w, slot])) == 0:
            state.crafts_here[w, slot] = here
            found = np.uint64(state.makeable[w, slot]) * np.uint64(here)
            meals = np.uint64((1 << _END_OF_MEALS) - 1)
            allow_kinds(state, w, slot, rules.deed_cook, found & meals)
            allow_kinds(state, w, slot, rules.deed_smith, found & ~meals)


@inline
def makeable(state, w, slot):
    """The kinds that an agent has the level and all it takes to cook or to smith: a set, bit k for kind k."""
    found = np.uint32(0)
    for kind in range(_MEALS, _END_OF_MEALS):
        found |= np.uint32(can_make(state, w, slot, _COOKING, kind)) << np.uint32(kind)
    for kind in range(_THINGS, _END_OF_THINGS):
        found |= np.uint32(can_make(state, w, slot, _SMITHING, kind)) << np.uint32(kind)
    return found


@inline
def can_make(state, w, slot, skill, kind):
    """Whether an agent has the level and the material for a kind."""
    return (state.pack[w, slot, _OF[kind]] >= _TAKES[kind]) & skilled(state, w, slot, skill, kind)
