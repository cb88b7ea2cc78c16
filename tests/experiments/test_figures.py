"""Figures: written in the formats asked for, showing what they are given, the same each time, without a display."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from forge.blade import Material
from forge.experiments.figures.plotting import apart
from forge.experiments.figures.training import learning_curve, visit_map, visit_picture
from forge.experiments.pictures.palette import colours, hex_colours
from tests.experiments.scenes import LAND


def lines(count: int, populations: int = 3) -> list[dict]:
    """Metrics as a run writes them; the first has no lifetimes yet."""
    made = [
        {
            "steps": 1000 * k,
            "seconds": 0.5 * k,
            "lifetime": 10.0 + k,
            "lifetimes": [10.0 + k + p for p in range(populations)],
            "living": 20.0 + k,
            "steps_per_second": 2000,
            "entropy": 1.5,
        }
        for k in range(1, count + 1)
    ]
    made[0] |= {"lifetime": None, "lifetimes": [None] * populations}
    return made


def pixels(path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_a_learning_curve_has_a_line_for_each_population(tmp_path) -> None:
    path = learning_curve(lines(9), tmp_path / "curve.png", {"random": 9.0, "forager": 17.5}, also=(".svg",))
    svg = (tmp_path / "curve.svg").read_text()
    for colour in hex_colours(3):
        assert f"stroke: {colour}" in svg
    assert f"stroke: {hex_colours(4)[3]}" not in svg
    picture = pixels(path)
    assert picture.shape[0] > 700
    assert (picture == 255).all(-1).mean() > 0.5  # white ground
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 50


def test_anchors_change_the_figure(tmp_path) -> None:
    with_one, without = (learning_curve(lines(5), tmp_path / f"{len(a)}.png", a) for a in ({"random": 9.0}, {}))
    assert with_one.read_bytes() != without.read_bytes()


@pytest.mark.parametrize("count", [1, 2])
def test_first_lines_without_lifetimes(tmp_path, count) -> None:
    assert pixels(learning_curve(lines(count), tmp_path / "early.png")).std() > 5


def test_many_populations(tmp_path) -> None:
    assert pixels(learning_curve(lines(4, 64), tmp_path / "many.png")).std() > 5


def test_the_same_run_gives_the_same_files(tmp_path) -> None:
    for name in ("one", "other"):
        learning_curve(lines(6), tmp_path / f"{name}.png", {"random": 9.0}, also=(".svg", ".pdf"))
    for suffix in (".png", ".svg", ".pdf"):
        assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"other{suffix}").read_bytes()


def test_what_is_no_learning_curve(tmp_path) -> None:
    with pytest.raises(ValueError, match="metrics is empty"):
        learning_curve([], tmp_path / "no.png")
    with pytest.raises(ValueError, match=r"written as .png, .svg, .pdf, not '.jpg'"):
        learning_curve(lines(2), tmp_path / "no.jpg")
    with pytest.raises(ValueError, match=r"not '.bmp'"):
        learning_curve(lines(2), tmp_path / "no.png", also=(".bmp",))
    assert list(tmp_path.iterdir()) == []


def test_names_of_near_anchors_do_not_overlap() -> None:
    # 5 stays; 6 and 6.5 move up to lie 2 apart; 20 stays.
    assert apart([5, 6, 6.5, 20], 2) == [5, 7, 9, 20]
    assert apart([], 2) == []


def visits() -> np.ndarray:
    """Population 0 alone at (2, 2), 1 alone and most at (9, 9), both alike at (2, 9), 3 : 1 at (9, 2)."""
    made = np.zeros((2, *LAND.shape), np.int64)
    made[0, 2, 2], made[1, 9, 9] = 400, 4000
    made[:, 2, 9] = 200
    made[:, 9, 2] = 300, 100
    return made


def at(picture: np.ndarray, row: int, col: int) -> np.ndarray:
    return picture[(row - 1) * 10 + 5, (col - 1) * 10 + 5].astype(float)


def test_visited_tiles_have_the_colours_of_their_visitors() -> None:
    picture, most = visit_picture(visits(), LAND)
    assert most == 4000
    assert picture.shape == (100, 100, 3)
    first, second = colours(2).astype(float)
    assert np.abs(at(picture, 9, 9) - second).max() <= 1  # the most visited tile is opaque
    # log(401) / log(4001) = 0.723 of the colour, the rest the map; shared tiles have the mean light, √((a² + b²)/2).
    blank, _ = visit_picture(np.zeros_like(visits()), LAND)
    expected = 0.723 * first + 0.277 * at(blank, 2, 2)
    assert np.abs(at(picture, 2, 2) - expected).max() <= 2
    both = 0.723 * np.sqrt((first**2 + second**2) / 2) + 0.277 * at(blank, 2, 9)
    assert np.abs(at(picture, 2, 9) - both).max() <= 2
    # Where they share 3 : 1, the squares, and so the weights, are 9 : 1.
    mostly = 0.723 * np.sqrt(0.9 * first**2 + 0.1 * second**2) + 0.277 * at(blank, 9, 2)
    assert np.abs(at(picture, 9, 2) - mostly).max() <= 2
    assert np.array_equal(at(picture, 6, 6), at(blank, 6, 6))


def test_a_visit_map_is_written(tmp_path) -> None:
    path = visit_map(visits(), LAND, tmp_path / "visits.png", also=(".svg",))
    picture = pixels(path)
    assert picture.std() > 20
    assert (np.abs(picture.astype(int) - colours(2)[1]).max(-1) <= 2).sum() > 100
    again = visit_map(visits(), LAND, tmp_path / "again.png")
    assert path.read_bytes() == again.read_bytes()
    assert pixels(visit_map(0 * visits(), LAND, tmp_path / "empty.png")).std() > 20


def test_visits_of_another_map(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 12, 12\); for this map it must be \[P, 5, 5\]"):
        visit_map(visits(), np.full((5, 5), Material.GRASS, np.uint8), tmp_path / "no.png")


def test_no_pyplot_and_nothing_is_loaded_early(tmp_path) -> None:
    script = f"""
import sys
import forge.experiments.figures.training as figures
assert not any(name in sys.modules for name in ("matplotlib", "PIL", "torch"))
from tests.experiments.test_figures import LAND, lines, visits
figures.learning_curve(lines(3), {str(tmp_path / "curve.png")!r})
figures.visit_map(visits(), LAND, {str(tmp_path / "map.png")!r})
assert "matplotlib.pyplot" not in sys.modules
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
