"""A market without a world: the arrays that orders need, and the kernels of the exchange, called from Python."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
from numba import njit

from forge.blade.exchange import book, orders
from forge.blade.exchange.book import MOST_PRICES, STRIDE
from forge.blade.mechanics.events import EVENT
from forge.blade.state.kinds import state_type
from forge.blade.state.state import AGENT

#: The arrays of one world, as they are in `State`.
Market: TypeAlias = Any

KINDS = 25
RULES = np.dtype(
    [
        ("prices", "i4", (MOST_PRICES,)),
        *((name, "i4") for name in ("capacity", "patience")),
        *((f"event_{name}", "i4") for name in ("sell", "buy", "trade", "close")),
    ],
    align=True,
)
#: What is counted of populations and of lives.
COUNTED = np.dtype([("sales", "i8"), ("purchases", "i8")])
#: Numbers of events, in the order of `RULES`.
EVENTS = (11, 12, 13, 14)


def market(
    slots: int, prices: Sequence[int], most: int = 4, patience: int = 100, books: int = 1, capacity: int = 20
) -> Market:
    """An empty market of so many agents, all of whom live, with an id that is ten times the slot."""
    shelves, saved = books * KINDS, (1, slots, most)
    arrays = {
        "agents": np.zeros((1, slots), AGENT),
        "tally": np.zeros((1, 1), COUNTED),
        "lives": np.zeros((1, 0), COUNTED),
        "rules": np.zeros(1, RULES),
        "tick": np.zeros(1, "i8"),
        "living": np.arange(slots, dtype="u2")[None],
        "living_count": np.array([slots], "i4"),
        "events": np.zeros((1, 10_000), EVENT),
        "event_count": np.zeros(1, "i4"),
        "pack": np.zeros((1, slots, KINDS), "u2"),
        "gold": np.zeros((1, slots), "i4"),
        "load": np.zeros((1, slots), "i2"),
        "earned": np.zeros((1, slots), "i4"),
        "ledger": np.zeros((1, 8, KINDS + 1), "i8"),
        "pack_known": np.zeros((1, slots), "u1"),
        "carried": np.zeros((1, slots), "u4"),
        "order_number": np.zeros(saved, "i8"),
        "order_tick": np.zeros(saved, "i8"),
        "order_book": np.zeros(saved, "u2"),
        "order_kind": np.zeros(saved, "u1"),
        "order_side": np.zeros(saved, "u1"),
        "order_price": np.zeros(saved, "u1"),
        "order_next": np.zeros(1, "i8"),
        "order_links": np.zeros((1, slots * STRIDE + 1, 4), "u2"),
        "order_lines": np.zeros((1, 2 * shelves, len(prices)), "u2"),
        "order_ranks": np.zeros((1, 2 * shelves), "u4"),
        "order_oldest": np.zeros(1, "u2"),
        "orders_open": np.zeros((1, slots), "u1"),
        "orders_by_kind": np.zeros((1, slots, KINDS), "i1"),
        "orders_found": np.zeros((1, slots * most), "u2"),
        "exchange_ask": np.zeros((1, shelves), "i4"),
        "exchange_bid": np.zeros((1, shelves), "i4"),
        "exchange_last": np.zeros((1, shelves), "i4"),
    }
    made = _kept(arrays)
    made.agents["id"] = 10 * np.arange(slots)
    rules = made.rules[0]
    rules["prices"][: len(prices)] = prices
    rules["capacity"], rules["patience"] = capacity, patience
    for name, number in zip(("sell", "buy", "trade", "close"), EVENTS, strict=True):
        rules[f"event_{name}"] = number
    return made


def _kept(arrays: dict[str, np.ndarray]) -> Market:
    """Arrays as the state of a world is: in a type that machine code on disk finds again by the names of its fields."""
    kind = state_type(SimpleNamespace(arrays=[SimpleNamespace(name=name) for name in arrays]))
    return kind(**arrays)


@njit
def offer(state, slot, where, kind, price):
    orders.deal(state, 0, slot, where, kind, book.SELL, price)


@njit
def bid(state, slot, where, kind, price):
    orders.deal(state, 0, slot, where, kind, book.BUY, price)


@njit
def cancel(state, slot, kind):
    orders.deal(state, 0, slot, -1, kind, book.CANCEL, 0)


@njit
def close_old(state):
    orders.close_old(state, 0)


@njit
def close_all(state, slot):
    orders.close_all(state, 0, slot)


@njit
def lose_orders(state, slot):
    orders.lose_orders(state, 0, slot)


@njit
def rebuild(state):
    book.rebuild(state, 0)


def give(state: Market, slot: int, kind: int, count: int) -> None:
    """Puts things into a pack from nowhere, which count in its load."""
    before = int(state.pack[0, slot, kind])
    room = (lambda n: -(-n // 10)) if kind in (16, 17, 18) else int
    state.pack[0, slot, kind] += count
    state.load[0, slot] += room(before + count) - room(before)


def open_orders(state: Market) -> list[tuple[int, int, int, int, int, str, int]]:
    """All open orders by number: (number, tick, owner, book, kind, side, price in gold)."""
    found = []
    for slot, k in np.argwhere(state.order_number[0] > 0):
        number, tick, where, kind, side, price = (
            int(getattr(state, f"order_{name}")[0, slot, k])
            for name in ("number", "tick", "book", "kind", "side", "price")
        )
        gold = int(state.rules[0]["prices"][price])
        found.append((number, tick, int(slot), where, kind, "buy" if side else "sell", gold))
    return sorted(found)


def told(state: Market) -> list[tuple[str, int, int, int, int]]:
    """The log: (what, id of who, id of whom or −1, kind, gold)."""
    names = dict(zip(EVENTS, ("sell", "buy", "trade", "close"), strict=True))
    rows = state.events[0, : state.event_count[0]]
    return [(names[int(r["kind"])], *(int(r[n]) for n in ("agent", "other", "detail", "value"))) for r in rows]
