"""Foraging: which of food and water an agent goes for, and its way there."""

from __future__ import annotations

import numpy as np

from forge.agents.paths import explore
from forge.blade.compiled.jit import inline
from forge.blade.mechanics.bitboards import both, holds_me, spread, steps
from forge.blade.mechanics.ways import FAR, PASS, nearest_won, way

#: A drinker leaves the water before it has drunk its fill only once its food is below 1 part in this many.
STARVING = 8


@inline
def forage(me, rules, ground, walkable, headings, w, slot, bits):
    """The moves that lead to what an agent needs, as a bit set.

    It goes for the one of food and water of which it has the smaller share, by the shortest way over the walkable
    tiles, and for the other where there is none in view. Once beside water it drinks its fill. It leaves a forest tile
    to whoever is nearer to it: in a crowd that is worth a longer walk. Where nothing is in view it explores; in need
    of nothing it stays.
    """
    food, water = np.int64(me.food), np.int64(me.water)
    hungry, thirsty = needs(food, rules.food, rules.harvest), needs(water, rules.water, rules.drink)
    if not (hungry or thirsty):
        return PASS
    shore, forest = spread(ground.water, walkable), both(ground.forest, walkable)
    drinking = thirsty and holds_me(shore) and food * STARVING > rules.food
    eat = hungry and not drinking and (not thirsty or food * rules.water <= water * rules.food)
    distance, moves = FAR, PASS
    for _ in range(2):
        if distance == FAR and (hungry if eat else thirsty):
            goals = nearest_won(forest, walkable, ground.others) if eat else shore
            distance, moves = way(goals, walkable)
        eat = not eat
    if distance == FAR:
        return explore(me, rules, walkable, headings, w, slot, bits)
    through_food = moves & steps(forest) if hungry else 0
    return through_food if through_food else moves


@inline
def needs(amount, maximum, portion):
    """Whether there is room for a whole portion, or at least for half the maximum: less is not worth a walk."""
    return portion > 0 and maximum - amount >= min(np.int64(portion), (np.int64(maximum) + 1) // 2)
