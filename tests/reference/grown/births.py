"""Births: agents have newborns of their own, and founders come by the spawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reference.engine import Game
from tests.reference.grown.body import Body

if TYPE_CHECKING:
    from tests.reference.grown.game import Grown


class Births:
    """A part of `Grown`. `founded` are the populations that have been at their quota."""

    founded: set[int]

    def can_reproduce(self: Grown, body: Body, kind: int, price: int) -> bool:
        births = self.config.births
        old_enough = births.kind != "spawn" and body.age >= births.age
        return old_enough and body.food >= births.least and body.water >= births.least

    def reproduce(self: Grown, body: Body, kind: int, price: int) -> None:
        body.reproduces = True

    def newborns(self: Grown) -> None:
        """Those of mothers who outlived the tick, by slot of the mother."""
        for mother in [agent for agent in self.in_slots() if agent.reproduces]:
            mother.reproduces = False
            if len(self.agents) < self.cap and self.members(mother.population) < self.config.quota:
                mother.food = max(0, mother.food - self.config.births.cost)
                mother.water = max(0, mother.water - self.config.births.cost)
                self.enter(mother.population, mother.place, mother)
                mother.borne += 1

    def open_populations(self: Grown) -> list[int]:
        """With parents alone, the spawn brings founders until every population has been whole once."""
        below_quota = Game.open_populations(self)
        if not self.on("births") or self.config.births.kind != "parents":
            return below_quota
        return [] if len(self.founded) == self.config.populations else below_quota

    def count_founded(self: Grown) -> None:
        populations = range(self.config.populations)
        self.founded |= {p for p in populations if self.members(p) == self.config.quota}
