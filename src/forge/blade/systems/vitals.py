"""Vitals: health, food and water, and how bodies go on for one tick."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.ids import SURVIVES, Cause
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import MAX_POINTS, Section, number
from forge.blade.schema.system import DeathCause, Feature, Number, System

#: The highest level of a skill.
MOST_LEVEL = 99
_BY_HUNGER, _BY_THIRST = int(Cause.HUNGER), int(Cause.THIRST)


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


def most_health(config: Any) -> int:
    """The most health that somebody can have: where agents have skills, it is their level of constitution."""
    return max(config.vitals.health, MOST_LEVEL) if config.named("skills") else int(config.vitals.health)


def _feature(name: str, column: int, meaning: str) -> Feature:
    def usual(config: Any) -> int:
        return int(getattr(config.vitals, name))

    most = most_health if name == "health" else usual
    return Feature(name, lambda c: 0, most, "points", meaning, lambda c: usual(c) / 2, usual, number=column)


def _enough(name: str) -> Number:
    """Healing needs more of it than this."""
    return Number(f"heal_{name}", value=lambda c, edge: math.floor(c.vitals.heal_above * getattr(c.vitals, name)))


@inline
def be_well(state, w, slot):
    """A newborn has all it can have."""
    rules, agent = state.rules[w], state.agents[w, slot]
    agent.health = rules.health
    agent.food = rules.food
    agent.water = rules.water


@inline
def metabolise(state, w, slot, counting):
    """Heals, uses food and water, hungers and thirsts. Returns the cause of death or SURVIVES."""
    rules, agent = state.rules[w], state.agents[w, slot]
    food, water, health = np.int64(agent.food), np.int64(agent.water), np.int64(agent.health)
    well = (food > rules.heal_food) & (water > rules.heal_water)
    health = min(np.int64(rules.health), health + rules.heal * well)
    food = max(0, food - rules.food_loss)
    water = max(0, water - rules.water_loss)
    health -= rules.hunger * (food == 0) + rules.thirst * (water == 0)
    agent.food, agent.water, agent.health = food, water, max(0, health)
    if health > 0:
        return SURVIVES
    return _BY_HUNGER if food == 0 else _BY_THIRST


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
    verbs=(
        Verb(
            Phase.BODY,
            metabolise,
            "With food and water both above a share of their maxima it regains health; it uses food and water; for "
            "each of the two that is now 0 it loses health, and with none left it dies of hunger or thirst.",
        ),
        Verb(Phase.BIRTH, be_well, "It has all the health, food and water that it can have."),
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
