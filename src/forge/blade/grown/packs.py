"""Packs and purses: what fits in, and how things and gold get in and out, with the books kept of all of it."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from forge.blade.compiled.jit import inline, where_kept
from forge.blade.grown.kinds import BUNDLE, KNIVES, METALS
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE

_KNIVES, _BUNDLE, _METALS = KNIVES, BUNDLE, len(METALS)


class Reason(IntEnum):
    """Why there is more or less of a kind, or who has it: rows of the ledger."""

    BORN = 0
    MADE = 1
    FOUND = 2
    USED = 3
    SPOILED = 4
    LOST = 5
    TAKEN = 6
    TRADED = 7


_USED = int(Reason.USED)


@inline
def room_of(kind, count):
    """The room that so many of a kind take in a pack: one each, of knives one for every ten that are begun."""
    return (count + _BUNDLE - 1) // _BUNDLE if _KNIVES <= kind < _KNIVES + _METALS else count


@inline
def further_room(state, w, slot, kind, count):
    """How much more room an agent's pack would take with `count` more of a kind, or, less than 0, fewer."""
    there = np.int64(state.pack[w, slot, kind])
    return room_of(kind, there + count) - room_of(kind, there)


@inline
def room_for(state, w, slot, kind, count):
    """Whether `count` more of a kind find room in an agent's pack."""
    return state.load[w, slot] + further_room(state, w, slot, kind, count) <= state.rules[w].capacity


@inline
def bit_of(kind, there):
    """The set of a kind alone, or, if it is not there, of none."""
    return np.uint32(there) << np.uint32(kind)


@inline
def put(state, w, slot, kind, count):
    """Adds `count` of a kind to an agent's pack, which has room for them."""
    state.load[w, slot] += further_room(state, w, slot, kind, count)
    state.pack[w, slot, kind] += count
    state.carried[w, slot] |= bit_of(kind, state.pack[w, slot, kind] > 0)
    state.pack_known[w, slot] = 0


@inline
def take(state, w, slot, kind, count):
    """Takes `count` of a kind, which are there, out of an agent's pack."""
    state.load[w, slot] += further_room(state, w, slot, kind, -count)
    state.pack[w, slot, kind] -= count
    state.carried[w, slot] &= ~bit_of(kind, state.pack[w, slot, kind] == 0)
    state.pack_known[w, slot] = 0


@inline
def hold_room(state, w, slot, room):
    """Keeps room in an agent's pack free for what is to come; less than 0: no longer."""
    state.load[w, slot] += room
    state.pack_known[w, slot] = 0


@inline
def move_gold(state, w, slot, amount):
    """Gives an agent gold, or, less than 0, takes it, where that makes it neither richer nor poorer: into escrow."""
    state.gold[w, slot] += amount
    state.pack_known[w, slot] = 0


@inline
def earn(state, w, slot, amount):
    """Makes an agent richer by so much gold, or, less than 0, poorer: that is what is rewarded."""
    move_gold(state, w, slot, amount)
    state.earned[w, slot] += amount


@inline
def enter_in_books(state, w, reason, kind, count):
    """Adds to the ledger: `count` of a kind, or of `GOLD`, for a `Reason`."""
    state.ledger[w, reason, kind] += count


@inline
def use_up(state, w, slot, kind, count):
    """Takes what is used up out of an agent's pack."""
    take(state, w, slot, kind, count)
    enter_in_books(state, w, _USED, kind, count)
    log_event(state, w, state.rules[w].event_use, slot, kind, count, NONE)


@inline
def carries(state, w, slot, kind):
    """Whether an agent carried anything of a kind when it last observed."""
    return (state.carried[w, slot] >> np.uint32(kind)) & np.uint32(1) != 0


def _carries_nothing(state, w, slot):
    return


@where_kept("pack_known", otherwise=_carries_nothing)
def look_again(state, w, slot):
    """What follows from the pack of an agent, and from where it is, is found anew when it observes next."""
    state.pack_known[w, slot] = 0


@where_kept("pack_known", otherwise=_carries_nothing)
def list_as_changed(state, w, slot):
    """Lists an agent, while it observes, with those whose packs have changed, if it is not listed yet."""
    listed = False
    for k in range(state.changed_count[w]):
        listed |= state.changed[w, k] == slot
    if not listed:
        state.changed[w, state.changed_count[w]] = slot
        state.changed_count[w] += 1
