"""Striking: what attacks would do to those around, so that an agent can choose the gentlest or the most useful."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.ids import MOVE_COL, MOVE_ROW, STRIKING_STYLES, Move, Style

_ROW, _COL = np.array(MOVE_ROW, np.int64), np.array(MOVE_COL, np.int64)
_STYLES = len(STRIKING_STYLES)
_MELEE, _RANGE, _MAGE, _HOLD = (int(style) for style in Style)
_MOVES = len(Move)
_FAR = 1 << 20


@inline
def harmful_reach(rules):
    """How far the attacks reach that do anything at all [tiles]; −1 where none does."""
    longest = np.int64(-1)
    for style in range(_STYLES):
        if rules.damage[style] > 0 or rules.freeze[style] > 0:
            longest = max(longest, np.int64(rules.reach[style]))
    return longest


@inline
def style_matters(rules):
    """Whether one style differs from another: attacks do something, or there is hold."""
    return harmful_reach(rules) >= 0 or rules.styles > _HOLD


@inline
def deadly_reach(rules, health):
    """How far the attacks reach that kill an agent with this health [tiles]; −1 where none does."""
    longest = np.int64(-1)
    for style in range(_STYLES):
        if rules.damage[style] >= health:
            longest = max(longest, np.int64(rules.reach[style]))
    return longest


@inline
def gentlest_style(sight, rules, w, slot, move):
    """The style that does the least harm, for an agent that has chosen its move.

    That is hold where there is one. Otherwise the harm of a style is its damage and the ticks it freezes, if somebody
    could be in its reach. By default that makes it melee where nobody can come near, and else range, whose 2 points of
    health heal in two ticks, while mage would keep its target from food and from flight.
    """
    if rules.styles > _HOLD:
        return _HOLD
    agents, seen = sight.agents[w], sight.seen[w, slot]
    row, col = np.int64(agents[slot].row) + _ROW[move], np.int64(agents[slot].col) + _COL[move]
    nearest = _FAR
    for entry in range(1, sight.seen_count[w, slot]):
        other = agents[seen[entry]]
        gap = max(abs(other.row - row), abs(other.col - col)) - (other.freeze == 0)
        nearest = min(nearest, gap if other.age >= rules.immunity else _FAR)
    best, least = _MELEE, _FAR
    for style in range(_STYLES):
        harm = rules.damage[style] + rules.freeze[style] if nearest <= rules.reach[style] else 0
        if harm < least:
            best, least = style, harm
    return best


@inline
def most_useful_style(sight, rules, reach, w, slot, move):
    """The style with the best expected effect, where the world picks the target; `reach` is `harmful_reach`.

    The world takes the weakest in reach, of whatever population. Here all who may be in reach count alike, those of the
    agent's own population against the style.
    """
    agents, seen = sight.agents[w], sight.seen[w, slot]
    me = agents[slot]
    row, col = np.int64(me.row) + _ROW[move], np.int64(me.col) + _COL[move]
    melee, ranged, mage = 0, 0, 0
    for entry in range(1, sight.seen_count[w, slot]):
        other = agents[seen[entry]]
        rows, cols = abs(other.row - row), abs(other.col - col)
        if other.age >= rules.immunity and max(rows, cols) <= reach + 1:
            side = -1 if other.population == me.population else 1
            melee += side * effect(rules, me, other, rows, cols, _MELEE)
            ranged += side * effect(rules, me, other, rows, cols, _RANGE)
            mage += side * effect(rules, me, other, rows, cols, _MAGE)
    most = max(melee, ranged, mage)
    if most <= 0 and rules.styles > _HOLD:
        return _HOLD
    return _MELEE if most == melee else _RANGE if most == ranged else _MAGE


@inline
def most_useful_target(sight, rules, reach, w, slot, move):
    """Style and target with the best expected effect on another population; target 0 if none has any."""
    agents, seen = sight.agents[w], sight.seen[w, slot]
    me = agents[slot]
    row, col = np.int64(me.row) + _ROW[move], np.int64(me.col) + _COL[move]
    best, target, most = _MELEE, 0, 0
    for entry in range(1, sight.seen_count[w, slot]):
        other = agents[seen[entry]]
        rows, cols = abs(other.row - row), abs(other.col - col)
        foe = other.population != me.population and other.age >= rules.immunity
        if foe and max(rows, cols) <= reach + 1:
            for style in range(_STYLES):
                gain = effect(rules, me, other, rows, cols, style)
                if gain > most:
                    best, target, most = style, entry, gain
    if target == 0 and rules.styles > _HOLD:
        return _HOLD, 0
    return best, target


@inline
def effect(rules, me, other, rows, cols, style):
    """What attacking another is worth, on an agent `rows` and `cols` away before its move.

    That is the health it loses, twice if it dies, and what the attacker has room for of the drain; times the number of
    the other's five moves that leave it in reach.
    """
    damage, drain, reach = np.int64(rules.damage[style]), np.int64(rules.drain[style]), rules.reach[style]
    hurt = 2 * np.int64(other.health) if damage >= other.health else damage
    fed = min(drain, np.int64(rules.food) - me.food) + min(drain, np.int64(rules.water) - me.water)
    return (hurt + fed) * chances(rows, cols, reach, other.freeze)


@inline
def chances(rows, cols, reach, freeze):
    """How many of the five moves of an agent `rows` and `cols` away leave it in reach; frozen, all are the same."""
    if freeze > 0:
        return _MOVES * ((rows <= reach) & (cols <= reach))
    near_rows = (rows <= reach) + (rows + 1 <= reach) + (abs(rows - 1) <= reach)
    near_cols = (cols + 1 <= reach) + (abs(cols - 1) <= reach)
    return (cols <= reach) * near_rows + (rows <= reach) * near_cols
