"""The trades: fishing, mining, cooking, smithing; and eating."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forge.blade import Material
from tests.reference.grown import tables
from tests.reference.grown.body import Body

if TYPE_CHECKING:
    from tests.reference.engine import Place
    from tests.reference.grown.game import Grown


class Trades:
    """A part of `Grown`."""

    mined: list[Place]

    def gather(self: Grown, body: Body, skill: int, first: int) -> bool:
        """Tries the three kinds from `first` on, from the highest that its level allows down; whether one succeeded."""
        for k in reversed(range(3)):
            if body.level(skill) >= tables.LEVELS[k] and self.succeeds(self.chance(body, skill, tables.LEVELS[k])):
                self.make(body, first + k)
                self.gain(body, skill, tables.EXPERIENCE[k])
                return True
        return False

    def can_fish(self: Grown, body: Body, kind: int, price: int) -> bool:
        return self.beside_water(body) and self.fits(body, tables.RAW)

    def fish(self: Grown, body: Body, kind: int, price: int) -> None:
        self.gather(body, tables.FISHING, tables.RAW)

    def can_mine(self: Grown, body: Body, kind: int, price: int) -> bool:
        return self.ore_beside(body) is not None and self.fits(body, tables.ORE)

    def mine(self: Grown, body: Body, kind: int, price: int) -> None:
        place = self.ore_beside(body)
        if self.gather(body, tables.MINING, tables.ORE):
            self.materials[place] = Material.STONE
            self.mined.append(place)

    def ore_beside(self: Grown, body: Body) -> Place | None:
        """The first tile of orerock north, south, east or west."""
        return next((place for place in self.sides(body) if self.material(place) == Material.OREROCK), None)

    def regrow_ore(self: Grown) -> None:
        self.grow_back(self.mined, self.config.trades.ore_regrowth, Material.OREROCK)

    def can_cook(self: Grown, body: Body, kind: int, price: int) -> bool:
        if not tables.COOKED <= kind < tables.ORE or body.pack[kind - tables.COOKED] == 0:
            return False
        return self.in_camp(body.place) and body.level(tables.COOKING) >= tables.COOKING_LEVELS[kind - tables.COOKED]

    def cook(self: Grown, body: Body, kind: int, price: int) -> None:
        raw = kind - tables.COOKED
        if not self.succeeds(self.chance(body, tables.COOKING, tables.COOKING_LEVELS[raw])):
            self.use_up(body, raw, reason=tables.SPOILED)
            return
        self.use_up(body, raw)
        self.make(body, kind)
        self.slice(body, kind)
        self.gain(body, tables.COOKING, tables.COOKING_EXPERIENCE[raw])

    def slice(self: Grown, body: Body, kind: int) -> None:
        """Knives make a second meal: one of the lowest metal is used up, whose room may be what the meal needs."""
        knives = next((k for k in range(tables.KNIVES, tables.STAFF) if body.pack[k] > 0), None)
        if knives is None:
            return
        body.pack[knives] -= 1
        room = self.fits(body, kind)
        body.pack[knives] += 1
        if room:
            self.use_up(body, knives)
            self.make(body, kind)

    def can_smith(self: Grown, body: Body, kind: int, price: int) -> bool:
        if kind < tables.SWORD or not self.in_camp(body.place):
            return False
        thing, metal = tables.thing(kind)
        ore, needed = tables.ORE + metal, tables.ORE_NEEDED[thing]
        if body.pack[ore] < needed or body.level(tables.SMITHING) < tables.LEVELS[metal]:
            return False
        body.pack[ore] -= needed
        room = self.fits(body, kind, tables.unit(kind))
        body.pack[ore] += needed
        return room

    def smith(self: Grown, body: Body, kind: int, price: int) -> None:
        thing, metal = tables.thing(kind)
        if self.succeeds(min(10000, 100 * body.gifts[tables.TRADES.index(tables.SMITHING)])):
            self.use_up(body, tables.ORE + metal, tables.ORE_NEEDED[thing])
            self.make(body, kind, tables.unit(kind))
            self.gain(body, tables.SMITHING, tables.SMITHING_EXPERIENCE[thing][metal])

    def can_eat(self: Grown, body: Body, kind: int, price: int) -> bool:
        return tables.COOKED <= kind < tables.ORE and body.pack[kind] > 0

    def eat(self: Grown, body: Body, kind: int, price: int) -> None:
        meal = kind - tables.COOKED
        self.use_up(body, kind)
        body.health = self.clip(body.health + tables.MEAL_HEALTH[meal], self.most_health(body))
        body.food = self.clip(body.food + tables.MEAL_FOOD[meal], self.config.vitals.food)
