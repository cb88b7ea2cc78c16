"""Orders: what they take into keeping, how they trade, and how they close.

An order keeps what it would give: one unit of an item, or its price in gold. It also keeps room for one unit in its
owner's pack, so that what comes back, or comes in, always fits. A unit is one item, or ten knives, which take the room
of one. An order is open where its `order_number` is above 0.
"""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.exchange.book import (
    BUY,
    CANCEL,
    SELL,
    free_place,
    join,
    kth_of,
    leave,
    owner_of,
    partner,
    place_of,
    shelf_of,
)
from forge.blade.grown.kinds import BUNDLE, GOLD, KNIVES, METALS
from forge.blade.grown.packs import Reason, earn, enter_in_books, hold_room, move_gold, put, room_for, take
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE

_LOST, _TRADED = int(Reason.LOST), int(Reason.TRADED)
_GOLD, _KNIVES, _LAST_KNIVES, _BUNDLE = GOLD, KNIVES, KNIVES + len(METALS) - 1, BUNDLE


@inline
def unit_of(kind):
    """How many of a kind an order is for."""
    return _BUNDLE if _KNIVES <= kind <= _LAST_KNIVES else 1


@inline
def deal(state, w, slot, book, kind, side, price):
    """Places an order of an agent for a unit of a kind in a book, if it can: it trades at once, or waits.

    With the side CANCEL it closes the agent's oldest order of the kind instead. Both are one helper, because both take
    an order out of the book: compiled where each of them is called, that would be most of the code of a tick.
    """
    if side == CANCEL:
        other = oldest_of_kind(state, w, slot, kind)
    elif can_place(state, w, slot, book, kind, side, price):
        rules = state.rules[w]
        log_event(
            state, w, rules.event_sell if side == SELL else rules.event_buy, slot, kind, rules.prices[price], NONE
        )
        other = partner(state, w, slot, shelf_of(book, kind), side, price)
        if other == 0:
            rest(state, w, slot, book, kind, side, price)
    else:
        other = np.int64(0)
    if other != 0:
        owner, gold, unit = owner_of(other), price_in_gold(state, w, other), unit_of(kind)
        theirs = np.int64(state.order_side[w, owner, kth_of(other)])
        free(state, w, other)
        if side == CANCEL:
            give_back(state, w, slot, kind, theirs, gold)
        else:
            seller, buyer = (slot, owner) if side == SELL else (owner, slot)
            if side == SELL:
                take(state, w, slot, kind, unit)
            put(state, w, buyer, kind, unit)
            pay(state, w, seller, buyer, shelf_of(book, kind), kind, gold)


@inline
def can_place(state, w, slot, book, kind, side, price):
    """Whether an agent may trade, and has a place for an order, what that gives, and, to buy, room for one more."""
    if book < 0 or free_place(state, w, slot) == 0:
        return False
    if side == SELL:
        return state.pack[w, slot, kind] >= unit_of(kind)
    return state.gold[w, slot] >= state.rules[w].prices[price] and room_for(state, w, slot, kind, unit_of(kind))


@inline
def oldest_of_kind(state, w, slot, kind):
    """The place of an agent's oldest order of a kind, or 0."""
    oldest, first = np.int64(0), np.int64(0)
    for k in range(state.order_number.shape[2]):
        number = state.order_number[w, slot, k]
        if number > 0 and state.order_kind[w, slot, k] == kind and (oldest == 0 or number < first):
            oldest, first = place_of(slot, k), number
    return oldest


@inline
def close_old(state, w):
    """Closes what has waited for as long as orders wait, the oldest first."""
    patience = state.rules[w].patience
    while True:
        oldest = np.int64(state.order_oldest[w])
        if oldest == 0 or state.tick[w] - state.order_tick[w, owner_of(oldest), kth_of(oldest)] < patience:
            return
        close(state, w, oldest)


@inline
def close_all(state, w, slot):
    """Closes all orders of an agent."""
    for k in range(state.order_number.shape[2]):
        if state.order_number[w, slot, k] > 0:
            close(state, w, place_of(slot, k))


