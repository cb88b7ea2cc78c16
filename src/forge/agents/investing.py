"""Investing: what scripted agents buy beside their meals: what they work on, tools, and gear."""

from __future__ import annotations

import numpy as np

from forge.agents.citizen import COOKING, SMITHING
from forge.agents.dealing import USUAL, place_of, quoted, worth
from forge.blade.compiled.jit import inline
from forge.blade.grown import kinds
from forge.blade.grown.kinds import ARMOUR, BUNDLE, KNIVES, ORE, SWORD, Skill, made_by

_OF, _LEVEL = kinds.OF, kinds.LEVEL
_MEALS, _END_OF_MEALS = made_by(Skill.COOKING).start, made_by(Skill.COOKING).stop
_THINGS, _END_OF_THINGS = made_by(Skill.SMITHING).start, made_by(Skill.SMITHING).stop
_DEFENSE, _FENCING = int(Skill.DEFENSE), int(Skill.MELEE)
_METALS = 3
_SUPPLIES = 6  # units of what they make with which cooks and smiths buy nothing more to work on
_BUNDLE, _FEW_KNIVES = BUNDLE, 3
_MOST_FOR_A_MEAL = 1  # gold for which a cook makes one meal more with a knife
_RICH = 3  # times what gear is worth: who has so much gold bids for it


@inline
def invest(told, rules, w, slot, trade, gold):
    """What an agent that has its meals buys: what it works on, tools and gear."""
    kind, price = -1, 0
    if trade == COOKING:
        kind, price = to_cook(told, rules, w, slot, gold)
    elif trade == SMITHING:
        kind, price = to_smith(told, rules, w, slot, gold)
    if kind < 0:
        kind, price = gear(told, rules, w, slot, gold)
    return (rules.deed_buy, kind, price) if kind >= 0 else (-1, 0, 0)


@inline
def to_cook(told, rules, w, slot, gold):
    """What a cook buys, and the place of the price: knives if it has none, else the most food for its gold."""
    knives, stored, ordered = np.int64(0), np.int64(0), np.int64(0)
    for kind in range(KNIVES, KNIVES + _METALS):
        knives += told.pack[w, slot, kind] - _BUNDLE * min(0, np.int64(told.orders_by_kind[w, slot, kind]))
    for kind in range(_MEALS, _END_OF_MEALS):
        stored += units_of(told, w, slot, kind)
        ordered += max(0, -np.int64(told.orders_by_kind[w, slot, _OF[kind]]))
    if knives < _FEW_KNIVES:
        kind, price = cheapest_knives(told, rules, w, slot, min(gold // 2, _BUNDLE * _MOST_FOR_A_MEAL))
        if kind >= 0:
            return kind, price
    if stored > _SUPPLIES or ordered > 0:
        return -1, 0
    best, most, price = -1, np.int64(0), 0
    for kind in range(_MEALS, _END_OF_MEALS):
        ask, _, _ = quoted(told, rules, w, slot, _OF[kind])
        if 0 < ask <= gold and hoped(told, w, slot, kind) // ask > most:
            best, most, price = _OF[kind], hoped(told, w, slot, kind) // ask, place_of(rules, ask)
    if best < 0 and gold > 0:
        return _OF[_MEALS], 0
    return best, price


@inline
def cheapest_knives(told, rules, w, slot, most):
    """The knives on offer for the least gold, or where none are, those to bid for; −1 if they cost more than `most`."""
    best, least = -1, most + 1
    for kind in range(KNIVES, KNIVES + _METALS):
        ask, _, _ = quoted(told, rules, w, slot, kind)
        if 0 < ask < least:
            best, least = kind, ask
    if best < 0 and most >= USUAL[KNIVES]:
        best, least = KNIVES, USUAL[KNIVES]
    return best, place_of(rules, least)


@inline
def to_smith(told, rules, w, slot, gold):
    """The ore that a smith buys, and the place of the price, if it has little of it and of what it makes; else −1."""
    stored, ordered = np.int64(0), np.int64(0)
    for kind in range(ORE, ORE + _METALS):
        stored += told.pack[w, slot, kind]
        ordered += max(0, -np.int64(told.orders_by_kind[w, slot, kind]))
    for kind in range(_THINGS, _END_OF_THINGS):
        stored += units_of(told, w, slot, kind)
    if stored >= _SUPPLIES or ordered > 0:
        return -1, 0
    best, most, price = -1, np.int64(0), 0
    for metal in range(_METALS):
        kind = KNIVES + metal
        ask, _, _ = quoted(told, rules, w, slot, ORE + metal)
        gain = worth(told, rules, w, slot, kind) - ask
        if told.level[w, slot, SMITHING] >= _LEVEL[kind] and 0 < ask <= gold // 2 and gain > most:
            best, most, price = ORE + metal, gain, place_of(rules, ask)
    if best < 0 and gold >= _BUNDLE // 2:
        return ORE, place_of(rules, gold // 3)
    return best, price


@inline
def gear(told, rules, w, slot, gold):
    """A sword or armour better than what an agent has, for less than half of its gold; −1 if there is none.

    Who is rich bids for what nobody offers.
    """
    for first in (ARMOUR, SWORD):
        skill = _DEFENSE if first == ARMOUR else _FENCING
        for metal in range(_METALS - 1, -1, -1):
            kind = first + metal
            if told.pack[w, slot, kind] > 0 or told.orders_by_kind[w, slot, kind] != 0:
                break
            if told.level[w, slot, skill] >= _LEVEL[kind]:
                ask, _, _ = quoted(told, rules, w, slot, kind)
                if 0 < ask <= gold // 2:
                    return kind, place_of(rules, ask)
                if ask == 0 and gold >= _RICH * USUAL[kind]:
                    return kind, place_of(rules, USUAL[kind])
    return -1, 0


@inline
def hoped(told, w, slot, kind):
    """Food in a meal, times the odds in percent that a cook makes it; 0 if it cannot."""
    level = np.int64(told.level[w, slot, COOKING])
    if level < _LEVEL[kind]:
        return np.int64(0)
    return kinds.FOOD[kind] * min(np.int64(100), 50 + 5 * (level - _LEVEL[kind]))


@inline
def units_of(told, w, slot, kind):
    """Units of a kind that an agent carries or offers."""
    return np.int64(told.pack[w, slot, kind]) // kinds.MAKES[kind] + max(
        0, np.int64(told.orders_by_kind[w, slot, kind])
    )
