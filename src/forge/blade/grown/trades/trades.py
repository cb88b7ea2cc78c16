"""The system of the trades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forge.blade.grown.kinds import NAMES, TRADES
from forge.blade.grown.trades.cooking import cook
from forge.blade.grown.trades.eating import eat
from forge.blade.grown.trades.fishing import fish
from forge.blade.grown.trades.mining import log_no_ore, mine, plant_ore, regrow_ore
from forge.blade.grown.trades.options import see_crafts, see_work
from forge.blade.grown.trades.smithing import smith
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section, number
from forge.blade.schema.system import Array, EventType, Number, System
from forge.support.checks import ConfigError

_IN_CAMPS = ("camps",)


@dataclass(frozen=True)
class Trades(Section):
    """What there is to work on."""

    ore: float = number(0.3, 0, 1, "share of the stone that can be stood beside, away from the edges, that holds ore")
    ore_regrowth: float = number(0.1, 0, 1, "probability that stone which was mined holds ore again, per tick")


def _check(configs: Any, arrays: Mapping[str, Any]) -> None:
    """Refuses lists of mined places that lead out of the map."""
    mined, counts, most = arrays["mined"], arrays["mined_count"], arrays["tiles"].shape[1] - 1
    for w, count in enumerate(counts):
        if not 0 <= count <= mined.shape[1]:
            raise ConfigError(f"mined_count, world {w}: {count}; allowed are 0 .. {mined.shape[1]}")
        for place in mined[w, :count]:
            if not 0 <= place <= most:
                raise ConfigError(f"mined, world {w}: {place}; allowed are 0 .. {most}")


SYSTEM = System(
    "trades",
    "fishing, mining, cooking, smithing and eating",
    section=Trades,
    needs=("skills", "items", "work"),
    numbers=(Number("log_no_ore", "f8", value=log_no_ore),),
    tally=(Column("crafts", "i8", "successes of work, by trade", "works", (len(TRADES),)),),
    life=(Column("crafts", "i4", "successes of its work, by trade", "works", (len(TRADES),)),),
    arrays=(
        Array("mined", "i4", lambda z: (z.S * z.S,), "indices into tiles of stone that was ore, a list", saved=True),
        Array("mined_count", "i4", lambda z: (), "how many there are", saved=True),
        Array("edible", "u4", lambda z: (z.N,), "bit k: kind k can be eaten, as the masks say", emptied=True),
        Array("makeable", "u4", lambda z: (z.N,), "bit k: kind k could be made in a camp", emptied=True),
        Array("crafts", "u4", lambda z: (z.N,), "bit k: kind k can be made, as the masks say", emptied=True),
    ),
    events=(
        EventType("make", "an agent made something", "how many", "its kind", names=NAMES),
        EventType("spoil", "an agent spoiled what it cooked", "how many", "its kind", names=NAMES),
        EventType("eat", "an agent ate", "the food it was offered [points]", "the kind of the meal", names=NAMES),
    ),
    verbs=(
        Verb(
            Phase.FORAGE,
            fish,
            "Who fishes, beside water and with room in its pack, tries for the kinds from the highest that its level "
            "allows down until one is caught.",
        ),
        Verb(
            Phase.FORAGE,
            mine,
            "Who mines, beside orerock and with room, tries for the kinds of ore in the same way; then the first "
            "orerock north, south, east or west turns to stone.",
        ),
        Verb(
            Phase.FORAGE,
            cook,
            "Who cooks, in a camp and with something raw, makes a meal of it or spoils it; if it has knives, and room "
            "for another meal, one is used up and two meals are made.",
            where=_IN_CAMPS,
        ),
        Verb(
            Phase.FORAGE,
            smith,
            "Who smiths, in a camp and with enough ore, makes a thing of it, or keeps the ore.",
            where=_IN_CAMPS,
        ),
        Verb(Phase.FORAGE, eat, "Who eats a meal that it carries gains food and health."),
        Verb(Phase.GROW, regrow_ore, "Each stone that was mined holds ore again with the same probability."),
        Verb(Phase.OBSERVE, see_work, "Everyone knows whether it can fish, mine and eat."),
        Verb(Phase.OBSERVE, see_crafts, "Everyone knows what it can cook and smith.", where=_IN_CAMPS),
    ),
    plants=plant_ore,
    check=_check,
)
