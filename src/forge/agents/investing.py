"""Investing: what scripted agents buy beside their meals: what they work on, tools, and gear."""

from __future__ import annotations

import numpy as np

from forge.agents.citizen import COOKING, SMITHING
from forge.agents.dealing import USUAL, next_place, place_of, price_of, quoted, takes_bid, worth
from forge.blade.compiled.jit import inline
from forge.blade.grown import kinds
from forge.blade.grown.kinds import ARMOUR, BUNDLE, KNIVES, ORE, SWORD, Skill, made_by

_OF, _LEVEL = kinds.OF, kinds.LEVEL
_MEALS, _END_OF_MEALS = made_by(Skill.COOKING).start, made_by(Skill.COOKING).stop
_THINGS, _END_OF_THINGS = made_by(Skill.SMITHING).start, made_by(Skill.SMITHING).stop
_METALS = 3
_SUPPLIES = 6  # units of what they make with which cooks and smiths buy nothing more to work on
_BUNDLE, _FEW_KNIVES = BUNDLE, 3
_MOST_FOR_A_MEAL = 1  # gold for which a cook makes one meal more with a knife
_STORES = 2  # units of a thing with which smiths make no more of it


@inline
def invest(told, rules, w, slot, trade, gold):
    """What an agent that has its meals buys: what it works on, tools and gear."""
    kind, price = -1, 0
    if trade == COOKING:
        kind, price = to_cook(told, rules, w, slot, gold)
    elif trade == SMITHING:
        kind, price = to_smith(told, rules, w, slot, gold)
    if kind < 0:
        kind, price = gear(told, rules, w, slot, gold // 2, SWORD)
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
    """The knives on offer for the least gold, or where none are, those to bid for; −1 if they cost more than `most`.

    It bids for those whose ore is offered for least.
    """
    best, least, bid, cheapest = -1, most + 1, KNIVES, np.int64(1 << 30)
    for metal in range(_METALS):
        ask, _, _ = quoted(told, rules, w, slot, KNIVES + metal)
        if 0 < ask < least:
            best, least = KNIVES + metal, ask
        ask, _, _ = quoted(told, rules, w, slot, ORE + metal)
        if 0 < ask < cheapest:
            bid, cheapest = KNIVES + metal, ask
    if best < 0 and most >= USUAL[bid]:
        best, least = bid, USUAL[bid]
    return best, place_of(rules, least)


@inline
def to_smith(told, rules, w, slot, gold):
    """The ore that a smith buys, and the place of the price; −1 for none.

    It buys what it lacks for a thing that it is to make; else what brings most as knives, if it has little ore and few
    things. What is on offer it buys at once, and one piece at a time it bids for.
    """
    thing, made = best_to_smith(told, rules, w, slot)
    to_order = thing >= 0 and not made
    wanted = thing if to_order else KNIVES
    price = worth(told, rules, w, slot, wanted) // kinds.TAKES[wanted]
    if to_order:
        ask, _, _ = quoted(told, rules, w, slot, _OF[wanted])
        if 0 < ask <= min(gold // 2, price):
            return _OF[wanted], place_of(rules, ask)
    stored, ordered = ore_and_things(told, w, slot)
    if stored < _SUPPLIES:
        ore, ask = ore_on_offer(told, rules, w, slot, gold // 2)
        if ore >= 0:
            return ore, place_of(rules, ask)
    if ordered == 0 and gold >= _BUNDLE // 2 and (stored < _SUPPLIES or to_order):
        return _OF[wanted], place_of(rules, min(gold // 3, price))
    return -1, 0


@inline
def ore_and_things(told, w, slot):
    """Pieces of ore, and units of what is made of them, that a smith has, and pieces that it bids for."""
    stored, ordered = np.int64(0), np.int64(0)
    for kind in range(ORE, ORE + _METALS):
        stored += told.pack[w, slot, kind]
        ordered += max(0, -np.int64(told.orders_by_kind[w, slot, kind]))
    for kind in range(_THINGS, _END_OF_THINGS):
        stored += units_of(told, w, slot, kind)
    return stored, ordered


@inline
def ore_on_offer(told, rules, w, slot, most):
    """The ore on offer for at most so much gold that gains a smith most as knives, and its price; −1 if none does."""
    best, cost, gain = -1, np.int64(0), np.int64(0)
    for metal in range(_METALS):
        ask, _, _ = quoted(told, rules, w, slot, ORE + metal)
        knives = KNIVES + metal
        more = worth(told, rules, w, slot, knives) - ask
        if told.level[w, slot, SMITHING] >= _LEVEL[knives] and 0 < ask <= most and more > gain:
            best, cost, gain = ORE + metal, ask, more
    return best, cost


@inline
def best_to_smith(told, rules, w, slot):
    """What is worth most for the ore, less the more of it a smith has; and whether it has the ore. −1 if it has enough.

    Those are things that it has the ore for; and where it can pay for the ore that it lacks, those that others bid for
    as much as is usual, or nearly.
    """
    gold = np.int64(told.gold[w, slot])
    best, most, ready = -1, np.int64(0), False
    for kind in range(_THINGS, _END_OF_THINGS):
        held = units_of(told, w, slot, kind)
        if told.level[w, slot, SMITHING] >= _LEVEL[kind] and held < _STORES:
            _, bid, last = quoted(told, rules, w, slot, kind)
            made = told.may_kind[w, slot, rules.deed_smith, kind]
            lacks = kinds.TAKES[kind] - np.int64(told.pack[w, slot, _OF[kind]])
            if made or (takes_bid(rules, kind, bid, last) and lacks * USUAL[_OF[kind]] <= gold):
                score = 256 * worth(told, rules, w, slot, kind) // (kinds.TAKES[kind] * (1 + held))
                if score > most:
                    best, most, ready = kind, score, made
    return best, ready


@inline
def gear(told, rules, w, slot, most, weapon):
    """Armour, or a weapon of the sort whose first kind is `weapon`, better than what an agent has, for at most so much.

    Where none is on offer it bids for the best that it can use: the usual price, or the next higher. −1 if it needs
    none, or can pay for none.
    """
    for first in (ARMOUR, weapon):
        for metal in range(_METALS - 1, -1, -1):
            kind = first + metal
            ask, _, _ = quoted(told, rules, w, slot, kind)
            if told.pack[w, slot, kind] > 0:
                break
            if 0 < ask <= most and told.level[w, slot, kinds.USED[kind]] >= _LEVEL[kind]:
                return kind, place_of(rules, ask)
        for metal in range(_METALS - 1, -1, -1):
            kind = first + metal
            if told.pack[w, slot, kind] > 0 or told.orders_by_kind[w, slot, kind] != 0:
                break
            usual = place_of(rules, USUAL[kind])
            if price_of(rules, usual) <= most and told.level[w, slot, kinds.USED[kind]] >= _LEVEL[kind]:
                return kind, min(place_of(rules, most), next_place(rules, usual))
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
