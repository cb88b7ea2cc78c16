"""The exchange: one list of all open orders, looked through for whoever comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.reference.grown import tables
from tests.reference.grown.body import Body

if TYPE_CHECKING:
    from tests.reference.grown.game import Grown


@dataclass(eq=False)
class Order:
    """What one agent offers, or asks for."""

    owner: Body
    place: int  # among its owner's
    kind: int
    sells: bool
    price: int  # an index
    book: int
    tick: int
    number: int


class Exchange:
    """A part of `Grown`. `prices` are by index, and `last_prices` by (book, kind)."""

    prices: list[int]
    orders: list[Order]
    next_order: int
    last_prices: dict[tuple[int, int], int]

    def orders_of(self: Grown, body: Body) -> list[Order]:
        return [order for order in self.orders if order.owner is body]

    def price(self: Grown, order: Order) -> int:
        """In gold."""
        return self.prices[order.price]

    def may_trade(self: Grown, body: Body) -> bool:
        """Whether it is where orders are taken, and has room for another."""
        open_here = self.config.exchange.everywhere or self.in_camp(body.place)
        return open_here and len(self.orders_of(body)) < self.config.exchange.orders

    def book_here(self: Grown, body: Body) -> int:
        return self.nearest_fire(body.place) if self.config.exchange.books == "camp" else 0

    def books(self: Grown) -> int:
        return len(self.fires) if self.config.exchange.books == "camp" else 1

    # -- orders

    def can_sell(self: Grown, body: Body, kind: int, price: int) -> bool:
        return body.pack[kind] >= tables.unit(kind) and self.may_trade(body)

    def can_buy(self: Grown, body: Body, kind: int, price: int) -> bool:
        enough = body.gold >= self.prices[price]
        return enough and self.may_trade(body) and self.fits(body, kind, tables.unit(kind))

    def sell(self: Grown, body: Body, kind: int, price: int) -> None:
        body.pack[kind] -= tables.unit(kind)
        ours = self.new_order(body, kind, True, price)
        bids = [order for order in self.others(ours) if not order.sells and order.price >= price]
        if not bids:
            self.rest(ours)
            return
        bid = min(bids, key=lambda order: (-order.price, order.number))
        self.orders.remove(bid)  # whose gold is paid, and whose room is used
        self.trade(kind, ours.book, seller=body, buyer=bid.owner, paid=self.price(bid))

    def buy(self: Grown, body: Body, kind: int, price: int) -> None:
        body.gold -= self.prices[price]
        ours = self.new_order(body, kind, False, price)
        asks = [order for order in self.others(ours) if order.sells and order.price <= price]
        if not asks:
            self.rest(ours)
            return
        ask = min(asks, key=lambda order: (order.price, order.number))
        self.orders.remove(ask)
        body.gold += self.price(ours) - self.price(ask)
        self.trade(kind, ours.book, seller=ask.owner, buyer=body, paid=self.price(ask))

    def new_order(self: Grown, body: Body, kind: int, sells: bool, price: int) -> Order:
        taken = {order.place for order in self.orders_of(body)}
        place = min(set(range(self.config.exchange.orders)) - taken)
        return Order(body, place, kind, sells, price, self.book_here(body), self.tick, self.next_order)

    def others(self: Grown, ours: Order) -> list[Order]:
        """The open orders of other agents that could match one by book and kind."""
        alike = [order for order in self.orders if (order.book, order.kind) == (ours.book, ours.kind)]
        return [order for order in alike if order.owner is not ours.owner]

    def rest(self: Grown, order: Order) -> None:
        self.orders.append(order)
        self.next_order += 1

    def trade(self: Grown, kind: int, book: int, seller: Body, buyer: Body, paid: int) -> None:
        """One unit and its price change hands; both have been put aside before."""
        seller.gold += paid
        seller.earned += paid
        buyer.earned -= paid
        buyer.pack[kind] += tables.unit(kind)
        self.last_prices[book, kind] = paid
        self.note(tables.TRADED, kind, 1)
        self.note(tables.TRADED, tables.GOLD, paid)

    # -- what closes orders

    def can_cancel(self: Grown, body: Body, kind: int, price: int) -> bool:
        return any(order.kind == kind for order in self.orders_of(body))

    def cancel(self: Grown, body: Body, kind: int, price: int) -> None:
        self.close(min((o for o in self.orders_of(body) if o.kind == kind), key=lambda order: order.number))

    def close_old(self: Grown) -> None:
        for order in sorted(self.orders, key=lambda order: (order.owner.slot, order.place)):
            if self.tick - order.tick >= self.config.exchange.patience:
                self.close(order)

    def close(self: Grown, order: Order) -> None:
        """What an order held goes back."""
        self.orders.remove(order)
        if order.sells:
            order.owner.pack[order.kind] += tables.unit(order.kind)
        else:
            order.owner.gold += self.price(order)

    # -- what is told

    def best_ask(self: Grown, book: int, kind: int) -> int:
        """In gold; 0 if nobody sells."""
        return min((self.price(o) for o in self.orders if o.sells and (o.book, o.kind) == (book, kind)), default=0)

    def best_bid(self: Grown, book: int, kind: int) -> int:
        return max((self.price(o) for o in self.orders if not o.sells and (o.book, o.kind) == (book, kind)), default=0)
