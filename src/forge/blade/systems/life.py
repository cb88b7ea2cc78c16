"""Life: who is alive, since when, and of which population; the clock, and the random stream of each world."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.schema.record import Column
from forge.blade.schema.system import Array, Feature, System

AGE_LIMIT = 2**31 - 1


@inline
def _same_population(agent, me):
    return agent.population == me.population


SYSTEM = System(
    "life",
    "who is alive, and the clock",
    agent=(
        Column("id", "i8", "births of its world before it", "births"),
        Column("age", "i4", "ticks lived", "ticks"),
        Column("population", "u1", "0 .. P − 1", "index"),
        Column("alive", "u1", "1 in slots that hold an agent", "flag"),
    ),
    tally=(
        Column("births", "i8", "agents born", "agents"),
        Column("deaths", "i8", "agents that died, by `Cause`", "agents", lambda schema: (len(schema.causes),)),
        Column("lifetime", "i8", "sum of the lifetimes of finished lives", "ticks"),
        Column("ticks", "i8", "agent steps: ticks begun alive, summed over agents", "agent steps"),
    ),
    arrays=(
        Array("stream", "u8", lambda z: (), "random stream", saved=True),
        Array("tick", "i8", lambda z: (), "finished ticks", saved=True),
        Array("births", "i8", lambda z: (), "next id", saved=True),
        Array("cap", "i4", lambda z: (), "own spawn cap, 1 .. N", saved=True),
        Array("tally", "tally", lambda z: (z.P,), "running totals of each population since the reset", saved=True),
        Array("nobody", "agent", lambda z: (), "the record of an empty slot"),
        Array("living", "u2", lambda z: (z.N,), "slots of the living in increasing order, a list"),
        Array("living_count", "i4", lambda z: (), "how many there are"),
        Array("beasts", "u2", lambda z: (z.B - z.N,), "slots of living bodies behind those of agents, rising, a list"),
        Array("beasts_count", "i4", lambda z: (), "how many there are"),
        Array("members", "i4", lambda z: (z.P,), "living of each population"),
        Array("actions", "u1", lambda z: (z.N, len(z.schema.choices)), "of each choice, the option"),
        Array("refused", "i4", lambda z: (), "0, or which action was refused"),
        Array("dying", "u2", lambda z: (z.N,), "slots of those who die this tick, a list"),
        Array("deaths", "i4", lambda z: (), "how many there are"),
        Array("terminated", "?", lambda z: (z.N,), "who died in this tick"),
    ),
    features=(
        Feature(
            "age",
            lambda c: 0,
            lambda c: AGE_LIMIT,
            "ticks",
            "ticks lived",
            lambda c: 50.0,
            lambda c: 100.0,
            number=0,
        ),
        Feature(
            "same_population",
            lambda c: 0,
            lambda c: 1,
            "",
            "1 if of the observer's population",
            lambda c: 0.5,
            lambda c: 1.0,
            _same_population,
            9,
        ),
    ),
)


@inline
def strike_from_index(state, w, slot):
    """Gives the dead a column where nobody looks."""
    slots, cols = state.slots[w], state.cols[w]
    q = np.int64(state.row_start[w, state.agents[w, slot].row])
    while slots[q] != slot:
        q += 1
    cols[q] = cols.dtype.type(-1)


@inline
def close_ranks(state, w):
    """Drops the dead from the list of the living, which stays in the order of slots."""
    living, agents = state.living[w], state.agents[w]
    kept = 0
    for k in range(state.living_count[w]):
        slot = living[k]
        if agents[slot].alive:
            living[kept] = slot
            kept += 1
    state.living_count[w] = kept
