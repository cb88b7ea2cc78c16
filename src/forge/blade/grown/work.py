"""Work: the one thing a tick that an agent does beside moving and attacking, and what it can be done with."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.vector import spread8
from forge.blade.grown.kinds import NAMES
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.system import Array, Choice, Number, Shared, Size, System

#: What can be done, in the order of the options, and the systems that must be there for it.
WORKS = {
    "rest": (),
    "fish": ("trades",),
    "mine": ("trades",),
    "cook": ("trades", "camps"),
    "smith": ("trades", "camps"),
    "eat": ("trades",),
    "sell": ("exchange",),
    "buy": ("exchange",),
    "cancel": ("exchange",),
    "reproduce": ("births",),
}
_REST = 0


def works(config: Any) -> tuple[str, ...]:
    """What can be done in the worlds of a configuration: the options of `work`."""
    return tuple(name for name, needed in WORKS.items() if config.named(*needed))


def kinds(config: Any) -> tuple[str, ...]:
    """What it can be done with: all kinds of items, where there are any."""
    return NAMES if config.named("items") else ()


def prices(config: Any) -> tuple[int, ...]:
    """For which prices it can be offered, in gold."""
    return tuple(map(int, config.exchange.prices.split(","))) if config.named("exchange") else ()


def _prices(config: Any) -> tuple[str, ...]:
    return tuple(map(str, prices(config)))


def deed(name: str) -> Number:
    """The number `deed_NAME` of something that can be done, among the options; −1 where it cannot be."""
    return Number(f"deed_{name}", value=lambda c, edge: works(c).index(name) if name in works(c) else -1)


@inline
def does(state, w, slot, option):
    """Whether an agent has chosen to do a thing; never where there is no such option, −1."""
    return np.int64(state.actions[w, slot, state.rules[w].choice_work]) == option


@inline
def chosen_kind(state, w, slot):
    """The kind of items that an agent has chosen to do it with."""
    return np.int64(state.actions[w, slot, state.rules[w].choice_kind])


@inline
def allow(state, w, slot, option):
    """Says that a thing that is done with nothing in particular is valid for an agent."""
    state.may_work[w, slot, option] = True


@inline
def allow_kinds(state, w, slot, option, kinds):
    """Says with which kinds a thing is valid for an agent: a set of them, bit k for kind k, of 64 bits."""
    rows = state.may_kind[w]
    works, count = rows.shape[1], rows.shape[2]
    row = (np.int64(slot) * works + option) * count
    state.may_work[w, slot, option] = kinds != np.uint64(0)
    kinds |= np.uint64(kinds == np.uint64(0))  # a row is never empty
    whole = count & ~7
    for kind in range(0, whole, 8):
        spread8(rows, row + kind, kinds >> np.uint64(kind))
    for kind in range(whole, count):
        rows[slot, option, kind] = (kinds >> np.uint64(kind)) & np.uint64(1)


@inline
def open_one(state, w, slot):
    """A newborn may rest; in every row of what work is done with, something is valid."""
    state.may_work[w, slot, _REST] = True
    state.may_kind[w, slot, :, :1] = True
    state.may_price[w, slot, :, :1] = True


@inline
def open_all(state, w):
    """The same for everyone, where nothing is known yet of what was valid."""
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        if not state.may_work[w, slot, _REST]:
            open_one(state, w, slot)


SYSTEM = System(
    "work",
    "what agents do beside moving and attacking",
    shared=(Shared("work", works),),
    numbers=tuple(map(deed, WORKS)),
    sizes=(
        Size("works", lambda z: len(works(z.config))),
        Size("kinds", lambda z: len(kinds(z.config))),
        Size("prices", lambda z: len(prices(z.config))),
    ),
    arrays=(
        Array("may_work", "?", lambda z: (z.N, z.works), "what it can do", emptied=True),
        Array("may_kind", "?", lambda z: (z.N, z.works, z.kinds), "of what it can do, with which kinds", emptied=True),
        Array("may_price", "?", lambda z: (z.N, z.works, z.prices), "and for which prices", emptied=True),
    ),
    choices=(
        Choice("work", "what it does", works, "may_work"),
        Choice("kind", "with which kind of items", kinds, "may_kind", given="work"),
        Choice("price", "for which price", _prices, "may_price", given="work"),
    ),
    verbs=(
        Verb(Phase.READY, open_all, "Everyone may rest."),
        Verb(Phase.BIRTH, open_one, "It may rest."),
    ),
)
