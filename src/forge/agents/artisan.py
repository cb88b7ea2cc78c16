"""Artisan: works in the trade that it is gifted for, sells what it makes, and buys what it lacks."""

from __future__ import annotations

import numpy as np

from forge.agents.citizen import COOKING, FISHING, MINING, SMITHING, Citizen
from forge.agents.dealing import (
    asking,
    best_meal,
    cheapest_meal,
    meals_of,
    meals_ordered,
    open_orders,
    place_of,
    price_of,
    wanted_meal,
    worth,
)
from forge.agents.dice import key_of, member, mix, roll
from forge.agents.investing import best_to_smith, hoped, invest
from forge.agents.paths import explore
from forge.agents.walking import (
    browse,
    drink,
    go_home,
    kept_to,
    orerock,
    safely,
    settle,
    threats_near,
    to_any,
)
from forge.blade.compiled.jit import inline, jit
from forge.blade.grown import kinds
from forge.blade.grown.kinds import ARMOUR, COUNT, KNIVES, ORE, SWORD, Skill, made_by
from forge.blade.mechanics.bitboards import BLOCK, HERE, either, is_empty, look, spread
from forge.blade.mechanics.ids import Style
from forge.blade.mechanics.ways import FAR

_HOLD, _MELEE = int(Style.HOLD), int(Style.MELEE)
_KINDS = COUNT
_MEALS, _END_OF_MEALS = made_by(Skill.COOKING).start, made_by(Skill.COOKING).stop
_FIRST_TRADE = FISHING
_STORES = 2  # meals that everyone keeps for itself
_OFFERS = 3  # orders that wait; one place less than there are, so that a meal can be bought at any time
_METALS = 3
_BY_THE_WAY = 2  # steps to forest for which it is worth to leave the way
_LADEN = 6  # pieces of ore with which a miner goes home
_CATCH = 6  # fish that a fisher carries at most: what more it caught would only leave it no room for meals


@jit
def decide_all(told, rules, headings, seed, calls, first, low, high, out):
    """See `Compiled` and `Citizen`."""
    key = key_of(seed, calls)
    for w in range(out.shape[0]):
        for slot in range(low, high):
            out[w, slot, :] = 0
            if told.seen_count[w, slot] > 0:
                bits = roll(key, first + w, slot)
                trade = calling(told, w, slot)
                out[w, slot, 0] = walk(told, rules[0], headings, bits, w, slot, trade)
                out[w, slot, 1] = _HOLD if rules[0].styles > _HOLD else _MELEE
                work, kind, price = labour(told, rules[0], w, slot, trade)
                out[w, slot, rules[0].choice_work] = work
                out[w, slot, rules[0].choice_kind] = kind
                if price_of(rules[0], 0) > 0:
                    out[w, slot, rules[0].choice_price] = price


@inline
def calling(told, w, slot):
    """The trade that a body is most gifted for; of equal gifts that with the higher level, then by its slot."""
    best, most = 0, -1
    for k in range(4):
        trade = (k + slot) & 3
        score = 128 * np.int64(told.gifts[w, slot, trade]) + np.int64(told.level[w, slot, _FIRST_TRADE + trade])
        if score > most:
            best, most = trade, score
    return _FIRST_TRADE + best


@inline
def walk(told, rules, headings, bits, w, slot, trade):
    """The move of one agent: out of danger, to water, to food, and else to where its trade is done."""
    me = told.agents[w, slot]
    if me.freeze > 0:
        return 0
    at = (w * told.seen_count.shape[1] + slot) * BLOCK
    ground = look(told.window, at)
    walkable, into = ground.open, 0
    if me.in_camp == 0:
        threats = threats_near(told, rules, w, slot, False)
        if not is_empty(threats):
            walkable, into = safely(ground, threats)
    moves = drink(me, rules, ground, walkable)
    if moves < 0:  # camps lie near water
        moves = go_home(told, me, rules, walkable, headings, w, slot, bits)
        if me.in_camp:
            moves = explore(me, rules, either(walkable, HERE), headings, w, slot, bits)
    elif moves == 0:
        moves = feed(told, me, rules, ground, walkable, headings, bits, w, slot, trade)
    if moves == 0:
        moves = go_to_work(told, me, rules, ground, walkable, headings, bits, w, slot, trade, at)
    return member(kept_to(moves, into), mix(bits))


