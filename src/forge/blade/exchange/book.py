"""The book of orders: who is next in line at the best price, and who has waited longest, without a search.

An agent has a few places for orders, and the open ones are kept in two sorts of rings over these places: one for each
book, kind, side and price, in the order in which they came, and one for all of a world. Prices are few, so a set of
bits says at which of them anybody waits. All of it follows from the saved arrays of orders, from which `rebuild` makes
it again.

A *place* is 8 · slot + k + 1 for the k-th order of an agent; 0 is no place. A *shelf* is 25 · book + kind. The *rank*
of a price is 0 for the one that the other side likes best: the lowest to sell at, the highest to buy at.
"""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.vector import lowest_bit
from forge.blade.grown.kinds import COUNT as KINDS
from forge.blade.mechanics.grid import first_lanes

SELL, BUY = 0, 1
#: What an agent can do with an order besides.
CANCEL = 2
#: Places of an agent, one more than it may have orders: of 8,192 agents they are then told apart by two bytes.
STRIDE = 8
_SHIFT = 3  # STRIDE is 2 to this power
MOST_ORDERS = STRIDE - 1
#: A set of ranks has as many bits.
MOST_PRICES = 32
#: Columns of `order_links`: who comes after and before in line for a price, and by age.
IN_LINE, BY_AGE = 0, 2

_NOTHING = np.uint64(0)
_ONE = np.uint64(1)


@inline
def place_of(slot, k):
    """The place of the k-th order of an agent."""
    return (np.int64(slot) << _SHIFT) + k + 1


@inline
def owner_of(place):
    """The slot of the agent whose order it is."""
    return (place - 1) >> _SHIFT


@inline
def kth_of(place):
    """Which of its owner's orders it is."""
    return (place - 1) & MOST_ORDERS


@inline
def shelf_of(book, kind):
    """Where what is known of a kind in a book lies."""
    return np.int64(book) * KINDS + kind


@inline
def rank_of(state, side, price):
    """The rank of a price on a side; also the price of a rank."""
    return state.order_lines.shape[2] - 1 - price if side == BUY else np.int64(price)


@inline
def best_price(state, w, shelf, side):
    """The best price that anybody waits at on a side, an index of prices; −1 if nobody does."""
    ranks = np.uint64(state.order_ranks[w, 2 * shelf + side])
    return rank_of(state, side, lowest_bit(ranks)) if ranks != _NOTHING else np.int64(-1)


@inline
def partner(state, w, slot, shelf, side, price):
    """The order that one of an agent on this side would trade with: the best price, then who came first, not its own.

    Returns:
        Its place, or 0.
    """
    across = 1 - side
    line = 2 * shelf + across
    ranks = np.uint64(state.order_ranks[w, line]) & first_lanes(rank_of(state, across, price) + 1)
    while ranks != _NOTHING:
        first = np.int64(state.order_lines[w, line, lowest_bit(ranks)])
        place = first
        while True:
            if owner_of(place) != slot:
                return place
            place = np.int64(state.order_links[w, place, IN_LINE])
            if place == first:
                break
        ranks &= ranks - _ONE
    return np.int64(0)


@inline
def free_place(state, w, slot):
    """The first place of an agent without an order, or 0."""
    for k in range(state.order_number.shape[2]):
        if state.order_number[w, slot, k] == 0:
            return place_of(slot, k)
    return np.int64(0)


@inline
def join(state, w, place):
    """Puts an open order behind all others of its price, and of the world."""
    slot, k = owner_of(place), kth_of(place)
    side, links = np.int64(state.order_side[w, slot, k]), state.order_links[w]
    shelf = shelf_of(state.order_book[w, slot, k], state.order_kind[w, slot, k])
    line, rank = 2 * shelf + side, rank_of(state, side, state.order_price[w, slot, k])
    state.order_lines[w, line, rank] = append(links, IN_LINE, np.int64(state.order_lines[w, line, rank]), place)
    state.order_ranks[w, line] |= np.uint32(1 << rank)
    state.order_oldest[w] = append(links, BY_AGE, np.int64(state.order_oldest[w]), place)
    state.orders_open[w, slot] += 1
    state.orders_by_kind[w, slot, state.order_kind[w, slot, k]] += toward(side)
    quote(state, w, shelf, side)


