"""Strikes: who may be struck, whom everyone strikes, and what that does, all found on the state after the moves."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_below
from forge.blade.fights.arms import attack_roll, defence_roll, draw_hit, hardest, throw, worn
from forge.blade.grown.camps import sheltered
from forge.blade.mechanics.events import NOBODY, log_event
from forge.blade.mechanics.grid import distance
from forge.blade.mechanics.ids import NONE, EventKind, Style
from forge.blade.systems.combat import named_target, weakest_in_reach
from forge.blade.systems.sight import reach_bits

_HOLD, _MELEE = int(Style.HOLD), int(Style.MELEE)
_ATTACK = int(EventKind.ATTACK)
_ONE = np.uint64(1)
_NOTHING = np.uint64(0)
_LAST = np.int64(0x7FFFFFFFFFFFFFFF)


@inline
def strike_all(state, w):
    """Everyone's strike, in the order of the index. What creatures aim at is in `aims` already. Returns how many."""
    rules, slots, actions, aims = state.rules[w], state.slots[w], state.actions[w], state.aims[w]
    first, agents, strikes = state.tick[w] % rules.slots, np.int64(rules.slots), 0
    state.taken[w], state.killer[w], state.hardest_on[w] = 0, NONE, NONE
    for q in range(state.indexed[w]):
        slot, style = np.int64(slots[q]), np.int64(_MELEE)
        if slot < agents:
            style = np.int64(actions[slot, 1])
            aims[slot] = find_target(state, w, q, slot, style, first)
        if aims[slot] != NONE:
            strike(state, w, slot, np.int64(aims[slot]), style)
            strikes += 1
    return strikes


@inline
def find_target(state, w, q, slot, style, first):
    """The slot of whom an agent strikes, or NONE."""
    if style == _HOLD or sheltered(state, w, slot):
        return np.int64(NONE)
    rules = state.rules[w]
    if rules.learned:
        target = named_target(state, w, slot, rules.reach[style])
        if target != NONE and not may_strike(state, w, target):
            target = np.int64(NONE)
        return target
    if not rules.agents_fight and state.beasts_count[w] == 0:
        return np.int64(NONE)
    return weakest_in_reach(state, w, q, rules.reach[style], first, may_strike)


@inline
def may_strike(state, w, target):
    """Whether an agent that is in no camp may strike somebody else."""
    rules = state.rules[w]
    if target >= rules.slots:
        return not sheltered(state, w, target)
    return rules.agents_fight and state.agents[w, target].age >= rules.immunity and not sheltered(state, w, target)


@inline
def strike(state, w, slot, target, style):
    """Draws whether a blow hits, and how hard, and adds it to what its target has to suffer."""
    stream, level = state.stream, np.int64(state.level[w, slot, style])
    metal, damage = worn(state, w, slot, style), np.int64(0)
    throw(state, w, slot, style, metal)
    if draw_hit(stream, w, attack_roll(level, metal, style), defence_roll(state, w, target)):
        damage = 1 + draw_below(stream, w, hardest(level, metal, style))
        victim = state.agents[w, target]
        victim.damage += damage
        freeze = state.rules[w].freeze[style]
        victim.freeze = freeze if freeze > 0 else victim.freeze
    state.blows[w, slot] = damage
    log_event(state, w, _ATTACK, slot, style, damage, target)


@inline
def can_be_struck(agent, me, rules):
    """Whether an attack could harm who is in view: it may be struck, and is in reach after two moves."""
    farthest = max(np.int64(rules.reach[0]), np.int64(rules.reach[1]), np.int64(rules.reach[2])) + 2
    return may_ever_strike(agent, rules) & (distance(agent, me) <= farthest)


@inline
def may_ever_strike(agent, rules):
    """Whether an agent may strike who is in view, where neither is in a camp."""
    return (agent.population == NOBODY) | ((rules.agents_fight != 0) & (agent.age >= rules.immunity))


@inline
def mark_struck(state, w):
    """Where targets are learned: bit s of an entry in view says that style s could land after everyone has moved."""
    rules, agents, living = state.rules[w], state.agents[w], state.living[w]
    if not rules.learned:
        return
    for k in range(state.living_count[w]):
        slot = np.int64(living[k])
        me, seen, targets = agents[slot], state.seen[w, slot], state.targets[w, slot]
        targets[:] = 0
        targets[0] = (1 << rules.styles) - 1
        for entry in range(1, state.seen_count[w, slot]):
            other = agents[np.int64(seen[entry])]
            if may_ever_strike(other, rules):
                targets[entry] = reach_bits(rules, me, other)
