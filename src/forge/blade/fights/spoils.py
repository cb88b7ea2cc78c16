"""Spoils: what the killed leave goes to who killed them, as far as it can carry it."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown.kinds import COUNT, GOLD
from forge.blade.grown.packs import Reason, earn, enter_in_books, move_gold, put, room_for, take
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE

_KINDS, _GOLD, _TAKEN = COUNT, GOLD, int(Reason.TAKEN)


@inline
def divide(state, w):
    """Gives all spoils of agents, who are taken in the order of their slots."""
    if state.deaths[w] == 0:
        return
    for k in range(state.living_count[w]):
        victim = np.int64(state.living[w, k])
        if state.terminated[w, victim]:
            taker = who_takes(state, w, victim)
            if taker != NONE:
                take_all(state, w, taker, victim)


@inline
def who_takes(state, w, victim):
    """The slot of whoever takes what a victim leaves: who killed it, if that is an agent that lives on; else NONE."""
    killer = np.int64(state.killer[w, victim])
    if killer == NONE or killer >= state.rules[w].slots or state.terminated[w, killer]:
        return np.int64(NONE)
    return killer


@inline
def take_all(state, w, taker, victim):
    """Takes from a pack what finds room, kind after kind, and all the gold."""
    for kind in range(_KINDS):
        count = most_with_room(state, w, taker, kind, np.int64(state.pack[w, victim, kind]))
        if count > 0:
            take(state, w, victim, kind, count)
            put(state, w, taker, kind, count)
            note(state, w, taker, victim, kind, count)
    gold = np.int64(state.gold[w, victim])
    if gold > 0:
        move_gold(state, w, victim, -gold)
        earn(state, w, taker, gold)
        note(state, w, taker, victim, _GOLD, gold)


@inline
def most_with_room(state, w, slot, kind, count):
    """How many of so many of a kind find room in an agent's pack."""
    while count > 0 and not room_for(state, w, slot, kind, count):
        count -= 1
    return count


@inline
def note(state, w, taker, victim, kind, count):
    """Enters what was taken from an agent in the books, and in the log."""
    enter_in_books(state, w, _TAKEN, kind, count)
    log_event(state, w, state.rules[w].event_take, taker, kind, count, victim)
