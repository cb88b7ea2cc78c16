"""Skills: what agents have learned by doing. The most health that they can have is their level of constitution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.grown.experience import AT_BIRTH, BEGINS, HIGHEST, begin_levels
from forge.blade.grown.kinds import SKILLS, TRADES, Skill
from forge.blade.mechanics.ids import SURVIVES, Cause
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, number
from forge.blade.schema.system import Array, EventType, Feature, Number, System, Term
from forge.blade.systems.reward import weight_of
from forge.blade.systems.vitals import be_well, metabolise
from forge.support.checks import ConfigError

_BY_HUNGER, _BY_THIRST = int(Cause.HUNGER), int(Cause.THIRST)
_CONSTITUTION = int(Skill.CONSTITUTION)
#: The gift of everybody in every trade, in percent, where bodies do not differ.
COMMON = 100
MOST_GIFTED = 200


@dataclass(frozen=True)
class Skills(Section):
    """How fast agents learn."""

    rate: int = number(10, 0, 1000, "all experience is multiplied by it")


@inline
def begin_tick(state, w):
    """Everyone knows its levels, until one changes."""
    state.levels_known[w] = 1


@inline
def be_born(state, w, slot):
    """A newborn has its levels, common gifts, and all the health, food and water that it can have."""
    rules, agent = state.rules[w], state.agents[w, slot]
    begin_levels(state, w, slot)
    state.gifts[w, slot] = COMMON
    agent.health = state.level[w, slot, _CONSTITUTION]
    agent.food = rules.food
    agent.water = rules.water


@inline
def count_levels(state, w, slot, counting):
    """The levels that it has gained since its last turn are counted."""
    if counting:
        state.deeds[w, slot, state.rules[w].term_level] = state.risen[w, slot]
    state.risen[w, slot] = 0
    return SURVIVES


@inline
def go_on(state, w, slot, counting):
    """Heals, uses food and water, hungers and thirsts. Returns the cause of death or SURVIVES."""
    return go_on_if(state, w, slot, True)


@inline
def go_on_if(state, w, slot, heals):
    """The same, but for healing where `heals` is not true."""
    rules, agent = state.rules[w], state.agents[w, slot]
    food, water, health = np.int64(agent.food), np.int64(agent.water), np.int64(agent.health)
    well = heals & (food > rules.heal_food) & (water > rules.heal_water)
    health = min(np.int64(state.level[w, slot, _CONSTITUTION]), health + rules.heal * well)
    food = max(0, food - rules.food_loss)
    water = max(0, water - rules.water_loss)
    health -= rules.hunger * (food == 0) + rules.thirst * (water == 0)
    agent.food, agent.water, agent.health = food, water, max(0, health)
    if health > 0:
        return SURVIVES
    return _BY_HUNGER if food == 0 else _BY_THIRST


def _level(skill: Skill) -> Feature:
    name = skill.name.lower()
    return Feature(
        f"{name}_level",
        lambda c: 0,
        lambda c: HIGHEST,
        "levels",
        f"its level of {name}",
        lambda c: 10.0,
        lambda c: 10.0,
        array="level",
        at=int(skill),
    )


def _progress(skill: Skill) -> Feature:
    name = skill.name.lower()
    return Feature(
        f"{name}_progress",
        lambda c: 0,
        lambda c: 99,
        "percent",
        f"how far it is to its next level of {name}",
        lambda c: 50.0,
        lambda c: 50.0,
        array="progress",
        at=int(skill),
    )


def _gift(place: int) -> Feature:
    name = TRADES[place].name.lower()
    return Feature(
        f"{name}_gift",
        lambda c: 0,
        lambda c: MOST_GIFTED,
        "percent",
        f"its body's gift for {name}",
        lambda c: float(COMMON),
        lambda c: float(COMMON),
        array="gifts",
        at=place,
    )


def _check(configs: Any, arrays: Mapping[str, Any]) -> None:
    """Refuses levels that are not those of the experience: compiled code finds the next one by them."""
    there = arrays["agents"]["alive"] == 1
    experience, level = arrays["experience"][there], arrays["level"][there]
    if (experience < 0).any() or (experience > BEGINS[HIGHEST]).any():
        raise ConfigError(f"experience must be 0 .. {BEGINS[HIGHEST]}; it is {experience.min()} .. {experience.max()}")
    wanted = np.searchsorted(BEGINS[1:], experience, "right")
    if (wrong := level != wanted).any():
        raise ConfigError(
            f"level is {level[wrong][0]} at experience {experience[wrong][0]}; that is {wanted[wrong][0]}"
        )


SYSTEM = System(
    "skills",
    "what agents have learned by doing",
    section=Skills,
    numbers=(Number("rate"),),
    agent=(Column("combat_level", "u1", "how strong it is in fights, by its levels", "levels"),),
    tally=(Column("levels", "i8", "levels gained, by `Skill`", "levels", (len(Skill),)),),
    life=(Column("levels", "i4", "levels that it gained, by `Skill`", "levels", (len(Skill),)),),
    arrays=(
        Array("experience", "i4", lambda z: (z.B, len(Skill)), "experience by `Skill`", saved=True, emptied=True),
        Array("level", "u1", lambda z: (z.B, len(Skill)), "level of each, 1 .. 99", saved=True, emptied=True),
        Array("progress", "u1", lambda z: (z.N, len(Skill)), "percent to the next level", saved=True, emptied=True),
        Array("gifts", "u1", lambda z: (z.N, len(TRADES)), "gift for each trade, percent", saved=True, emptied=True),
        Array("risen", "u1", lambda z: (z.N,), "levels gained, not counted yet", saved=True, emptied=True),
        Array("levels_known", "u1", lambda z: (z.N,), "whether levels are as they were last observed", emptied=True),
    ),
    events=(
        EventType("level_up", "an agent gained a level", "the new level", "its `Skill`", each=len(Skill), names=SKILLS),
    ),
    terms=(Term("level", "level gained", weight_of("level")),),
    own=(*map(_level, Skill), *map(_progress, Skill), *map(_gift, range(len(TRADES)))),
    shown=(_level(Skill.CONSTITUTION).name,),  # the most health that each can have
    features=(
        Feature(
            "combat_level",
            lambda c: 0,
            lambda c: 113,  # all levels 99: (10 · 198 + 26 · 99) / 40
            "levels",
            "how strong it is in fights, by its levels",
            lambda c: 5.0,
            lambda c: 5.0,
        ),
    ),
    verbs=(
        Verb(Phase.START, begin_tick, "Everyone knows its levels."),
        Verb(
            Phase.BODY,
            go_on,
            "With food and water both above a share of their maxima it regains health, up to its level of "
            "constitution; it uses food and water; for each of the two that is now 0 it loses health, and with none "
            "left it dies of hunger or thirst.",
            instead=metabolise,
        ),
        Verb(Phase.BODY, count_levels, "The levels that it has gained since its last turn are counted."),
        Verb(
            Phase.BIRTH,
            be_born,
            f"It has level {AT_BIRTH} in constitution and 1 in all other skills, as much health as that, and all the "
            "food and water that it can have.",
            instead=be_well,
        ),
    ),
    check=_check,
)
