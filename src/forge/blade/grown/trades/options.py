"""Which work of the trades is valid: masks are written anew only where the set that they say has changed."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown.kinds import EDIBLE, KINDS, METALS, ORE, Skill, bits, made_by
from forge.blade.grown.work import allow_kinds
from forge.blade.mechanics.grid import tile_index
from forge.blade.mechanics.ids import Material
from forge.blade.systems.foraging import beside

_WATER, _OREROCK = int(Material.WATER), int(Material.OREROCK)
_COOKING, _SMITHING = int(Skill.COOKING), int(Skill.SMITHING)
_EDIBLE = np.uint32(EDIBLE)
_MEALS, _THINGS = np.uint32(bits(made_by(Skill.COOKING))), np.uint32(bits(made_by(Skill.SMITHING)))
_ORE, _METALS = ORE, len(METALS)
#: No kind takes a level above this, nor more of what it is made of than so many.
_TOP = max(kind.level for kind in KINDS)
_MOST = max(kind.takes for kind in KINDS)


def _within(trade: Skill) -> np.ndarray:
    """By level up to _TOP, the kinds of a trade that it suffices for: sets, uint32."""
    every = [[k for k in made_by(trade) if KINDS[k].level <= level] for level in range(_TOP + 1)]
    return np.array([bits(kinds) for kinds in every], np.uint32)


def _from_ore() -> np.ndarray:
    """By metal and how much of its ore there is, up to _MOST, the kinds that it suffices for: sets, uint32."""
    return np.array(
        [
            [
                bits([k for k in made_by(Skill.SMITHING) if KINDS[k].of == ore.name and KINDS[k].takes <= n])
                for n in range(_MOST + 1)
            ]
            for ore in KINDS[_ORE : _ORE + _METALS]
        ],
        np.uint32,
    )


def _raw_to_meal() -> int:
    """How many kinds a meal comes after its raw one: the same for all."""
    (shift,) = {meal - [kind.name for kind in KINDS].index(KINDS[meal].of) for meal in made_by(Skill.COOKING)}
    return shift


_COOKED_AT, _SMITHED_AT, _FROM_ORE = _within(Skill.COOKING), _within(Skill.SMITHING), _from_ore()
_SHIFT = np.uint32(_raw_to_meal())


@inline
def see_work(state, w):
    """Everyone knows whether it can fish, mine and eat."""
    rules, tiles, pitch = state.rules[w], state.tiles[w], np.int64(state.rules[w].pitch)
    to_fish, to_mine, to_eat = np.int64(rules.deed_fish), np.int64(rules.deed_mine), np.int64(rules.deed_eat)
    living, agents, works, loads = state.living[w], state.agents[w], state.may_work[w], state.load[w]
    capacity = np.int64(rules.capacity)
    for k in range(state.living_count[w]):
        slot = np.int64(living[k])
        agent, may = agents[slot], works[slot]
        place = tile_index(rules, agent.row, agent.col)
        room = loads[slot] < capacity
        may[to_fish] = room & beside(tiles, place, pitch, _WATER)
        may[to_mine] = room & beside(tiles, place, pitch, _OREROCK)
    for k in range(state.changed_count[w]):
        slot = np.int64(state.changed[w, k])
        meals = state.carried[w, slot] & _EDIBLE
        if meals != state.edible[w, slot]:
            state.edible[w, slot] = meals
            allow_kinds(state, w, slot, to_eat, np.uint64(meals))


@inline
def see_crafts(state, w):
    """Everyone knows what it can cook and smith, in a camp."""
    to_cook, to_smith = np.int64(state.rules[w].deed_cook), np.int64(state.rules[w].deed_smith)
    agents, known, crafts = state.agents[w], state.makeable[w], state.crafts[w]
    for k in range(state.changed_count[w]):  # as well by coming to a camp, or leaving it
        slot = np.int64(state.changed[w, k])
        known[slot] = makeable(state, w, slot)
        here = np.uint32(agents[slot].in_camp)
        found, before = known[slot] * here, crafts[slot]
        if found != before:
            crafts[slot] = found
            if (found ^ before) & _MEALS != 0:
                allow_kinds(state, w, slot, to_cook, np.uint64(found & _MEALS))
            if (found ^ before) & _THINGS != 0:
                allow_kinds(state, w, slot, to_smith, np.uint64(found & _THINGS))


@inline
def makeable(state, w, slot):
    """The kinds that an agent has the level and all it takes to cook or to smith: a set, bit k for kind k."""
    level, pack = state.level[w, slot], state.pack[w, slot]
    meals = (state.carried[w, slot] << _SHIFT) & _COOKED_AT[min(_TOP, np.int64(level[_COOKING]))]
    things = np.uint32(0)
    for metal in range(_METALS):
        things |= _FROM_ORE[metal, min(_MOST, np.int64(pack[_ORE + metal]))]
    return np.uint32(meals | (things & _SMITHED_AT[min(_TOP, np.int64(level[_SMITHING]))]))
