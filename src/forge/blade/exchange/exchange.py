"""The exchange as a system: what it declares, and what its verbs do."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.exchange.book import BUY, CANCEL, MOST_ORDERS, MOST_PRICES, SELL, STRIDE, rebuild
from forge.blade.exchange.checking import check
from forge.blade.exchange.markets import market_of
from forge.blade.exchange.orders import close_all, close_old, deal, lose_orders
from forge.blade.exchange.settings import Exchange, books_of, prices_of
from forge.blade.exchange.sight import SHOWN, see_exchange
from forge.blade.grown.kinds import COUNT, KINDS, NAMES
from forge.blade.grown.work import chosen_kind
from forge.blade.mechanics.ids import SURVIVES
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.system import Array, EventType, Feature, Number, Shared, Size, System, shared


@inline
def chosen_price(state, w, slot):
    """The price that an agent has named, by its place among the prices."""
    return np.int64(state.actions[w, slot, state.rules[w].choice_price])


@inline
def trade(state, w, slot, counting):
    """Who chose to places an order, or closes one of its own."""
    rules = state.rules[w]
    deed = np.int64(state.actions[w, slot, rules.choice_work])
    sells, buys = deed == rules.deed_sell, deed == rules.deed_buy
    if sells | buys | (deed == rules.deed_cancel):
        side = SELL if sells else BUY if buys else CANCEL
        kind, price = chosen_kind(state, w, slot), chosen_price(state, w, slot)
        deal(state, w, slot, market_of(state, w, slot), kind, side, price)
    return SURVIVES


@inline
def close_of_dying(state, w):
    """The orders of those who die close, so that what they kept is part of what is left."""
    for k in range(state.deaths[w]):
        close_all(state, w, np.int64(state.dying[w, k]))


def _told(sizes: Any) -> tuple[int, ...]:
    """What is the same for all is told of the world; of a book a camp everyone is told that of the nearest."""
    return (3 * COUNT,) if sizes.config.exchange.books == "world" else (0,)


def _filled(prices: tuple[int, ...]) -> tuple[int, ...]:
    return (*prices, *[0] * (MOST_PRICES - len(prices)))


def _named(kind: int) -> str:
    return KINDS[kind].name.replace("_", " ")


def _own_orders(kind: int) -> Feature:
    return Feature(
        f"orders_{KINDS[kind].name}",
        lambda c: -c.exchange.orders,
        lambda c: c.exchange.orders,
        "orders",
        f"its open orders to sell {_named(kind)} less those to buy it",
        lambda c: 0.0,
        lambda c: 1.0,
        array="orders_by_kind",
        at=kind,
    )


def _price_near(name: str, meaning: str, at: int, kind: int) -> Feature:
    return Feature(
        f"{name}_{KINDS[kind].name}",
        lambda c: 0,
        lambda c: prices_of(c)[-1],
        "gold",
        f"{meaning} of {_named(kind)} in the book of the nearest camp; 0 if there is none, or one book for all",
        lambda c: 0.0,
        lambda c: float(prices_of(c)[len(prices_of(c)) // 2]),
        array="prices_near",
        at=at + kind,
    )


def _order(name: str, type: str, meaning: str) -> Array:
    return Array(f"order_{name}", type, lambda z: (z.N, z.config.exchange.orders), meaning, saved=True, emptied=True)


SYSTEM = System(
    "exchange",
    "trade: orders to sell and to buy each kind of item for gold",
    section=Exchange,
    needs=("items", "work"),
    shared=(*shared("exchange", "books", "orders"), Shared("exchange.prices", prices_of)),
    numbers=(
        Number("prices", shape=(MOST_PRICES,), value=lambda c, edge: _filled(prices_of(c))),
        Number("patience"),
        Number("trades_everywhere", value=lambda c, edge: c.exchange.everywhere),
        Number("books_by_camp", value=lambda c, edge: c.exchange.books == "camp"),
    ),
    tally=(
        Column("sales", "i8", "units sold", "units"),
        Column("purchases", "i8", "units bought", "units"),
    ),
    life=(
        Column("sales", "i4", "units that it sold, until it died", "units"),
        Column("purchases", "i4", "units that it bought, until it died", "units"),
    ),
    sizes=(Size("shelves", lambda z: books_of(z.config) * COUNT),),
    arrays=(
        _order("number", "i8", "how many orders rested in its world up to this one; 0: no order, and the others are 0"),
        _order("tick", "i8", "when it was placed"),
        _order("book", "u2", "in which book"),
        _order("kind", "u1", "of which kind of items"),
        _order("side", "u1", "0 to sell, 1 to buy"),
        _order("price", "u1", "the place of its price among the prices"),
        Array("order_next", "i8", lambda z: (), "how many orders have rested so far", saved=True),
        Array("exchange_last", "i4", lambda z: (z.shelves,), "of each book and kind, the last price", saved=True),
        Array("order_links", "u2", lambda z: (z.N * STRIDE + 1, 4), "of each place, after and before it in its rings"),
        Array("order_lines", "u2", lambda z: (2 * z.shelves, z.prices), "who is first, by side and rank of the price"),
        Array("order_ranks", "u4", lambda z: (2 * z.shelves,), "bit r: somebody waits at the price of rank r"),
        Array("order_oldest", "u2", lambda z: (), "the place of the oldest order"),
        Array("orders_found", "u2", lambda z: (z.N * z.config.exchange.orders,), "places of orders, to be sorted"),
        Array("orders_open", "u1", lambda z: (z.N,), "how many open orders it has", emptied=True),
        Array("orders_by_kind", "i1", lambda z: (z.N, COUNT), "those to sell less those to buy", emptied=True),
        Array("exchange_ask", "i4", lambda z: (z.shelves,), "of each book and kind, the lowest price to buy at"),
        Array("exchange_bid", "i4", lambda z: (z.shelves,), "of each book and kind, the highest price to sell at"),
        Array("exchange_prices", "i4", _told, "of each kind, best ask, best bid, last price; 0 where there is none"),
        Array("prices_near", "i4", lambda z: (z.N, 3 * COUNT), "the same of the nearest camp's book", emptied=True),
        Array("exchange_shown", "u4", lambda z: (z.N, SHOWN), "what its masks follow from", emptied=True),
    ),
    events=(
        EventType("sell", "an agent offered something", "the least it asks [gold]", "its kind", names=NAMES),
        EventType("buy", "an agent bid for something", "the most it pays [gold]", "its kind", names=NAMES),
        EventType("trade", "an agent sold something", "what was paid [gold]", "its kind", "who bought it", names=NAMES),
        EventType(
            "close",
            "an order closed without a trade",
            "what its owner has back of it [gold]; 0 if it was to sell",
            "its kind",
            each=MOST_ORDERS,
            names=NAMES,
        ),
    ),
    own=(
        *(_own_orders(kind) for kind in range(COUNT)),
        *(_price_near("ask", "lowest price to buy one at", 0, kind) for kind in range(COUNT)),
        *(_price_near("bid", "highest price to sell one at", COUNT, kind) for kind in range(COUNT)),
        *(_price_near("last", "last price", 2 * COUNT, kind) for kind in range(COUNT)),
    ),
    around=("exchange_prices",),
    verbs=(
        Verb(Phase.READY, rebuild, "Orders line up by price, and by age."),
        Verb(
            Phase.FORAGE,
            trade,
            "Who sells, in a camp or where trade is open everywhere, offers one of a kind that it carries, of knives "
            "ten, at a price. It goes at once to whoever bids most, at that bid, if that is no less than its price; "
            "else it waits. Who buys, in the same places, bids a price for one of a kind, if it has the gold and room "
            "for it. It has it at once from whoever asks least, at what is asked, if that is no more than its price; "
            "else its gold waits. Who cancels closes its oldest order of a kind, and has back what that kept.",
        ),
        Verb(Phase.SPOILS, close_of_dying, "The orders of those who die close, and what they kept is theirs again."),
        Verb(Phase.DEATH, lose_orders, "What is still in orders of somebody who was taken out of the world is lost."),
        Verb(Phase.GROW, close_old, "Orders that have waited long enough close, and give back what they kept."),
        Verb(Phase.OBSERVE, see_exchange, "Everyone knows what it can sell, buy and cancel, and what things cost."),
    ),
    check=check,
)
