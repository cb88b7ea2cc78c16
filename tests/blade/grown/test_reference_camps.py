"""The reference of camps by itself: where fires are laid."""

from __future__ import annotations

import numpy as np
import pytest

from forge.blade.terrain.generation import generate
from tests.reference.grown import tables
from tests.reference.grown.alone import quiet, tiles_of
from tests.reference.grown.camps import apart, camps_on, lay_fires, place_fires
from tests.reference.grown.settings import settings


def test_how_many_camps_there_are_goes_by_the_area() -> None:
    """4 for 62 × 62; 4 · 30² / 62² = 0.94; 4 · 100² / 62² = 10.4; at least 1."""
    for playable, count in ((62, 4), (30, 1), (100, 10), (2, 1)):
        assert camps_on(settings("camps", **{"terrain.side": playable + 2, "terrain.border": 1})) == count


def test_the_site_nearest_to_the_middle_is_taken() -> None:
    """The middle of the 9 × 9 playable tiles from (1, 1) on is 1 + ⌊9 / 2⌋ = 5, where water is."""
    drawn = """
    ###########
    #.........#
    #.........#
    #.........#
    #.........#
    #....~....#
    #.........#
    #.........#
    #.........#
    #.........#
    ###########
    """
    config = settings("camps", **{"terrain.side": 11, "terrain.border": 1})
    tiles = tiles_of(drawn)
    assert place_fires(tiles, config) == [(3, 3)]  # two off, as all around: the lowest row, then column
    tiles[2, 3] = 5  # stone is cleared away
    tiles[3, 5] = 6  # orerock is not; but the site in row 3, column 3 has columns 2 to 4
    assert place_fires(tiles, config) == [(3, 3)]
    tiles[4, 4] = 6
    assert place_fires(tiles, config) == [(3, 7)]
    laid = lay_fires(tiles, [(3, 3)])
    assert (laid[3, 3], laid[2, 3], laid[3, 5]) == (7, 2, 6)


def test_no_site_is_an_error() -> None:
    config = settings("camps", **{"terrain.side": 9, "terrain.border": 1})
    tiles = np.pad(np.full((7, 7), 2, np.uint8), 1)  # no water
    with pytest.raises(LookupError, match="no site for camp 0"):
        place_fires(tiles, config)


@pytest.mark.parametrize("index", range(4))
def test_generated_maps_have_room_for_camps(index: int) -> None:
    config = settings("camps")
    tiles = generate(config.terrain, index)
    fires = place_fires(tiles, config)
    assert len(set(fires)) == 4
    assert min(apart(a, b) for a in fires for b in fires if a != b) > 2
    assert sorted((row > 40, col > 40) for row, col in fires) == [
        (False, False),
        (False, True),
        (True, False),
        (True, True),
    ]


def test_who_is_in_a_camp_and_the_way_there() -> None:
    game = quiet("camps", **{"camps.radius": 2})
    assert [game.in_camp((3, col)) for col in range(1, 7)] == [False, True, True, True, True, True]
    assert game.way_to_camp((6, 1)) == (-3, 3)
    assert not game.may_enter((3, 4))
    assert game.material((3, 4)) == tables.FIRE
