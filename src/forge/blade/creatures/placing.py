"""Where creatures enter the world, when they come back, and how they leave it."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw_below
from forge.blade.grown.camps import in_camp_at
from forge.blade.grown.experience import combat_level
from forge.blade.mechanics.events import NOBODY
from forge.blade.mechanics.grid import insert_in_index, material_at, tile_index
from forge.blade.systems.life import strike_from_index

#: So many tiles are tried in a tick for each creature that is to enter.
TRIES = 32


@inline
def list_creatures(state, w):
    """Lists those that live, by slot: what a snapshot leaves out."""
    count = np.int64(0)
    for slot in range(state.rules[w].slots, state.rules[w].bodies):
        if state.agents[w, slot].creature != 0:
            state.beasts[w, count] = slot
            count += 1
    state.beasts_count[w] = count


@inline
def populate(state, w):
    """Before anybody is born, all creatures enter that find a place."""
    if state.births[w] == 0:
        for slot in range(state.rules[w].slots, state.rules[w].bodies):
            if find_place(state, w, slot):
                join_beasts(state, w, slot)


@inline
def come_back(state, w):
    """Those whose time has come enter again, if they find a place."""
    slots, bodies = np.int64(state.rules[w].slots), np.int64(state.rules[w].bodies)
    if state.beasts_count[w] < bodies - slots:
        for slot in range(slots, bodies):
            due = state.creature_due[w, slot - slots]
            if state.agents[w, slot].creature == 0 and state.tick[w] >= due and find_place(state, w, slot):
                join_beasts(state, w, slot)
                insert_in_index(state, w, slot)


@inline
def find_place(state, w, slot):
    """Draws tiles until one suits the kind that has this slot, and puts it there; returns whether one did."""
    rules = state.rules[w]
    kind = kind_in(rules, slot)
    inner = np.int64(rules.ring) - 1  # side of the playable square without its ring
    if inner < 1:
        return False
    for _ in range(TRIES):
        drawn = draw_below(state.stream, w, inner * inner)
        row, col = rules.low + 1 + drawn // inner, rules.low + 1 + drawn % inner
        if suits(state, w, kind, row, col):
            enter_world(state, w, slot, kind, row, col)
            return True
    return False


@inline
def kind_in(rules, slot):
    """Which kind has a slot of a creature: they lie one kind after another."""
    kind = 1
    while slot >= rules.slots + rules.creature_ends[kind]:
        kind += 1
    return kind


@inline
def suits(state, w, kind, row, col):
    """Whether a creature can enter the world on a tile."""
    rules = state.rules[w]
    material = material_at(state, w, tile_index(rules, row, col))
    if rules.creature_lives_on[kind, material] == 0 or in_camp_at(state, w, row, col):
        return False
    high, shy = rules.low + rules.ring, rules.outer_quarter * rules.creature_shy[kind]
    return min(row, col) >= rules.low + shy and max(row, col) <= high - shy


@inline
def enter_world(state, w, slot, kind, row, col):
    """Fills an empty slot with a creature."""
    creature, rules = state.agents[w, slot], state.rules[w]
    creature.id = -1 - state.creature_births[w]
    state.creature_births[w] += 1
    creature.row, creature.col = row, col
    creature.population, creature.creature = NOBODY, kind
    creature.health = rules.creature_health[kind]
    level, experience = state.level[w, slot], state.experience[w, slot]
    for skill in range(level.shape[0]):
        level[skill], experience[skill] = rules.creature_levels[kind, skill], rules.creature_begins[kind, skill]
    creature.combat_level = combat_level(level)


@inline
def join_beasts(state, w, slot):
    """Puts a newcomer into the list of creatures, which stays in the order of slots."""
    beasts, k = state.beasts[w], np.int64(state.beasts_count[w])
    while k > 0 and beasts[k - 1] > slot:
        beasts[k] = beasts[k - 1]
        k -= 1
    beasts[k] = slot
    state.beasts_count[w] += 1


@inline
def leave_world(state, w, slot):
    """Empties the slot of a creature that has died; the list of creatures is put right by `close_beasts`."""
    strike_from_index(state, w, slot)
    state.agents[w, slot] = state.nobody[w]
    state.level[w, slot] = 0
    state.experience[w, slot] = 0
    state.creature_due[w, slot - state.rules[w].slots] = state.tick[w] + state.rules[w].back


@inline
def close_beasts(state, w):
    """Drops the dead from the list of creatures."""
    beasts, kept = state.beasts[w], 0
    for k in range(state.beasts_count[w]):
        if state.agents[w, np.int64(beasts[k])].creature != 0:
            beasts[kept] = beasts[k]
            kept += 1
    state.beasts_count[w] = kept
