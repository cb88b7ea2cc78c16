"""Cook: in a camp, a meal of what is raw; with a knife, two of one."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown import kinds
from forge.blade.grown.kinds import KNIVES, METALS, Skill, made_by
from forge.blade.grown.packs import Reason, enter_in_books, further_room, take, use_up
from forge.blade.grown.trades.making import make, skilled, succeeds
from forge.blade.grown.work import chosen_kind, does
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE, SURVIVES

_OF = kinds.OF
_COOKING = int(Skill.COOKING)
_FIRST, _END = made_by(Skill.COOKING).start, made_by(Skill.COOKING).stop
_KNIVES, _METALS = KNIVES, len(METALS)
_SPOILED = int(Reason.SPOILED)


@inline
def cook(state, w, slot, counting):
    """Who chose to cooks, if it can: where it fails, what was raw is spoiled."""
    if does(state, w, slot, state.rules[w].deed_cook):
        kind = chosen_kind(state, w, slot)
        if _FIRST <= kind < _END and state.agents[w, slot].in_camp:
            if state.pack[w, slot, _OF[kind]] > 0 and skilled(state, w, slot, _COOKING, kind):
                if succeeds(state, w, slot, _COOKING, kind):
                    serve(state, w, slot, kind)
                else:
                    spoil(state, w, slot, _OF[kind])
    return SURVIVES


@inline
def serve(state, w, slot, kind):
    """Makes a meal of its raw kind, whose room it takes; two, if there is a knife to use up and room for the second."""
    use_up(state, w, slot, _OF[kind], 1)
    count, knives = 1, lowest_knives(state, w, slot)
    if knives != NONE:
        # the room for two meals, less that which the knife leaves
        room = 2 + further_room(state, w, slot, knives, -1)
        if state.load[w, slot] + room <= state.rules[w].capacity:
            use_up(state, w, slot, knives, 1)
            count = 2
    make(state, w, slot, _COOKING, kind, count)


@inline
def lowest_knives(state, w, slot):
    """The kind of the knives of the lowest metal that an agent carries, or NONE."""
    for kind in range(_KNIVES, _KNIVES + _METALS):
        if state.pack[w, slot, kind] > 0:
            return np.int64(kind)
    return np.int64(NONE)


@inline
def spoil(state, w, slot, kind):
    """Takes what was spoiled out of the pack."""
    take(state, w, slot, kind, 1)
    enter_in_books(state, w, _SPOILED, kind, 1)
    log_event(state, w, state.rules[w].event_spoil, slot, kind, 1, NONE)
