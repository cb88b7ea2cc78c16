"""Work: one thing a tick that an agent does beside its move and its attack, and what of it can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tests.reference.grown import tables
from tests.reference.grown.body import Body

if TYPE_CHECKING:
    from tests.reference.grown.game import Grown


class Work(NamedTuple):
    """One work: whether it can be done with a kind and a price, and what doing it does."""

    can: Callable[[Body, int, int], bool]
    do: Callable[[Body, int, int], None]
    of_kind: bool = False  # whether the kind that is chosen matters
    at_price: bool = False


class Works:
    """A part of `Grown`."""

    def works(self: Grown) -> dict[str, Work]:
        """All that the systems of this world know, in the order of their options."""
        all_of_them = {
            "rest": Work(lambda body, kind, price: True, lambda body, kind, price: None),
            "fish": Work(self.can_fish, self.fish),
            "mine": Work(self.can_mine, self.mine),
            "cook": Work(self.can_cook, self.cook, of_kind=True),
            "smith": Work(self.can_smith, self.smith, of_kind=True),
            "eat": Work(self.can_eat, self.eat, of_kind=True),
            "sell": Work(self.can_sell, self.sell, of_kind=True, at_price=True),
            "buy": Work(self.can_buy, self.buy, of_kind=True, at_price=True),
            "cancel": Work(self.can_cancel, self.cancel, of_kind=True),
            "reproduce": Work(self.can_reproduce, self.reproduce),
        }
        there = {"rest": self.on("work"), "reproduce": self.on("births")}
        there |= dict.fromkeys(("fish", "mine", "eat"), self.on("trades"))
        there |= dict.fromkeys(("cook", "smith"), self.on("trades") and self.on("camps"))
        there |= dict.fromkeys(("sell", "buy", "cancel"), self.on("exchange"))
        return {name: all_of_them[name] for name in tables.WORKS if there[name]}

    def work(self: Grown, agent: Body) -> None:
        """Does what was chosen, if it can be done now."""
        deed, works = self.deeds[agent.slot], list(self.works().values())
        if not works:
            return
        chosen = works[deed.work]
        if chosen.can(agent, deed.kind, deed.price):
            chosen.do(agent, deed.kind, deed.price)

    # -- what can be done, as far as can be seen now

    def work_mask(self: Grown, agent: Body) -> list[bool]:
        """By option of `work`."""
        return [any(self.valid(agent, work)) for work in self.works().values()]

    def kind_mask(self: Grown, agent: Body) -> list[list[bool]]:
        """By option of `work`, then of `kind`: of work that is of no kind, or cannot be done, the first."""
        return [self.or_first(self.valid(agent, work), 25) for work in self.works().values()]

    def price_mask(self: Grown, agent: Body) -> list[list[bool]]:
        """By option of `work`, then of `price`: whoever sells names any, whoever buys one that it can pay."""
        prices = self.prices
        affordable = {"sell": [True for _ in prices], "buy": [price <= agent.gold for price in prices]}
        return [self.or_first(affordable.get(work, []), len(prices)) for work in self.works()]

    def valid(self: Grown, agent: Body, work: Work) -> list[bool]:
        """By kind, whether it can be done at any price; of work for which kinds don't matter, of the first alone."""
        kinds, prices = range(25 if work.of_kind else 1), range(len(self.prices) if work.at_price else 1)
        return [any(work.can(agent, kind, price) for price in prices) for kind in kinds]

    @staticmethod
    def or_first(mask: list[bool], options: int) -> list[bool]:
        """A mask of all options in which something is valid: the first, where nothing else is or it does not matter."""
        if len(mask) == options and any(mask):
            return mask
        return [k == 0 for k in range(options)]