@inline
def leave(state, w, place):
    """Takes an order out of both rings."""
    slot, k = owner_of(place), kth_of(place)
    side, links = np.int64(state.order_side[w, slot, k]), state.order_links[w]
    shelf = shelf_of(state.order_book[w, slot, k], state.order_kind[w, slot, k])
    line, rank = 2 * shelf + side, rank_of(state, side, state.order_price[w, slot, k])
    first = cut(links, IN_LINE, np.int64(state.order_lines[w, line, rank]), place)
    state.order_lines[w, line, rank] = first
    if first == 0:
        state.order_ranks[w, line] &= ~np.uint32(1 << rank)
    state.order_oldest[w] = cut(links, BY_AGE, np.int64(state.order_oldest[w]), place)
    state.orders_open[w, slot] -= 1
    state.orders_by_kind[w, slot, state.order_kind[w, slot, k]] -= toward(side)
    quote(state, w, shelf, side)


@inline
def toward(side):
    """How an order of a side is counted in `orders_by_kind`."""
    return 1 if side == SELL else -1


@inline
def quote(state, w, shelf, side):
    """Writes down the best price of a side of a shelf, in gold; 0 if nobody waits."""
    best = best_price(state, w, shelf, side)
    gold = state.rules[w].prices[best] if best >= 0 else 0
    if side == SELL:
        state.exchange_ask[w, shelf] = gold
    else:
        state.exchange_bid[w, shelf] = gold


@inline
def append(links, column, first, place):
    """Puts a place at the end of a ring that begins at `first`, 0 if it is empty; returns where it begins now."""
    if first == 0:
        links[place, column] = place
        links[place, column + 1] = place
        return place
    last = np.int64(links[first, column + 1])
    links[place, column] = first
    links[place, column + 1] = last
    links[last, column] = place
    links[first, column + 1] = place
    return first


@inline
def cut(links, column, first, place):
    """Takes a place out of a ring that begins at `first`; returns where it begins now, 0 if it is empty."""
    after, before = np.int64(links[place, column]), np.int64(links[place, column + 1])
    if after == place:
        return np.int64(0)
    links[before, column] = after
    links[after, column + 1] = before
    return after if first == place else first


@inline
def rebuild(state, w):
    """Makes the rings anew from the orders of the living, for a world that was restored or changed from outside."""
    state.order_lines[w] = 0
    state.order_ranks[w] = 0
    state.exchange_ask[w] = 0
    state.exchange_bid[w] = 0
    state.order_oldest[w] = 0
    state.orders_open[w] = 0
    state.orders_by_kind[w] = 0
    found, count = state.orders_found[w], 0
    for i in range(state.living_count[w]):
        slot = np.int64(state.living[w, i])
        for k in range(state.order_number.shape[2]):
            if state.order_number[w, slot, k] > 0:
                found[count] = place_of(slot, k)
                count += 1
    sort_by_number(state, w, found, count)
    for i in range(count):
        join(state, w, np.int64(found[i]))


@inline
def sort_by_number(state, w, found, count):
    """Sorts the first `count` of a list of places by the number of their orders, in place (Shell's sort)."""
    gap = np.int64(1)
    while gap < count // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, count):
            place, at = np.int64(found[i]), i
            number = number_of(state, w, place)
            while at >= gap and number_of(state, w, np.int64(found[at - gap])) > number:
                found[at] = found[at - gap]
                at -= gap
            found[at] = place
        gap //= 3


@inline
def number_of(state, w, place):
    """The number of an order, which says how many were placed in its world up to it."""
    return state.order_number[w, owner_of(place), kth_of(place)]
