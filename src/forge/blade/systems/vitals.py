"""Live: attacks take effect, agents forage, and their bodies go on for one tick."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.events import log_death, log_reward, log_tick
from forge.blade.mechanics.grid import MATERIAL, first_in_rotation, tile_index
from forge.blade.mechanics.ids import Cause, Material, RewardTerm
from forge.blade.schema.record import Column
from forge.blade.schema.section import MAX_POINTS, Section, number
from forge.blade.schema.system import DeathCause, Feature, Number, System
from forge.blade.systems.foraging import forage
from forge.blade.systems.reward import count_gains, counts_deeds, pay

_LAVA, _SURVIVAL = int(Material.LAVA), int(RewardTerm.SURVIVAL)
_BY_ATTACK, _BY_LAVA, _BY_HUNGER, _BY_THIRST = int(Cause.ATTACK), int(Cause.LAVA), int(Cause.HUNGER), int(Cause.THIRST)
SURVIVES = -1


@dataclass(frozen=True)
class Vitals(Section):
    """Health, food and water: maxima (also the values at birth) and their change per tick."""

    health: int = number(10, 1, MAX_POINTS, "maximum health, and health at birth")
    food: int = number(32, 1, MAX_POINTS, "maximum food, and food at birth")
    water: int = number(32, 1, MAX_POINTS, "maximum water, and water at birth")
    food_loss: int = number(1, 0, MAX_POINTS, "food used per tick")
    water_loss: int = number(1, 0, MAX_POINTS, "water used per tick")
    heal: int = number(1, 0, MAX_POINTS, "health regained per tick while well fed and watered")
    heal_above: float = number(0.5, 0, 1, "healing needs food and water above this share of their maximum")
    hunger: int = number(1, 0, MAX_POINTS, "health lost per tick at food 0")
    thirst: int = number(1, 0, MAX_POINTS, "health lost per tick at water 0")


def _feature(name: str, column: int, meaning: str) -> Feature:
    def most(config: Any) -> int:
        return int(getattr(config.vitals, name))

    return Feature(name, lambda c: 0, most, "points", meaning, lambda c: most(c) / 2, most, number=column)


def _enough(name: str) -> Number:
    """Healing needs more of it than this."""
    return Number(f"heal_{name}", value=lambda c, edge: math.floor(c.vitals.heal_above * getattr(c.vitals, name)))


SYSTEM = System(
    "vitals",
    "health, food and water, and how bodies go on from tick to tick",
    section=Vitals,
    numbers=(
        *map(Number, ("health", "food", "water", "food_loss", "water_loss", "heal", "hunger", "thirst")),
        _enough("food"),
        _enough("water"),
    ),
    agent=(
        Column("health", "i2", "0 .. `vitals.health`", "points"),
        Column("food", "i2", "0 .. `vitals.food`", "points"),
        Column("water", "i2", "0 .. `vitals.water`", "points"),
    ),
    causes=(
        DeathCause("hunger", "had no health left, and no food", int(Cause.HUNGER)),
        DeathCause("thirst", "had no health left, and no water", int(Cause.THIRST)),
    ),
    features=(
        _feature("health", 1, "health; at 0 it dies"),
        _feature("food", 2, "food; at 0 health falls"),
        _feature("water", 3, "water; at 0 health falls"),
    ),
)


@inline
def live(state, w):
    """Phase 3 of the tick, in rotating order. Lists those who must die in `State.dying`; returns how many."""
    return live_all(state, w, True) if counts_deeds(state) else live_all(state, w, False)


@inline
def live_all(state, w, counting):
    """Everyone's tick. Compiled twice: `counting` deeds is a constant in it, so that not counting costs nothing."""
    rules, living = state.rules[w], state.living[w]
    reward, terminated = state.reward[w], state.terminated[w]
    reward[:] = 0
    terminated[:] = False
    dying, deaths = state.dying[w], 0
    count = np.int64(state.living_count[w])
    first = first_in_rotation(living, count, state.tick[w] % rules.slots)
    for k in range(first, first + count):
        slot = np.int64(living[k if k < count else k - count])
        cause = live_one(state, w, slot, counting)
        survived = cause == SURVIVES
        if counting:
            reward[slot] = pay(state, w, slot, survived)
        else:
            reward[slot] = rules.reward[_SURVIVAL] if survived else 0.0
        log_reward(state, w, slot, survived)
        if not survived:
            terminated[slot] = True
            dying[deaths] = slot
            deaths += 1
            log_death(state, w, slot, cause)
    return deaths


@inline
def live_one(state, w, slot, counting):
    """One agent's tick. Returns its cause of death or SURVIVES."""
    rules, agent = state.rules[w], state.agents[w, slot]
    suffer(agent, state.drained[w, slot], rules)
    if agent.health == 0:
        return _BY_ATTACK
    place = tile_index(rules, agent.row, agent.col)
    material = state.tiles[w, place] & MATERIAL
    log_tick(state, w, slot, material)
    if agent.freeze > 0:
        agent.freeze -= 1
    if material == _LAVA:
        return _BY_LAVA
    food, water = np.int64(agent.food), np.int64(agent.water)
    forage(state, w, slot, place)
    if counting:
        count_gains(state, w, slot, agent.food - food, agent.water - water)
    return metabolise(agent, rules)


@inline
def suffer(agent, drained, rules):
    """Applies the sums of this tick's attacks."""
    agent.health = max(0, np.int64(agent.health) - agent.damage)
    if drained != 0:
        agent.food = min(np.int64(rules.food), max(0, np.int64(agent.food) + drained))
        agent.water = min(np.int64(rules.water), max(0, np.int64(agent.water) + drained))


@inline
def metabolise(agent, rules):
    """Heals, uses food and water, hungers and thirsts, ages if it survives. Returns the cause of death or SURVIVES."""
    food, water, health = np.int64(agent.food), np.int64(agent.water), np.int64(agent.health)
    well = (food > rules.heal_food) & (water > rules.heal_water)
    health = min(np.int64(rules.health), health + rules.heal * well)
    food = max(0, food - rules.food_loss)
    water = max(0, water - rules.water_loss)
    health -= rules.hunger * (food == 0) + rules.thirst * (water == 0)
    agent.food, agent.water, agent.health = food, water, max(0, health)
    if health > 0:
        agent.age += 1
        return SURVIVES
    return _BY_HUNGER if food == 0 else _BY_THIRST
