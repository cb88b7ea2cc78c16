"""Fighter: lives off the land, strikes whom it can, hunts the weaker and keeps out of the reach of the others."""

from __future__ import annotations

import numpy as np

from forge.agents.base import Compiled
from forge.agents.dice import key_of, member, mix, roll
from forge.agents.foraging import forage
from forge.agents.striking import deadly_reach, harmful_reach, most_useful_style, most_useful_target, style_matters
from forge.blade.compiled.jit import inline, jit
from forge.blade.mechanics.bitboards import (
    BLOCK,
    HERE,
    NOWHERE,
    SIGHT,
    add,
    both,
    either,
    holds_me,
    is_empty,
    look,
    spread,
    steps,
    widen,
    without,
)
from forge.blade.mechanics.ways import way

#: A fighter goes after prey at most so many steps away.
CHASE = 3


@jit
def decide_all(sight, rules, headings, seed, calls, first, low, high, out):
    """See `Compiled`."""
    key, learned = key_of(seed, calls), rules[0].learned
    reach, matters = harmful_reach(rules[0]), style_matters(rules[0])
    for w in range(out.shape[0]):
        for slot in range(low, high):
            out[w, slot, :] = 0
            if sight.seen_count[w, slot] > 0:
                move = walk(sight, rules[0], reach, headings, roll(key, first + w, slot), w, slot)
                out[w, slot, 0] = move
                if not matters:
                    continue
                if learned:
                    out[w, slot, 1], out[w, slot, 2] = most_useful_target(sight, rules[0], reach, w, slot, move)
                else:
                    out[w, slot, 1] = most_useful_style(sight, rules[0], reach, w, slot, move)


@inline
def walk(sight, rules, reach, headings, bits, w, slot):
    """The move of one agent."""
    me = sight.agents[w, slot]
    if me.freeze > 0:
        return 0
    ground = look(sight.window, (w * sight.seen_count.shape[1] + slot) * BLOCK)
    walkable, into = ground.open, 0
    if reach >= 0:
        prey, threats = size_up(sight, rules, w, slot)
        threats = spread(threats, ground.open)
        lethal = max(deadly_reach(rules, me.health), 0)
        within = widen(threats, lethal)
        safe, calm = without(ground.open, within), without(ground.open, widen(within, reach - lethal))
        if me.food > rules.heal_food and me.water > rules.heal_water and not is_empty(prey):
            path = either(safe, HERE)
            distance, moves = way(both(prey, path), path)
            if distance <= CHASE:
                return member(moves, mix(bits))
        walkable, into = retreat(ground.open, safe, calm)
    moves = forage(me, rules, ground, walkable, headings, w, slot, bits)
    if into:
        moves = moves & into if moves & into else into
    return member(moves, mix(bits))


@inline
def size_up(sight, rules, w, slot):
    """Boards of the nearest prey, if any is within `CHASE` steps over open ground, and of all that the agent fears."""
    agents, seen = sight.agents[w], sight.seen[w, slot]
    me = agents[slot]
    immune = me.age < rules.immunity
    threats, nearest, prey_row, prey_col = NOWHERE, np.int64(CHASE + 1), 0, 0
    for entry in range(1, sight.seen_count[w, slot]):
        other = agents[seen[entry]]
        row, col = np.int64(other.row) - me.row, np.int64(other.col) - me.col
        foe = other.population != me.population
        prey = foe & (other.age >= rules.immunity) & ((other.health < me.health) | immune)
        feared = foe & (not prey) & (not immune) & (max(abs(row), abs(col)) <= SIGHT)
        threats = add(threats, row + SIGHT, col + SIGHT, feared)
        steps_away = abs(row) + abs(col)
        if prey and steps_away < nearest:
            nearest, prey_row, prey_col = steps_away, row, col
    return add(NOWHERE, prey_row + SIGHT, prey_col + SIGHT, nearest <= CHASE), threats


@inline
def retreat(ground, safe, calm):
    """Where to walk, the agent's own tile included, and the moves to choose from if it must get in there first.

    That is the calm tiles if the agent is on one or beside one, else the safe ones likewise, else all the ground.
    """
    for zone in (calm, safe):
        if holds_me(zone):
            return zone, 0
        into = steps(zone)
        if into:
            return either(zone, HERE), into
    return ground, 0


class Fighter(Compiled):
    """Forages as the Forager does, and fights the other populations.

    It attacks with what is likely to gain most: kills, then health, food and water. Others with less health than its
    own are prey; well fed, it goes for one that is near. From the rest it keeps away: out of reach of all attacks, or
    at least of those that would kill it. While it is immune it fears nobody and everyone is prey; who is immune is
    nobody's prey.
    """

    kernel = decide_all
