"""Ways over the window, by flood fill: from the goals back to the agent, or outward from the agent."""

from __future__ import annotations

import numpy as np

from forge.agents.dice import below
from forge.blade.compiled.jit import inline, jit
from forge.blade.mechanics.bitboards import (
    HERE,
    NOWHERE,
    PITCH,
    SIGHT,
    SIZE,
    both,
    is_empty,
    spread,
    without,
)
from forge.blade.mechanics.ids import MOVE_COL, MOVE_ROW, Move
from forge.blade.mechanics.ways import FAR, way


@inline
def reachable(ground):
    """The tiles that the agent can walk to within its window."""
    reached = HERE
    while True:
        wider = spread(reached, ground)
        if is_empty(without(wider, reached)):
            return reached
        reached = wider


def _lines() -> np.ndarray:
    """Boards uint64 [5, 8, 4] of the row or column that lies a number of tiles away in the direction of a move."""
    lines = np.zeros((len(Move), SIGHT + 1, 4), np.uint64)
    for move in (Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST):
        for far in range(1, SIGHT + 1):
            row, col = SIGHT + far * MOVE_ROW[move], SIGHT + far * MOVE_COL[move]
            tiles = [(row, k) if MOVE_ROW[move] else (k, col) for k in range(SIZE)]
            bits = sum(1 << (PITCH * r + c) for r, c in tiles)
            lines[move, far] = [bits >> (64 * word) & 0xFFFFFFFFFFFFFFFF for word in range(4)]
    return lines


_LINES = _lines()


@inline
def line(heading, far):
    """The row or column that lies `far` tiles away in the direction of a heading; nothing for heading 0."""
    return _LINES[heading, far, 0], _LINES[heading, far, 1], _LINES[heading, far, 2], _LINES[heading, far, 3]


@inline
def farthest(reached, heading):
    """Of the tiles reached those that lie farthest north, south, east or west of the agent; none for heading 0."""
    for far in range(SIGHT, 0, -1):
        found = both(reached, line(heading, far))
        if not is_empty(found):
            return found
    return NOWHERE


@jit
def explore(me, rules, ground, headings, w, slot, bits):
    """The moves that keep an agent on its heading, around obstacles in view; blocked, it takes a new one."""
    heading = np.int64(headings[w, slot]) if me.age > 0 else 0
    distance, moves = way(both(line(heading, SIGHT), ground), ground)
    if distance < FAR:
        return moves
    reached = reachable(ground)
    goals = farthest(reached, heading)
    if is_empty(goals):
        heading = new_heading(me, rules, reached, bits)
        headings[w, slot] = heading
        goals = farthest(reached, heading)
    return way(goals, ground)[1]


@inline
def new_heading(me, rules, reached, bits):
    """A direction that is open, with odds as the tiles from here to the edge of the map; 0 if none is."""
    total = 0
    for heading in range(1, 5):
        total += room(me, rules, reached, heading)
    drawn = below(bits, total)
    for heading in range(1, 5):
        drawn -= room(me, rules, reached, heading)
        if drawn < 0:
            return heading
    return 0


@inline
def room(me, rules, reached, heading):
    """Tiles between the agent and the edge of the playable square in a direction; 0 if it cannot go there."""
    if is_empty(farthest(reached, heading)):
        return 0
    ahead = np.int64(me.row) * MOVE_ROW[heading] + np.int64(me.col) * MOVE_COL[heading]
    low, high = np.int64(rules.low), np.int64(rules.low) + rules.ring
    return high - ahead if ahead > 0 else -low - ahead
