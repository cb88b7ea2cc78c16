"""Credit: what each blow took, what both sides learn from it, and whose a kill is."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown.experience import gain
from forge.blade.grown.kinds import Skill
from forge.blade.mechanics.grid import first_in_rotation
from forge.blade.mechanics.ids import NONE, RewardTerm, Style

_DEFENSE, _CONSTITUTION, _MELEE = int(Skill.DEFENSE), int(Skill.CONSTITUTION), int(Style.MELEE)
_DEALT, _TAKEN, _KILL = int(RewardTerm.DAMAGE_DEALT), int(RewardTerm.DAMAGE_TAKEN), int(RewardTerm.KILL)
#: Experience of each point of damage: in the skill of the blow or of being hit, and in constitution.
IN_SKILL, IN_BODY = 3, 1


@inline
def credit_all(state, w):
    """Goes through the strikes of this tick in rotating order, over the slots of agents and of creatures.

    Each blow counts as far as its target still has health; who takes the most of a target that has none left is its
    killer, of equal ones the first.
    """
    living, count = state.living[w], np.int64(state.living_count[w])
    first = first_in_rotation(living, count, state.tick[w] % state.rules[w].slots)
    for k in range(first, count):
        credit_one(state, w, np.int64(living[k]))
    for k in range(state.beasts_count[w]):
        credit_one(state, w, np.int64(state.beasts[w, k]))
    for k in range(first):
        credit_one(state, w, np.int64(living[k]))


@inline
def credit_one(state, w, slot):
    """Counts the blow of who is in a slot, if it struck and hit."""
    target = np.int64(state.aims[w, slot])
    if target == NONE or state.blows[w, slot] == 0:
        return
    victim, taken = state.agents[w, target], state.taken[w]
    dealt = min(np.int64(state.blows[w, slot]), np.int64(victim.health) - taken[target])
    state.blows[w, slot] = dealt
    if dealt == 0:
        return
    taken[target] += dealt
    learn(state, w, slot, target, dealt)
    best = np.int64(state.hardest_on[w, target])
    if best == NONE or dealt > state.blows[w, best]:
        best = slot
        state.hardest_on[w, target] = slot
    if taken[target] == victim.health:
        state.killer[w, target] = best
        if state.rules[w].counts_blows:
            state.deeds[w, best, _KILL] += target < state.rules[w].slots
        if max(best, target) < state.rules[w].slots:
            count_kill(state, w, best)


@inline
def count_kill(state, w, slot):
    """Counts an agent that an agent has killed."""
    state.tally[w, state.agents[w, slot].population].kills += 1
    if state.lives.shape[1] > 0:
        state.lives[w, slot].kills += 1


@inline
def style_of(state, w, slot):
    """The style in which somebody strikes: an agent's is chosen, creatures bite."""
    return np.int64(state.actions[w, slot, 1]) if slot < state.rules[w].slots else np.int64(_MELEE)


@inline
def learn(state, w, slot, target, dealt):
    """What a blow that took so many points teaches both sides; creatures learn nothing."""
    agents = np.int64(state.rules[w].slots)
    if slot < agents:
        gain(state, w, slot, style_of(state, w, slot), IN_SKILL * dealt)
        gain(state, w, slot, _CONSTITUTION, IN_BODY * dealt)
    if target < agents:
        gain(state, w, target, _DEFENSE, IN_SKILL * dealt)
        gain(state, w, target, _CONSTITUTION, IN_BODY * dealt)
    if state.rules[w].counts_blows:
        state.deeds[w, slot, _DEALT] += dealt
        state.deeds[w, target, _TAKEN] += dealt
