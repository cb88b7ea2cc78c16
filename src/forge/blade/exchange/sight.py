"""What agents are told of the exchange: what they can sell, buy and cancel, and what things cost."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.exchange.markets import market_of, nearest_book
from forge.blade.grown.kinds import BUNDLE, COUNT, KNIVES, METALS, bits
from forge.blade.grown.work import allow_kinds

_KINDS, _BUNDLE, _KNIVES, _LAST_KNIVES = COUNT, BUNDLE, KNIVES, KNIVES + len(METALS) - 1
_ALL = np.uint64(bits(range(COUNT)))
_ALL_KNIVES = np.uint64(bits(range(KNIVES, KNIVES + len(METALS))))
_NOTHING, _ONE = np.uint64(0), np.uint64(1)
#: Columns of `exchange_shown`: what is shown, sets of kinds, and gold + 1, so that 0 is who has not observed yet. The
#: rest of a row has no meaning any more, and is there for what was saved while it had.
_SELL, _BUY, _CANCEL, _GOLD = range(4)
SHOWN = 8


@inline
def see_exchange(state, w):
    """Everyone knows what it can sell, buy and cancel, and what things cost."""
    for k in range(state.changed_count[w]):  # as after anything that happens to gold or orders, and at a camp's edge
        see_trade(state, w, np.int64(state.changed[w, k]))
    if state.rules[w].books_by_camp:
        for k in range(state.living_count[w]):
            slot = np.int64(state.living[w, k])
            see_prices(state, w, nearest_book(state, w, slot), state.prices_near[w, slot])
    else:
        see_prices(state, w, 0, state.exchange_prices[w])


@inline
def see_trade(state, w, slot):
    """What an agent can sell and buy, in a market alone, what it can cancel, and what it can pay."""
    rules, shown = state.rules[w], state.exchange_shown[w, slot]
    waiting, gold = np.int64(state.orders_open[w, slot]), np.int64(state.gold[w, slot])
    sells, buys = _NOTHING, _NOTHING
    if waiting < state.order_number.shape[2] and market_of(state, w, slot) >= 0:
        sells = kinds_to_sell(state, w, slot)
        if state.load[w, slot] < rules.capacity and gold >= rules.prices[0]:
            buys = _ALL
    show_kinds(state, w, slot, rules.deed_sell, _SELL, sells)
    show_kinds(state, w, slot, rules.deed_buy, _BUY, buys)
    show_kinds(state, w, slot, rules.deed_cancel, _CANCEL, kinds_ordered(state, w, slot) if waiting > 0 else _NOTHING)
    if shown[_GOLD] != gold + 1:
        allow_prices(state, w, slot, gold)
        shown[_GOLD] = gold + 1


@inline
def show_kinds(state, w, slot, option, column, kinds):
    """Says with which kinds a thing is valid, a set of them, if that has changed since the agent observed last."""
    shown = state.exchange_shown[w, slot]
    if shown[column] != kinds:
        allow_kinds(state, w, slot, option, np.uint64(kinds))
        shown[column] = kinds


@inline
def kinds_to_sell(state, w, slot):
    """The kinds of which an agent carries a unit, as a set of bits."""
    found = np.uint64(state.carried[w, slot]) & ~_ALL_KNIVES
    for kind in range(_KNIVES, _LAST_KNIVES + 1):
        found |= np.uint64(state.pack[w, slot, kind] >= _BUNDLE) << np.uint64(kind)
    return found


@inline
def kinds_ordered(state, w, slot):
    """The kinds of which an agent has an open order, as a set of bits."""
    found = _NOTHING
    for k in range(state.order_number.shape[2]):
        if state.order_number[w, slot, k] > 0:
            found |= _ONE << np.uint64(state.order_kind[w, slot, k])
    return found


@inline
def allow_prices(state, w, slot, gold):
    """Says for which prices an agent can sell, any, and buy, those that it can pay; the lowest, if there is none."""
    rules, valid = state.rules[w], state.may_price[w, slot]
    for price in range(valid.shape[1]):
        valid[rules.deed_sell, price] = True
        valid[rules.deed_buy, price] = price == 0 or rules.prices[price] <= gold


@inline
def see_prices(state, w, book, into):
    """Writes down what a book knows of each kind: the best price to buy at, that to sell at, and the last one."""
    for kind in range(_KINDS):
        into[kind] = state.exchange_ask[w, book * _KINDS + kind]
        into[_KINDS + kind] = state.exchange_bid[w, book * _KINDS + kind]
        into[2 * _KINDS + kind] = state.exchange_last[w, book * _KINDS + kind]
