"""Forager: lives off the land and harms others as little as it can."""

from __future__ import annotations

from forge.agents.base import Compiled
from forge.agents.dice import key_of, member, mix, roll
from forge.agents.foraging import forage
from forge.agents.striking import gentlest_style, style_matters
from forge.blade.compiled.jit import inline, jit
from forge.blade.mechanics.bitboards import BLOCK, look


@jit
def decide_all(sight, rules, headings, seed, calls, first, low, high, out):
    """See `Compiled`."""
    key, matters = key_of(seed, calls), style_matters(rules[0])
    for w in range(out.shape[0]):
        for slot in range(low, high):
            out[w, slot, :] = 0
            if sight.seen_count[w, slot] > 0:
                move = walk(sight, rules[0], headings, roll(key, first + w, slot), w, slot)
                out[w, slot, 0] = move
                if matters:
                    out[w, slot, 1] = gentlest_style(sight, rules[0], w, slot, move)


@inline
def walk(sight, rules, headings, bits, w, slot):
    """The move of one agent."""
    me = sight.agents[w, slot]
    if me.freeze > 0:
        return 0
    ground = look(sight.window, (w * sight.seen_count.shape[1] + slot) * BLOCK)
    return member(forage(me, rules, ground, ground.open, headings, w, slot, bits), mix(bits))


class Forager(Compiled):
    """Walks to the food or water it needs, around obstacles and never onto lava; explores where it sees none.

    Where it cannot hold, it attacks with the style that does the least harm. It names no target.
    """

    kernel = decide_all
