"""Artisan: works in the trade that it is gifted for, sells what it makes, and buys what it lacks."""

from __future__ import annotations

import numpy as np

from forge.agents.citizen import COOKING, FISHING, MINING, SMITHING, Citizen
from forge.agents.dealing import asking, best_meal, cheapest_meal, meals_of, place_of, price_of, quoted, worth
from forge.agents.dice import key_of, member, mix, roll
from forge.agents.paths import explore
from forge.agents.walking import (
    browse,
    drink,
    go_home,
    goblins_near,
    kept_to,
    orerock,
    safely,
    to_any,
)
from forge.blade.compiled.jit import inline, jit
from forge.blade.grown import kinds
from forge.blade.grown.kinds import ARMOUR, BUNDLE, COUNT, KNIVES, ORE, SWORD, Skill, made_by
from forge.blade.mechanics.bitboards import BLOCK, HERE, either, is_empty, look, spread
from forge.blade.mechanics.ids import Style
from forge.blade.mechanics.ways import PASS

_HOLD, _MELEE = int(Style.HOLD), int(Style.MELEE)
_KINDS, _OF, _TAKES, _LEVEL = COUNT, kinds.OF, kinds.TAKES, kinds.LEVEL
_MEALS, _END_OF_MEALS = made_by(Skill.COOKING).start, made_by(Skill.COOKING).stop
_THINGS, _END_OF_THINGS = made_by(Skill.SMITHING).start, made_by(Skill.SMITHING).stop
_FIRST_TRADE = FISHING
_DEFENSE, _FENCING = int(Skill.DEFENSE), int(Skill.MELEE)
_STORES = 2  # meals that everyone keeps for itself
_SUPPLIES = 6  # units of what is worked on that cooks and smiths like to have
_METALS = 3
_LADEN = 8  # pieces of ore with which a miner goes home
_CATCH = 5  # fish with which a fisher goes home
_NEAR = 3  # tiles from a camp at which fishers fish


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
        threats = goblins_near(told, w, slot)
        if not is_empty(threats):
            walkable, into = safely(ground, threats)
    moves = drink(me, rules, ground, walkable)
    if moves < 0:  # camps lie near water
        moves = go_home(told, me, rules, walkable, headings, w, slot, bits)
        if me.in_camp:
            moves = explore(me, rules, either(walkable, HERE), headings, w, slot, bits)
    elif moves == 0:
        moves = feed(told, me, rules, ground, walkable, headings, bits, w, slot)
    if moves == 0:
        moves = go_to_work(told, me, rules, ground, walkable, headings, bits, w, slot, trade, at)
    return member(kept_to(moves, into), mix(bits))


@inline
def feed(told, me, rules, ground, walkable, headings, bits, w, slot):
    """The moves of who is hungry and carries no meal: to the camp if it can pay for one there, else to forest."""
    if 2 * np.int64(me.food) > rules.food or meals_of(told, w, slot) > 0:
        return np.int64(0)
    _, cost = cheapest_meal(told, rules, w, slot)
    if 0 < cost <= told.gold[w, slot]:
        return np.int64(0) if me.in_camp else go_home(told, me, rules, walkable, headings, w, slot, bits)
    moves = browse(me, rules, ground, walkable)
    if moves == 0 and 3 * np.int64(me.food) < rules.food:
        moves = explore(me, rules, either(walkable, HERE), headings, w, slot, bits)
    return np.int64(moves)


@inline
def go_to_work(told, me, rules, ground, walkable, headings, bits, w, slot, trade, at):
    """The moves to where its trade is done, or home with what it has gathered."""
    moves = np.int64(0)
    away = max(abs(np.int64(told.camp_way[w, slot, 0])), abs(np.int64(told.camp_way[w, slot, 1])))
    if trade == FISHING:
        if away <= rules.camp_radius + _NEAR and goods(told, w, slot, trade) < (2 if me.in_camp else _CATCH):
            moves = to_any(spread(ground.water, walkable), walkable)
    elif trade == MINING and goods(told, w, slot, trade) < (2 if me.in_camp else _LADEN):
        moves = to_any(spread(orerock(told.window, at), walkable), walkable)
        if moves == 0:
            return np.int64(explore(me, rules, either(walkable, HERE), headings, w, slot, bits))
    if moves != 0:
        return moves
    if me.in_camp:
        return stay_by_water(told, me, rules, ground, walkable, w, slot)
    return np.int64(go_home(told, me, rules, walkable, headings, w, slot, bits))


