"""Bodies: for which trades who is born is gifted. Gifts multiply success and experience, and are fixed for life."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.random import draw, draw_below
from forge.blade.grown.kinds import TRADES
from forge.blade.grown.skills import COMMON, MOST_GIFTED
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, choice, number
from forge.blade.schema.system import Feature, Number, System
from forge.support.checks import ConfigError

_KINDS = ("equal", "population", "drawn", "inherited")
_EQUAL, _POPULATION, _INHERITED = 0, 1, 3
_TRADES = len(TRADES)
_NAMES = ("none", *(trade.name.lower() for trade in TRADES))
_11 = np.uint64(11)
_FINE = 1.0 / 2**53


@dataclass(frozen=True)
class Bodies(Section):
    """How bodies differ."""

    gifts: str = choice(
        "population",
        _KINDS,
        "who is gifted for what: all alike; each population for a trade in turn, if there are four or more, else as "
        "drawn; for a trade drawn at birth; as the mother was, and as drawn who has none",
    )
    other: int = number(10, 0, MOST_GIFTED, "gift for the trades that one is not gifted for [percent]")
    mutation: float = number(10.0, 0, 100, "standard deviation of an inherited gift from the mother's [percent]")


@inline
def be_gifted(state, w, slot):
    """Gives a newborn its gifts, as who has no mother."""
    rules = state.rules[w]
    if rules.gift_kind == _POPULATION and state.members.shape[1] >= _TRADES:
        specialise(state, w, slot, np.int64(state.agents[w, slot].population) % _TRADES)
    elif rules.gift_kind != _EQUAL:
        specialise(state, w, slot, draw_below(state.stream, w, _TRADES))


@inline
def be_gifted_as_mother(state, w, slot):
    """Gives a newborn its gifts, in worlds where agents bear children."""
    bearer = np.int64(state.bearer[w])
    if state.rules[w].gift_kind == _INHERITED and bearer > 0:
        inherit(state, w, slot, bearer - 1)
    else:
        be_gifted(state, w, slot)


@inline
def specialise(state, w, slot, trade):
    """Gifted for one trade."""
    gifts = state.gifts[w, slot]
    gifts[:] = state.rules[w].other_gift
    gifts[trade] = COMMON
    note_trade(state, w, slot)


@inline
def inherit(state, w, slot, mother):
    """The gifts of the mother, each changed by a rounded normal number, within what gifts can be."""
    for trade in range(_TRADES):
        change = math.floor(state.rules[w].mutation * draw_normal(state.stream, w) + 0.5)
        gift = np.int64(state.gifts[w, mother, trade]) + np.int64(change)
        state.gifts[w, slot, trade] = min(MOST_GIFTED, max(0, gift))
    note_trade(state, w, slot)


@inline
def draw_normal(stream, w):
    """A number of the standard normal distribution, from two draws (Box and Muller, 1958)."""
    a, b = draw(stream, w), draw(stream, w)
    radius = math.sqrt(-2.0 * math.log((np.float64(a >> _11) + 1.0) * _FINE))
    return radius * math.cos(2.0 * math.pi * (np.float64(b >> _11) * _FINE))


@inline
def note_trade(state, w, slot):
    """Everyone sees for which trade a body is gifted most: 1 is the first; 0 where it is alike for all."""
    gifts = state.gifts[w, slot]
    best, alike = 0, True
    for trade in range(1, _TRADES):
        alike = alike and gifts[trade] == gifts[0]
        best = trade if gifts[trade] > gifts[best] else best
    state.agents[w, slot].trade = 0 if alike else 1 + best


def _check(configs: Any, arrays: Mapping[str, Any]) -> None:
    if (most := arrays["gifts"].max()) > MOST_GIFTED:
        raise ConfigError(f"gifts holds {most}; allowed are 0 .. {MOST_GIFTED}")


SYSTEM = System(
    "bodies",
    "for which trades bodies are gifted",
    section=Bodies,
    needs=("skills",),
    numbers=(
        Number("gift_kind", value=lambda c, edge: _KINDS.index(c.bodies.gifts)),
        Number("other_gift", value=lambda c, edge: c.bodies.other),
        Number("mutation", "f8"),
    ),
    agent=(Column("trade", "u1", "the trade it is gifted in most, from 1; 0 if in all alike", "trade", names=_NAMES),),
    features=(
        Feature(
            "trade",
            lambda c: 0,
            lambda c: _TRADES,
            "",
            "the trade it is gifted in most: 1 fishing, 2 cooking, 3 mining, 4 smithing; 0 in all alike",
            lambda c: 0.0,
            lambda c: 2.0,
        ),
    ),
    verbs=(Verb(Phase.BIRTH, be_gifted, "Its body has its gifts for the four trades."),),
    check=_check,
)
