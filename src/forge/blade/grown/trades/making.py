"""What all trades share: how likely work succeeds, and what comes of it."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_below
from forge.blade.grown import kinds
from forge.blade.grown.experience import gain
from forge.blade.grown.kinds import Skill
from forge.blade.grown.packs import Reason, enter_in_books, put
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE

LEVEL, EXPERIENCE = kinds.LEVEL, kinds.EXPERIENCE
_MADE = int(Reason.MADE)
_FIRST_TRADE = int(Skill.FISHING)
#: Chances are counted in ten-thousandths.
SURE = 10_000


@inline
def chance(level, needed, gift):
    """How likely work succeeds, in ten-thousandths, that needs a level which is reached: ½ and 1/20 a further level.

    Times the gift, in percent; SURE at most.
    """
    return min(SURE, (50 + 5 * (level - needed)) * gift)


@inline
def skilled(state, w, slot, skill, kind):
    """Whether an agent has the level that a kind takes."""
    return state.level[w, slot, skill] >= LEVEL[kind]


@inline
def succeeds(state, w, slot, skill, kind):
    """Draws whether an agent who is `skilled` succeeds in making a kind."""
    level, gift = np.int64(state.level[w, slot, skill]), np.int64(state.gifts[w, slot, skill - _FIRST_TRADE])
    return draw_below(state.stream, w, SURE) < chance(level, LEVEL[kind], gift)


@inline
def best_found(state, w, slot, skill, first, count):
    """Tries the `count` kinds from `first` on, from the highest that the level allows down, until one succeeds.

    Returns:
        The kind, or NONE.
    """
    for kind in range(first + count - 1, first - 1, -1):
        if skilled(state, w, slot, skill, kind):
            if succeeds(state, w, slot, skill, kind):
                return kind
    return NONE


@inline
def make(state, w, slot, skill, kind, count):
    """Puts what was made into the pack, which has room for it. The maker learns from it, and one success is counted."""
    put(state, w, slot, kind, count)
    trade = skill - _FIRST_TRADE
    state.tally[w, state.agents[w, slot].population].crafts[trade] += 1
    if state.lives.shape[1] > 0:
        state.lives[w, slot].crafts[trade] += 1
    enter_in_books(state, w, _MADE, kind, count)
    log_event(state, w, state.rules[w].event_make, slot, kind, count, NONE)
    gain(state, w, slot, skill, EXPERIENCE[kind])
