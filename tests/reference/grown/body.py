"""Who lives in a grown world: agents and creatures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tests.reference.engine import Agent
from tests.reference.grown import tables


@dataclass(eq=False)
class Body(Agent):
    """One agent, or one creature."""

    creature: int = tables.AGENT
    experience: list[int] = field(default_factory=lambda: [0] * 9)
    gifts: list[int] = field(default_factory=lambda: [100] * 4)
    pack: list[int] = field(default_factory=lambda: [0] * 25)
    gold: int = 0
    hurt: int = 0  # ticks for which it will not heal
    word: int = 0
    mother: Body | None = None
    reproduces: bool = False  # in this tick
    earned: int = 0  # gold, less what it spent, since its last turn
    risen: int = 0  # levels
    borne: int = 0  # children
    paid: dict[str, int] = field(default_factory=dict)  # how much of these is rewarded in this tick
    grudge: int = 0  # the id of who struck it last
    grudge_left: int = 0

    @property
    def levels(self) -> list[int]:
        """By skill."""
        return [tables.level_at(experience) for experience in self.experience]

    def level(self, skill: int) -> int:
        return tables.level_at(self.experience[skill])


class Deed(NamedTuple):
    """The action of one agent; what its world has no choice for is 0."""

    move: int
    style: int
    target: int = 0
    work: int = 0
    kind: int = 0
    price: int = 0
    word: int = 0
