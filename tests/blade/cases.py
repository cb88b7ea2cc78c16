"""The batches of worlds that both engines play."""

from __future__ import annotations

from typing import Any

from forge.blade import Chaos, Config, Law
from tests.blade.worlds import MIXED, patchwork, wanderer
from tests.reference.compare import Case

#: A map of 16 × 16 playable tiles, and one of 8 × 8 in a frame thinner than agents see.
SMALL = {"terrain.side": 22, "terrain.border": 3}
TINY = {"terrain.side": 10, "terrain.border": 1}
LEARNED = {"combat.targeting": "learned"}
#: Vitals that neither hunger nor thirst lowers.
SATED = {"vitals.food_loss": 0, "vitals.water_loss": 0}
#: Land on which a wanderer starves now and then, but recovers too.
RICH = {"foraging.harvest": 9, "foraging.drink": 8, "foraging.regrowth": 0.1}
#: Blows that kill slowly, from the first tick on, and empty stomachs first.
BRAWL = {
    **SATED, "combat.immunity": 0, "combat.melee_damage": 3, "combat.range_damage": 2,
    "vitals.health": 9, "vitals.food": 6, "vitals.water": 8,
}  # fmt: skip
#: All that can be rewarded, at prices that binary fractions only come near.
REWARDS = {
    "reward.survival": 0.1, "reward.death": -2.3, "reward.harvest": 0.7, "reward.drink": -0.6,
    "reward.damage_dealt": 0.3, "reward.damage_taken": -0.9, "reward.kill": 5.1, "reward.explore": 0.2,
}  # fmt: skip


def case(*configs: Config, ticks: int, care: float = 0.97, mix: str = MIXED, **rest: Any) -> Case:
    """One world for each configuration, each on a patchwork of its own."""
    maps = [patchwork(config.terrain, number, mix) for number, config in enumerate(configs)]
    return Case(configs, maps, ticks, wanderer(care), **rest)


def _odd(**changes: Any) -> Config:
    return Chaos(**SMALL, **{"spawn.cap": 24, "spawn.populations": 3}).replace(**changes)


#: One configuration a world, all odd in a way of their own.
ODD = (
    _odd(**{"combat.vampirism": 0.5, "combat.melee_damage": 3, "combat.range_damage": 1, "combat.immunity": 0}),
    _odd(**{"combat.melee_reach": 0, "combat.range_reach": 1, "combat.mage_reach": 15, "combat.mage_freeze": 1}),
    _odd(
        **{"foraging.regrowth": 0, "foraging.harvest": 0, "foraging.drink": 31, "vitals.hunger": 0, "vitals.thirst": 4}
    ),
    _odd(
        **{
            "foraging.regrowth": 1,
            "foraging.drink": 0,
            "vitals.heal_above": 0,
            "vitals.heal": 3,
            "spawn.random_cap": True,
        }
    ),
    _odd(**{"foraging.regrowth": 0.5, "vitals.heal_above": 1, "vitals.food_loss": 0, "vitals.water_loss": 5}),
    _odd(
        **{
            "combat.melee_damage": 0,
            "combat.mage_damage": 7,
            "combat.immunity": 3,
            "vitals.food": 7,
            "vitals.water": 90,
        }
    ),
    _odd(**{"combat.mage_freeze": 30, "combat.vampirism": 0.34, "combat.range_reach": 5, "reward.survival": 0.25}),
    _odd(**{"vitals.health": 1, "vitals.food": 1, "vitals.water": 2, "reward.survival": -1, "spawn.random_cap": True}),
)

#: Each case, and what must have happened in it.
CASES: dict[str, tuple[Case, set[str]]] = {
    "alone": (
        case(*[Chaos(**{"terrain.side": 32, "spawn.cap": 1})] * 2, ticks=300),
        {"death by lava", "death by hunger", "blocked", "slot passed on", "regrown"},
    ),
    "chaos": (
        case(*[Chaos(**SMALL, **{"spawn.cap": 32})] * 3, ticks=250),
        {"death by attack", "immune", "tie by distance", "frozen", "drained above maximum", "quota reached"},
    ),
    "law": (
        case(*[Law(**SMALL, **RICH, **{"spawn.cap": 32})] * 2, ticks=200, care=1.0, mix="..fff~s,"),
        {"contested harvest", "healed", "just not healed", "death by hunger", "quota reached"},
    ),
    "learned": (
        case(*[Chaos(**SMALL, **LEARNED, **{"spawn.cap": 48, "sight.agents": 9, "combat.hold": True})] * 2, ticks=150),
        {"target self", "target nobody", "target out of reach", "target taken", "view overflows", "death by attack"},
    ),
    "brawl": (
        case(*[Chaos(**TINY, **BRAWL, **{"spawn.cap": 12, "spawn.populations": 12})] * 3, ticks=200),
        {"mutual kill", "tie by turn", "several hits", "several freezes", "drained below 0", "slot passed on"},
    ),
    "crowd": (
        case(Chaos(**TINY, **SATED, **{"spawn.cap": 128, "sight.agents": 10, "combat.immunity": 90}),
             ticks=150, care=1.0),
        {"view overflows at a tie", "contested harvest", "immune", "tie by turn", "frozen"},
    ),
    "four tiles": (
        case(Law(**SATED, **LEARNED, **{"terrain.side": 4, "terrain.border": 1, "spawn.cap": 160, "sight.agents": 3}),
             ticks=150, care=1.0),
        {"crowd", "view overflows at a tie"},
    ),
    "odd": (
        case(*ODD, ticks=150),
        {"own cap reached", "death by thirst", "drained below 0", "healed", "regrown", "frozen", "quota reached"},
    ),
    "wide": (
        case(Chaos(**{"terrain.side": 300, "spawn.cap": 48, "sight.radius": 15, "combat.immunity": 0}), ticks=40),
        {"column beyond a byte", "blocked"},
    ),
    "blind": (
        case(*[Chaos(**SMALL, **LEARNED, **{"spawn.cap": 7, "sight.radius": 0, "sight.agents": 1})] * 2, ticks=100),
        {"target self", "death by lava", "slot passed on"},
    ),
    "rewards": (
        case(*[Chaos(**TINY, **BRAWL, **REWARDS, **{"spawn.cap": 12, "spawn.populations": 4})] * 2,
             Chaos(**TINY, **BRAWL, **{"spawn.cap": 12, "spawn.populations": 4}), ticks=200),
        {"overkill", "kill by the stronger", "tie for a kill", "killed a killer", "ate less than was there"},
    ),
    "rewards, learned": (
        case(Chaos(**SMALL, **LEARNED, **REWARDS, **{"spawn.cap": 32, "combat.hold": True, "combat.immunity": 3}),
             Chaos(**SMALL, **LEARNED, **{"spawn.cap": 32, "combat.hold": True, "reward.explore": 1}), ticks=150),
        {"overkill", "death by attack"},
    ),
    "presets": (
        case(Chaos(), Law(), ticks=40, threads=None),
        {"immune"},
    ),
}  # fmt: skip
