"""The book of orders against a slow one, on random streams of orders, cancellations, deaths and ticks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.blade.exchange import market as fast
from tests.blade.exchange.slow import BUY, KINDS, SELL, SlowBook, Trader

SLOTS, BOOKS = 5, 2
TRADED_KINDS = (0, 7, 17)  # two that go one by one, and knives
LOST, TRADED, GOLD = 5, 7, 25


class Act(NamedTuple):
    """Something that happens in a market."""

    what: str
    slot: int = 0
    kind: int = 0
    price: int = 0
    book: int = 0


slots, kinds, books = st.integers(0, SLOTS - 1), st.sampled_from(TRADED_KINDS), st.integers(0, BOOKS - 1)
prices = st.integers(0, 3)
#: Orders are named several times, so that they are most of what happens.
orders = [st.builds(Act, st.just(what), slots, kinds, prices, books) for what in (SELL, BUY)]
acts = st.one_of(
    *orders,
    *orders,
    *orders,
    st.builds(Act, st.just("cancel"), slots, kinds),
    st.just(Act("tick")),
    st.builds(Act, st.sampled_from(["death", "taken out", "emptied"]), slots),
    st.just(Act("restored")),
)


class Both:
    """The same market twice."""

    def __init__(self, seed: int, most: int, patience: int, capacity: int) -> None:
        rng = np.random.default_rng(seed)
        gold = [1, 3, 4, 9]
        self.fast = fast.market(SLOTS, gold, most, patience, BOOKS, capacity)
        traders = [Trader(capacity=capacity) for _ in range(SLOTS)]
        self.slow = SlowBook(traders, gold, most, patience)
        for slot, trader in enumerate(traders):
            trader.gold = int(rng.integers(0, 30))
            self.fast.gold[0, slot] = trader.gold
            for kind in TRADED_KINDS:
                count = int(rng.integers(0, 1 + min(3, capacity // 3)))
                count += 9 * count * (kind == 17)  # whole bundles, and some knives more
                count += int(rng.integers(0, 4)) * (kind == 17 and count > 0 and capacity > 8)
                trader.pack[kind] = count
                fast.give(self.fast, slot, kind, count)

    def make(self, act: Act) -> None:
        """Makes something happen in both."""
        state, slow = self.fast, self.slow
        match act.what:
            case "sell":
                fast.offer(state, act.slot, act.book, act.kind, act.price)
                slow.place(act.slot, SELL, act.book, act.kind, act.price)
            case "buy":
                fast.bid(state, act.slot, act.book, act.kind, act.price)
                slow.place(act.slot, BUY, act.book, act.kind, act.price)
            case "cancel":
                fast.cancel(state, act.slot, act.kind)
                slow.cancel(act.slot, act.kind)
            case "tick":
                fast.close_old(state)
                slow.close_old()
                state.tick[0] += 1
                slow.tick += 1
            case "death":
                fast.close_all(state, act.slot)
                slow.close_all(act.slot)
            case "taken out":
                fast.lose_orders(state, act.slot)
                slow.lose_orders(act.slot)
                state.load[0, act.slot] = slow.load(act.slot)  # its pack would be emptied, too
            case "emptied":  # by an intervention, of which the lists know nothing
                for name in ("number", "tick", "book", "kind", "side", "price"):
                    getattr(state, f"order_{name}")[0, act.slot] = 0
                slow.orders = [order for order in slow.orders if order.owner != act.slot]
                state.load[0, act.slot] = slow.load(act.slot)
                fast.rebuild(state)
            case "restored":
                for name in ("links", "lines", "ranks", "oldest"):
                    getattr(state, f"order_{name}")[...] = 0
                fast.rebuild(state)

    def agree(self) -> None:
        """Both hold the same."""
        state, slow = self.fast, self.slow
        assert fast.open_orders(state) == [tuple(order) for order in slow.orders]
        for slot, trader in enumerate(slow.traders):
            assert state.pack[0, slot].tolist() == trader.pack
            assert state.gold[0, slot] == trader.gold
            assert state.load[0, slot] == slow.load(slot) <= trader.capacity
            assert state.orders_open[0, slot] == len(slow.of(slot))
            assert state.orders_by_kind[0, slot].tolist() == slow.by_kind(slot)
        for where in range(BOOKS):
            for kind in range(KINDS):
                shelf = where * KINDS + kind
                assert state.exchange_ask[0, shelf] == slow.best(where, kind, SELL)
                assert state.exchange_bid[0, shelf] == slow.best(where, kind, BUY)
                assert state.exchange_last[0, shelf] == slow.last.get((where, kind), 0)
        assert state.ledger[0, TRADED].tolist() == [*slow.sold, slow.paid]
        assert state.ledger[0, LOST].tolist() == [*slow.lost, slow.lost_gold]
        trades = [
            (kind, gold, seller, buyer) for what, seller, buyer, kind, gold in fast.told(state) if what == "trade"
        ]
        assert trades == [(t.kind, t.gold, 10 * t.seller, 10 * t.buyer) for t in slow.trades]


def kept(both: Both) -> tuple[list[int], int]:
    """What all have, orders included: items by kind, and gold; from the compiled market alone."""
    state = both.fast
    items, gold = state.pack[0].sum(0).astype(int), int(state.gold[0].sum())
    for _, _, _, _, kind, side, price in fast.open_orders(state):
        if side == SELL:
            items[kind] += 10 if kind == 17 else 1
        else:
            gold += price
    return items.tolist(), gold


def crossed(both: Both) -> list[tuple[int, int]]:
    """Pairs of open orders of different agents that would trade."""
    every = fast.open_orders(both.fast)
    return [
        (sale[0], wish[0])
        for sale in every
        for wish in every
        if sale[5] == SELL and wish[5] == BUY and sale[3:5] == wish[3:5] and sale[6] <= wish[6] and sale[2] != wish[2]
    ]


@given(
    happens=st.lists(acts, max_size=120),
    seed=st.integers(0, 10**6),
    most=st.integers(1, 4),
    patience=st.integers(1, 6),
    capacity=st.sampled_from([3, 6, 20]),
)
@settings(max_examples=400, deadline=None)
def test_it_is_the_slow_book(happens: list[Act], seed: int, most: int, patience: int, capacity: int) -> None:
    both = Both(seed, most, patience, capacity)
    both.agree()
    for act in happens:
        before = kept(both)
        both.make(act)
        both.agree()
        if act.what not in ("taken out", "emptied"):
            assert kept(both) == before
        assert crossed(both) == []
        assert (both.fast.gold >= 0).all()


def test_it_is_the_slow_book_in_a_long_run() -> None:
    """1,200 things happen; so many orders rest, trade and close that every branch is taken often."""
    rng = np.random.default_rng(5)
    both = Both(seed=11, most=4, patience=5, capacity=20)
    names = [SELL, BUY, "cancel", "tick", "death", "restored"]
    for _ in range(1200):
        what = names[rng.choice(len(names), p=[0.42, 0.42, 0.06, 0.08, 0.01, 0.01])]
        slot, kind = int(rng.integers(SLOTS)), TRADED_KINDS[rng.integers(len(TRADED_KINDS))]
        both.make(Act(what, slot, kind, int(rng.integers(4)), int(rng.integers(BOOKS))))
        both.agree()
    trades, closed = len(both.slow.trades), len(both.slow.closed)
    assert min(trades, closed) > 80, (trades, closed)
