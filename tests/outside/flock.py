"""What is on the map and is no agent: a flock of sheep, which agents shear for wool that they trade away or keep.

Two sheep stand on the map and step east, one tile a tick, as far as they can. Who stands on the tile of a sheep and
chooses to shear has its wool; to give away wool, one says how much: that is a choice which depends on the first.
"""

from __future__ import annotations

import numpy as np

from forge.blade.extend import (
    NOBODY,
    SURVIVES,
    Array,
    Choice,
    Column,
    Feature,
    Phase,
    System,
    Verb,
    inline,
    material_at,
    tile_index,
)
from forge.blade.systems.vitals import be_well

SHEEP, MOST = 2, 3
REST, SHEAR, GIVE = range(3)


@inline
def bring_sheep(state, w):
    """Before the first agent enters, sheep come: the nth on row 10 + n, column 10."""
    if state.births[w] == 0:
        for n in range(SHEEP):
            slot = state.actions.shape[1] + n
            sheep = state.agents[w, slot]
            sheep.id, sheep.population, sheep.row, sheep.col, sheep.health = -1 - n, NOBODY, 10 + n, 10, 1
            state.beasts[w, n] = slot
        state.beasts_count[w] = SHEEP


@inline
def wander(state, w):
    """Each sheep steps east, onto grass."""
    for k in range(state.beasts_count[w]):
        sheep = state.agents[w, state.beasts[w, k]]
        if material_at(state, w, tile_index(state.rules[w], sheep.row, sheep.col + 1)) == 2:
            sheep.col += 1


@inline
def shear(state, w, slot, counting):
    """Who chose to shear on the tile of a sheep has one more piece of wool, at most three; who gives has fewer."""
    rules, agent = state.rules[w], state.agents[w, slot]
    does, amount = state.actions[w, slot, rules.choice_chore], state.actions[w, slot, rules.choice_pieces]
    if does == SHEAR and on_sheep(state, w, agent):
        state.wool[w, slot, 0] = min(MOST, state.wool[w, slot, 0] + 1)
    elif does == GIVE and 0 < amount <= state.wool[w, slot, 0]:
        state.wool[w, slot, 0] -= amount
        state.wool[w, slot, 1] += amount
    return SURVIVES


@inline
def on_sheep(state, w, agent):
    found = False
    for k in range(state.beasts_count[w]):
        sheep = state.agents[w, state.beasts[w, k]]
        found |= (sheep.row == agent.row) & (sheep.col == agent.col)
    return found


@inline
def see_wool(state, w):
    """What one may do depends on where one stands, and on what one has."""
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        chores, pieces = state.may_chore[w, slot], state.may_shed[w, slot]
        wool = state.wool[w, slot, 0]
        chores[REST], chores[SHEAR], chores[GIVE] = True, on_sheep(state, w, state.agents[w, slot]), wool > 0
        for amount in range(MOST + 1):
            pieces[REST, amount] = pieces[SHEAR, amount] = amount == 0
            pieces[GIVE, amount] = 0 < amount <= wool


@inline
def be_half_well(state, w, slot):
    """A newborn has half of what it can have."""
    rules, agent = state.rules[w], state.agents[w, slot]
    agent.health, agent.food, agent.water = rules.health // 2, rules.food // 2, rules.water // 2


@inline
def never(state, w, slot):
    state.agents[w, slot].woolly = 7


@inline
def mark_woolly(state, w, slot):
    state.agents[w, slot].woolly = 3


def _own(name, column, meaning):
    return Feature(
        name, lambda c: 0, lambda c: 99, "pieces", meaning, lambda c: 0, lambda c: 1, array="wool", at=column
    )


FLOCK = System(
    "flock",
    "sheep, their wool, and what is done with it",
    needs=("paths",),
    bodies=lambda config: SHEEP,
    agent=(Column("woolly", "u1", "a number that says which verbs of birth there are", "1"),),
    arrays=(
        Array("wool", "i2", lambda z: (z.N, 2), "pieces that it has, and has given", saved=True, emptied=True),
        Array("may_chore", "?", lambda z: (z.N, 3), "which chores", emptied=True),
        Array("may_shed", "?", lambda z: (z.N, 3, MOST + 1), "how many pieces, by the chore", emptied=True),
    ),
    own=(_own("wool", 0, "wool that it has"), _own("wool_given", 1, "wool that it has given")),
    choices=(
        Choice("chore", "what it does", lambda c: ("rest", "shear", "give"), mask="may_chore"),
        Choice("pieces", "how many", lambda c: ("0", "1", "2", "3"), mask="may_shed", given="chore"),
    ),
    verbs=(
        Verb(Phase.START, bring_sheep, "Before the first agent enters, two sheep come."),
        Verb(Phase.MOVE, wander, "Each sheep steps east, onto grass."),
        Verb(Phase.FORAGE, shear, "Who is on the tile of a sheep may shear it; who has wool may give it."),
        Verb(Phase.BIRTH, be_half_well, "A newborn has half of what it can have.", instead=be_well),
        Verb(Phase.BIRTH, never, "Never: there is no such system.", where=("flock", "wolves")),
        Verb(Phase.BIRTH, mark_woolly, "Always.", where=("flock",)),
        Verb(Phase.OBSERVE, see_wool, "Everyone knows what it may do."),
    ),
)
