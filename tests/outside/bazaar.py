"""Rows and pointers: herbs that agents carry in a bag, buy at the stalls of their world, use, and give to others.

Everyone is born with one herb of strength 1. Stall k sells herbs of strength k + 1, one a tick. A herb that is used
gives as much health as it is strong; the rows behind it move up.
"""

from __future__ import annotations

import numpy as np

from forge.blade.extend import SURVIVES, Array, Choice, Feature, Phase, Rows, Size, System, Verb, inline

ROOM, STALLS = 3, 4


@inline
def put(state, w, slot, strength):
    """Puts a herb into a bag, if there is room."""
    count = state.bag_count[w, slot]
    if count < state.bag.shape[2]:
        state.bag[w, slot, count, 0] = strength
        state.bag[w, slot, count, 1] = state.tick[w]
        state.bag_count[w, slot] = count + 1


@inline
def take(state, w, slot, row):
    """Takes a herb out of a bag, and returns its strength."""
    strength, last = state.bag[w, slot, row, 0], state.bag_count[w, slot] - 1
    for k in range(row, last):
        for column in range(2):
            state.bag[w, slot, k, column] = state.bag[w, slot, k + 1, column]
    state.bag[w, slot, last, 0] = 0
    state.bag[w, slot, last, 1] = 0
    state.bag_count[w, slot] = last
    return strength


@inline
def pack_bag(state, w, slot):
    """A newcomer has one herb."""
    put(state, w, slot, 1)


@inline
def restock(state, w):
    """A stall more opens every tick, and every open one has a herb."""
    state.stall_count[w] = min(state.stalls.shape[1], state.stall_count[w] + 1)
    for k in range(state.stall_count[w]):
        state.stalls[w, k, 0] = k + 1
        state.stalls[w, k, 1] = 1


@inline
def give(state, w):
    """Who chose somebody in view gives them its first herb."""
    rules = state.rules[w]
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        entry = state.actions[w, slot, rules.choice_give]
        if 0 < entry < state.seen_count[w, slot] and state.bag_count[w, slot] > 0:
            whom = np.int64(state.seen[w, slot, entry])
            if state.agents[w, whom].alive:  # and not what is in view and no agent
                put(state, w, whom, take(state, w, slot, 0))


@inline
def trade(state, w, slot, counting):
    """It uses a herb of its bag, and buys one."""
    rules, agent = state.rules[w], state.agents[w, slot]
    used, bought = state.actions[w, slot, rules.choice_use], state.actions[w, slot, rules.choice_buy]
    if 0 < used <= state.bag_count[w, slot]:
        agent.health = min(rules.health, np.int64(agent.health) + take(state, w, slot, used - 1))
    if 0 < bought <= state.stall_count[w] and state.stalls[w, bought - 1, 1] > 0:
        state.stalls[w, bought - 1, 1] -= 1
        put(state, w, slot, state.stalls[w, bought - 1, 0])
    return SURVIVES


@inline
def see_bag(state, w):
    """What is in the bag can be used, and given to anybody in view."""
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        for option in range(state.may_use.shape[2]):
            state.may_use[w, slot, option] = option <= state.bag_count[w, slot]
        for entry in range(state.may_give.shape[2]):
            held = state.bag_count[w, slot] > 0 and entry < state.seen_count[w, slot]
            state.may_give[w, slot, entry] = entry == 0 or held


@inline
def is_weaker(agent, me, rules):
    """Whether an agent in view has less health than the observer."""
    return agent.health < me.health


def _number(name: str, low: int, high: int, unit: str, meaning: str) -> Feature:
    return Feature(name, lambda c: low, lambda c: high, unit, meaning, lambda c: low, lambda c: high - low)


def _options(what: str, count: int) -> tuple[str, ...]:
    return ("nothing", *(f"{what}_{k}" for k in range(count)))


BAZAAR = System(
    "bazaar",
    "herbs that are bought, carried, given and used",
    sizes=(Size("room", lambda z: ROOM),),
    arrays=(
        Array("bag", "i4", lambda z: (z.N, z.room, 2), "herbs that agents carry", saved=True, emptied=True),
        Array("bag_count", "i4", lambda z: (z.N,), "how many they carry", saved=True, emptied=True),
        Array("stalls", "i4", lambda z: (STALLS, 2), "herbs for sale", saved=True),
        Array("stall_count", "i4", lambda z: (), "how many stalls are open", saved=True),
        Array("may_use", "?", lambda z: (z.N, z.room + 1), "what is valid of `use`", emptied=True),
        Array("may_give", "?", lambda z: (z.N, z.K), "what is valid of `give`", emptied=True),
    ),
    rows=(
        Rows(
            "herbs",
            "the herbs in its bag",
            "bag",
            "bag_count",
            (
                _number("strength", 1, STALLS, "points", "health it gives"),
                _number("got", -1, 999, "ticks", "when it came"),
            ),
        ),
        Rows(
            "stalls",
            "the stalls of the world",
            "stalls",
            "stall_count",
            (_number("strength", 1, STALLS, "points", "of what it sells"), _number("stock", 0, 1, "", "what it has")),
            world=True,
        ),
    ),
    choices=(
        Choice("use", "a herb of its bag to use", lambda c: _options("herb", ROOM), mask="may_use", of="herbs"),
        Choice("buy", "a stall to buy from", lambda c: _options("stall", STALLS), of="stalls"),
        Choice(
            "give",
            "an agent in view to give its first herb to",
            lambda c: ("nobody", *(f"entry_{k}" for k in range(1, c.sight.agents))),
            mask="may_give",
            matters=is_weaker,
            of="seen",
        ),
    ),
    verbs=(
        Verb(Phase.START, restock, "A stall more opens, and each has a herb."),
        Verb(Phase.BIRTH, pack_bag, "A newcomer has one herb."),
        Verb(Phase.ACT, give, "Who chose somebody in view gives them its first herb."),
        Verb(Phase.FORAGE, trade, "It uses a herb, and buys one."),
        Verb(Phase.OBSERVE, see_bag, "What is in the bag can be used, and given."),
    ),
)
