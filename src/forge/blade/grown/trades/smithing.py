"""Smith: in a camp, weapons and armour of ore, which stays where the work fails."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_below
from forge.blade.grown import kinds
from forge.blade.grown.kinds import TRADES, Skill, made_by
from forge.blade.grown.packs import use_up
from forge.blade.grown.trades.making import SURE, make, skilled
from forge.blade.grown.work import chosen_kind, does
from forge.blade.mechanics.ids import SURVIVES

_OF, _TAKES, _MAKES = kinds.OF, kinds.TAKES, kinds.MAKES
_SMITHING, _GIFT = int(Skill.SMITHING), TRADES.index(Skill.SMITHING)
_FIRST, _END = made_by(Skill.SMITHING).start, made_by(Skill.SMITHING).stop


@inline
def smith(state, w, slot, counting):
    """Who chose to smiths, if it can. Room there always is: what is made takes no more than its ore."""
    if does(state, w, slot, state.rules[w].deed_smith):
        kind = chosen_kind(state, w, slot)
        if _FIRST <= kind < _END and state.agents[w, slot].in_camp:
            if state.pack[w, slot, _OF[kind]] >= _TAKES[kind] and skilled(state, w, slot, _SMITHING, kind):
                gift = np.int64(state.gifts[w, slot, _GIFT])
                if draw_below(state.stream, w, SURE) < min(SURE, 100 * gift):
                    use_up(state, w, slot, _OF[kind], _TAKES[kind])
                    make(state, w, slot, _SMITHING, kind, _MAKES[kind])
    return SURVIVES
