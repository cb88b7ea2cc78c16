"""Fires on generated maps lie where the plain reference lays them; orerock is where it may be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge.blade import Material
from forge.blade.terrain.generation import generate
from forge.blade.terrain.planting import world_maps
from forge.support.checks import ConfigError
from tests.reference.grown.camps import GROUND, lay_fires, place_fires
from tests.reference.grown.creatures import in_outer_quarter
from tests.reference.grown.settings import settings

#: Sides of maps, and what else is changed.
LANDS = {
    "80": {},
    "small": {"terrain.side": 40, "terrain.border": 4},
    "large": {"terrain.side": 130},
    "many camps": {"camps.count": 12, "camps.radius": 3},
    "crowded camps": {"camps.count": 40, "camps.radius": 9},
    "little water": {"terrain.water": 0.12},
}


@pytest.mark.parametrize("name", LANDS)
def test_fires_are_where_the_reference_lays_them(name: str) -> None:
    config, found = settings("camps", **LANDS[name]), 0
    for index in range(4):
        tiles = generate(config.terrain, index)
        try:
            fires = place_fires(tiles, config)
        except LookupError:
            with pytest.raises(ConfigError, match=f"map {index}"):
                world_maps([config], [index])
            continue
        assert (world_maps([config], [index])[0] == lay_fires(tiles, fires)).all()
        found += 1
    assert found > 0


def candidates(tiles: np.ndarray, config: Any) -> set[tuple[int, int]]:
    """Stone that can be stood beside, not in the outer quarter."""
    stone = {(int(row), int(col)) for row, col in np.argwhere(tiles == Material.STONE)}
    return {
        (row, col)
        for row, col in stone
        if not in_outer_quarter(config.terrain, (row, col))
        and any(tiles[row + down, col + right] in GROUND for down, right in ((-1, 0), (1, 0), (0, 1), (0, -1)))
    }


@pytest.mark.parametrize(("share", "least", "most"), [(0, 0, 0), (0.3, 0.2, 0.4), (1, 1, 1)])
def test_orerock_is_a_share_of_the_stone_that_can_be_stood_beside(share: float, least: float, most: float) -> None:
    config = settings("trades", "camps", **{"trades.ore": share})
    could = was = 0
    for index in range(3):
        generated = generate(config.terrain, index)
        before = lay_fires(generated, place_fires(generated, config))
        tiles = world_maps([config], [index])[0]
        ore = {(int(row), int(col)) for row, col in np.argwhere(tiles == Material.OREROCK)}
        places = candidates(before, config)
        assert ore <= places
        assert (np.where(tiles == Material.OREROCK, Material.STONE, tiles) == before).all()
        could, was = could + len(places), was + len(ore)
    assert least * could <= was <= most * could
