"""Attack: everyone strikes at once, on the state after the moves."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.vector import LANES, lowest_bit, within64
from forge.blade.state.events import log_event
from forge.blade.state.grid import distance, first_lanes, index_by_row, rotation
from forge.blade.state.ids import NONE, EventKind, Style
from forge.blade.systems.reward import credit_blows

_HOLD = int(Style.HOLD)
_ATTACK = int(EventKind.ATTACK)
_ONE = np.uint64(1)
_NOTHING = np.uint64(0)
_LAST = np.int64(0x7FFFFFFFFFFFFFFF)


@inline
def attack(state, w):
    """Phase 2 of the tick: finds each agent's target and sums the effects; `vitals.live` applies the sums."""
    index_by_row(state, w)
    if state.rules[w].counts_blows:
        state.struck[w] = NONE
        attack_all(state, w, True)
        credit_blows(state, w)
    else:
        attack_all(state, w, False)


@inline
def attack_all(state, w, counting):
    """Everyone's attack. Compiled twice: `counting` blows is a constant in it, so that not counting costs nothing."""
    rules, agents, slots, actions = state.rules[w], state.agents[w], state.slots[w], state.actions[w]
    first = state.tick[w] % rules.slots
    for q in range(state.indexed[w]):
        slot = np.int64(slots[q])
        style = np.int64(actions[slot, 1])
        if style == _HOLD:
            continue
        if rules.learned:
            target = named_target(state, w, slot, rules.reach[style])
        else:
            target = weakest_in_reach(state, w, q, rules.reach[style], first)
        if target != NONE and agents[target].age >= rules.immunity:
            strike(state, w, slot, target, style)
            if counting:
                state.struck[w, slot] = target


@inline
def strike(state, w, slot, target, style):
    """Adds one attack to the sums of both sides."""
    rules, drained = state.rules[w], state.drained[w]
    damage, drain = rules.damage[style], rules.drain[style]
    victim = state.agents[w, target]
    victim.damage += damage
    drained[target] -= drain
    drained[slot] += drain
    freeze = rules.freeze[style]
    victim.freeze = freeze if freeze > 0 else victim.freeze
    log_event(state, w, _ATTACK, slot, style, damage, target)


@inline
def named_target(state, w, slot, reach):
    """The slot an agent's action names, or NONE if it names itself, nobody, or someone out of reach."""
    entry = np.int64(state.actions[w, slot, 2])
    if entry == 0 or entry >= state.seen_count[w, slot]:
        return np.int64(NONE)
    target = np.int64(state.seen[w, slot, entry])
    if distance(state.agents[w, slot], state.agents[w, target]) > reach:
        return np.int64(NONE)
    return target


@inline
def weakest_in_reach(state, w, q, reach, first):
    """The slot lowest in (health, distance, rotating order) in reach of the agent at place q of the index, or NONE."""
    agents, slots, cols, row_start = state.agents[w], state.slots[w], state.cols[w], state.row_start[w]
    me = agents[slots[q]]
    last, slots_in_all = np.int64(state.rules[w].side) - 1, np.int64(state.rules[w].slots)
    row, col = np.int64(me.row), np.int64(me.col)
    low, high = cols.dtype.type(max(0, col - reach)), cols.dtype.type(min(last, col + reach))
    at, end = np.int64(row_start[max(0, row - reach)]), np.int64(row_start[min(last, row + reach) + 1])
    best, best_key = np.int64(NONE), _LAST
    while at < end:
        found = within64(cols, at, low, high) & first_lanes(end - at)
        if at <= q < at + LANES:
            found &= ~(_ONE << np.uint64(q - at))
        while found != _NOTHING:
            other = np.int64(slots[at + lowest_bit(found)])
            found &= found - _ONE
            key = preference(me, agents[other], rotation(other, first, slots_in_all))
            best = other if key < best_key else best
            best_key = min(key, best_key)
        at += LANES
    return best


@inline
def preference(me, victim, turn):
    """Orders targets: lowest health first, then the nearer, then by rotating order."""
    return (np.int64(victim.health) << 32) | (distance(me, victim) << 16) | turn
