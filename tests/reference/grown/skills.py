"""Skills: what is learned by doing; and bodies, which are more or less gifted for the four trades."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.reference.grown import tables
from tests.reference.grown.body import Body

if TYPE_CHECKING:
    from tests.reference.grown.game import Grown


class Skills:
    """A part of `Grown`."""

    def skilled(self: Grown, newborn: Body) -> None:
        """A newborn has level 1 in all, but in constitution."""
        newborn.experience = [0] * 9
        newborn.experience[tables.CONSTITUTION] = tables.THRESHOLDS[tables.CONSTITUTION_AT_BIRTH - 1]

    def gain(self: Grown, body: Body, skill: int, points: int) -> None:
        """Experience for what was done. Creatures learn nothing."""
        if body.creature != tables.AGENT or not self.on("skills"):
            return
        gained = math.floor(points * self.config.skills.rate)
        if skill in tables.TRADES:
            gained = math.floor(points * self.config.skills.rate * body.gifts[tables.TRADES.index(skill)] / 100)
        before = body.level(skill)
        body.experience[skill] = min(tables.THRESHOLDS[-1], body.experience[skill] + gained)
        body.risen += body.level(skill) - before

    def chance(self: Grown, body: Body, skill: int, needed: int) -> int:
        """In ten thousandths, that work for which this level is needed and there succeeds."""
        bracket = 50 + 5 * (body.level(skill) - needed)
        return min(10000, bracket * body.gifts[tables.TRADES.index(skill)])

    def succeeds(self: Grown, chance: int) -> bool:
        return self.stream.below(10000) < chance

    def most_health(self: Grown, body: Body) -> int:
        if not self.on("skills"):
            return self.config.vitals.health
        return body.level(tables.CONSTITUTION)

    # -- bodies

    def gifted(self: Grown, newborn: Body) -> None:
        """What a newborn is gifted for, for life."""
        kind, few = self.config.bodies.gifts, self.config.populations < 4
        if kind == "equal":
            newborn.gifts = [100] * 4
        elif kind == "inherited" and newborn.mother is not None:
            newborn.gifts = [self.inherited(gift) for gift in newborn.mother.gifts]
        elif kind == "population" and not few:
            newborn.gifts = self.gifted_in(newborn.population % 4)
        else:
            newborn.gifts = self.gifted_in(self.stream.below(4))

    def gifted_in(self: Grown, trade: int) -> list[int]:
        return [100 if k == trade else self.config.bodies.other for k in range(4)]

    def inherited(self: Grown, gift: int) -> int:
        """A gift of the mother's, changed by a rounded normal number, found by Box and Muller's way."""
        a, b = self.stream.draw(), self.stream.draw()
        u, v = ((a >> 11) + 1) / 2**53, (b >> 11) / 2**53
        normal = math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v)
        return self.clip(gift + math.floor(self.config.bodies.mutation * normal + 0.5), 200)
