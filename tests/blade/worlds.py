"""Worlds for tests: maps from plain arithmetic, players, and configurations of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from forge.blade import Chaos, Config, Material, Observation, Terrain
from forge.blade.terrain.generation import from_text
from tests.reference.compare import Player

#: Materials of a patchwork, each as often as its symbol stands here: see `forge.blade.terrain.generation.from_text`.
MIXED = "....ff,~~so"


def patchwork(terrain: Terrain, seed: int, mix: str = MIXED) -> np.ndarray:
    """A map whose inner tiles are drawn from `mix` by a hash of integers: the same wherever and whenever it is made."""
    rows, cols = np.indices((terrain.side, terrain.side), dtype=np.uint64)
    z = rows * np.uint64(0x9E3779B97F4A7C15) + cols * np.uint64(0xC2B2AE3D27D4EB4F) + np.uint64(seed * 0x165667B1)
    z = (z ^ (z >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    tiles = from_text(mix)[0][(z >> np.uint64(40)) % np.uint64(len(mix))]
    to_edge = np.minimum(np.minimum(rows, cols), terrain.side - 1 - np.maximum(rows, cols).astype(int))
    tiles[to_edge < terrain.border] = Material.LAVA
    tiles[to_edge == terrain.border] = Material.GRASS
    return tiles


def wanderer(care: float) -> Player:
    """A player that does anything at random, but steps into lava only with probability 1 − care."""

    def play(rng: np.random.Generator, seen: Observation, config: Config) -> np.ndarray:
        shape, centre = seen.alive.shape, config.sight.radius
        moves = rng.integers(5, size=shape)
        if centre > 0:
            steps = np.array([(0, 0), (-1, 0), (1, 0), (0, 1), (0, -1)])[moves] + centre
            w, slot = np.indices(shape)
            ahead = seen.materials[w, slot, steps[..., 0], steps[..., 1]]
            moves[(ahead == Material.LAVA) & (rng.random(shape) < care)] = 0
        columns = [moves, rng.integers(config.styles, size=shape)]
        if config.learned_targets:
            columns.append(_targets(rng, seen, config))
        return np.stack(columns, -1)

    return play


def _targets(rng: np.random.Generator, seen: Observation, config: Config) -> np.ndarray:
    """Mostly an entry of the view, sometimes any number of the action space."""
    anything = rng.integers(config.sight.agents, size=seen.alive.shape)
    entry = rng.integers(np.maximum(seen.seen_count, 1))
    return np.where(rng.random(seen.alive.shape) < 0.1, anything, entry)


#: Values worth trying of numbers that no shape depends on.
NUMBERS: dict[str, list[Any]] = {
    "vitals.health": [1, 3, 10, 200],
    "vitals.food": [1, 7, 32],
    "vitals.water": [1, 32, 300],
    "vitals.food_loss": [0, 1, 4],
    "vitals.water_loss": [0, 1, 4],
    "vitals.heal": [0, 1, 5],
    "vitals.heal_above": [0, 0.3, 0.5, 1],
    "vitals.hunger": [0, 1, 3],
    "vitals.thirst": [0, 1, 3],
    "foraging.harvest": [0, 5, 100],
    "foraging.drink": [0, 5, 100],
    "foraging.regrowth": [0, 1e-300, 1e-18, 0.025, 0.5, 1],
    "combat.melee_damage": [0, 3, 10],
    "combat.melee_reach": [0, 1, 4],
    "combat.range_damage": [0, 2, 5],
    "combat.range_reach": [0, 2],
    "combat.mage_damage": [0, 1, 30000],
    "combat.mage_reach": [0, 3, 15],
    "combat.mage_freeze": [0, 1, 3, 30000],
    "combat.vampirism": [0, 0.34, 0.5, 1],
    "combat.immunity": [0, 3, 15, 2**31 - 1],
    "reward.survival": [1, -0.5, 0],
    "reward.death": [0, -10],
    "reward.harvest": [0, 0.1],
    "reward.drink": [0, -0.3],
    "reward.damage_dealt": [0, 0.7],
    "reward.damage_taken": [0, -0.9],
    "reward.kill": [0, 5, -1.1],
    "reward.explore": [0, 0.25],
    "spawn.random_cap": [False, True],
}


@st.composite
def configs(draw: st.DrawFn, **fixed: Any) -> Config:
    """A configuration of a small world; `fixed` fields, by dotted name with __ for the dot, are as given."""
    populations, quota = draw(st.integers(1, 4)), draw(st.integers(1, 9))
    border, playable = draw(st.integers(1, 4)), draw(st.integers(2, 12))
    shape = {
        "terrain.side": 2 * border + playable,
        "terrain.border": border,
        "spawn.populations": populations,
        "spawn.cap": populations * quota,
        "sight.radius": draw(st.integers(0, 6)),
        "sight.agents": draw(st.integers(1, 9)),
        "combat.targeting": draw(st.sampled_from(["lowest_health", "learned"])),
        "combat.hold": draw(st.booleans()),
    }
    odd = draw(st.lists(st.sampled_from(sorted(NUMBERS)), max_size=8, unique=True))
    numbers = {name: draw(st.sampled_from(NUMBERS[name])) for name in odd}
    return Chaos(**{**shape, **numbers, **{name.replace("__", "."): value for name, value in fixed.items()}})
