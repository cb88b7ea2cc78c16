"""Walking to what the grown world has: ore in view, the nearest camp beyond it, and away from what hunts."""

from __future__ import annotations

import numpy as np

from forge.agents.dice import below
from forge.agents.fighter import retreat
from forge.agents.foraging import needs
from forge.agents.paths import explore, reachable
from forge.blade.compiled.jit import inline, where_kept
from forge.blade.compiled.vector import flagged64
from forge.blade.creatures.kinds import GOBLIN
from forge.blade.mechanics.bitboards import (
    HERE,
    NOWHERE,
    PITCH,
    SIGHT,
    add,
    both,
    either,
    holds_me,
    is_empty,
    spread,
    steps,
    widen,
    without,
)
from forge.blade.mechanics.ways import FAR, PASS, nearest_won, way

_BITS = (np.uint8(1), np.uint8(2), np.uint8(4))
_FOUR_ROWS, _THREE_ROWS = np.uint64(0x7FFF7FFF7FFF7FFF), np.uint64(0x00007FFF7FFF7FFF)
#: From so near the fire all of a camp is in view.
_AT_THE_FIRE = 2
_NONE, _16 = np.uint64(0), np.uint64(16)
_GOBLIN = GOBLIN
#: A way round what hides the camp is kept to for so many ticks on average.
_ROUND = 3
#: Of so many parts of its water an agent goes to drink when it has less than the first, and stops above the second.
_EIGHTHS, _DRY, _QUENCHED = 8, 3, 7


@inline
def orerock(window, at):
    """The tiles of orerock of the window whose first byte has flat index `at`; see `bitboards.look`."""
    return (
        _ore(window, at, _NONE, _FOUR_ROWS),
        _ore(window, at + 4 * PITCH, _NONE, _FOUR_ROWS),
        _ore(window, at + 8 * PITCH, _NONE, _FOUR_ROWS),
        _ore(window, at + 11 * PITCH, _16, _THREE_ROWS),
    )


@inline
def _ore(window, at, skipped, rows):
    """A word of `orerock`, whose number is 6."""
    ones, twos, fours = (
        flagged64(window, at, _BITS[0]) >> skipped,
        flagged64(window, at, _BITS[1]) >> skipped,
        flagged64(window, at, _BITS[2]) >> skipped,
    )
    return fours & twos & ~ones & rows


@inline
def towards(walkable, rows, cols):
    """The moves to whatever tile in view that can be reached lies nearest to a place so many rows and columns away."""
    row, col = SIGHT + max(-SIGHT, min(SIGHT, rows)), SIGHT + max(-SIGHT, min(SIGHT, cols))
    reached, near = reachable(walkable), add(NOWHERE, row, col, True)
    while is_empty(both(reached, near)):
        near = widen(near, 1)
    return way(both(reached, near), walkable)[1]


@inline
def go_home(told, me, rules, walkable, headings, w, slot, bits):
    """The moves towards the nearest camp; where what is in view leads no nearer, an agent looks for a way round."""
    rows, cols = np.int64(told.camp_way[w, slot, 0]), np.int64(told.camp_way[w, slot, 1])
    moves = towards(either(walkable, HERE), rows, cols)
    if max(abs(rows), abs(cols)) <= rules.camp_radius:
        return moves
    if moves != PASS and (headings[w, slot] == 0 or below(bits, _ROUND) == 0):
        headings[w, slot] = 0
        return moves
    return explore(me, rules, either(walkable, HERE), headings, w, slot, bits)


@inline
def settle(told, me, rules, ground, walkable, headings, w, slot, bits):
    """The moves home, and there to the water's edge within the camp, if there is one, where nobody thirsts."""
    rows, cols = np.int64(told.camp_way[w, slot, 0]), np.int64(told.camp_way[w, slot, 1])
    away = max(abs(rows), abs(cols))
    if away <= SIGHT:
        camp = widen(add(NOWHERE, rows + SIGHT, cols + SIGHT, True), rules.camp_radius)
        moves = to_any(both(spread(ground.water, walkable), camp), walkable)
        if moves != 0:
            return moves
    if away <= _AT_THE_FIRE:
        return np.int64(PASS)
    return np.int64(go_home(told, me, rules, walkable, headings, w, slot, bits))


def _nobody(other):
    return False


def _none_of(other, rules):
    return False


@where_kept("creature", otherwise=_nobody)
def is_goblin(other):
    """Whether who is in view is a goblin; where there are no creatures, nobody is."""
    return other.creature == _GOBLIN


@where_kept("creature", otherwise=_none_of)
def hunts(other, rules):
    """Whether it is a creature that hunts, a goblin or of a kind that an outside system declares."""
    return rules.creature_hunts[other.creature] > 0


@where_kept("creature", otherwise=_none_of)
def is_game(other, rules):
    """Whether it is a creature that strikes nobody, a chicken or of such a kind."""
    return (other.creature > 0) & (rules.creature_hunts[other.creature] == 0)


@inline
def threats_near(told, rules, w, slot, bold):
    """The tiles in view on which creatures stand that hunt; the bold fear no goblins, but whatever they do not know."""
    agents, seen = told.agents[w], told.seen[w, slot]
    me, found = agents[slot], NOWHERE
    for entry in range(1, told.seen_count[w, slot]):
        other = agents[np.int64(seen[entry])]
        row, col = np.int64(other.row) - me.row, np.int64(other.col) - me.col
        feared = hunts(other, rules) & (not (bold and is_goblin(other)))
        found = add(found, row + SIGHT, col + SIGHT, feared & (max(abs(row), abs(col)) <= SIGHT))
    return found


@inline
def safely(ground, threats):
    """Where to walk while what hunts is about, and the moves to choose from if an agent must get away first."""
    open_ground = ground.open
    return retreat(open_ground, without(open_ground, widen(threats, 1)), without(open_ground, widen(threats, 3)))


@inline
def drink(me, rules, ground, walkable):
    """The moves to water in view for who is thirsty, 0 for who is not, and −1 where none is in view."""
    shore = spread(ground.water, walkable)
    share = _QUENCHED if holds_me(shore) else _DRY
    if _EIGHTHS * np.int64(me.water) >= share * np.int64(rules.water):
        return np.int64(0)
    distance, moves = way(shore, walkable)
    return np.int64(moves) if distance < FAR else np.int64(-1)


@inline
def browse(me, rules, ground, walkable, within):
    """The moves to forest within so many steps that nobody else is nearer to; 0 for none, or if it is well fed."""
    if not needs(np.int64(me.food), rules.food, rules.harvest):
        return np.int64(0)
    forest = both(ground.forest, walkable)
    distance, moves = way(nearest_won(forest, walkable, ground.others), walkable)
    return np.int64(moves) if distance <= within else np.int64(0)


@inline
def to_any(goals, walkable):
    """The moves to the nearest of some tiles, PASS on one of them; 0 where none can be reached."""
    distance, moves = way(both(goals, either(walkable, HERE)), either(walkable, HERE))
    return np.int64(moves) if distance < FAR else np.int64(0)


@inline
def kept_to(moves, into):
    """Of the moves those that an agent must choose from, if it must; else the moves."""
    if into:
        return moves & into if moves & into else into
    return moves


@inline
def on_board(goals):
    """Whether any move leads onto a board, or the agent stands there."""
    return holds_me(goals) or steps(goals) != 0
