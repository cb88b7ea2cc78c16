"""Births: agents bear children, with whom populations go on by themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown.bodies import be_gifted, be_gifted_as_mother
from forge.blade.grown.work import does
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE, SURVIVES
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import MAX_POINTS, Section, choice, number
from forge.blade.schema.system import Array, EventType, Number, System, Term
from forge.blade.systems.reward import weight_of
from forge.blade.systems.spawn import be_born, free_slot, join_ranks, spawn

_KINDS = ("spawn", "parents", "both")
_SPAWN, _PARENTS = 0, 1


@dataclass(frozen=True)
class Births(Section):
    """Where newborns come from."""

    kind: str = choice(
        "both",
        _KINDS,
        "who lets newborns in: the spawn on the ring; parents, and the spawn only until each population has been as "
        "many as it may be once; or both",
    )
    age: int = number(50, 0, 2**31 - 1, "age from which agents can bear a child [ticks]")
    least: int = number(24, 0, MAX_POINTS, "food, and water, that takes")
    cost: int = number(16, 0, MAX_POINTS, "food, and water, that a birth costs the mother")


@inline
def forget_wishes(state, w):
    """Nobody has asked for a child yet."""
    state.asked[w] = 0
    state.asking[w] = 0
    state.birth_turn[w] = 0


@inline
def can_bear(state, w, slot):
    """Whether an agent can bear a child, as far as that is its own matter."""
    rules, agent = state.rules[w], state.agents[w, slot]
    fed = (agent.food >= rules.bearing_least) & (agent.water >= rules.bearing_least)
    return (rules.birth_kind != _SPAWN) & (agent.age >= rules.bearing_age) & fed


@inline
def reproduce(state, w, slot, counting):
    """Who chose to, and can, will bear a child at the end of the tick, if there is a place for it then."""
    if does(state, w, slot, state.rules[w].deed_reproduce):
        if can_bear(state, w, slot):
            state.asked[w, slot] = 1
            state.asking[w] += 1
    return SURVIVES


@inline
def count_children(state, w, slot, counting):
    """The children that it has borne since its last turn are counted."""
    if counting:
        state.deeds[w, slot, state.rules[w].term_birth] = state.borne[w, slot]
    state.borne[w, slot] = 0
    return SURVIVES


@inline
def come(state, w):
    """Lets the next one in: the children, by the slots of their mothers, then whom the spawn does.

    Returns:
        Its slot, or NONE.
    """
    slots = np.int64(state.rules[w].slots)
    turn = np.int64(state.birth_turn[w])
    if state.asking[w] > 0:
        while turn < slots:
            mother = turn
            turn += 1
            if state.asked[w, mother] and has_place(state, w, state.agents[w, mother].population):
                state.birth_turn[w] = turn
                return bear(state, w, mother)
    if turn <= slots:
        state.birth_turn[w] = slots + 1
        state.bearer[w] = 0
        if founds(state, w):
            slot = spawn(state, w)
            if slot != NONE:
                note_founded(state, w, state.agents[w, slot].population)
            return slot
    return np.int64(NONE)


@inline
def has_place(state, w, population):
    """Whether one more agent of a population may live."""
    return (state.living_count[w] < state.cap[w]) & (state.members[w, population] < state.rules[w].quota)


@inline
def bear(state, w, mother):
    """Puts a newborn of the mother's population onto her tile, at her cost. Returns its slot."""
    rules, agent = state.rules[w], state.agents[w, mother]
    population = np.int64(agent.population)
    slot = free_slot(state, w, population)
    be_born(state, w, slot, population, agent.row, agent.col)
    state.members[w, population] += 1
    join_ranks(state, w, slot)
    note_founded(state, w, population)
    agent.food = max(0, np.int64(agent.food) - rules.bearing_cost)
    agent.water = max(0, np.int64(agent.water) - rules.bearing_cost)
    state.borne[w, mother] += 1
    state.tally[w, population].children += 1
    if state.lives.shape[1] > 0:
        state.lives[w, mother].children += 1
    state.bearer[w] = mother + 1
    log_event(state, w, rules.event_bear, mother, 0, 0, slot)
    return slot


