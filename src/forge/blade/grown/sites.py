"""Where camps lie on a generated map: near the middles of equal parts of the land, on open ground, near water."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from forge.blade.compiled.jit import jit
from forge.blade.mechanics.ids import Material
from forge.blade.systems.terrain import ground
from forge.support.checks import ConfigError

#: The side of the playable land for which numbers of camps and creatures are given: that of the presets [tiles].
UNIT = 62
#: The most fires of a map: they are numbered in 16 bits.
MOST_FIRES = 2**16 - 1
_WATER_WITHIN = 5  # of a fire [tiles, Chebyshev]
_CLEARED = 1  # as far around a fire the land becomes grass [tiles, Chebyshev]


def for_land(config: Any, count: int) -> int:
    """How many there are on a map where there are `count` for each 62 × 62 tiles of playable land."""
    return round(count * int(config.terrain.playable) ** 2 / UNIT**2)


def fires_of(config: Any) -> int:
    """How many fires a map has.

    Raises:
        ConfigError: if these are too many.
    """
    fires = max(1, for_land(config, config.camps.count))
    if fires > MOST_FIRES:
        raise ConfigError(
            f"camps.count = {config.camps.count} makes {fires} fires on {config.terrain.playable}² tiles of playable "
            f"land; allowed are {MOST_FIRES}"
        )
    return fires


def sites(tiles: np.ndarray, config: Any) -> list[tuple[int, int]]:
    """Rows and columns of the fires of a generated map, in the order in which they are chosen.

    The playable land is cut into g × g cells, for the least g with room for all; the cells of the fires are spread
    evenly over these. Each fire is on the tile nearest to the middle of its cell, then first by row and column, that
    suits: see `suitable`. Two are more than twice the radius of a camp apart, as far as that can be.

    Args:
        tiles: uint8 [side, side] of materials, without fires.
        config: of the world.

    Raises:
        ConfigError: if there is no site for one.
    """
    fires, low, playable = fires_of(config), config.terrain.low, config.terrain.playable
    cells = math.isqrt(fires - 1) + 1
    free = suitable(tiles, config)
    apart, clear = free.copy(), free
    found: list[tuple[int, int]] = []
    for i in range(fires):
        middle = [low + (2 * cell + 1) * playable // (2 * cells) for cell in divmod(i * cells * cells // fires, cells)]
        place = nearest(apart, *middle)
        if place < 0:
            place = nearest(clear, *middle)
        if place < 0:
            raise ConfigError(
                f"there is no site for fire {i + 1} of {fires}: none is left that is reached from the ring, within "
                f"{_WATER_WITHIN} tiles of water, beside neither water, lava nor orerock, and beside no other camp; "
                "ask for fewer by camps.count, or for more land"
            )
        row, col = divmod(int(place), tiles.shape[1])
        found.append((row, col))
        _close(apart, row, col, 2 * config.camps.radius)
        _close(clear, row, col, 2 * _CLEARED)
    return found


def suitable(tiles: np.ndarray, config: Any) -> np.ndarray:
    """Where a fire can be: bool [side, side].

    The 3 × 3 tiles around it lie within the playable square without its ring, and hold no lava, water and orerock;
    water is within 5 tiles; and agents reach its tile from the ring.
    """
    terrain = config.terrain
    barred = np.isin(tiles, (Material.LAVA, Material.WATER, Material.OREROCK))
    free = ~_within(barred, _CLEARED) & _within(tiles == Material.WATER, _WATER_WITHIN)
    inside = np.zeros_like(free)
    edge = 1 + _CLEARED
    inside[terrain.low + edge : terrain.high + 1 - edge, terrain.low + edge : terrain.high + 1 - edge] = True
    return free & inside & reached(np.isin(tiles, list(ground(config))), terrain.low)


def _within(mask: np.ndarray, steps: int) -> np.ndarray:
    """Where one of `mask`, bool [H, W], is no more than so many steps away."""
    for axis in (0, 1):
        total = np.cumsum(np.insert(mask, 0, 0, axis), axis, dtype=np.int64)
        count, places = mask.shape[axis], np.arange(mask.shape[axis])
        upper = total.take(np.minimum(places + steps + 1, count), axis)
        mask = upper > total.take(np.maximum(places - steps, 0), axis)
    return mask


def _close(free: np.ndarray, row: int, col: int, steps: int) -> None:
    free[max(0, row - steps) : row + steps + 1, max(0, col - steps) : col + steps + 1] = False


@jit
def reached(walkable, start):
    """Where one comes, step by step north, south, east and west, from the tile (start, start): bool [H, W].

    `walkable`, bool [H, W], is false along the edges.
    """
    found = np.zeros(walkable.shape, np.bool_)
    rows, cols = walkable.shape
    waiting = np.empty(rows * cols, np.int64)
    waiting[0], count = start * cols + start, 1
    found[start, start] = True
    while count > 0:
        count -= 1
        row, col = waiting[count] // cols, waiting[count] % cols
        for down, right in ((-1, 0), (1, 0), (0, 1), (0, -1)):
            r, c = row + down, col + right
            if walkable[r, c] and not found[r, c]:
                found[r, c] = True
                waiting[count] = r * cols + c
                count += 1
    return found


@jit
def nearest(free, row, col):
    """The place, row · columns + column, nearest to a tile, then first by row and column, where `free`; or −1."""
    rows, cols = free.shape
    for steps in range(max(rows, cols)):
        for r in range(max(0, row - steps), min(rows, row + steps + 1)):
            whole = abs(r - row) == steps
            stride = 1 if whole or steps == 0 else 2 * steps
            for c in range(col - steps, col + steps + 1, stride):
                if 0 <= c < cols and free[r, c]:
                    return r * cols + c
    return -1
