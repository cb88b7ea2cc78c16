"""Arms: what weapons and armour add to a fighter's level. Bare hands add nothing."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline, where_kept
from forge.blade.compiled.random import draw_below
from forge.blade.grown.kinds import ATTACK, DEFENCE, IN_USE, KNIVES, METALS, STRENGTH, Skill
from forge.blade.grown.packs import Reason, enter_in_books, take
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE, Style

_DEFENSE, _RANGE, _ARMOUR = int(Skill.DEFENSE), int(Style.RANGE), len(IN_USE) - 1
_KNIVES, _USED = KNIVES, int(Reason.USED)


def _by_metal(column: np.ndarray) -> np.ndarray:
    """A number of each place of what is in use, by metal: int64 [places, 1 + metals], 0 for none."""
    return np.array([[0, *column[first : first + len(METALS)]] for first, _ in IN_USE], np.int64)


_ATTACK, _STRENGTH, _DEFENCE = _by_metal(ATTACK), _by_metal(STRENGTH), _by_metal(DEFENCE)


@inline
def attack_roll(level, metal, style):
    """What an attack of a style is worth, at that level of it, with a weapon of that metal; 0: with none."""
    return level * (_ATTACK[style, metal] + 64)


@inline
def defence_roll(state, w, slot):
    """What it takes to hit whoever is in a slot."""
    metal = worn(state, w, slot, _ARMOUR)
    return np.int64(state.level[w, slot, _DEFENSE]) * (_DEFENCE[_ARMOUR, metal] + 64)


@inline
def draw_hit(stream, w, attack, defence):
    """Whether a blow hits: with probability 1 − (D + 2) / (2 (A + 1)) if A > D, else A / (2 (D + 1)); one draw.

    Source: the first release of Neural MMO (v1.0, 2019).
    """
    if attack > defence:
        return draw_below(stream, w, 2 * (attack + 1)) < 2 * attack - defence
    return draw_below(stream, w, 2 * (defence + 1)) < attack


@inline
def hardest(level, metal, style):
    """The most damage of a blow that hits: ⌊0.5 + (8 + level) (strength + 64) / 640⌋; of the same source."""
    return ((8 + level) * (_STRENGTH[style, metal] + 64) + 320) // 640


def _nothing(state, w, slot, place):
    return np.int64(0)


@where_kept("in_use", otherwise=_nothing)
def worn(state, w, slot, place):
    """The metal of what an agent uses at a place of `IN_USE`, or 0. Creatures use nothing."""
    return np.int64(state.in_use[w, slot, place]) if slot < state.in_use.shape[1] else np.int64(0)


def _no_knife(state, w, slot, style, metal):
    return


@where_kept("in_use", otherwise=_no_knife)
def throw(state, w, slot, style, metal):
    """A range attack uses up one of the knives, if it is made with any."""
    if style == _RANGE and metal > 0:
        kind = _KNIVES + metal - 1
        take(state, w, slot, kind, 1)
        enter_in_books(state, w, _USED, kind, 1)
        log_event(state, w, state.rules[w].event_use, slot, kind, 1, NONE)
