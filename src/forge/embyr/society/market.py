"""The exchange as viewers are told of it: what waits at which price, what was paid last, how much was traded when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forge.blade.config.config import Config
from forge.blade.exchange.settings import books_of, prices_of
from forge.blade.grown.kinds import COUNT, NAMES
from forge.embyr.inspection.orders import SIDES, OpenOrders
from forge.embyr.society.volumes import Volumes


class Market:
    """Remembers trades, and tells of the books. `see` and `show` are kept out of the thread that asks.

    Args:
        config: of the world, in which agents trade.
        events: names of what happens, by number.
    """

    def __init__(self, config: Config, events: Sequence[str]) -> None:
        self.books, self._prices = books_of(config), np.array(prices_of(config), np.int64)
        self._trade = events.index("trade")
        self._offers = [events.index(name) for name in SIDES]
        self._volumes = Volumes(self.books)
        self.clear()

    def clear(self) -> None:
        """Forgets all."""
        self._volumes.clear()
        self._last = np.zeros((self.books, COUNT), np.int64)
        self._orders: OpenOrders | None = None
        self._fires = np.zeros((0, 2), np.int64)
        self._tick = -1

    def describe(self) -> dict[str, Any]:
        """The ability `exchange` of docs/viewer.md."""
        return {"books": self.books, "prices": self._prices}

    @property
    def placed(self) -> bool:
        """Whether it has been said where the camps are."""
        return len(self._fires) > 0

    def place(self, fires: np.ndarray) -> None:
        """Says where the camps are, row and column of each fire, int64 [books, 2]: each has the book of its number."""
        self._fires = fires

    def see(self, tick: int, happenings: np.ndarray) -> None:
        """Takes the trades of a tick, HAPPENING [n]."""
        trades = np.flatnonzero(happenings["kind"] == self._trade)
        books, kinds = self._books_of(happenings, trades), happenings["detail"][trades]
        self._volumes.add(tick, books, kinds, happenings["value"][trades])
        for book, kind, gold in zip(books, kinds, happenings["value"][trades], strict=True):
            self._last[book, kind] = gold
        self._tick = tick

    def _books_of(self, happenings: np.ndarray, trades: np.ndarray) -> np.ndarray:
        """In which book each trade was: that of the camp nearest to who offered last, for that is whose turn it was."""
        if self.books == 1 or not len(trades):
            return np.zeros(len(trades), np.int64)
        offers = np.flatnonzero(np.isin(happenings["kind"], self._offers))
        turns = happenings[offers[np.searchsorted(offers, trades) - 1]]
        places = np.stack([turns["row"], turns["col"]], -1).astype(np.int64)
        return np.abs(places[:, None] - self._fires).max(-1).argmin(1)

    def show(self, orders: OpenOrders | None, last: np.ndarray | None) -> None:
        """Takes what waits now, and the last prices [books · kinds]; None of either where it is not known."""
        self._orders = orders
        if last is not None:
            self._last = last.reshape(self.books, COUNT).astype(np.int64)

    def tell(self, book: int) -> dict[str, Any]:
        """The message `exchange` of docs/viewer.md, of one book."""
        units, gold = self._volumes.of(book)
        depth = None if self._orders is None else self._depth(self._orders, book)
        return {
            "type": "exchange",
            "tick": self._tick,
            "book": book,
            "place": self._fires[book] if self.books > 1 and book < len(self._fires) else None,
            "held": depth is not None,
            "since": self._volumes.since,
            "span": self._volumes.ticks_a_span,
            "kinds": [
                {
                    "kind": name,
                    "last": int(self._last[book, k]),
                    **({side: depth[s, k] for s, side in enumerate(SIDES)} if depth is not None else {}),
                    "units": units[:, k],
                    "gold": gold[:, k],
                }
                for k, name in enumerate(NAMES)
            ],
        }

    def _depth(self, orders: OpenOrders, book: int) -> np.ndarray:
        """How many orders wait in a book, int64 [sides, kinds, prices]."""
        depth = np.zeros((len(SIDES), COUNT, len(self._prices)), np.int64)
        here = orders.book == book
        rank = np.searchsorted(self._prices, orders.price[here])
        np.add.at(depth, (orders.side[here], orders.kind[here], rank), 1)
        return depth
