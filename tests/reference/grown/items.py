"""Items: what is in packs, the room it takes, what of it is of use, and the ledger of all that comes and goes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.reference.grown import tables
from tests.reference.grown.body import Body

if TYPE_CHECKING:
    from tests.reference.grown.game import Grown


class Items:
    """A part of `Grown`. `ledger` counts by (reason, kind); the kind after all is gold."""

    ledger: Counter[tuple[int, int]]

    def load(self: Grown, body: Body) -> int:
        """The room that is used: by what is carried, and by each open order."""
        knives = body.pack[tables.KNIVES : tables.STAFF]
        bundles = sum(-(-count // tables.BUNDLE) for count in knives)
        return sum(body.pack) - sum(knives) + bundles + len(self.orders_of(body))

    def fits(self: Grown, body: Body, kind: int, count: int = 1) -> bool:
        """Whether there is room for so many more of a kind."""
        body.pack[kind] += count
        fits = self.load(body) <= self.config.items.capacity
        body.pack[kind] -= count
        return fits

    def note(self: Grown, reason: int, kind: int, count: int) -> None:
        self.ledger[reason, kind] += count

    def make(self: Grown, body: Body, kind: int, count: int = 1) -> None:
        body.pack[kind] += count
        self.note(tables.MADE, kind, count)

    def use_up(self: Grown, body: Body, kind: int, count: int = 1, reason: int = tables.USED) -> None:
        body.pack[kind] -= count
        self.note(reason, kind, count)

    # -- what is in use

    def best(self: Grown, body: Body, thing: int) -> int:
        """The best metal, 1 to 3, of which it carries such a thing and has the level to use it; 0 if none."""
        if not self.on("items") or not self.on("skills"):
            return 0
        skill = tables.DEFENSE if thing == tables.GEAR.index("armour") else thing  # of a weapon, its style
        found = 0
        for metal in range(3):
            carried = body.pack[tables.SWORD + 3 * thing + metal] > 0
            if carried and body.level(skill) >= tables.LEVELS[metal]:
                found = metal + 1
        return found

    def attack_bonus(self: Grown, body: Body, style: int) -> int:
        metal = self.best(body, style)
        return tables.WEAPON_ATTACK[style][metal - 1] if metal else 0

    def strength_bonus(self: Grown, body: Body, style: int) -> int:
        metal = self.best(body, style)
        return tables.WEAPON_STRENGTH[style][metal - 1] if metal else 0

    def defence_bonus(self: Grown, body: Body) -> int:
        metal = self.best(body, tables.GEAR.index("armour"))
        return tables.ARMOUR_DEFENCE[metal - 1] if metal else 0

    # -- of the dead

    def hand_over(self: Grown, victim: Body, killer: Body | None) -> None:
        """All that one who dies has goes to the killer, as far as there is room; the rest is lost."""
        for kind in range(25):
            while victim.pack[kind] > 0:
                taken = killer is not None and self.fits(killer, kind)
                if taken:
                    killer.pack[kind] += 1
                victim.pack[kind] -= 1
                self.note(tables.TAKEN if taken else tables.LOST, kind, 1)
        if killer is not None:
            killer.gold += victim.gold
            killer.earned += victim.gold
        self.note(tables.TAKEN if killer is not None else tables.LOST, tables.GOLD, victim.gold)
        victim.gold = 0

    def find(self: Grown, killer: Body | None, kind: int, count: int) -> None:
        """Spoils of a creature, which nobody had before."""
        if killer is None:
            return
        for _ in range(count):
            if kind == tables.GOLD:
                killer.gold += 1
                killer.earned += 1
            elif self.fits(killer, kind):
                killer.pack[kind] += 1
            else:
                continue
            self.note(tables.FOUND, kind, 1)

    # -- a count of everything, for tests

    def held(self: Grown) -> list[int]:
        """How much there is of each kind, and of gold, in packs and in escrow."""
        total = [sum(body.pack[kind] for body in self.agents.values()) for kind in range(25)]
        total.append(sum(body.gold for body in self.agents.values()))
        for order in self.orders:
            if order.sells:
                total[order.kind] += tables.unit(order.kind)
            else:
                total[tables.GOLD] += self.price(order)
        return total

    def balance(self: Grown) -> list[int]:
        """What the ledger says there must be."""
        signs = {tables.BORN: 1, tables.MADE: 1, tables.FOUND: 1, tables.USED: -1, tables.SPOILED: -1, tables.LOST: -1}
        return [sum(sign * self.ledger[reason, kind] for reason, sign in signs.items()) for kind in range(26)]
