"""The 25 kinds of items: what each is made of, by whom, and what it does. All else follows from this table."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np


class Skill(IntEnum):
    """What agents have experience in; the last four are the trades."""

    MELEE = 0
    RANGE = 1
    MAGE = 2
    DEFENSE = 3
    CONSTITUTION = 4
    FISHING = 5
    COOKING = 6
    MINING = 7
    SMITHING = 8


#: What they are called, by their numbers.
SKILLS = tuple(skill.name.lower() for skill in Skill)

#: The trades, in the order of gifts.
TRADES = (Skill.FISHING, Skill.COOKING, Skill.MINING, Skill.SMITHING)
#: What weapons and armour are made of, from the lowest; 0 stands for none.
METALS = ("copper", "tin", "iron")
#: The level that a thing of each metal takes, to mine, to smith and to use.
METAL_LEVELS = (1, 5, 10)
#: So many knives take the room of one other item; they are made and traded by so many.
BUNDLE = 10


class Kind(NamedTuple):
    """One kind of items.

    Attributes:
        name: of it; its number is its place in `KINDS`.
        trade: the skill that makes it; None: nobody makes it.
        level: of that skill that making one takes.
        experience: that making one brings.
        of: the name of the kind it is made of; empty: of nothing.
        takes: how many of that kind.
        makes: how many are made at a time.
        health, food: points that eating one brings; 0 and 0: it is not eaten.
        used: the skill in which, at the level of its metal, it is used in fights; None: it is not.
        attack, strength, defence: of who uses it.
    """

    name: str
    trade: Skill | None
    level: int = 0
    experience: int = 0
    of: str = ""
    takes: int = 0
    makes: int = 1
    health: int = 0
    food: int = 0
    used: Skill | None = None
    attack: int = 0
    strength: int = 0
    defence: int = 0


def _raw(name: str, level: int, experience: int) -> Kind:
    return Kind(name, Skill.FISHING, level, experience)


def _meal(of: str, level: int, experience: int, health: int, food: int) -> Kind:
    return Kind(f"cooked_{of}", Skill.COOKING, level, experience, of, 1, health=health, food=food)


def _of_metals(
    what: str,
    takes: int,
    experience: int,
    used: Skill,
    numbers: tuple[tuple[int, int, int], ...],
    makes: int = 1,
) -> list[Kind]:
    """A thing of each metal; experience is that of copper, once more for each further metal."""
    return [
        Kind(
            f"{metal}_{what}",
            Skill.SMITHING,
            METAL_LEVELS[m],
            experience * (m + 1),
            f"{metal}_ore",
            takes,
            makes,
            used=used,
            attack=numbers[m][0],
            strength=numbers[m][1],
            defence=numbers[m][2],
        )
        for m, metal in enumerate(METALS)
    ]


#: Every kind, by its number.
KINDS: tuple[Kind, ...] = (
    _raw("shrimp", 1, 10),
    _raw("sardine", 5, 20),
    _raw("herring", 10, 30),
    Kind("chicken", None),
    Kind("goblin", None),
    _meal("shrimp", 1, 10, 2, 8),
    _meal("sardine", 5, 20, 3, 12),
    _meal("herring", 10, 30, 5, 20),
    _meal("chicken", 1, 20, 3, 12),
    _meal("goblin", 5, 40, 5, 20),
    *(Kind(f"{metal}_ore", Skill.MINING, METAL_LEVELS[m], 10 * (m + 1)) for m, metal in enumerate(METALS)),
    *_of_metals("sword", 2, 10, Skill.MELEE, ((10, 9, 0), (15, 14, 0), (19, 14, 0))),
    *_of_metals("knives", 1, 10, Skill.RANGE, ((5, 4, 0), (8, 7, 0), (10, 8, 0)), BUNDLE),
    *_of_metals("staff", 2, 10, Skill.MAGE, ((8, 7, 0), (12, 11, 0), (15, 12, 0))),
    *_of_metals("armour", 4, 40, Skill.DEFENSE, ((0, 0, 55), (0, 0, 90), (0, 0, 105))),
)
NAMES = tuple(kind.name for kind in KINDS)
COUNT = len(KINDS)
#: The column of gold beside those of the kinds, and what the columns are called.
GOLD = COUNT
OF_PACKS = (*NAMES, "gold")


def number(name: str) -> int:
    """The number of a kind."""
    return NAMES.index(name)


def made_by(trade: Skill) -> range:
    """The numbers of the kinds that a trade makes, which follow one another."""
    found = [k for k, kind in enumerate(KINDS) if kind.trade is trade]
    return range(found[0], found[-1] + 1)


#: The first kind of each sort that has one kind of each metal.
ORE, SWORD, KNIVES, STAFF, ARMOUR = (number(f"copper_{what}") for what in ("ore", "sword", "knives", "staff", "armour"))
#: For the four places of what is in use (melee, range, mage, armour): its kind of copper, and the skill that it takes.
IN_USE = ((SWORD, Skill.MELEE), (KNIVES, Skill.RANGE), (STAFF, Skill.MAGE), (ARMOUR, Skill.DEFENSE))


def _column(field: str) -> np.ndarray:
    return np.array([getattr(kind, field) for kind in KINDS], np.int64)


#: The columns of the table for compiled code, int64 [kinds].
LEVEL, EXPERIENCE, TAKES, MAKES = (_column(field) for field in ("level", "experience", "takes", "makes"))
HEALTH, FOOD = _column("health"), _column("food")
ATTACK, STRENGTH, DEFENCE = (_column(field) for field in ("attack", "strength", "defence"))
#: The kind that each is made of, or −1.
OF = np.array([number(kind.of) if kind.of else -1 for kind in KINDS], np.int64)
#: The skill in which each is used in fights, or −1.
USED = np.array([-1 if kind.used is None else kind.used for kind in KINDS], np.int64)


def bits(kinds: range | list[int]) -> int:
    """A set of kinds: bit k is set for kind k."""
    return sum(1 << k for k in kinds)


#: The kinds that are eaten, as such a set.
EDIBLE = bits([k for k, kind in enumerate(KINDS) if kind.food > 0])
