"""Loot: the end of a creature's tick, and what it leaves when it dies."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline, where_kept
from forge.blade.compiled.random import draw_below
from forge.blade.creatures.placing import close_beasts, leave_world
from forge.blade.fights.credit import style_of
from forge.blade.fights.spoils import most_with_room, who_takes
from forge.blade.grown.experience import gain
from forge.blade.grown.kinds import GOLD
from forge.blade.grown.packs import Reason, earn, enter_in_books, put
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE

_GOLD, _FOUND = GOLD, int(Reason.FOUND)
#: What the numbers of a thing in `creature_loot` are.
_ITEM, _LEAST, _MORE, _ONE_IN, _WINS = range(5)


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
            gain(state, w, killer, style_of(state, w, killer), state.rules[w].creature_kill[kind])
            state.tally[w, state.agents[w, killer].population].slain[kind - 1] += 1
            if state.lives.shape[1] > 0:
                state.lives[w, killer].slain[kind - 1] += 1


def _nothing(state, w, slot):
    return


@where_kept("pack", otherwise=_nothing)
def drop(state, w, slot):
    """Draws what a creature that dies leaves, and gives it to who takes it, if anybody does."""
    taker, kind = who_takes(state, w, slot), np.int64(state.agents[w, slot].creature)
    loot = state.rules[w].creature_loot
    for k in range(loot.shape[1]):
        one_in = np.int64(loot[kind, k, _ONE_IN])
        if one_in == 0:
            return
        if one_in > 1 and draw_below(state.stream, w, one_in) != loot[kind, k, _WINS]:
            continue
        item, count, more = loot[kind, k, _ITEM], np.int64(loot[kind, k, _LEAST]), np.int64(loot[kind, k, _MORE])
        if more > 0:
            count += draw_below(state.stream, w, more + 1)
        if item == _GOLD:
            find_gold(state, w, taker, slot, count)
        else:
            find(state, w, taker, slot, item, count)


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
