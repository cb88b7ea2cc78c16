"""Kinds of creatures, as any system declares them: how many there are, where they live, what they do and leave.

The system `creatures` moves all of them, whoever declares them, by the same compiled code: what tells them apart are
numbers, which `forge.blade.creatures.kinds` makes of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

#: The name of the system that moves creatures, without which there are none.
HERD = "creatures"


class Loot(NamedTuple):
    """Something that a creature leaves when it dies, to who killed it, in worlds with items.

    Attributes:
        item: its kind, or "gold".
        least: how many, at the least.
        more: up to so many more, drawn; 0 draws nothing.
        one_in: a number below this one is drawn, and it is left where that is `wins`; 1 leaves it always, undrawn.
        wins: see `one_in`.
    """

    item: str
    least: int = 1
    more: int = 0
    one_in: int = 1
    wins: int = 0


class Nature(NamedTuple):
    """One kind of creatures. Where its number counts, as in the column `creature`, it follows from the declarations.

    Attributes:
        name: in lower case, unique among all systems.
        count: how many live in a world at most, of its configuration.
        health: that it has; its level of constitution.
        level: of melee and of defense; 1 in all other skills.
        lives_on: the names of the materials on which it can enter the world.
        experience: that killing it brings, before `skills.rate`.
        colour: in which viewers tell it from others, "#rrggbb".
        shy: whether it does not enter in the outer quarter of the land.
        hunts: it strikes, and goes for who struck it, and with `creatures.hostile` for the nearest agent that is no
            further away than this [tiles]; 0: it does neither.
        loot: what it leaves, drawn in this order.
    """

    name: str
    count: Callable[[Any], int]
    health: int
    level: int
    lives_on: tuple[str, ...]
    experience: int
    colour: str
    shy: bool = False
    hunts: int = 0
    loot: tuple[Loot, ...] = ()

    @property
    def look(self) -> Look:
        """What viewers are told of it."""
        return Look(self.name, self.colour, self.hunts > 0)


class Look(NamedTuple):
    """How viewers show a kind of creatures: what it is called, in which colour, "#rrggbb", and whether it hunts."""

    name: str
    colour: str
    hunts: bool
