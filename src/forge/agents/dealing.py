"""Dealing: what things are worth to scripted agents, and at which of the prices they offer and bid."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline, where_kept
from forge.blade.exchange.book import MOST_PRICES
from forge.blade.grown import kinds
from forge.blade.grown.kinds import COUNT, EDIBLE, KINDS

_KINDS, _OF = COUNT, kinds.OF
#: Offers are at most so many places below the usual price, and twice as many above it; of more than so many units one
#: is let go for less.
_SLACK, _MUCH = 1, 4
_EDIBLE = np.array([EDIBLE >> k & 1 for k in range(COUNT)], np.bool_)


def _usual() -> np.ndarray:
    """What each kind is held to be worth before it has a price: by the food in it, or the work and ore [gold].

    A meal is cheap beside the ten gold of a newborn, so that who does not earn yet can live until it does, and twice
    its raw food, half of which beginners spoil. Ten knives are worth the meals that they make of nothing, and arms what
    their ore would bring as knives.
    """
    found = np.ones(COUNT, np.int64)
    for k, kind in enumerate(KINDS):
        if kind.food:
            found[k] = 2
        elif kind.name.endswith("_ore"):
            found[k] = 3
        elif kind.makes > 1:
            found[k] = 8
        elif kind.used is not None:
            found[k] = 8 * kind.takes
    return found


USUAL = _usual()


def _no_price(rules, place):
    return 0


@where_kept("prices", otherwise=_no_price)
def price_of(rules, place):
    """The price of a place among those that can be named, rising; 0 beyond the last, and where there is no exchange."""
    return np.int64(rules.prices[place])


def _one_book(rules):
    return False


@where_kept("books_by_camp", otherwise=_one_book)
def camp_books(rules):
    """Whether each camp has a book of its own."""
    return rules.books_by_camp != 0


@inline
def quoted(told, rules, w, slot, kind):
    """Best ask, best bid and last price of a kind where an agent would trade; 0 where there is none."""
    if camp_books(rules):
        near = told.prices_near[w, slot]
        return np.int64(near[kind]), np.int64(near[_KINDS + kind]), np.int64(near[2 * _KINDS + kind])
    book = told.exchange_prices[w]
    return np.int64(book[kind]), np.int64(book[_KINDS + kind]), np.int64(book[2 * _KINDS + kind])


@inline
def worth(told, rules, w, slot, kind):
    """What a unit of a kind would bring: what is bid for it, else half between the last price and the usual one."""
    _, bid, last = quoted(told, rules, w, slot, kind)
    fair = (last + USUAL[kind] + 1) // 2 if last > 0 else USUAL[kind]
    return max(bid, fair)


@inline
def place_of(rules, gold):
    """The place of the highest price that is no more than so much gold; 0 if there is none."""
    place = 0
    for k in range(MOST_PRICES):
        if 0 < price_of(rules, k) <= gold:
            place = k
    return place


@inline
def next_place(rules, place):
    """The place of the next higher price, or of the highest."""
    return place + 1 if place + 1 < MOST_PRICES and price_of(rules, place + 1) > 0 else place


@inline
def takes_bid(rules, kind, bid, last):
    """Whether a bid is not far below the usual price of a kind, nor below what was last paid; a bid of 0 is none."""
    least = max(place_of(rules, USUAL[kind]), place_of(rules, last)) - _SLACK
    return bid > 0 and place_of(rules, bid) >= least


@inline
def asking(told, rules, w, slot, kind, stock):
    """The place of the price at which an agent offers one of its stock.

    It takes a bid that is not far below the usual price and the last one. What is sold out it offers for more than was
    last paid; else it joins the best offer, or goes below it where it has much. Of what it makes few of it has never
    much: there it goes below where what it offered before still waits.
    """
    ask, bid, last = quoted(told, rules, w, slot, kind)
    usual = place_of(rules, USUAL[kind])
    low, high = max(0, usual - _SLACK), usual + 2 * _SLACK
    if takes_bid(rules, kind, bid, last):
        return place_of(rules, bid)
    if ask > 0:
        waits = not _EDIBLE[kind] and told.orders_by_kind[w, slot, kind] > 0
        place = place_of(rules, ask) - (stock > _MUCH or waits)
    else:
        place = next_place(rules, place_of(rules, last)) if last > 0 else usual
    return max(low, min(high, place))


@inline
def cheapest_meal(told, rules, w, slot):
    """The meal on offer with the least gold for a point of food, and what it costs; −1 and 0 if none is."""
    best, cost, least = -1, np.int64(0), 1 << 30
    for kind in range(_KINDS):
        if _EDIBLE[kind]:
            ask, _, _ = quoted(told, rules, w, slot, kind)
            if ask > 0 and ask * 1024 // kinds.FOOD[kind] < least:
                best, cost, least = kind, ask, ask * 1024 // kinds.FOOD[kind]
    return best, cost


@inline
def meals_of(told, w, slot):
    """How many meals an agent carries."""
    found = np.int64(0)
    for kind in range(_KINDS):
        if _EDIBLE[kind]:
            found += told.pack[w, slot, kind]
    return found


@inline
def meals_ordered(told, w, slot):
    """How many meals an agent has bid for and not got yet."""
    found = np.int64(0)
    for kind in range(_KINDS):
        if _EDIBLE[kind]:
            found += max(0, -np.int64(told.orders_by_kind[w, slot, kind]))
    return found


@inline
def open_orders(told, w, slot):
    """How many orders of an agent wait."""
    found = np.int64(0)
    for kind in range(_KINDS):
        found += abs(np.int64(told.orders_by_kind[w, slot, kind]))
    return found


@inline
def wanted_meal(told, rules, w, slot):
    """The meal to bid for where none is on offer, and for how much: what was last paid least for its food."""
    best, cost, least = -1, np.int64(0), 1 << 30
    for kind in range(_KINDS):
        if _EDIBLE[kind]:
            _, _, last = quoted(told, rules, w, slot, kind)
            if best < 0:
                best, cost = kind, np.int64(USUAL[kind])
            if last > 0 and last * 1024 // kinds.FOOD[kind] < least:
                best, cost, least = kind, last, last * 1024 // kinds.FOOD[kind]
    return best, cost


@inline
def best_meal(told, me, food, w, slot):
    """The meal to eat now: the largest that is not wasted, or of the starving the largest of all; −1 for none."""
    best, most = -1, np.int64(0)
    for kind in range(_KINDS):
        if _EDIBLE[kind] and told.pack[w, slot, kind] > 0:
            fits = np.int64(me.food) + kinds.FOOD[kind] <= np.int64(food) + 2 or me.food <= food // 4
            if fits and kinds.FOOD[kind] > most:
                best, most = kind, kinds.FOOD[kind]
    return best
