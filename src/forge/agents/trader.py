"""Trader: buys low, sells high, and makes nothing."""

from __future__ import annotations

import numpy as np

from forge.agents.artisan import feed
from forge.agents.citizen import NEEDED, Citizen
from forge.agents.dealing import USUAL, best_meal, cheapest_meal, meals_of, next_place, place_of, price_of, quoted
from forge.agents.dice import key_of, member, mix, roll
from forge.agents.paths import explore
from forge.agents.walking import drink, kept_to, safely, settle, threats_near
from forge.blade.compiled.jit import inline, jit
from forge.blade.grown.kinds import COUNT, EDIBLE
from forge.blade.mechanics.bitboards import BLOCK, HERE, either, is_empty, look
from forge.blade.mechanics.ids import Style

_HOLD, _MELEE = int(Style.HOLD), int(Style.MELEE)
_KINDS = COUNT
_EDIBLE = np.array([EDIBLE >> k & 1 for k in range(COUNT)], np.bool_)
_STORES = 3
_NO_TRADE = -1
#: It buys for at most so many thirds of what a thing is held to be worth.
_THIRDS, _OF_WORTH = 3, 2


@jit
def decide_all(told, rules, headings, seed, calls, first, low, high, out):
    """See `Compiled` and `Citizen`."""
    key = key_of(seed, calls)
    for w in range(out.shape[0]):
        for slot in range(low, high):
            out[w, slot, :] = 0
            if told.seen_count[w, slot] > 0:
                bits = roll(key, first + w, slot)
                out[w, slot, 0] = walk(told, rules[0], headings, bits, w, slot)
                out[w, slot, 1] = _HOLD if rules[0].styles > _HOLD else _MELEE
                work, kind, price = labour(told, rules[0], w, slot)
                out[w, slot, rules[0].choice_work] = work
                out[w, slot, rules[0].choice_kind] = kind
                if price_of(rules[0], 0) > 0:
                    out[w, slot, rules[0].choice_price] = price


@inline
def walk(told, rules, headings, bits, w, slot):
    """The move of one agent: out of danger, to water, to food in need, and else into a camp, where it stays."""
    me = told.agents[w, slot]
    if me.freeze > 0:
        return 0
    ground = look(told.window, (w * told.seen_count.shape[1] + slot) * BLOCK)
    walkable, into = ground.open, 0
    if me.in_camp == 0:
        threats = threats_near(told, rules, w, slot, False)
        if not is_empty(threats):
            walkable, into = safely(ground, threats)
    moves = drink(me, rules, ground, walkable)
    if moves < 0 and me.in_camp:
        moves = explore(me, rules, either(walkable, HERE), headings, w, slot, bits)
    elif moves == 0:
        moves = feed(told, me, rules, ground, walkable, headings, bits, w, slot, _NO_TRADE)
    if moves <= 0:
        moves = settle(told, me, rules, ground, walkable, headings, w, slot, bits)
    return member(kept_to(moves, into), mix(bits))


@inline
def labour(told, rules, w, slot):
    """What an agent does: it eats, buys meals for itself, sells above what things are worth, and buys below."""
    me, may, gold = told.agents[w, slot], told.may_work[w, slot], np.int64(told.gold[w, slot])
    meal = best_meal(told, me, rules.food, w, slot)
    if meal >= 0:
        return rules.deed_eat, meal, 0
    if me.in_camp == 0:
        return 0, 0, 0
    meals = meals_of(told, w, slot)
    if may[rules.deed_buy] and meals < _STORES:
        kind, cost = cheapest_meal(told, rules, w, slot)
        if kind >= 0 and cost <= (gold if 2 * np.int64(me.food) < rules.food else gold // 2):
            return rules.deed_buy, kind, place_of(rules, cost)
    if may[rules.deed_sell]:
        for kind in range(_KINDS):
            if may_sell(told, rules, w, slot, kind, meals):
                return rules.deed_sell, kind, dear(told, rules, w, slot, kind)
    if may[rules.deed_buy]:
        best, most, price = -1, np.int64(0), 0
        for kind in range(_KINDS):
            ask, _, _ = quoted(told, rules, w, slot, kind)
            bound = _OF_WORTH * held_worth(told, rules, w, slot, kind) // _THIRDS
            if 0 < ask <= min(bound, gold) and bound - ask + 1 > most:
                best, most, price = kind, bound - ask + 1, place_of(rules, ask)
        if best >= 0:
            return rules.deed_buy, best, price
    return 0, 0, 0


@inline
def may_sell(told, rules, w, slot, kind, meals):
    """Whether an agent has a unit of a kind to spare, and offers fewer than two yet."""
    spare = not _EDIBLE[kind] or meals > _STORES
    few = told.orders_by_kind[w, slot, kind] < 2
    return spare and few and told.may_kind[w, slot, rules.deed_sell, kind]


@inline
def held_worth(told, rules, w, slot, kind):
    """What a trader holds a kind to be worth: half between what was last paid, and what is usual."""
    _, _, last = quoted(told, rules, w, slot, kind)
    return (last + USUAL[kind] + 1) // 2 if last > 0 else USUAL[kind]


@inline
def dear(told, rules, w, slot, kind):
    """The place of the price for which a trader sells: what is bid if that is more than a kind is worth, or above."""
    _, bid, _ = quoted(told, rules, w, slot, kind)
    value = held_worth(told, rules, w, slot, kind)
    if bid >= value:
        return place_of(rules, bid)
    return next_place(rules, place_of(rules, value))


class Trader(Citizen):
    """Lives in a camp: buys for less than things are held to be worth, sells for more, and makes nothing."""

    needs = (*NEEDED, "exchange")
    kernel = decide_all
