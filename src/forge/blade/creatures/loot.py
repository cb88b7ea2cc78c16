"""Loot: the end of a creature's tick, and what it leaves when it dies."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline, where_kept
from forge.blade.compiled.random import draw_below
from forge.blade.creatures.kinds import KILL, Creature
from forge.blade.creatures.placing import close_beasts, leave_world
from forge.blade.fights.credit import style_of
from forge.blade.fights.spoils import most_with_room, who_takes
from forge.blade.grown.experience import gain
from forge.blade.grown.kinds import GOLD, SWORD, number
from forge.blade.grown.packs import Reason, earn, enter_in_books, put
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE

_CHICKEN = int(Creature.CHICKEN)
_RAW_CHICKEN, _RAW_GOBLIN, _SWORD, _GOLD = number("chicken"), number("goblin"), SWORD, GOLD
_FOUND = int(Reason.FOUND)
#: A goblin has 1 .. 20 gold, if any, and a sword with probability 1/5.
MOST_GOLD, SWORD_IN = 20, 5


@inline
def end_tick(state, w):
    """The blows of this tick take effect on creatures; those with no health left die, and the others grow older."""
    agents, deaths = state.agents[w], 0
    for k in range(state.beasts_count[w]):
        slot = np.int64(state.beasts[w, k])
        creature = agents[slot]
        creature.health = max(0, np.int64(creature.health) - creature.damage)
        creature.freeze = max(0, np.int64(creature.freeze) - 1)
        creature.age += 1
        if creature.health == 0:
            log_event(state, w, state.rules[w].event_slay, np.int64(state.killer[w, slot]), creature.creature, 0, slot)
            drop(state, w, slot)
            leave_world(state, w, slot)
            deaths += 1
    if deaths > 0:
        close_beasts(state, w)


@inline
def reward_kills(state, w):
    """Killing a creature teaches the killer more than the blows did."""
    for k in range(state.beasts_count[w]):
        slot = np.int64(state.beasts[w, k])
        killer = np.int64(state.killer[w, slot])
        if killer != NONE:
            kind = state.agents[w, slot].creature
            gain(state, w, killer, style_of(state, w, killer), KILL[kind])
            state.tally[w, state.agents[w, killer].population].slain[kind - 1] += 1
            if state.lives.shape[1] > 0:
                state.lives[w, killer].slain[kind - 1] += 1


def _nothing(state, w, slot):
    return


@where_kept("pack", otherwise=_nothing)
def drop(state, w, slot):
    """Draws what a creature that dies leaves, and gives it to who takes it, if anybody does."""
    taker = who_takes(state, w, slot)
    if state.agents[w, slot].creature == _CHICKEN:
        find(state, w, taker, slot, _RAW_CHICKEN, 1 + draw_below(state.stream, w, 2))
        return
    find(state, w, taker, slot, _RAW_GOBLIN, 1)
    if draw_below(state.stream, w, 2) == 1:
        find_gold(state, w, taker, slot, 1 + draw_below(state.stream, w, MOST_GOLD))
    if draw_below(state.stream, w, SWORD_IN) == 0:
        find(state, w, taker, slot, _SWORD, 1)


@inline
def find(state, w, taker, slot, kind, count):
    """An agent finds things of a kind, as far as there is room; nobody finds nothing."""
    if taker != NONE:
        count = most_with_room(state, w, taker, kind, count)
        if count > 0:
            put(state, w, taker, kind, count)
            enter_in_books(state, w, _FOUND, kind, count)
            log_event(state, w, state.rules[w].event_take, taker, kind, count, slot)


@inline
def find_gold(state, w, taker, slot, gold):
    """An agent finds gold."""
    if taker != NONE:
        earn(state, w, taker, gold)
        enter_in_books(state, w, _FOUND, _GOLD, gold)
        log_event(state, w, state.rules[w].event_take, taker, _GOLD, gold, slot)
