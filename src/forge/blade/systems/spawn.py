"""Spawn: at most one agent enters the world per tick, on the ring around the playable square."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_below
from forge.blade.mechanics.grid import enter, tile_index
from forge.blade.mechanics.ids import NONE
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.section import Section, number, plain
from forge.blade.schema.system import Number, Shared, Size, System, shared

MAX_AGENTS = 8192
MAX_POPULATIONS = 255


@dataclass(frozen=True)
class Spawn(Section):
    """Who enters the world, and how many may live in it."""

    cap: int = number(128, 1, MAX_AGENTS, "most agents alive at once in a world, N; also its number of slots")
    populations: int = number(
        0, 0, MAX_POPULATIONS, "number of populations, a divisor of `cap`; 0 means one per 16 agents, or the next fewer"
    )
    random_cap: bool = plain(False, "each world draws its own cap uniformly from 1..cap, once")


@inline
def spawn(state, w):
    """Lets one agent in, if there is room. Returns its slot, or NONE."""
    if state.living_count[w] >= state.cap[w]:
        return np.int64(NONE)
    population = draw_population(state, w)
    row, col = ring_place(state.rules[w], draw_below(state.stream, w, 4 * state.rules[w].ring))
    slot = free_slot(state, w, population)
    be_born(state, w, slot, population, row, col)
    state.members[w, population] += 1
    join_ranks(state, w, slot)
    return slot


@inline
def draw_population(state, w):
    """One of the populations below their quota, each as likely; there is one while fewer than N live."""
    quota, members = state.rules[w].quota, state.members[w]
    open_ones = 0
    for population in range(members.shape[0]):
        open_ones += members[population] < quota
    nth = draw_below(state.stream, w, open_ones)
    for population in range(members.shape[0]):
        if members[population] < quota:
            if nth == 0:
                return population
            nth -= 1
    return members.shape[0] - 1


@inline
def ring_place(rules, nth):
    """Row and column of the nth tile of the ring, clockwise from its north-west corner."""
    low, ring = np.int64(rules.low), np.int64(rules.ring)
    side, along = nth // ring, nth % ring
    if side == 0:
        return low, low + along
    if side == 1:
        return low + along, low + ring
    if side == 2:
        return low + ring, low + ring - along
    return low + ring - along, low


@inline
def free_slot(state, w, population):
    """The lowest free slot of a population that is below its quota."""
    agents = state.agents[w]
    slot = np.int64(population) * state.rules[w].quota
    while agents[slot].alive:
        slot += 1
    return slot


@inline
def be_born(state, w, slot, population, row, col):
    """Fills an empty slot with a newborn and puts it on the map."""
    rules, agent = state.rules[w], state.agents[w, slot]
    agent.id = state.births[w]
    state.births[w] += 1
    agent.row = row
    agent.col = col
    agent.population = population
    agent.alive = 1
    enter(state.tiles[w], state.surplus[w], tile_index(rules, row, col))


@inline
def join_ranks(state, w, slot):
    """Puts a newborn into the list of the living, which stays in the order of slots."""
    living = state.living[w]
    k = np.int64(state.living_count[w])
    while k > 0 and living[k - 1] > slot:
        living[k] = living[k - 1]
        k -= 1
    living[k] = slot
    state.living_count[w] += 1


SYSTEM = System(
    "spawn",
    "who enters the world, and how many may live in it",
    section=Spawn,
    shared=(*shared("spawn", "cap"), Shared("spawn.populations", lambda c: c.populations)),
    numbers=(
        Number("slots", value=lambda c, edge: c.spawn.cap),  # N
        Number("bodies", value=lambda c, edge: c.spawn.cap + c.schema.bodies(c)),  # B
        Number("quota", value=lambda c, edge: c.quota),  # N / P
        Number("random_cap"),
    ),
    verbs=(
        Verb(
            Phase.ENTER,
            spawn,
            "If fewer live than may, one agent enters on the outermost ring of the playable square, of a population "
            "below its quota, each as likely.",
        ),
    ),
    sizes=(
        Size("N", lambda z: z.config.spawn.cap),
        Size("P", lambda z: z.config.populations),
        Size("B", lambda z: z.N + z.schema.bodies(z.config)),
    ),
)
