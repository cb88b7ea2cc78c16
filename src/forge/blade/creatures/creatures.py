"""Chickens, goblins, and what other systems declare like them. Only where a configuration names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.creatures.kinds import NATURES, counts, creatures, ends, kinds_of
from forge.blade.creatures.loot import end_tick, reward_kills
from forge.blade.creatures.placing import come_back, list_creatures, populate
from forge.blade.creatures.quarry import RESENTS, aim_all, bear_grudges
from forge.blade.creatures.roaming import roam
from forge.blade.fights.credit import credit_all
from forge.blade.fights.levels import fight
from forge.blade.fights.strikes import strike_all
from forge.blade.mechanics.events import NOBODY
from forge.blade.mechanics.grid import index_by_row
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, number, plain
from forge.blade.schema.system import Array, EventType, Feature, Number, System, shared
from forge.support.checks import ConfigError


@dataclass(frozen=True)
class Creatures(Section):
    """Creatures: chickens, goblins, and what other systems declare like them."""

    chickens: int = number(32, 0, 1000, "chickens for each 62 × 62 tiles of playable land")
    goblins: int = number(8, 0, 1000, "goblins for each 62 × 62 tiles of playable land")
    hostile: bool = plain(
        True, "creatures that hunt, as goblins do, go for agents that are near, and not only for who struck them"
    )
    back: int = number(50, 0, 1_000_000, "a creature that dies is replaced after so long [ticks]")


@inline
def fight_all(state, w):
    """Finds whom everyone strikes, creatures among them, draws what that does, and credits it."""
    index_by_row(state, w)
    aim_all(state, w)
    if strike_all(state, w) > 0:
        credit_all(state, w)
        reward_kills(state, w)
        bear_grudges(state, w)


def _check(configs: Sequence[Any], arrays: Mapping[str, Any]) -> None:
    """Refuses creatures that no rule leads to.

    Raises:
        ConfigError: naming the world, the slot, what is there and what is allowed.
    """
    config, everybody = configs[0], arrays["agents"]
    slots, terrain = config.spawn.cap, config.terrain
    known, each = kinds_of(config.schema), counts(config)
    kinds = np.repeat(np.arange(1, 1 + len(each)), each)
    if everybody["creature"][:, :slots].any():
        raise ConfigError("agents.creature is not 0 in a slot of agents; allowed is 0")
    here = everybody[:, slots:]
    there = here["creature"] != 0
    for w, living in enumerate(there):
        ever = int(arrays["creature_births"][w])
        allowed: dict[str, tuple[Any, Any]] = {
            "creature": (kinds, kinds),
            "id": (-ever, -1),
            "population": (NOBODY, NOBODY),
            "health": (1, known.health[kinds]),
            "freeze": (0, configs[w].combat.mage_freeze),
            "grudge_left": (0, RESENTS),
            **dict.fromkeys(("row", "col"), (terrain.low, terrain.high)),
            **dict.fromkeys(("age", "damage"), (0, np.iinfo(np.int32).max)),
        }
        for name, (low, high) in allowed.items():
            given = here[w][name].astype(np.int64)
            wrong = (given < np.where(living, low, 0)) | (given > np.where(living, high, 0))
            if wrong.any():
                slot = int(np.flatnonzero(wrong)[0])
                raise ConfigError(
                    f"agents.{name} of world {w}, slot {slots + slot}, is {given[slot]}, which no creature of its kind "
                    "can have" + ("" if living[slot] else "; nobody is there, and allowed is 0")
                )
        if len(np.unique(here["id"][w][living])) < living.sum():
            raise ConfigError(f"agents.id of world {w}: two creatures have the same; allowed is each id once")
        for name, table in (("level", known.levels), ("experience", known.begins)):
            wanted = table[kinds] * living[:, None]
            if (arrays[name][w, slots:] != wanted).any():
                raise ConfigError(f"{name} of world {w} is not that of creatures in their slots, or 0 in empty ones")


def _names(schema: Any) -> tuple[str, ...]:
    """What the numbers in the column `creature` are called."""
    return ("agent", *schema.names("natures"))


def _number(name: str, field: str, type: str = "i4") -> Number:
    """A number of each kind, for compiled code."""
    return Number(
        name,
        type,
        lambda schema: getattr(kinds_of(schema), field).shape,
        lambda config, edge: getattr(kinds_of(config.schema), field),
    )


SYSTEM = System(
    "creatures",
    "chickens, goblins, and what other systems declare like them",
    section=Creatures,
    needs=("levels",),
    bodies=creatures,
    shared=shared("creatures", "chickens", "goblins"),
    numbers=(
        Number("hostile"),
        Number("back", "i8"),
        Number("outer_quarter", value=lambda c, edge: c.terrain.playable // 4),
        Number("creature_ends", "i4", lambda s: (1 + len(s.natures),), lambda c, edge: ends(c)),
        _number("creature_health", "health"),
        _number("creature_kill", "experience"),
        _number("creature_hunts", "hunts"),
        _number("creature_shy", "shy"),
        _number("creature_levels", "levels", "u1"),
        _number("creature_begins", "begins"),
        _number("creature_lives_on", "lives_on", "u1"),
        _number("creature_loot", "loot"),
    ),
    natures=NATURES,
    agent=(
        Column("grudge", "i8", "of one that hunts: id of the agent that struck it last", "id"),
        Column("creature", "u1", "0 an agent, else the number of a creature's kind", "kind", names=_names),
        Column("grudge_left", "u1", "for how long it goes for that one", "ticks"),
    ),
    tally=(Column("slain", "i8", "creatures killed, by kind", "creatures", lambda s: (len(s.natures),)),),
    life=(Column("slain", "i4", "creatures that it killed, by kind", "creatures", lambda s: (len(s.natures),)),),
    arrays=(
        Array("creature_births", "i8", lambda z: (), "creatures that have ever entered the world", saved=True),
        Array(
            "creature_due",
            "i8",
            lambda z: (z.B - z.N,),
            "of each slot of a creature, from which tick on another one may enter the world when it is empty",
            saved=True,
        ),
        Array("grudge_slot", "u2", lambda z: (z.B,), "where the agent of its grudge was found last"),
    ),
    events=(
        EventType(
            "slay",
            "an agent killed a creature",
            "",
            "its kind",
            "which creature",
            names=_names,
        ),
    ),
    features=(
        Feature(
            "creature",
            lambda c: 0,
            lambda c: len(c.schema.natures),
            "",
            "what it is: 0 an agent, else the number of a creature's kind: 1 a chicken, 2 a goblin, then others",
            lambda c: 0.0,
            lambda c: 1.0,
        ),
    ),
    verbs=(
        Verb(Phase.READY, list_creatures, "It is found which creatures live."),
        Verb(Phase.START, populate, "Before anybody is born, creatures enter, each on land where its kind lives."),
        Verb(
            Phase.MOVE,
            roam,
            "Creatures that are not frozen go one tile at most: wherever chance leads them, or, one that hunts and has "
            "a quarry, in every other tick towards that. Goblins hunt, and chickens do not. Its quarry is who struck "
            "it last, for some ticks, or else, if creatures are hostile, the nearest agent that is near, past immunity "
            "and in no camp. They enter no camps and no lava.",
        ),
        Verb(
            Phase.ACT,
            fight_all,
            "Each agent strikes, with the style it chose, the weakest in reach that may be struck, creatures included; "
            "each creature that hunts strikes its quarry, chosen anew, if that is beside it. A blow hits by the "
            "attacker's level of the style and its weapon against the target's level of defense and its armour; how "
            "hard is drawn, too. Blows are counted in rotating order, as far as there is health: each point is "
            "experience for both, and a kill is more for the killer. Mage freezes where it hits.",
            instead=fight,
        ),
        Verb(
            Phase.SPOILS,
            end_tick,
            "The blows of this tick take the health of creatures. One with no health left dies; what it leaves is "
            "drawn, and goes to its killer as far as there is room, if that one lives on. The rest is gone.",
        ),
        Verb(
            Phase.GROW,
            come_back,
            "For each creature that has been dead for long enough another one enters, where it finds a place.",
        ),
    ),
    check=_check,
)
