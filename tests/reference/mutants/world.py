"""Broken order, random draws and spawn."""

from __future__ import annotations

import math

from forge.blade import Material
from tests.reference.engine import Game, Place
from tests.reference.mutants.registry import found_by


@found_by("law")
class OrderDoesNotRotate(Game):
    def turn(self, slot: int) -> int:
        return slot


@found_by("law")
class OrderRotatesBackwards(Game):
    def turn(self, slot: int) -> int:
        return (slot + self.tick) % self.config.spawn.cap


@found_by("law")
class OrderIsOneTickAhead(Game):
    def turn(self, slot: int) -> int:
        return (slot - self.tick - 1) % self.config.spawn.cap


@found_by("odd")
class OrderWrapsAtOwnCap(Game):
    def turn(self, slot: int) -> int:
        return (slot - self.tick % self.cap) % self.config.spawn.cap


@found_by("law")
class BirthsUseTheLowerHalfOfADraw(Game):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.stream.below = lambda n: (self.stream.draw() % 2**32) * n >> 32


@found_by("law")
class RegrowthForgetsTheWalk(Game):
    """Draws once for each tile, the plain way: the same odds, other draws."""

    def regrow(self) -> None:
        for place in list(self.harvested):
            if self.stream.unit() < self.config.foraging.regrowth:
                self.materials[place] = Material.FOREST
                self.harvested.remove(place)


@found_by("law")
class RegrowthShiftsTheList(Game):
    """Removes a regrown tile from the list and keeps the order of the rest."""

    def regrow(self) -> None:
        log_miss, position = math.log(1 - self.config.foraging.regrowth), 0
        while position < len(self.harvested):
            position += math.floor(math.log(1 - self.stream.unit()) / log_miss)
            if position < len(self.harvested):
                self.materials[self.harvested.pop(position)] = Material.FOREST


@found_by("law")
class RegrowthSkipsTheTileThatMoved(Game):
    def regrow(self) -> None:
        log_miss, position = math.log(1 - self.config.foraging.regrowth), 0
        while position < len(self.harvested):
            position += math.floor(math.log(1 - self.stream.unit()) / log_miss)
            if position < len(self.harvested):
                self.materials[self.harvested[position]] = Material.FOREST
                self.harvested[position] = self.harvested[-1]
                self.harvested.pop()
                position += 1


@found_by("law")
class SpawnsBeforeRegrowth(Game):
    def regrow(self) -> None:
        super().spawn()
        super().regrow()

    def spawn(self) -> None:
        if not self.births:
            super().spawn()


@found_by("chaos")
class SpawnIgnoresQuotas(Game):
    def members(self, population: int) -> int:
        return min(super().members(population), self.config.quota - 1)


@found_by("odd")
class SpawnIgnoresTheOwnCap(Game):
    def draw_cap(self) -> int:
        super().draw_cap()
        return self.config.spawn.cap


@found_by("law")
class TheRingIsWalkedAnticlockwise(Game):
    def ring(self) -> list[Place]:
        first, *rest = super().ring()
        return [first, *reversed(rest)]


@found_by("law")
class NewbornsTakeTheHighestSlot(Game):
    def free_slot(self, population: int) -> int:
        last = (population + 1) * self.config.quota
        return max(slot for slot in range(last - self.config.quota, last) if slot not in self.agents)
