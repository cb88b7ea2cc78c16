"""Experience and levels: what takes which level, and how doing brings it."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown.kinds import Skill
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE

#: The highest level of a skill.
HIGHEST = 99
#: The level of constitution of a newborn; of all other skills it is 1.
AT_BIRTH = 10


def _thresholds() -> np.ndarray:
    """The experience at which each level begins, int64 [levels + 2]; what follows the highest is never reached."""
    found, experience = [0, 0], 0
    for level in range(1, HIGHEST):
        experience += int(level + 300 * 2 ** (level / 7)) // 4
        found.append(experience)
    return np.array([*found, 2**31 - 1], np.int64)


#: BEGINS[L] is the experience at which level L begins; BEGINS[0] means nothing.
BEGINS = _thresholds()
_MOST = int(BEGINS[HIGHEST])
_HIGHEST, _AT_BIRTH = HIGHEST, AT_BIRTH
_FIRST_TRADE = int(Skill.FISHING)
_MELEE, _RANGE, _MAGE = int(Skill.MELEE), int(Skill.RANGE), int(Skill.MAGE)
_DEFENSE, _CONSTITUTION = int(Skill.DEFENSE), int(Skill.CONSTITUTION)


@inline
def gain(state, w, slot, skill, points):
    """Adds what doing brings to an agent's experience in a skill: `points` times the rate, in a trade times its gift.

    Its level and its progress to the next follow.
    """
    points = np.int64(points) * state.rules[w].rate
    if skill >= _FIRST_TRADE:
        points = points * state.gifts[w, slot, skill - _FIRST_TRADE] // 100
    level = np.int64(state.level[w, slot, skill])
    experience = min(_MOST, np.int64(state.experience[w, slot, skill]) + points)
    state.experience[w, slot, skill] = experience
    if experience >= BEGINS[level + 1]:
        level = rise(state, w, slot, skill, level, experience)
    begins = BEGINS[level]
    state.progress[w, slot, skill] = (
        0 if level == _HIGHEST else 100 * (experience - begins) // (BEGINS[level + 1] - begins)
    )


@inline
def progress_to(level, experience):
    """How much of the way from the level before to this one is behind, in percent."""
    begins = BEGINS[level - 1]
    return 100 * (experience - begins) // (BEGINS[level] - begins)


@inline
def rise(state, w, slot, skill, before, experience):
    """Raises a level to that of the experience; returns it."""
    level = before
    while experience >= BEGINS[level + 1]:
        level += 1
    state.level[w, slot, skill] = level
    state.risen[w, slot] = min(255, np.int64(state.risen[w, slot]) + level - before)
    state.levels_known[w, slot] = 0
    agent = state.agents[w, slot]
    agent.combat_level = combat_level(state.level[w, slot])
    state.tally[w, agent.population].levels[skill] += level - before
    if state.lives.shape[1] > 0:
        state.lives[w, slot].levels[skill] += level - before
    log_event(state, w, state.rules[w].event_level_up, slot, skill, level, NONE)
    return level


@inline
def combat_level(level):
    """How strong somebody is in fights by its levels, u1 [skills]: ⌊¼ (defense + constitution) + its best style⌋.

    What a style counts for is 0.65 melee, 0.325 (⌊range / 2⌋ + range), or the same of mage.
    """
    shot, spell = np.int64(level[_RANGE]), np.int64(level[_MAGE])
    style = max(26 * np.int64(level[_MELEE]), 13 * (shot // 2 + shot), 13 * (spell // 2 + spell))  # in fortieths
    return (10 * (np.int64(level[_DEFENSE]) + level[_CONSTITUTION]) + style) // 40


@inline
def begin_levels(state, w, slot):
    """Gives a newborn its levels: 1 in all skills, 10 in constitution, and the experience at which that begins."""
    level = state.level[w, slot]
    state.experience[w, slot] = 0
    state.progress[w, slot] = 0
    level[:] = 1
    level[_CONSTITUTION] = _AT_BIRTH
    state.experience[w, slot, _CONSTITUTION] = BEGINS[_AT_BIRTH]
    state.agents[w, slot].combat_level = combat_level(level)
    state.levels_known[w, slot] = 0
