"""Hunter: kills chickens and the like, then goblins, then others, and lives on what they leave."""

from __future__ import annotations

import numpy as np

from forge.agents.artisan import feed, most_to_spare, raw_food
from forge.agents.citizen import NEEDED, Citizen
from forge.agents.dealing import asking, best_meal, cheapest_meal, meals_of, open_orders, place_of, price_of
from forge.agents.dice import key_of, member, mix, roll
from forge.agents.investing import gear
from forge.agents.paths import explore
from forge.agents.walking import (
    browse,
    drink,
    go_home,
    is_game,
    is_goblin,
    kept_to,
    safely,
    settle,
    threats_near,
    to_any,
)
from forge.blade.compiled.jit import inline, jit
from forge.blade.grown import kinds
from forge.blade.grown.kinds import ARMOUR, IN_USE, Skill, made_by
from forge.blade.mechanics.bitboards import BLOCK, HERE, NOWHERE, SIGHT, add, either, is_empty, look, widen
from forge.blade.mechanics.ids import STRIKING_STYLES
from forge.blade.mechanics.ways import FAR

_MEALS, _END_OF_MEALS = made_by(Skill.COOKING).start, made_by(Skill.COOKING).stop
_STORES = 2
_LADEN = 4  # pieces of raw meat with which it goes home
_GLUT = 8  # pieces with which it hunts no more chickens: nobody buys them
_NO_TRADE = -1
_METALS = 3
_DEFENSE, _CONSTITUTION = int(Skill.DEFENSE), int(Skill.CONSTITUTION)
#: Each hunter strikes in one style, by its slot; the first kind of the weapons for each, and how many there are.
_WEAPONS = np.array([kind for kind, _ in IN_USE[: len(STRIKING_STYLES)]])
_STYLES = len(_WEAPONS)
_FOR_MEALS = 4  # gold that it keeps when it buys arms


@jit
def decide_all(told, rules, headings, seed, calls, first, low, high, out):
    """See `Compiled` and `Citizen`."""
    key = key_of(seed, calls)
    for w in range(out.shape[0]):
        for slot in range(low, high):
            out[w, slot, :] = 0
            if told.seen_count[w, slot] > 0:
                bits = roll(key, first + w, slot)
                style = slot % _STYLES
                out[w, slot, 0] = walk(told, rules[0], headings, bits, w, slot, style)
                out[w, slot, 1] = style
                work, kind, price = labour(told, rules[0], w, slot, style)
                out[w, slot, rules[0].choice_work] = work
                out[w, slot, rules[0].choice_kind] = kind
                if price_of(rules[0], 0) > 0:
                    out[w, slot, rules[0].choice_price] = price


@inline
def walk(told, rules, headings, bits, w, slot, style):
    """The move of one agent: out of danger, to water, to food, home with what it has, else after prey."""
    me = told.agents[w, slot]
    if me.freeze > 0:
        return 0
    ground = look(told.window, (w * told.seen_count.shape[1] + slot) * BLOCK)
    walkable, into = ground.open, 0
    bold = is_armed(told, rules, w, slot, style)
    if me.in_camp == 0:
        threats = threats_near(told, rules, w, slot, bold)
        if not is_empty(threats):
            walkable, into = safely(ground, threats)
    moves = drink(me, rules, ground, walkable)
    if moves < 0:
        moves = go_home(told, me, rules, walkable, headings, w, slot, bits)
        if me.in_camp:
            moves = explore(me, rules, either(walkable, HERE), headings, w, slot, bits)
    elif moves == 0:
        moves = feed(told, me, rules, ground, walkable, headings, bits, w, slot, _NO_TRADE)
    if moves == 0 and rules.deed_sell >= 0 and goes_to_sell(told, me, rules, w, slot, style):
        moves = settle(told, me, rules, ground, walkable, headings, w, slot, bits)
    if moves == 0:
        prey = prey_in_view(told, rules, w, slot, bold, raw_food(told, w, slot) < _GLUT)
        moves = to_any(widen(prey, 1), walkable) if not is_empty(prey) else np.int64(0)
    if moves == 0:
        moves = browse(me, rules, ground, walkable, FAR - 1)
    if moves == 0:
        moves = explore(me, rules, either(walkable, HERE), headings, w, slot, bits)
    return member(kept_to(moves, into), mix(bits))