@inline
def lose_orders(state, w, slot):
    """Takes the orders of an agent that leaves without having died out of the book; what they kept is lost."""
    for k in range(state.order_number.shape[2]):
        if state.order_number[w, slot, k] > 0:
            place, kind = place_of(slot, k), np.int64(state.order_kind[w, slot, k])
            if state.order_side[w, slot, k] == SELL:
                enter_in_books(state, w, _LOST, kind, unit_of(kind))
            else:
                enter_in_books(state, w, _LOST, _GOLD, price_in_gold(state, w, place))
            remove(state, w, place)


@inline
def rest(state, w, slot, book, kind, side, price):
    """Opens an order in a free place of an agent, behind all others; it keeps what it gives, and room."""
    place = free_place(state, w, slot)
    k = kth_of(place)
    if side == SELL:
        take(state, w, slot, kind, unit_of(kind))
    else:
        move_gold(state, w, slot, -np.int64(state.rules[w].prices[price]))
    hold_room(state, w, slot, 1)
    state.order_next[w] += 1
    state.order_number[w, slot, k] = state.order_next[w]
    state.order_tick[w, slot, k] = state.tick[w]
    state.order_book[w, slot, k] = book
    state.order_kind[w, slot, k] = kind
    state.order_side[w, slot, k] = side
    state.order_price[w, slot, k] = price
    join(state, w, place)


@inline
def remove(state, w, place):
    """Takes an order out of the book and empties its place; whoever calls it moves what the order kept."""
    leave(state, w, place)
    slot, k = owner_of(place), kth_of(place)
    state.order_number[w, slot, k] = 0
    state.order_tick[w, slot, k] = 0
    state.order_book[w, slot, k] = 0
    state.order_kind[w, slot, k] = 0
    state.order_side[w, slot, k] = 0
    state.order_price[w, slot, k] = 0


@inline
def free(state, w, place):
    """Takes an order out of the book, and gives its owner the room, and of one to buy the gold, that it kept."""
    slot = owner_of(place)
    hold_room(state, w, slot, -1)
    if state.order_side[w, slot, kth_of(place)] == BUY:
        move_gold(state, w, slot, price_in_gold(state, w, place))
    remove(state, w, place)


@inline
def close(state, w, place):
    """Closes an order that did not trade: its owner has back what it kept, in the room that it kept."""
    slot, k = owner_of(place), kth_of(place)
    kind, side = np.int64(state.order_kind[w, slot, k]), np.int64(state.order_side[w, slot, k])
    gold = price_in_gold(state, w, place)
    free(state, w, place)
    give_back(state, w, slot, kind, side, gold)


@inline
def give_back(state, w, slot, kind, side, gold):
    """Of an order that is free: an item goes back into the pack, as gold did already; the log tells of either."""
    if side == SELL:
        put(state, w, slot, kind, unit_of(kind))
    log_event(state, w, state.rules[w].event_close, slot, kind, gold if side == BUY else 0, NONE)


@inline
def price_in_gold(state, w, place):
    """The price of an order."""
    return np.int64(state.rules[w].prices[np.int64(state.order_price[w, owner_of(place), kth_of(place)])])


@inline
def pay(state, w, seller, buyer, shelf, kind, gold):
    """Pays for a unit that has gone over, and writes the trade down: in the ledger, as the last price, as an event."""
    earn(state, w, seller, gold)
    earn(state, w, buyer, -gold)
    count_trade(state, w, seller, buyer)
    enter_in_books(state, w, _TRADED, kind, 1)
    enter_in_books(state, w, _TRADED, _GOLD, gold)
    state.exchange_last[w, shelf] = gold
    log_event(state, w, state.rules[w].event_trade, seller, kind, gold, buyer)


@inline
def count_trade(state, w, seller, buyer):
    """Counts a unit that has gone over, for both and for their populations."""
    state.tally[w, state.agents[w, seller].population].sales += 1
    state.tally[w, state.agents[w, buyer].population].purchases += 1
    if state.lives.shape[1] > 0:
        state.lives[w, seller].sales += 1
        state.lives[w, buyer].purchases += 1
