"""Eat: a meal that is carried."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown import kinds
from forge.blade.grown.kinds import EDIBLE, Skill
from forge.blade.grown.packs import Reason, enter_in_books, take
from forge.blade.grown.work import chosen_kind, does
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE, SURVIVES

_EDIBLE = EDIBLE
_HEALTH, _FOOD = kinds.HEALTH, kinds.FOOD
_CONSTITUTION = int(Skill.CONSTITUTION)
_USED = int(Reason.USED)


@inline
def eat(state, w, slot, counting):
    """Who chose to eats a meal that it carries: it brings health and food, as far as there is less than can be."""
    if does(state, w, slot, state.rules[w].deed_eat):
        kind = chosen_kind(state, w, slot)
        if (_EDIBLE >> kind) & 1 and state.pack[w, slot, kind] > 0:
            rules, agent = state.rules[w], state.agents[w, slot]
            take(state, w, slot, kind, 1)
            enter_in_books(state, w, _USED, kind, 1)
            most = np.int64(state.level[w, slot, _CONSTITUTION])
            agent.health = min(most, np.int64(agent.health) + _HEALTH[kind])
            agent.food = min(np.int64(rules.food), np.int64(agent.food) + _FOOD[kind])
            log_event(state, w, rules.event_eat, slot, kind, _FOOD[kind], NONE)
    return SURVIVES
