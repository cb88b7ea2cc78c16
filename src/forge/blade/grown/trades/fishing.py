"""Fish: beside water, with room in the pack, the best kind that bites."""

from __future__ import annotations

from forge.blade.compiled.jit import inline
from forge.blade.grown.kinds import Skill, made_by
from forge.blade.grown.packs import room_for
from forge.blade.grown.trades.making import best_found, make
from forge.blade.grown.work import does
from forge.blade.mechanics.grid import tile_index
from forge.blade.mechanics.ids import NONE, SURVIVES
from forge.blade.systems.foraging import beside_water

_FISHING = int(Skill.FISHING)
_FIRST, _KINDS = made_by(Skill.FISHING).start, len(made_by(Skill.FISHING))


@inline
def fish(state, w, slot, counting):
    """Who chose to fishes, if it can."""
    rules = state.rules[w]
    if does(state, w, slot, rules.deed_fish):
        agent = state.agents[w, slot]
        place = tile_index(rules, agent.row, agent.col)
        if beside_water(state.tiles[w], place, rules.pitch) and room_for(state, w, slot, _FIRST, 1):
            kind = best_found(state, w, slot, _FISHING, _FIRST, _KINDS)
            if kind != NONE:
                make(state, w, slot, _FISHING, kind, 1)
    return SURVIVES
