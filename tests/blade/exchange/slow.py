"""The exchange by the letter of its rules: one list of orders, searched from end to end each time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

SELL, BUY = "sell", "buy"
KINDS = 25
KNIVES = (16, 17, 18)


class Order(NamedTuple):
    """An open order."""

    number: int
    tick: int
    owner: int
    book: int
    kind: int
    side: str
    price: int  # in gold


class Trade(NamedTuple):
    """A unit that went over."""

    seller: int
    buyer: int
    kind: int
    gold: int


@dataclass
class Trader:
    """What somebody has."""

    gold: int = 0
    pack: list[int] = field(default_factory=lambda: [0] * KINDS)
    capacity: int = 20


def unit(kind: int) -> int:
    """Knives go by ten."""
    return 10 if kind in KNIVES else 1


class SlowBook:
    """All books of one world.

    Args:
        traders: by slot.
        prices: in gold, rising.
        most: open orders of one trader.
        patience: ticks that an order waits.
    """

    def __init__(self, traders: list[Trader], prices: list[int], most: int, patience: int) -> None:
        self.traders, self.prices, self.most, self.patience = traders, prices, most, patience
        self.orders: list[Order] = []  # the older first
        self.trades: list[Trade] = []
        self.closed: list[Order] = []
        self.last: dict[tuple[int, int], int] = {}
        self.sold, self.paid = [0] * KINDS, 0
        self.lost, self.lost_gold = [0] * KINDS, 0
        self.tick, self.placed = 0, 0

    def of(self, slot: int) -> list[Order]:
        """A trader's open orders."""
        return [order for order in self.orders if order.owner == slot]

    def load(self, slot: int) -> int:
        """The room that a trader's things take: one each, ten knives of a metal as much as one; and one an order."""
        pack = self.traders[slot].pack
        things = sum(-(-n // 10) if kind in KNIVES else n for kind, n in enumerate(pack))
        return things + len(self.of(slot))

    def by_kind(self, slot: int) -> list[int]:
        """Of each kind, a trader's open orders to sell less those to buy."""
        return [sum((1 if o.side == SELL else -1) for o in self.of(slot) if o.kind == kind) for kind in range(KINDS)]

    def best(self, book: int, kind: int, side: str) -> int:
        """The best price of a side, 0 if nobody waits."""
        found = [o.price for o in self.orders if (o.book, o.kind, o.side) == (book, kind, side)]
        return 0 if not found else min(found) if side == SELL else max(found)

    def place(self, slot: int, side: str, book: int, kind: int, price: int) -> bool:
        """Offers a unit or bids for one, at prices[price]; returns whether that was valid."""
        me, gold = self.traders[slot], self.prices[price]
        if len(self.of(slot)) >= self.most:
            return False
        if side == SELL and me.pack[kind] < unit(kind):
            return False
        if side == BUY and (me.gold < gold or self.load(slot) + 1 > me.capacity):
            return False
        across = [
            o
            for o in self.orders
            if o.owner != slot
            and (o.book, o.kind) == (book, kind)
            and o.side != side
            and (o.price <= gold if side == BUY else o.price >= gold)
        ]
        if side == SELL:
            me.pack[kind] -= unit(kind)
        else:
            me.gold -= gold
        if not across:
            self.placed += 1
            self.orders.append(Order(self.placed, self.tick, slot, book, kind, side, gold))
            return True
        best = min(o.price for o in across) if side == BUY else max(o.price for o in across)
        found = next(o for o in across if o.price == best)
        self.orders.remove(found)
        seller, buyer = (slot, found.owner) if side == SELL else (found.owner, slot)
        if side == BUY:
            me.gold += gold - best  # the rest comes back
        self.traders[seller].gold += best
        self.traders[buyer].pack[kind] += unit(kind)
        self.trades.append(Trade(seller, buyer, kind, best))
        self.last[book, kind] = best
        self.sold[kind] += 1
        self.paid += best
        return True

    def close(self, order: Order) -> None:
        """Gives back what an order kept."""
        self.orders.remove(order)
        owner = self.traders[order.owner]
        if order.side == SELL:
            owner.pack[order.kind] += unit(order.kind)
        else:
            owner.gold += order.price
        self.closed.append(order)

    def cancel(self, slot: int, kind: int) -> None:
        """Closes the oldest order of a trader and kind."""
        if found := [o for o in self.of(slot) if o.kind == kind]:
            self.close(found[0])

    def close_old(self) -> None:
        """Closes what has waited for long enough."""
        for order in [o for o in self.orders if self.tick - o.tick >= self.patience]:
            self.close(order)

    def close_all(self, slot: int) -> None:
        """Closes what a trader has open."""
        for order in self.of(slot):
            self.close(order)

    def lose_orders(self, slot: int) -> None:
        """A trader is taken out of the world: what its orders kept is lost."""
        for order in self.of(slot):
            self.orders.remove(order)
            if order.side == SELL:
                self.lost[order.kind] += unit(order.kind)
            else:
                self.lost_gold += order.price