@inline
def stay_by_water(told, me, rules, ground, walkable, w, slot):
    """The moves of who is at home in a camp: to the water's edge, if that lies well within it."""
    away = max(abs(np.int64(told.camp_way[w, slot, 0])), abs(np.int64(told.camp_way[w, slot, 1])))
    if away < rules.camp_radius:
        moves = to_any(spread(ground.water, walkable), walkable)
        return moves if moves != 0 else np.int64(PASS)
    return np.int64(PASS)


@inline
def goods(told, w, slot, trade):
    """How many units an agent carries that it has gathered to sell."""
    found = np.int64(0)
    for kind in range(_KINDS):
        if is_gathered(kind, trade):
            found += told.pack[w, slot, kind]
    return found


@inline
def is_gathered(kind, trade):
    """Whether somebody of a trade gathers a kind only to sell it."""
    if trade == FISHING:
        return kind < _MEALS
    if trade == MINING:
        return ORE <= kind < ORE + _METALS
    return False


@inline
def labour(told, rules, w, slot, trade):
    """What work an agent does, with which kind, and for which price."""
    me, may = told.agents[w, slot], told.may_work[w, slot]
    meal = best_meal(told, me, rules.food, w, slot)
    if meal >= 0:
        return rules.deed_eat, meal, 0
    if me.in_camp:
        for deed, low, high in ((rules.deed_cook, _MEALS, _END_OF_MEALS), (rules.deed_smith, _THINGS, _END_OF_THINGS)):
            mine = trade == (COOKING if low == _MEALS else SMITHING)
            if mine and deed >= 0 and may[deed]:
                kind = most_worth_making(told, rules, w, slot, deed, low, high)
                if kind >= 0:
                    return deed, kind, 0
        if rules.deed_sell >= 0:
            work, kind, price = trade_one(told, rules, w, slot, trade, me)
            if work >= 0:
                return work, kind, price
    if trade == FISHING and may[rules.deed_fish]:
        return rules.deed_fish, 0, 0
    if trade == MINING and may[rules.deed_mine]:
        return rules.deed_mine, 0, 0
    return 0, 0, 0


@inline
def most_worth_making(told, rules, w, slot, deed, low, high):
    """Of what an agent can make what is worth most for what it takes, less the more it has of it; −1 if nothing."""
    best, most = -1, np.int64(0)
    for kind in range(low, high):
        if told.may_kind[w, slot, deed, kind]:
            held = np.int64(told.pack[w, slot, kind]) // kinds.MAKES[kind] + told.orders_by_kind[w, slot, kind]
            score = 256 * worth(told, rules, w, slot, kind) // _TAKES[kind] // (1 + max(0, held))
            if score > most:
                best, most = kind, score
    return best


