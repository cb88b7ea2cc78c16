"""Dealing: what things are worth to scripted agents, and at which of the prices they offer and bid."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline, where_kept
from forge.blade.exchange.book import MOST_PRICES
from forge.blade.grown import kinds
from forge.blade.grown.kinds import COUNT, EDIBLE, KINDS

_KINDS, _OF = COUNT, kinds.OF
_EDIBLE = np.array([EDIBLE >> k & 1 for k in range(COUNT)], np.bool_)


def _usual() -> np.ndarray:
    """What each kind is held to be worth before it has a price: by the food in it, or the work and ore [gold]."""
    found = np.zeros(COUNT, np.int64)
    for k, kind in enumerate(KINDS):
        if kind.food:
            found[k] = max(3, kind.food // 3)
        elif kind.name.endswith("_ore"):
            found[k] = 1 + kind.level // 4
        elif kind.used is not None:
            found[k] = 2 + 2 * kind.takes * (1 + kind.level // 4)
    for k, kind in enumerate(KINDS):  # what is cooked costs less before
        if kind.food:
            found[kinds.number(kind.of)] = max(1, found[k] // 3)
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
def asking(told, rules, w, slot, kind, stock):
    """The place of the price at which an agent offers one of its stock: the more it has, the sooner it lets go."""
    ask, bid, last = quoted(told, rules, w, slot, kind)
    fair = last if last > 0 else USUAL[kind]
    if bid > 0 and (2 * bid >= fair or stock > 4):
        return place_of(rules, bid)
    place = place_of(rules, fair)
    if ask > 0 and ask <= fair:
        place = max(0, place_of(rules, ask) - 1)
    return max(0, place - 1) if stock > 6 else place


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
def best_meal(told, me, food, w, slot):
    """The meal to eat now: the largest that is not wasted, or of the starving the largest of all; −1 for none."""
    best, most = -1, np.int64(0)
    for kind in range(_KINDS):
        if _EDIBLE[kind] and told.pack[w, slot, kind] > 0:
            fits = np.int64(me.food) + kinds.FOOD[kind] <= np.int64(food) + 2 or me.food <= food // 4
            if fits and kinds.FOOD[kind] > most:
                best, most = kind, kinds.FOOD[kind]
    return best