@inline
def founds(state, w):
    """Whether the spawn lets agents in: with parents alone, until each population has been at its quota once."""
    if state.rules[w].birth_kind != _PARENTS:
        return True
    founded, missing = state.founded[w], 0
    for population in range(founded.shape[0]):
        missing += founded[population] == 0
    return missing > 0


@inline
def note_founded(state, w, population):
    """Notes it if a population is at its quota."""
    if state.members[w, population] >= state.rules[w].quota:
        state.founded[w, population] = 1


@inline
def know_mother(state, w, slot):
    """It is known who its mother is."""
    bearer = np.int64(state.bearer[w])
    named = np.int64(0)
    if bearer > 0:
        named = np.int64(state.agents[w, bearer - 1].id) + 1
    state.mother[w, slot] = named
    if state.lives.shape[1] > 0:
        state.lives[w, slot].mother = named


@inline
def see_births(state, w):
    """Everyone knows whether it can bear a child."""
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        state.may_work[w, slot, state.rules[w].deed_reproduce] = can_bear(state, w, slot)


SYSTEM = System(
    "births",
    "agents bear children",
    section=Births,
    needs=("work",),
    numbers=(
        Number("birth_kind", value=lambda c, edge: _KINDS.index(c.births.kind)),
        Number("bearing_age", value=lambda c, edge: c.births.age),
        Number("bearing_least", value=lambda c, edge: c.births.least),
        Number("bearing_cost", value=lambda c, edge: c.births.cost),
    ),
    tally=(Column("children", "i8", "children borne", "agents"),),
    life=(
        Column("mother", "i8", "1 + id of its mother; 0 if it has none", "births"),
        Column("children", "i4", "children that it bore", "agents"),
    ),
    arrays=(
        Array("mother", "i8", lambda z: (z.N,), "1 + id of its mother; 0 if it has none", saved=True, emptied=True),
        Array("borne", "i4", lambda z: (z.N,), "children borne, not counted yet", saved=True, emptied=True),
        Array("founded", "u1", lambda z: (z.P,), "whether a population has been at its quota once", saved=True),
        Array("asked", "u1", lambda z: (z.N,), "who will bear a child in this tick", emptied=True),
        Array("asking", "i4", lambda z: (), "how many have asked for one"),
        Array("birth_turn", "i4", lambda z: (), "the slot whose turn it is to bear one"),
        Array("bearer", "i4", lambda z: (), "1 + slot of the mother of who enters; 0 if it has none"),
    ),
    events=(EventType("bear", "an agent bore a child", other="its child"),),
    terms=(Term("birth", "child borne", weight_of("birth")),),
    verbs=(
        Verb(Phase.START, forget_wishes, "Nobody has asked for a child yet."),
        Verb(
            Phase.FORAGE,
            reproduce,
            "Who reproduces, and is old enough, fed and watered, will bear a child at the end of the tick.",
        ),
        Verb(Phase.BODY, count_children, "The children that it has borne since its last turn are counted."),
        Verb(
            Phase.ENTER,
            come,
            "Who is to bear a child bears one on its own tile, in the order of slots, if its population is below its "
            "quota and fewer live than may, and pays for it in food and water. Then, if fewer live than may, one "
            "agent enters on the outermost ring of the playable square, of a population below its quota, each as "
            "likely; with `parents` only until each population has been at its quota once.",
            instead=spawn,
            many=True,
        ),
        Verb(Phase.BIRTH, know_mother, "It is known who its mother is."),
        Verb(
            Phase.BIRTH,
            be_gifted_as_mother,
            "Its body has its gifts for the four trades, if they are inherited from its mother.",
            where=("bodies",),
            instead=be_gifted,
        ),
        Verb(Phase.OBSERVE, see_births, "Everyone knows whether it can bear a child."),
    ),
)