@inline
def feed(told, me, rules, ground, walkable, headings, bits, w, slot, trade):
    """The moves of who is hungry and carries no meal: to the camp if it can pay for one there, else to forest.

    Outside camps it takes what forest lies by the way. Cooks at home with anything to cook, or to pay for it, feed
    themselves.
    """
    could_buy = rules.deed_sell >= 0 and told.gold[w, slot] > 0
    if me.in_camp and trade == COOKING and (could_buy or raw_food(told, w, slot) > 0):
        return np.int64(0)
    if meals_of(told, w, slot) > 0 or (me.in_camp and 2 * np.int64(me.food) > rules.food):
        return np.int64(0)
    moves = browse(me, rules, ground, walkable, _BY_THE_WAY) if me.in_camp == 0 else np.int64(0)
    if moves != 0 or 2 * np.int64(me.food) > rules.food:
        return moves
    _, cost = cheapest_meal(told, rules, w, slot)
    if 0 < cost <= told.gold[w, slot]:
        return np.int64(0) if me.in_camp else go_home(told, me, rules, walkable, headings, w, slot, bits)
    moves = browse(me, rules, ground, walkable, FAR - 1)
    if moves == 0 and 3 * np.int64(me.food) < rules.food:
        moves = explore(me, rules, either(walkable, HERE), headings, w, slot, bits)
    return np.int64(moves)


@inline
def go_to_work(told, me, rules, ground, walkable, headings, bits, w, slot, trade, at):
    """The moves of miners to ore, and of all others, and of miners with what they have found, home."""
    if trade == MINING and goes_mining(told, me, rules, w, slot):
        moves = to_any(spread(orerock(told.window, at), walkable), walkable)
        return moves if moves != 0 else np.int64(explore(me, rules, either(walkable, HERE), headings, w, slot, bits))
    return settle(told, me, rules, ground, walkable, headings, w, slot, bits)


@inline
def goes_mining(told, me, rules, w, slot):
    """Whether a miner goes out, or stays there: it has provisions, and what it found before is sold."""
    found, waiting = np.int64(0), np.int64(0)
    for kind in range(ORE, ORE + _METALS):
        found += told.pack[w, slot, kind]
        waiting += told.orders_by_kind[w, slot, kind]
    if me.in_camp == 0:
        return found < _LADEN and (found > 0 or meals_of(told, w, slot) > 0)
    return found + waiting < 2 and meals_of(told, w, slot) > 1


@inline
def labour(told, rules, w, slot, trade):
    """What work an agent does, with which kind, and for which price."""
    me, may = told.agents[w, slot], told.may_work[w, slot]
    meal = best_meal(told, me, rules.food, w, slot)
    if meal >= 0 and (trade != COOKING or 3 * np.int64(me.food) < rules.food or meals_of(told, w, slot) > _STORES):
        return rules.deed_eat, meal, 0  # cooks eat last: what they sell now buys them more to cook
    if me.in_camp:
        kind = to_make(told, rules, w, slot, trade)
        if kind >= 0:
            return rules.deed_cook if trade == COOKING else rules.deed_smith, kind, 0
        if rules.deed_sell >= 0:
            work, kind, price = trade_one(told, rules, w, slot, trade, me)
            if work >= 0:
                return work, kind, price
    if trade == MINING and may[rules.deed_mine]:
        return rules.deed_mine, 0, 0
    if may[rules.deed_fish] and fishes(told, w, slot, trade):
        return rules.deed_fish, 0, 0
    return 0, 0, 0


@inline
def fishes(told, w, slot, trade):
    """Whether who is by the water fishes: cooks only without gold, so that fishers can live on what they pay."""
    if trade == COOKING:
        return told.gold[w, slot] == 0
    return raw_food(told, w, slot) < (_CATCH if trade == FISHING else _STORES)


@inline
def to_make(told, rules, w, slot, trade):
    """What a cook or a smith makes of what it has; −1 for nothing."""
    if trade == COOKING:
        return best_to_cook(told, rules, w, slot)
    if trade == SMITHING:
        kind, made = best_to_smith(told, rules, w, slot)
        return kind if made else -1
    return -1


@inline
def best_to_cook(told, rules, w, slot):
    """The meal with the most food in it, times the odds that it succeeds; −1 if a cook can make none."""
    best, most = -1, np.int64(0)
    for kind in range(_MEALS, _END_OF_MEALS):
        if told.may_kind[w, slot, rules.deed_cook, kind]:
            if hoped(told, w, slot, kind) > most:
                best, most = kind, hoped(told, w, slot, kind)
    return best


