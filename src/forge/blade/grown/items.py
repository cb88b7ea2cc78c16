"""Items and gold: what agents carry, what room it takes, and where all of it came from and went to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline, where_kept
from forge.blade.grown.kinds import BUNDLE, COUNT, GOLD, IN_USE, KINDS, KNIVES, METAL_LEVELS, METALS, NAMES, OF_PACKS
from forge.blade.grown.packs import Reason, carries
from forge.blade.mechanics.events import log_event
from forge.blade.mechanics.ids import NONE, SURVIVES
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, number
from forge.blade.schema.system import Array, EventType, Feature, Number, System, Term
from forge.blade.systems.reward import weight_of
from forge.support.checks import ConfigError

_KINDS, _GOLD, _METALS = COUNT, GOLD, len(METALS)
_OF_METALS = ("none", *METALS)
#: A stack is kept in 16 bits, and no pack holds more than this many items, each a bundle of knives at most.
MAX_CAPACITY = 1000
MAX_GOLD = 2**31 - 1
#: Of each place of what is in use: its kind of copper, and the skill that using it takes.
_OF_COPPER = np.array([kind for kind, _ in IN_USE], np.int64)
_SKILL = np.array([int(skill) for _, skill in IN_USE], np.int64)
_TAKES = np.array(METAL_LEVELS, np.int64)
_ARMOUR = len(IN_USE) - 1


@dataclass(frozen=True)
class Items(Section):
    """What an agent can carry."""

    capacity: int = number(20, 1, MAX_CAPACITY, "most items in a pack; ten knives of a metal count as one")
    gold: int = number(10, 0, 30_000, "gold of a newborn")


_BORN, _LOST = int(Reason.BORN), int(Reason.LOST)


@inline
def begin_tick(state, w):
    """Everyone knows its pack, until something in it changes."""
    state.pack_known[w] = 1


@inline
def get_purse(state, w, slot):
    """A newborn has some gold."""
    gold = state.rules[w].purse
    state.gold[w, slot] = gold
    state.ledger[w, _BORN, _GOLD] += gold
    state.pack_known[w, slot] = 0


@inline
def count_earnings(state, w, slot, counting):
    """What it has earned since it was counted last is counted."""
    if counting:
        state.deeds[w, slot, state.rules[w].term_gold] = state.earned[w, slot]
    state.earned[w, slot] = 0
    return SURVIVES


@inline
def lose_all(state, w, slot):
    """What somebody who leaves still has is lost."""
    gold = np.int64(state.gold[w, slot])
    for kind in range(_KINDS):
        count = np.int64(state.pack[w, slot, kind])
        if count > 0:
            lose(state, w, slot, kind, count)
    if gold > 0:
        lose(state, w, slot, _GOLD, gold)


@inline
def lose(state, w, slot, kind, count):
    """Enters what an agent loses in the books, and, if it dies and is not taken out between ticks, in the log."""
    state.ledger[w, _LOST, kind] += count
    if state.deaths[w] > 0:
        log_event(state, w, state.rules[w].event_lose, slot, kind, count, NONE)


@inline
def look_into_packs(state, w):
    """Finds of which kinds everyone has something, in packs that may have been changed between ticks.

    Nothing that follows from packs is known then, nor what follows from levels as well.
    """
    state.pack_known[w] = 0
    for k in range(state.living_count[w]):
        slot = np.int64(state.living[w, k])
        found = np.uint32(0)
        for kind in range(_KINDS):
            found |= np.uint32(state.pack[w, slot, kind] > 0) << np.uint32(kind)
        state.carried[w, slot] = found


def pack_is_known(state, w, slot):
    """Where there are no levels, packs are all that changes."""
    return state.pack_known[w, slot]


@where_kept("levels_known", otherwise=pack_is_known)
def is_known(state, w, slot):
    """Whether the pack and the levels of an agent are as they were when it observed last."""
    return state.pack_known[w, slot] & state.levels_known[w, slot]


@inline
def list_changed(state, w):
    """Lists whose packs or levels have changed, or who came to a camp or left it.

    What follows from these is found anew for them alone. Who has changed is any, and to branch on it, once for each
    thing that follows, cost more than this list.
    """
    living, changed, count = state.living[w], state.changed[w], 0
    for k in range(state.living_count[w]):
        slot = np.int64(living[k])
        changed[count] = slot
        count += is_known(state, w, slot) == 0
    state.changed_count[w] = count


@inline
def dress_all(state, w):
    """Puts into use what everyone carries that is best, where packs or levels have changed."""
    for k in range(state.changed_count[w]):
        dress(state, w, np.int64(state.changed[w, k]))


@inline
def dress(state, w, slot):
    """Puts the best weapon of each style, and the best armour, into use that an agent carries and has the level for."""
    agent, in_use, level = state.agents[w, slot], state.in_use[w, slot], state.level[w, slot]
    weapon = 0
    for place in range(_ARMOUR + 1):
        best = 0
        for metal in range(_METALS):
            if carries(state, w, slot, _OF_COPPER[place] + metal) and level[_SKILL[place]] >= _TAKES[metal]:
                best = metal + 1
        in_use[place] = best
        if place != _ARMOUR:
            weapon = max(weapon, best)
    agent.weapon, agent.armour = weapon, in_use[_ARMOUR]


def _check(configs: Any, arrays: Mapping[str, Any]) -> None:
    """Refuses packs that are not what they take of their room, and purses that hold less than nothing."""
    gold, load, pack = arrays["gold"], arrays["load"], arrays["pack"].astype(np.int64)
    knives = pack[..., KNIVES : KNIVES + len(METALS)]
    least = pack.sum(-1) - knives.sum(-1) + (-(-knives // BUNDLE)).sum(-1)  # orders may keep further room
    most = np.array([[config.items.capacity] for config in configs])
    if (wrong := (load < least) | (load > most)).any():
        w, slot = np.argwhere(wrong)[0]
        raise ConfigError(
            f"load, world {w}, slot {slot}: {load[w, slot]}; allowed are {least[w, slot]} .. {most[w, 0]}"
        )
    if (gold < 0).any():
        raise ConfigError(f"gold holds {gold.min()}; allowed is 0 or more")


def _carried(kind: int) -> Feature:
    name = KINDS[kind].name
    return Feature(
        name,
        lambda c: 0,
        lambda c: c.items.capacity * (BUNDLE if "knives" in name else 1),
        "items",
        f"how many {name.replace('_', ' ')} it carries",
        lambda c: 0.0,
        lambda c: float(BUNDLE),
        array="pack",
        at=kind,
    )


def _metal(name: str, meaning: str) -> Feature:
    return Feature(name, lambda c: 0, lambda c: len(METALS), "", meaning, lambda c: 0.0, lambda c: 1.0)


SYSTEM = System(
    "items",
    "what agents carry, and the gold they have",
    section=Items,
    numbers=(Number("capacity"), Number("purse", value=lambda c, edge: c.items.gold)),
    agent=(
        Column(
            "weapon",
            "u1",
            "metal of the best weapon that it may use: 0 none, 1 copper, 2 tin, 3 iron",
            "metal",
            names=_OF_METALS,
        ),
        Column("armour", "u1", "metal of the best armour that it may use", "metal", names=_OF_METALS),
    ),
    arrays=(
        Array("pack", "u2", lambda z: (z.N, COUNT), "items by kind", saved=True, emptied=True),
        Array("gold", "i4", lambda z: (z.N,), "gold, but for what is in orders", saved=True, emptied=True),
        Array("load", "i2", lambda z: (z.N,), "room of the pack that is used or kept", saved=True, emptied=True),
        Array("in_use", "u1", lambda z: (z.N, len(IN_USE)), "metal of what is used", saved=True, emptied=True),
        Array("earned", "i4", lambda z: (z.N,), "gold earned, not counted yet", saved=True, emptied=True),
        Array("ledger", "i8", lambda z: (len(Reason), COUNT + 1), "of each `Reason` and kind, and gold", recorded=True),
        Array("pack_known", "u1", lambda z: (z.N,), "whether the pack is as it was last observed", emptied=True),
        Array("changed", "u2", lambda z: (z.N,), "the slots of those whose pack or levels are not"),
        Array("changed_count", "i4", lambda z: (), "how many they are"),
        Array("carried", "u4", lambda z: (z.N,), "bit k: there is something of kind k in the pack", emptied=True),
    ),
    events=(
        EventType("use", "an agent used something up", "how many", "its kind", each=3, names=NAMES),
        EventType(
            "lose",
            "an agent died with it, and nobody took it",
            "how many",
            "its kind; 25 is gold",
            each=COUNT + 1,
            names=OF_PACKS,
        ),
    ),
    terms=(Term("gold", "gold more than before, what lies in orders included", weight_of("gold")),),
    own=(
        *(_carried(kind) for kind in range(COUNT)),
        Feature(
            "gold",
            lambda c: 0,
            lambda c: MAX_GOLD,
            "gold",
            "gold that it has, but for what is in orders",
            lambda c: float(c.items.gold),
            lambda c: float(max(1, c.items.gold)),
            array="gold",
        ),
    ),
    features=(
        _metal("weapon", "metal of its best weapon: 0 none, 1 copper, 2 tin, 3 iron"),
        _metal("armour", "metal of its armour, the same"),
    ),
    verbs=(
        Verb(
            Phase.READY,
            look_into_packs,
            "It is found what is in all packs, and what follows from that and from levels.",
        ),
        Verb(Phase.START, begin_tick, "Everyone knows what is in its pack."),
        Verb(Phase.BODY, count_earnings, "The gold that it has earned since its last turn is counted."),
        Verb(Phase.DEATH, lose_all, "What it still carried is lost."),
        Verb(Phase.BIRTH, get_purse, "It has some gold."),
        Verb(Phase.OBSERVE, list_changed, "It is known whose pack or levels have changed."),
        Verb(
            Phase.OBSERVE,
            dress_all,
            "Everyone uses the best weapon of each style, and the best armour, that it carries and has the level for.",
            where=("skills",),
        ),
    ),
    check=_check,
)