@inline
def trade_one(told, rules, w, slot, trade, me):
    """The order that an agent places, or closes: work −1 for none."""
    gold, may = np.int64(told.gold[w, slot]), told.may_work[w, slot]
    meals = meals_of(told, w, slot)
    hungry = 2 * np.int64(me.food) < rules.food
    if may[rules.deed_buy] and meals < _STORES and (hungry or trade != COOKING):
        kind, cost = cheapest_meal(told, rules, w, slot)
        if kind >= 0 and cost <= (gold if hungry else gold // 2):
            return rules.deed_buy, kind, place_of(rules, cost)
    if may[rules.deed_sell]:
        kind = most_to_spare(told, rules, w, slot, trade, meals)
        if kind >= 0:
            stock = np.int64(told.pack[w, slot, kind]) // kinds.MAKES[kind]
            return rules.deed_sell, kind, asking(told, rules, w, slot, kind, stock)
    if may[rules.deed_buy] and trade in (COOKING, SMITHING):
        kind, price = supply(told, rules, w, slot, trade, gold)
        if kind >= 0:
            return rules.deed_buy, kind, price
    if may[rules.deed_buy]:
        kind, price = gear(told, rules, w, slot, gold)
        if kind >= 0:
            return rules.deed_buy, kind, price
    return -1, 0, 0


@inline
def most_to_spare(told, rules, w, slot, trade, meals):
    """The kind of which an agent has most that it does not need; −1 if it needs all."""
    best, most = -1, np.int64(0)
    for kind in range(_KINDS):
        if told.may_kind[w, slot, rules.deed_sell, kind] and told.orders_by_kind[w, slot, kind] < 2:
            spare = np.int64(told.pack[w, slot, kind]) // kinds.MAKES[kind] - kept(told, w, slot, kind, trade, meals)
            if spare > most:
                best, most = kind, spare
    return best


@inline
def kept(told, w, slot, kind, trade, meals):
    """How many units of a kind an agent keeps for itself."""
    if _MEALS <= kind < _END_OF_MEALS:
        return max(0, _STORES - (meals - np.int64(told.pack[w, slot, kind])))
    if kind < _MEALS:
        return _KINDS if trade == COOKING else 0
    if ORE <= kind < ORE + _METALS:
        return _KINDS if trade == SMITHING else 0
    if KNIVES <= kind < KNIVES + _METALS:
        return 2 if trade == COOKING else 0
    place = (kind - SWORD) // _METALS
    better = 0  # of a better metal, or worn already
    for metal in range((kind - SWORD) % _METALS + 1, _METALS):
        better += told.pack[w, slot, SWORD + _METALS * place + metal] > 0
    return 1 if better == 0 and place != 2 else 0


@inline
def supply(told, rules, w, slot, trade, gold):
    """What a cook or a smith buys to work on, and the place of the price it bids; −1 if it has enough."""
    low, high = (_MEALS, _END_OF_MEALS) if trade == COOKING else (_THINGS, _END_OF_THINGS)
    stored, ordered = np.int64(0), np.int64(0)
    for kind in range(_KINDS):
        if is_gathered(kind, FISHING if trade == COOKING else MINING):
            stored += told.pack[w, slot, kind]
            ordered += max(0, -np.int64(told.orders_by_kind[w, slot, kind]))
    if trade == COOKING and told.pack[w, slot, KNIVES] < BUNDLE // 2 and stored > 0:
        for kind in range(KNIVES, KNIVES + _METALS):
            ask, _, _ = quoted(told, rules, w, slot, kind)
            if 0 < ask <= gold // 2:
                return kind, place_of(rules, ask)
    if stored + ordered >= _SUPPLIES:
        return -1, 0
    best, most, price = -1, np.int64(-(1 << 30)), 0
    for kind in range(low, high):
        of = _OF[kind]
        if of < 0 or told.level[w, slot, trade] < _LEVEL[kind]:
            continue
        value = worth(told, rules, w, slot, kind) // _TAKES[kind]
        ask, _, _ = quoted(told, rules, w, slot, of)
        if 0 < ask <= gold and ask < value:
            if value - ask > most:
                best, most, price = of, value - ask, place_of(rules, ask)
        elif ask == 0 and most < 0 and ordered < 2 and value > 1 and gold >= 1:
            best, price = of, place_of(rules, min(gold, max(1, value // 2)))
            most = np.int64(-1)
    return best, price


@inline
def gear(told, rules, w, slot, gold):
    """A sword or armour better than what an agent has, if it is on offer for less than half of its gold; −1 if not."""
    for first in (ARMOUR, SWORD):
        skill = _DEFENSE if first == ARMOUR else _FENCING
        for metal in range(_METALS - 1, -1, -1):
            kind = first + metal
            if told.pack[w, slot, kind] > 0:
                break
            ask, _, _ = quoted(told, rules, w, slot, kind)
            if 0 < ask <= gold // 2 and told.level[w, slot, skill] >= _LEVEL[kind]:
                return kind, place_of(rules, ask)
    return -1, 0


class Artisan(Citizen):
    """Works in the trade that it is gifted for, sells what it makes and buys what it lacks; flees what it cannot beat.

    Fishers fish, miners mine, and both carry home what they have; cooks and smiths stay in a camp, buy what they work
    on, and sell what they make. Everyone keeps some meals, and eats, drinks and, in need, lives off the forest.
    """

    kernel = decide_all