@inline
def raw_food(told, w, slot):
    """How many pieces of raw food an agent carries."""
    found = np.int64(0)
    for kind in range(_MEALS):
        found += told.pack[w, slot, kind]
    return found


@inline
def trade_one(told, rules, w, slot, trade, me):
    """The order that an agent places, or closes: work −1 for none."""
    may, meals = told.may_work[w, slot], meals_of(told, w, slot)
    stores = 2 * _STORES if trade == MINING else 1 if trade == COOKING else _STORES
    if meals + meals_ordered(told, w, slot) < stores:
        work, kind, price = provide(told, rules, w, slot, me, meals)
        if work >= 0:
            return work, kind, price
    invests = trade in (COOKING, SMITHING)
    if may[rules.deed_sell] and open_orders(told, w, slot) < _OFFERS - invests:
        kind = most_to_spare(told, rules, w, slot, trade, meals, SWORD)
        if kind >= 0:
            stock = np.int64(told.pack[w, slot, kind]) // kinds.MAKES[kind]
            return rules.deed_sell, kind, asking(told, rules, w, slot, kind, stock)
    if may[rules.deed_buy] and open_orders(told, w, slot) < _OFFERS:
        return invest(told, rules, w, slot, trade, np.int64(told.gold[w, slot]))
    return -1, 0, 0


@inline
def provide(told, rules, w, slot, me, meals):
    """How an agent with few meals gets one: it buys the cheapest; in need it bids, or makes room for an order."""
    gold, may = np.int64(told.gold[w, slot]), told.may_work[w, slot]
    hungry = 2 * np.int64(me.food) < rules.food and meals == 0
    kind, cost = cheapest_meal(told, rules, w, slot)
    if may[rules.deed_buy]:
        if kind >= 0 and cost <= (gold if hungry else gold // 2):
            return rules.deed_buy, kind, place_of(rules, cost)
        if kind < 0 and hungry:
            kind, cost = wanted_meal(told, rules, w, slot)
            if cost <= gold:
                return rules.deed_buy, kind, place_of(rules, cost)
    elif hungry and 0 < cost <= gold and open_orders(told, w, slot) > _OFFERS:
        for other in range(_KINDS):
            if told.orders_by_kind[w, slot, other] != 0:
                return rules.deed_cancel, other, 0
    return -1, 0, 0


@inline
def most_to_spare(told, rules, w, slot, trade, meals, weapon):
    """The kind of which an agent has most that it does not need, by its worth; −1 if it needs all."""
    best, most = -1, np.int64(0)
    for kind in range(_KINDS):
        if told.may_kind[w, slot, rules.deed_sell, kind] and told.orders_by_kind[w, slot, kind] < 2:
            keeps = kept(told, w, slot, kind, trade, meals, weapon)
            spare = np.int64(told.pack[w, slot, kind]) // kinds.MAKES[kind] - keeps
            if spare > 0 and spare * worth(told, rules, w, slot, kind) > most:
                best, most = kind, spare * worth(told, rules, w, slot, kind)
    return best


@inline
def kept(told, w, slot, kind, trade, meals, weapon):
    """How many units of a kind an agent keeps for itself, which fights with what `weapon` is the first kind of."""
    if _MEALS <= kind < _END_OF_MEALS:
        stores = 2 * _STORES if trade == MINING else 1 if trade == COOKING else _STORES
        return max(0, stores - (meals - np.int64(told.pack[w, slot, kind])))
    if kind < _MEALS:
        return _KINDS if trade == COOKING else 0
    if ORE <= kind < ORE + _METALS:
        return _KINDS if trade == SMITHING else 0
    if trade == COOKING and KNIVES <= kind < KNIVES + _METALS:
        return 2
    first = kind - (kind - SWORD) % _METALS
    if first not in (weapon, ARMOUR) or told.level[w, slot, kinds.USED[kind]] < kinds.LEVEL[kind]:
        return 0
    for better in range(kind + 1, first + _METALS):
        if told.pack[w, slot, better] > 0 and told.level[w, slot, kinds.USED[better]] >= kinds.LEVEL[better]:
            return 0
    return 1


class Artisan(Citizen):
    """Works in the trade that it is gifted for, sells what it makes and buys what it lacks; flees what it cannot beat.

    Fishers fish, miners mine, and both carry home what they have; cooks and smiths stay in a camp, buy what they work
    on, and sell what they make. Everyone keeps some meals, and eats, drinks and, in need, lives off the forest.
    """

    kernel = decide_all
