"""The batches of grown worlds that both engines play."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.reference.grown.alone import patch
from tests.reference.grown.camps import camps_on
from tests.reference.grown.compare import Case
from tests.reference.grown.settings import EVERYTHING, NEEDS, settings, with_needs

#: Lands on which much happens to few: 14 × 14 playable tiles.
SMALL = {
    "terrain.side": 18, "terrain.border": 2, "spawn.cap": 16, "spawn.populations": 4, "combat.hold": True,
    "combat.immunity": 4, "vitals.food_loss": 0, "vitals.water_loss": 0, "foraging.harvest": 9, "foraging.drink": 8,
}  # fmt: skip
#: What is changed of a system, so that more of it is seen in few ticks.
LIVELY: dict[str, dict[str, Any]] = {
    "skills": {"skills.rate": 60},
    "bodies": {"bodies.gifts": "drawn"},
    "camps": {"camps.radius": 2},
    "exchange": {"exchange.patience": 12},
    "creatures": {"creatures.chickens": 160, "creatures.goblins": 60, "creatures.back": 4},
    "births": {"births.kind": "both", "births.age": 10, "births.least": 5, "births.cost": 4},
    "speech": {"speech.words": 3},
}
PEACE = {"combat.immunity": 10**6}
#: Worlds of one system with all that it needs, and what is changed there beside.
ALONE: dict[str, dict[str, Any]] = {
    **{name: {} for name in NEEDS},
    "trades": PEACE,
    "exchange": {**PEACE, "exchange.everywhere": True},
}
#: Worlds of few systems, so that each is without the others once: each set of systems is compiled by itself.
FEW: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "trades": (("bodies", "trades"), PEACE),
    "births": (("camps", "births", "speech"), {}),
    "exchange": (("exchange",), ALONE["exchange"]),
    "creatures": (("creatures",), {}),
}
LEARNED = {"combat.targeting": "learned", "sight.agents": 9}
MIX = "....ff~oooo"


def case(*systems: str, seed: int = 0, worlds: int = 2, ticks: int = 120, masked: float = 0.8, **changes: Any) -> Case:
    """Worlds of systems and all that they need, each on a patch of its own."""
    named = with_needs(systems)
    lively = {name: value for system in named for name, value in LIVELY.get(system, {}).items()}
    config = settings(*systems, **{**SMALL, **lively, **changes})
    fires = camps_on(config) if "camps" in named else 0
    maps = [patch(config, 10 * seed + w, MIX, fires) for w in range(worlds)]
    return Case([config] * worlds, maps, ticks, masked, seed)


#: Worlds of all systems.
TOGETHER: dict[str, dict[str, Any]] = {
    "as they are": {},
    "learned targets": LEARNED,
    "open to all": {"exchange.everywhere": True, "bodies.gifts": "inherited", "skills.rate": 200},
    "a book a camp": {"exchange.books": "camp", "camps.count": 60, "bodies.gifts": "population"},
    "small packs": {"items.capacity": 3, "exchange.everywhere": True, "births.kind": "parents", "items.gold": 40},
    "peace": {"levels.agents": False, "creatures.hostile": False, "combat.immunity": 0, "camps.truce": False},
    "no truce": {**LEARNED, "camps.truce": False, "exchange.orders": 1, "spawn.random_cap": True},
}

#: Values worth trying of numbers that no shape depends on, or that all worlds of a batch share.
NUMBERS: dict[str, list[Any]] = {
    "combat.targeting": ["lowest_health", "learned"],
    "combat.immunity": [0, 4, 40],
    "combat.mage_freeze": [0, 3, 30],
    "combat.range_reach": [0, 2, 5],
    "vitals.food_loss": [0, 1],
    "vitals.heal": [0, 1, 3],
    "reward.level": [0, 0.3],
    "reward.gold": [0, 0.7],
    "reward.birth": [0, -1.1],
    "spawn.random_cap": [False, True],
    "skills.rate": [0, 1, 10, 200, 1000],
    "bodies.gifts": ["equal", "population", "drawn", "inherited"],
    "bodies.other": [0, 10, 150],
    "bodies.mutation": [0, 10, 90],
    "items.capacity": [1, 3, 20],
    "items.gold": [0, 10, 100],
    "camps.count": [4, 60, 120],
    "camps.radius": [1, 2, 5],
    "camps.truce": [False, True],
    "trades.ore_regrowth": [0, 0.1, 1],
    "exchange.books": ["world", "camp"],
    "exchange.everywhere": [False, True],
    "exchange.orders": [1, 4],
    "exchange.patience": [1, 12, 100],
    "levels.agents": [False, True],
    "creatures.chickens": [0, 20, 300],
    "creatures.goblins": [0, 20, 100],
    "creatures.hostile": [False, True],
    "creatures.back": [1, 4, 50],
    "births.kind": ["spawn", "parents", "both"],
    "births.age": [0, 10],
    "births.least": [0, 5, 24],
    "births.cost": [0, 4, 30],
    "speech.words": [1, 8],
}


def any_case(seed: int, ticks: int) -> Case:
    """Worlds of all systems with numbers that a seed draws."""
    rng = np.random.default_rng(seed)
    changes = {name: values[rng.integers(len(values))] for name, values in NUMBERS.items() if rng.random() < 0.5}
    return case(*EVERYTHING, seed=seed, worlds=1, ticks=ticks, masked=float(rng.choice([0, 0.8, 1])), **changes)
