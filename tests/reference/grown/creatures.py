"""Creatures: where they come from, where they go, whom they strike, and what they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forge.blade import Material, Move
from tests.reference.grown import tables
from tests.reference.grown.body import Body
from tests.reference.sight import distance

if TYPE_CHECKING:
    from tests.reference.engine import Place
    from tests.reference.grown.game import Grown

#: Tiles that are drawn for one creature in a tick.
TRIES = 32


class Creatures:
    """A part of `Grown`. `creatures` are by slot; `due` says when the next of an empty slot is to come."""

    creatures: dict[int, Body]
    due: dict[int, int]
    creatures_ever: int

    def creature_slots(self: Grown) -> dict[int, int]:
        """What each of the slots after the agents' is for: chickens first."""
        if not self.on("creatures"):
            return {}
        chickens, goblins = self.for_size(self.config.creatures.chickens), self.for_size(self.config.creatures.goblins)
        kinds = [tables.CHICKEN] * chickens + [tables.GOBLIN] * goblins
        return {self.config.spawn.cap + k: kind for k, kind in enumerate(kinds)}

    def for_size(self: Grown, count: int) -> int:
        """How many there are on a map of this size of what a playable square of 62 × 62 has so many of."""
        terrain = self.config.terrain
        playable = terrain.high - terrain.low + 1
        return round(count * playable**2 / tables.COUNTED_FOR**2)

    def by_slot(self: Grown) -> list[Body]:
        return [creature for _, creature in sorted(self.creatures.items())]

    def dead_creatures(self: Grown) -> list[Body]:
        return [creature for creature in self.by_slot() if creature.health == 0]

    # -- coming and going

    def bring_creatures(self: Grown) -> None:
        """Those whose time has come enter where a tile suits them."""
        for slot, kind in self.creature_slots().items():
            if slot not in self.creatures and self.tick >= self.due[slot]:
                place = self.place_for(kind)
                if place is not None:
                    self.creatures[slot] = self.new_creature(slot, kind, place)

    def place_for(self: Grown, kind: int) -> Place | None:
        low, high = self.config.terrain.low, self.config.terrain.high
        inner = high - low - 1
        for _ in range(TRIES):
            row, col = divmod(self.stream.below(inner * inner), inner)
            place = low + 1 + row, low + 1 + col
            if self.suits(kind, place):
                return place
        return None

    def suits(self: Grown, kind: int, place: Place) -> bool:
        if self.in_camp(place):
            return False
        if kind == tables.CHICKEN:
            return self.material(place) == Material.GRASS
        wild = self.material(place) in (Material.FOREST, Material.SCRUB)
        return wild and not in_outer_quarter(self.config.terrain, place)

    def new_creature(self: Grown, slot: int, kind: int, place: Place) -> Body:
        health, level = tables.CREATURE_HEALTH[kind], tables.CREATURE_LEVEL[kind]
        ident = -1 - self.creatures_ever
        self.creatures_ever += 1
        creature = Body(ident, tables.CREATURE_POPULATION, slot, *place, health, food=0, water=0, creature=kind)
        for skill, at in ((tables.MELEE, level), (tables.DEFENSE, level), (tables.CONSTITUTION, health)):
            creature.experience[skill] = tables.THRESHOLDS[at - 1]
        return creature

    def remove_creatures(self: Grown) -> None:
        for creature in self.dead_creatures():
            del self.creatures[creature.slot]
            self.due[creature.slot] = self.tick + self.config.creatures.back

    # -- moves

    def move_creatures(self: Grown) -> None:
        for creature in self.by_slot():
            if creature.freeze == 0:
                self.move_creature(creature)

    def move_creature(self: Grown, creature: Body) -> None:
        quarry = self.quarry(creature)
        if quarry is None:
            if self.stream.below(4) == 0:
                self.step_creature(creature, self.towards(creature, Move(1 + self.stream.below(4))))
        elif self.stream.below(2) == 1:
            self.follow(creature, quarry)

    def follow(self: Grown, creature: Body, quarry: Body) -> None:
        """A step along the longer axis, or else the other."""
        rows, cols = quarry.row - creature.row, quarry.col - creature.col
        steps = [(_sign(rows), 0), (0, _sign(cols))]
        if abs(cols) > abs(rows):
            steps.reverse()
        for down, right in steps:
            if (down or right) and self.step_creature(creature, (creature.row + down, creature.col + right)):
                return

    def step_creature(self: Grown, creature: Body, place: Place) -> bool:
        """Goes there, unless it is barred to creatures; whether it did."""
        if not self.may_enter(place) or self.material(place) == Material.LAVA or self.in_camp(place):
            return False
        creature.row, creature.col = place
        return True

    # -- whom goblins go for

    def quarry(self: Grown, creature: Body) -> Body | None:
        """Whom it goes for: who struck it last, else whoever is near."""
        if creature.creature != tables.GOBLIN:
            return None
        if creature.grudge_left > 0:
            struck = [agent for agent in self.agents.values() if agent.id == creature.grudge]
            if struck:
                return struck[0]
        if not self.config.creatures.hostile:
            return None
        near = [
            agent
            for agent in self.agents.values()
            if distance(agent, creature) <= tables.HOSTILE_WITHIN
            and not self.immune(agent)
            and not self.in_camp(agent.place)
        ]
        return min(near, key=lambda agent: (distance(agent, creature), self.turn(agent.slot)), default=None)

    def prey(self: Grown, creature: Body) -> Body | None:
        """Whom it strikes."""
        quarry = self.quarry(creature)
        if quarry is None or distance(quarry, creature) > 1 or not self.may_be_struck(creature, quarry):
            return None
        return quarry

    def forget_grudges(self: Grown) -> None:
        """A tick of remembering is over."""
        for creature in self.by_slot():
            creature.grudge_left = max(0, creature.grudge_left - 1)

    # -- spoils

    def leave_spoils(self: Grown, creature: Body, killer: Body | None) -> None:
        if not self.on("items"):
            return
        if creature.creature == tables.CHICKEN:
            self.find(killer, tables.RAW_CHICKEN, 1 + self.stream.below(2))
            return
        self.find(killer, tables.RAW_GOBLIN, 1)
        if self.stream.below(2) == 1:
            self.find(killer, tables.GOLD, 1 + self.stream.below(20))
        if self.stream.below(5) == 0:
            self.find(killer, tables.SWORD, 1)


def in_outer_quarter(terrain: Any, place: Place) -> bool:
    """Whether a place is nearer to an edge of the playable square than a quarter of its side."""
    quarter = (terrain.high - terrain.low + 1) // 4
    middle = range(terrain.low + quarter, terrain.high - quarter + 1)
    return place[0] not in middle or place[1] not in middle


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)
