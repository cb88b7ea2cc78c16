"""The two kinds of creatures, and what each is: all else follows from this table."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np

from forge.blade.grown.experience import BEGINS
from forge.blade.grown.kinds import Skill
from forge.blade.grown.sites import for_land
from forge.blade.mechanics.ids import Material
from forge.support.checks import ConfigError

#: Slots are kept in 16 bits.
MOST_BODIES = 2**16 - 1


class Creature(IntEnum):
    """What is on the map, in view and in reach like an agent: the column `creature` of its record."""

    AGENT = 0
    CHICKEN = 1
    GOBLIN = 2


#: What they are called, by `Creature`.
NAMES = tuple(kind.name.lower() for kind in Creature)


class Nature(NamedTuple):
    """One kind of creatures.

    Attributes:
        health: that it has; its level of constitution.
        level: of melee and of defense; 1 in all other skills.
        lives_on: where it can enter the world.
        shy: whether it does not enter in the outer quarter.
        experience: that killing it brings.
        colour: in which viewers tell it from others, "#rrggbb".
    """

    health: int
    level: int
    lives_on: tuple[Material, ...]
    shy: bool
    experience: int
    colour: str


NATURES = {
    Creature.CHICKEN: Nature(5, 1, (Material.GRASS,), False, 10, "#f6efdc"),
    Creature.GOBLIN: Nature(15, 5, (Material.FOREST, Material.SCRUB), True, 50, "#8ec63f"),
}


def _levels(nature: Nature) -> list[int]:
    own = {Skill.MELEE: nature.level, Skill.DEFENSE: nature.level, Skill.CONSTITUTION: nature.health}
    return [own.get(skill, 1) for skill in Skill]


def _by_kind(numbers: list[Any]) -> np.ndarray:
    """Numbers of the kinds by `Creature`, 0 for agents."""
    return np.array([np.zeros_like(numbers[0]), *numbers], np.int64)


#: Of each `Creature`, for compiled code: int64 [1 + kinds], and [1 + kinds, skills].
HEALTH = _by_kind([nature.health for nature in NATURES.values()])
KILL = _by_kind([nature.experience for nature in NATURES.values()])
SHY = _by_kind([nature.shy for nature in NATURES.values()])
LEVELS = _by_kind([np.array(_levels(nature)) for nature in NATURES.values()])
EXPERIENCE = BEGINS[LEVELS]
EXPERIENCE[0] = 0
#: Bit m: it can enter the world on material m.
LIVES_ON = _by_kind([sum(1 << int(material) for material in nature.lives_on) for nature in NATURES.values()])


def chickens(config: Any) -> int:
    """How many chickens live in a world at most."""
    return for_land(config, config.creatures.chickens)


def creatures(config: Any) -> int:
    """How many creatures live in a world at most, which is how many slots they have behind those of agents.

    Raises:
        ConfigError: if these are too many.
    """
    found = chickens(config) + for_land(config, config.creatures.goblins)
    if found + config.spawn.cap > MOST_BODIES:
        raise ConfigError(
            f"creatures.chickens = {config.creatures.chickens} and creatures.goblins = {config.creatures.goblins} make "
            f"{found} creatures on {config.terrain.playable}² tiles of playable land; allowed are "
            f"{MOST_BODIES - config.spawn.cap}, with the {config.spawn.cap} agents"
        )
    return found
