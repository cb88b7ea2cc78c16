"""The kinds of creatures of a world: our own two, and the numbers of all, which compiled code reads."""

from __future__ import annotations

import functools
import operator
from typing import Any, NamedTuple

import numpy as np

from forge.blade.grown.experience import BEGINS, HIGHEST
from forge.blade.grown.kinds import OF_PACKS, Skill
from forge.blade.grown.sites import for_land
from forge.blade.schema.nature import Loot, Nature
from forge.support.checks import ConfigError, did_you_mean, shown

#: Slots are kept in 16 bits.
MOST_BODIES = 2**16 - 1
#: A world has no more kinds of creatures.
MOST_KINDS = 8

#: Our own.
NATURES = (
    Nature(
        "chicken",
        count=lambda config: for_land(config, config.creatures.chickens),
        health=5,
        level=1,
        lives_on=("grass",),
        experience=10,
        colour="#f6efdc",
        loot=(Loot("chicken", more=1),),
    ),
    Nature(
        "goblin",
        count=lambda config: for_land(config, config.creatures.goblins),
        health=15,
        level=5,
        lives_on=("forest", "scrub"),
        experience=50,
        colour="#8ec63f",
        shy=True,
        hunts=3,
        loot=(Loot("goblin"), Loot("gold", more=19, one_in=2, wins=1), Loot("copper_sword", one_in=5)),
    ),
)
#: Their numbers in the column `creature` of a record, of which 0 is an agent; those from outside follow.
CHICKEN, GOBLIN = range(1, 1 + len(NATURES))

#: The most of each whole number of a `Nature`, and of a `Loot`.
_MOST_OF_NATURE = {"health": HIGHEST, "level": HIGHEST, "experience": 1_000_000, "hunts": 1000}
_MOST_OF_LOOT = {"least": 1_000_000, "more": 1_000_000, "one_in": 1_000_000_000, "wins": 1_000_000_000}
_FROM_ZERO = ("experience", "hunts", "more", "wins")


class Kinds(NamedTuple):
    """The numbers of all kinds of creatures of a world, by kind; 0 stands for agents, and has zeros.

    Attributes:
        health: int64 [1 + kinds].
        experience: of a kill, the same.
        hunts: how far, the same [tiles]; 0 not at all.
        shy: whether it does not enter in the outer quarter, the same.
        levels, begins: of each skill, and the experience at which these begin, int64 [1 + kinds, skills].
        lives_on: whether on each material, int64 [1 + kinds, materials].
        loot: item, least, more, one_in and wins of each thing it leaves, int64 [1 + kinds, things, 5]; where one_in is
            0, nothing follows.
    """

    health: np.ndarray
    experience: np.ndarray
    hunts: np.ndarray
    shy: np.ndarray
    levels: np.ndarray
    begins: np.ndarray
    lives_on: np.ndarray
    loot: np.ndarray


@functools.cache
def kinds_of(schema: Any) -> Kinds:
    """The numbers of the kinds that the systems of a world declare.

    Raises:
        ConfigError: naming the kind, what is declared and what is allowed.
    """
    natures: tuple[Nature, ...] = schema.natures
    if len(natures) > MOST_KINDS:
        names = ", ".join(nature.name for nature in natures)
        raise ConfigError(f"the systems declare {len(natures)} kinds of creatures, {names}; allowed are {MOST_KINDS}")
    for nature in natures:
        _check(nature, schema.names("materials"))
    levels = _by_kind([_levels(nature) for nature in natures])
    begins = BEGINS[levels]
    begins[0] = 0
    things = max(1, *(len(nature.loot) for nature in natures))
    nothing = [[0] * 5]
    return Kinds(
        health=_by_kind([nature.health for nature in natures]),
        experience=_by_kind([nature.experience for nature in natures]),
        hunts=_by_kind([nature.hunts for nature in natures]),
        shy=_by_kind([nature.shy for nature in natures]),
        levels=levels,
        begins=begins,
        lives_on=_by_kind([[name in nature.lives_on for name in schema.names("materials")] for nature in natures]),
        loot=_by_kind([[*map(_row, nature.loot), *nothing * (things - len(nature.loot))] for nature in natures]),
    )


