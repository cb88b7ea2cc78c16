"""Worlds for tests: maps from plain arithmetic, and players."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forge.blade import Config, Material, Observation
from forge.blade.config import Terrain

#: Materials of a patchwork, each as often as its letter stands here: see `forge.blade.terrain.from_text`.
MIXED = "....ff,~~so"


def patchwork(terrain: Terrain, seed: int, mix: str = MIXED) -> np.ndarray:
    """A map whose inner tiles are drawn from `mix` by a hash of integers: the same wherever and whenever it is made."""
    from forge.blade.terrain import from_text

    rows, cols = np.indices((terrain.side, terrain.side), dtype=np.uint64)
    z = rows * np.uint64(0x9E3779B97F4A7C15) + cols * np.uint64(0xC2B2AE3D27D4EB4F) + np.uint64(seed * 0x165667B1)
    z = (z ^ (z >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    tiles = from_text(mix)[0][(z >> np.uint64(40)) % np.uint64(len(mix))]
    low, high = terrain.low, terrain.high
    inside = np.zeros(tiles.shape, bool)
    inside[low : high + 1, low : high + 1] = True
    tiles[~inside] = Material.LAVA
    tiles[inside & ~_within(tiles.shape, low + 1, high - 1)] = Material.GRASS
    return tiles


def _within(shape: tuple[int, ...], low: int, high: int) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[low : high + 1, low : high + 1] = True
    return mask


def wanderer(care: float, quiet: float = 0.0) -> Callable[[np.random.Generator, Observation, Config], np.ndarray]:
    """A player that moves at random, steps into lava only with probability 1 − care, and holds still with `quiet`."""

    def play(rng: np.random.Generator, seen: Observation, config: Config) -> np.ndarray:
        shape, centre = seen.alive.shape, config.sight.radius
        moves = rng.integers(5, size=shape)
        if centre > 0:
            steps = np.array([(0, 0), (-1, 0), (1, 0), (0, 1), (0, -1)])[moves] + centre
            w, slot = np.indices(shape)
            ahead = seen.materials[w, slot, steps[..., 0], steps[..., 1]]
            moves[(ahead == Material.LAVA) & (rng.random(shape) < care)] = 0
        moves[rng.random(shape) < quiet] = 0
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
