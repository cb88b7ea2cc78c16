"""Maps of visits side by side: their colours, their titles, and what is no grid."""

import numpy as np
import pytest
from PIL import Image

from forge.blade import Material
from forge.experiments.figures.plotting import save_figure
from forge.experiments.figures.visit_maps import Place, density_maps, population_maps
from forge.experiments.pictures.palette import colours
from tests.experiments.scenes import LAND as MATERIALS

LAND = MATERIALS == Material.GRASS


def place(*tiles: tuple[int, int], populations: int = 0) -> Place:
    """Visits of 50 ticks on each of these tiles, by nobody in particular or by the last of so many populations."""
    visits = np.zeros((max(1, populations), *MATERIALS.shape), np.int64)
    for row, col in tiles:
        visits[-1, row, col] = 50
    visits = visits if populations else visits[0]
    return Place(visits, MATERIALS, LAND)


def pixels(figure, path) -> np.ndarray:
    with Image.open(save_figure(figure, path)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def near(picture: np.ndarray, colour: np.ndarray, distance: int = 12) -> int:
    return int((np.abs(picture - colour).max(-1) <= distance).sum())


def test_a_grid_has_its_titles(tmp_path) -> None:
    grid = {"seed 0": {"few": place((2, 2)), "many": place((3, 8))}, "seed 1": {"few": place(), "many": place()}}
    svg = save_figure(density_maps(grid), tmp_path / "maps.svg").read_text()
    for text in ("seed 0", "seed 1", "few", "many", "time spent on a tile, 1 = evenly over the land"):
        assert f"<!-- {text} -->" in svg


def test_density_is_relative_to_the_land(tmp_path) -> None:
    """All the time on one of the tiles of land is as many times as dense as there are: off the scale, so its end."""
    one = pixels(density_maps({"": {"a": place((2, 2))}}), tmp_path / "one.png")
    everywhere = pixels(density_maps({"": {"a": place(*np.argwhere(LAND).tolist())}}), tmp_path / "all.png")
    twice = Place(2 * place((2, 2)).visits, MATERIALS, LAND)
    assert np.array_equal(one, pixels(density_maps({"": {"a": twice}}), tmp_path / "twice.png"))
    assert not np.array_equal(one, everywhere)


def test_who_is_not_on_land_is_not_shown(tmp_path) -> None:
    lost = pixels(density_maps({"": {"a": place((0, 0), (3, 4))}}), tmp_path / "lost.png")
    nobody = pixels(density_maps({"": {"a": place()}}), tmp_path / "nobody.png")
    assert np.array_equal(lost, nobody)


def test_populations_have_their_colours(tmp_path) -> None:
    grid = {"": {"1": place((2, 2), (2, 3), populations=1), "3": place((9, 9), (9, 8), populations=3)}}
    picture = pixels(population_maps(grid), tmp_path / "populations.png")
    first, second, third = colours(3).astype(int)
    # the legend has all three; the maps have the first and the last as well
    assert min(near(picture, first), near(picture, third)) > 1.5 * near(picture, second)


def test_what_is_no_grid() -> None:
    for grid in ({}, {"a": {}}, {"a": {"x": place()}, "b": {"y": place()}}):
        with pytest.raises(ValueError, match="rows of the same columns"):
            density_maps(grid)
