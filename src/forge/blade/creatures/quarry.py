"""Quarry: whom a creature that hunts goes for, and whom it strikes."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.vector import LANES, lowest_bit, within64
from forge.blade.grown.camps import in_camp_at, sheltered
from forge.blade.mechanics.grid import distance, first_in_rotation, first_lanes, rotation
from forge.blade.mechanics.ids import NONE

#: For so many ticks after a strike it goes for who struck it.
RESENTS = 5
_STRIKES = 1  # reach of its own blows [tiles]
_ONE = np.uint64(1)
_NOTHING = np.uint64(0)
_LAST = np.int64(0x7FFFFFFFFFFFFFFF)


@inline
def quarry_of(state, w, slot, moved):
    """The slot of whom a creature that hunts goes for, or NONE.

    Args:
        state, w, slot: the creature.
        moved: how many steps agents can have gone since the index was made [tiles].
    """
    me = state.agents[w, slot]
    if me.grudge_left > 0:
        found = find_agent(state, w, slot, me.grudge)
        if found != NONE:
            return found
    return nearest_prey(state, w, me, moved) if state.rules[w].hostile else np.int64(NONE)


@inline
def find_agent(state, w, slot, ident):
    """The slot of the agent with an id, or NONE if it lives no more. Where it was found last is looked at first."""
    agents, last = state.agents[w], np.int64(state.grudge_slot[w, slot])
    if agents[last].alive and agents[last].id == ident:
        return last
    for k in range(state.living_count[w]):
        other = np.int64(state.living[w, k])
        if agents[other].id == ident:
            state.grudge_slot[w, slot] = other
            return other
    return np.int64(NONE)


@inline
def nearest_prey(state, w, me, moved):
    """The slot of the nearest agent within reach of its hunt, past immunity and in no camp; ties in rotating order."""
    rules, slots, cols, row_start = state.rules[w], state.slots[w], state.cols[w], state.row_start[w]
    hunts = np.int64(rules.creature_hunts[me.creature])
    last, around = np.int64(rules.side) - 1, hunts + moved
    first, row, col = state.tick[w] % rules.slots, np.int64(me.row), np.int64(me.col)
    low, high = cols.dtype.type(max(0, col - around)), cols.dtype.type(min(last, col + around))
    at, end = np.int64(row_start[max(0, row - around)]), np.int64(row_start[min(last, row + around) + 1])
    best, best_key = np.int64(NONE), _LAST
    while at < end:
        found = within64(cols, at, low, high) & first_lanes(end - at)
        while found != _NOTHING:
            other = np.int64(slots[at + lowest_bit(found)])
            found &= found - _ONE
            if is_prey(state, w, me, other, hunts):
                key = (distance(me, state.agents[w, other]) << 16) | rotation(other, first, np.int64(rules.bodies))
                best = other if key < best_key else best
                best_key = min(key, best_key)
        at += LANES
    return best


@inline
def is_prey(state, w, me, other, hunts):
    """Whether a creature that hunts so far hunts who is in a slot."""
    rules = state.rules[w]
    if other >= rules.slots:
        return False
    agent = state.agents[w, other]
    return (
        agent.age >= rules.immunity and distance(me, agent) <= hunts and not in_camp_at(state, w, agent.row, agent.col)
    )


@inline
def aim_all(state, w):
    """Whom each creature strikes, on the state after the moves: its quarry, if that is near and may be struck."""
    agents, rules = state.agents[w], state.rules[w]
    for k in range(state.beasts_count[w]):
        slot = np.int64(state.beasts[w, k])
        me, target = agents[slot], np.int64(NONE)
        if rules.creature_hunts[me.creature] > 0:
            target = quarry_of(state, w, slot, 0)
            if target != NONE:
                near = distance(me, agents[target]) <= _STRIKES
                if not near or agents[target].age < rules.immunity or sheltered(state, w, target):
                    target = np.int64(NONE)
        me.grudge_left = max(0, np.int64(me.grudge_left) - 1)
        state.aims[w, slot] = target


@inline
def bear_grudges(state, w):
    """Whoever struck a creature last, in rotating order, is whom it goes for."""
    living, count = state.living[w], np.int64(state.living_count[w])
    first = first_in_rotation(living, count, state.tick[w] % state.rules[w].slots)
    for k in range(first, first + count):
        slot = np.int64(living[k if k < count else k - count])
        target = np.int64(state.aims[w, slot])
        if target >= state.rules[w].slots:
            state.agents[w, target].grudge = state.agents[w, slot].id
            state.agents[w, target].grudge_left = RESENTS
            state.grudge_slot[w, target] = slot