def _by_kind(numbers: list[Any]) -> np.ndarray:
    """Numbers of the kinds by kind, 0 for agents."""
    return np.array([np.zeros_like(numbers[0], np.int64), *numbers], np.int64)


def _levels(nature: Nature) -> list[int]:
    own = {Skill.MELEE: nature.level, Skill.DEFENSE: nature.level, Skill.CONSTITUTION: nature.health}
    return [own.get(skill, 1) for skill in Skill]


def _row(loot: Loot) -> list[int]:
    return [OF_PACKS.index(loot.item), loot.least, loot.more, loot.one_in, loot.wins]


def _check(nature: Nature, materials: tuple[str, ...]) -> None:
    who = f"creature {nature.name!r}"
    if not callable(nature.count):
        raise ConfigError(f"{who}: count = {shown(nature.count)} must be a function of a configuration")
    if type(nature.shy) is not bool:
        raise ConfigError(f"{who}: shy = {shown(nature.shy)}; allowed are True and False")
    _check_whole(who, nature, _MOST_OF_NATURE)
    if not isinstance(nature.lives_on, tuple) or not nature.lives_on:
        raise ConfigError(f"{who}: lives_on = {shown(nature.lives_on)} must be a tuple of names of materials")
    for name in nature.lives_on:
        if name not in materials:
            raise ConfigError(f"{who}: lives_on: {did_you_mean('material', name, list(materials))}")
    if not isinstance(nature.loot, tuple) or not all(isinstance(loot, Loot) for loot in nature.loot):
        raise ConfigError(f"{who}: loot = {shown(nature.loot)} must be a tuple of Loot")
    if len(nature.loot) > len(OF_PACKS):  # there is room for so many in the log of a tick
        raise ConfigError(f"{who} leaves {len(nature.loot)} things; allowed are {len(OF_PACKS)}")
    for loot in nature.loot:
        if loot.item not in OF_PACKS:
            raise ConfigError(f"{who}: loot: {did_you_mean('item', loot.item, list(OF_PACKS))}")
        _check_whole(f"{who}: loot {loot.item!r}", loot, _MOST_OF_LOOT)
        if loot.wins >= loot.one_in:
            raise ConfigError(f"{who}: loot {loot.item!r}: wins = {loot.wins} is not below one_in, {loot.one_in}")


def _check_whole(who: str, declared: Any, most: dict[str, int]) -> None:
    for name, high in most.items():
        value, low = getattr(declared, name), 0 if name in _FROM_ZERO else 1
        if type(value) is not int or not low <= value <= high:
            raise ConfigError(f"{who}: {name} = {shown(value)}; allowed are whole numbers, {low} .. {high}")


def counts(config: Any) -> list[int]:
    """How many creatures of each kind live in a world at most, of the first kind on.

    Raises:
        ConfigError: if that of a kind is no number of creatures.
    """
    found = []
    for nature in config.schema.natures:
        count = nature.count(config)
        try:
            found.append(operator.index(count))
        except TypeError:
            found.append(-1)
        if found[-1] < 0:
            raise ConfigError(f"creature {nature.name!r}: count makes {shown(count)}; allowed are whole numbers from 0")
    return found


def ends(config: Any) -> np.ndarray:
    """Where the slots of each kind end, counted from the first of a creature: int64 [1 + kinds], 0 for agents."""
    return np.cumsum([0, *counts(config)])


def creatures(config: Any) -> int:
    """How many creatures live in a world at most, which is how many slots they have behind those of agents.

    Raises:
        ConfigError: if these are too many.
    """
    found = counts(config)
    if sum(found) + config.spawn.cap > MOST_BODIES:
        further = zip(found[len(NATURES) :], config.schema.natures[len(NATURES) :], strict=True)
        told = "".join(f" and {count} of {nature.name}" for count, nature in further)
        raise ConfigError(
            f"creatures.chickens = {config.creatures.chickens} and creatures.goblins = {config.creatures.goblins}"
            f"{told} make {sum(found)} creatures on {config.terrain.playable}² tiles of playable land; allowed are "
            f"{MOST_BODIES - config.spawn.cap}, with the {config.spawn.cap} agents"
        )
    return sum(found)
