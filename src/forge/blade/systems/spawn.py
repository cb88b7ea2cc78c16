"""Spawn: at most one agent enters the world per tick, on the ring around the playable square."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_below
from forge.blade.state.events import log_birth
from forge.blade.state.grid import enter, insert_in_index, tile_index
from forge.blade.systems.reward import know_tile


@inline
def spawn(state, w):
    """Phase 5b of the tick."""
    if state.living_count[w] >= state.cap[w]:
        return
    population = draw_population(state, w)
    row, col = ring_place(state.rules[w], draw_below(state.stream, w, 4 * state.rules[w].ring))
    slot = free_slot(state, w, population)
    be_born(state, w, slot, population, row, col)
    state.members[w, population] += 1
    join_ranks(state, w, slot)
    insert_in_index(state, w, slot)
    log_birth(state, w, slot)


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
    agent.health = rules.health
    agent.food = rules.food
    agent.water = rules.water
    agent.population = population
    agent.alive = 1
    enter(state.tiles[w], state.surplus[w], tile_index(rules, row, col))
    know_tile(state, w, slot)


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
