"""Camps: where their fires are laid on a map, who is in one, and what holds there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from forge.blade import Material
from tests.reference.grown import tables

if TYPE_CHECKING:
    from tests.reference.engine import Place
    from tests.reference.grown.game import Grown

#: What can be walked on without dying.
GROUND = (Material.GRASS, Material.SCRUB, Material.FOREST)
#: How far a fire may be from water.
NEAR = 5


class Camps:
    """A part of `Grown`. `fires` are in row-major order."""

    fires: list[Place]
    camp_tiles: set[Place]

    def nearest_fire(self: Grown, place: Place) -> int:
        """Which fire is the nearest: of equal ones the first."""
        return min(range(len(self.fires)), key=lambda k: (apart(self.fires[k], place), k))

    def in_camp(self: Grown, place: Place) -> bool:
        return place in self.camp_tiles

    def find_camps(self: Grown) -> None:
        """Notes where fires are, and which tiles are near enough to one."""
        self.fires = [place for place, material in self.materials.items() if material == tables.FIRE]
        if self.on("camps"):
            assert len(self.fires) == camps_on(self.config)
            near = self.config.camps.radius
            self.camp_tiles = {p for p in self.materials if any(apart(fire, p) <= near for fire in self.fires)}

    def way_to_camp(self: Grown, place: Place) -> Place:
        """Rows and columns to go to the nearest fire."""
        row, col = self.fires[self.nearest_fire(place)]
        return row - place[0], col - place[1]

    def truce(self: Grown, place: Place) -> bool:
        """Whether nobody strikes from or into there."""
        return self.on("camps") and self.config.camps.truce and self.in_camp(place)


def apart(a: Place, b: Place) -> int:
    """Chebyshev distance."""
    return max(abs(a[0] - b[0]), abs(a[1] - b[1]))


def camps_on(config: Any) -> int:
    """How many camps a map of a configuration has."""
    playable = config.terrain.high - config.terrain.low + 1
    return max(1, round(config.camps.count * playable**2 / tables.COUNTED_FOR**2))


def place_fires(tiles: np.ndarray, config: Any) -> list[Place]:
    """Where fires are laid on a generated map.

    Raises:
        LookupError: if there is no site for one.
    """
    low, high, count = config.terrain.low, config.terrain.high, camps_on(config)
    across, playable = math.ceil(math.sqrt(count)), high - low + 1
    reached = _reached(tiles, low, high)
    inside = range(low + 2, high - 1)  # their 3 × 3 does not touch the ring
    sites = [(row, col) for row in inside for col in inside if _suits(tiles, (row, col), reached)]
    fires: list[Place] = []
    for i in range(count):
        middle = tuple(low + (2 * k + 1) * playable // (2 * across) for k in divmod(i * across**2 // count, across))
        free = [site for site in sites if all(apart(site, fire) > 2 for fire in fires)]  # no 3 × 3 overlaps another
        far = [site for site in free if all(apart(site, fire) > 2 * config.camps.radius for fire in fires)]
        choose_from = far or free
        if not choose_from:
            raise LookupError(f"no site for camp {i}")
        fires.append(min(choose_from, key=lambda site: (apart(site, middle), site)))
    return fires


def lay_fires(tiles: np.ndarray, fires: list[Place]) -> np.ndarray:
    """The map with fires on it, each amid grass."""
    laid = tiles.copy()
    for row, col in fires:
        laid[row - 1 : row + 2, col - 1 : col + 2] = Material.GRASS
    for row, col in fires:
        laid[row, col] = tables.FIRE
    return laid


def _suits(tiles: np.ndarray, site: Place, reached: set[Place]) -> bool:
    row, col = site
    near = tiles[max(0, row - NEAR) : row + NEAR + 1, max(0, col - NEAR) : col + NEAR + 1]
    cleared = tiles[row - 1 : row + 2, col - 1 : col + 2]
    barred = (Material.LAVA, Material.WATER, Material.OREROCK)
    return site in reached and bool((near == Material.WATER).any()) and not np.isin(cleared, barred).any()


def _reached(tiles: np.ndarray, low: int, high: int) -> set[Place]:
    """All that can be walked to from the ring."""
    ring = [(r, c) for r in range(low, high + 1) for c in range(low, high + 1) if r in (low, high) or c in (low, high)]
    found, edge = set(ring), ring
    while edge:
        row, col = edge.pop()
        for place in ((row - 1, col), (row + 1, col), (row, col - 1), (row, col + 1)):
            if place not in found and tiles[place] in GROUND:
                found.add(place)
                edge.append(place)
    return found
