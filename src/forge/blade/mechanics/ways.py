"""Ways over a window of 15 × 15 tiles, by flood fill over bit boards: to the nearest goal, and to those one can win."""

from __future__ import annotations

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.bitboards import (
    HERE,
    NOWHERE,
    both,
    either,
    holds_me,
    is_empty,
    spread,
    steps,
    without,
)
from forge.blade.mechanics.ids import Move

#: Distance of what cannot be reached.
FAR = 1 << 20
#: The set of moves that holds passing only.
PASS = 1 << int(Move.PASS)


@inline
def way(goals, ground):
    """Distance to the nearest goal over the ground, and the first moves of all shortest ways there as a bit set.

    Goals lie on the ground, and so does the agent. On a goal the answer is (0, PASS), without a way to one (FAR, PASS).
    """
    if holds_me(goals):
        return 0, PASS
    reached, distance = goals, 1
    while True:
        wider = spread(reached, ground)
        if holds_me(wider):
            return distance, steps(reached)
        if is_empty(without(wider, reached)):
            return FAR, PASS
        reached = wider
        distance += 1


@inline
def nearest_won(goals, ground, others):
    """The nearest goals among those that nobody else is nearer to: agent and others flood the ground at one pace."""
    mine, theirs = HERE, others
    while True:
        found = both(mine, goals)
        if not is_empty(found):
            return found
        wider = either(without(spread(mine, ground), theirs), mine)
        if is_empty(without(wider, mine)):
            return NOWHERE
        theirs = spread(theirs, ground)
        mine = wider