@inline
def goes_to_sell(told, me, rules, w, slot, style):
    """Whether a hunter goes home with what it has, or stays there until it has offered all that it can."""
    if me.in_camp:
        spare = most_to_spare(told, rules, w, slot, _NO_TRADE, meals_of(told, w, slot), _WEAPONS[style])
        return told.may_work[w, slot, rules.deed_sell] and spare >= 0
    return raw_food(told, w, slot) >= _LADEN and open_orders(told, w, slot) == 0


@inline
def is_armed(told, rules, w, slot, style):
    """Whether an agent may take on a goblin: well, and armed with tin or better, or in armour, or at a high level."""
    me, level = told.agents[w, slot], told.level[w, slot]
    well = 4 * np.int64(me.health) >= 3 * np.int64(level[_CONSTITUTION])
    arms = np.int64(0)
    for metal in range(_METALS):
        weapon = _WEAPONS[style] + metal
        fits = level[style] >= kinds.LEVEL[weapon]
        arms += fits and told.pack[w, slot, weapon] > 0
        fits = level[_DEFENSE] >= kinds.LEVEL[ARMOUR + metal]
        arms += 2 * (fits and told.pack[w, slot, ARMOUR + metal] > 0)
    return well and 2 * arms + np.int64(level[style]) >= 8


@inline
def prey_in_view(told, rules, w, slot, bold, lacks_meat):
    """The tiles of chickens and the like in view, for who lacks meat; else of goblins, for the bold; else of others."""
    agents, seen = told.agents[w], told.seen[w, slot]
    me, game, goblins, others = agents[slot], NOWHERE, NOWHERE, NOWHERE
    for entry in range(1, told.seen_count[w, slot]):
        other = agents[np.int64(seen[entry])]
        row, col = np.int64(other.row) - me.row, np.int64(other.col) - me.col
        near = max(abs(row), abs(col)) <= SIGHT
        game = add(game, row + SIGHT, col + SIGHT, near & lacks_meat & is_game(other, rules))
        goblins = add(goblins, row + SIGHT, col + SIGHT, near & is_goblin(other))
        weaker = (other.alive != 0) & (other.population != me.population) & (other.age >= rules.immunity)
        weaker &= (other.in_camp == 0) & (other.health < me.health) & (other.combat_level <= me.combat_level)
        others = add(others, row + SIGHT, col + SIGHT, near & weaker)
    if not is_empty(game):
        return game
    if bold and not is_empty(goblins):
        return goblins
    return others if rules.agents_fight else NOWHERE


@inline
def labour(told, rules, w, slot, style):
    """What work an agent does, with which kind, for which price: it eats, sells what it took, buys meals and arms."""
    me, may = told.agents[w, slot], told.may_work[w, slot]
    meal = best_meal(told, me, rules.food, w, slot)
    if meal >= 0:
        return rules.deed_eat, meal, 0
    if me.in_camp == 0 or rules.deed_sell < 0:
        return 0, 0, 0
    gold, meals = np.int64(told.gold[w, slot]), meals_of(told, w, slot)
    if may[rules.deed_buy] and meals < _STORES:
        kind, cost = cheapest_meal(told, rules, w, slot)
        if kind >= 0 and cost <= (gold if 2 * np.int64(me.food) < rules.food else gold // 2):
            return rules.deed_buy, kind, place_of(rules, cost)
    if may[rules.deed_sell]:
        kind = most_to_spare(told, rules, w, slot, _NO_TRADE, meals, _WEAPONS[style])
        if kind >= 0:
            stock = np.int64(told.pack[w, slot, kind]) // kinds.MAKES[kind]
            return rules.deed_sell, kind, asking(told, rules, w, slot, kind, stock)
    if may[rules.deed_buy]:
        kind, price = gear(told, rules, w, slot, gold - _FOR_MEALS, _WEAPONS[style])
        if kind >= 0:
            return rules.deed_buy, kind, price
    return 0, 0, 0


class Hunter(Citizen):
    """Hunts: chickens first, then goblins once it is armed, then others that are weaker, where agents may fight.

    Of three hunters in slots that follow one another one strikes in melee, one at range and one with magic. Who has
    more raw meat than anybody buys leaves chickens alone.

    Of kinds that outside systems declare it hunts what strikes nobody, like chickens, and flees the others.

    What its prey leaves it sells in a camp; for that it buys meals, and arms and armour to hunt what is stronger.
    """

    needs = (*NEEDED, "levels", "creatures")
    kernel = decide_all
