"""The colours of populations can be told apart, also by the colour-blind; those of the ground are the viewer's."""

import re
from pathlib import Path

import numpy as np
import pytest

from forge.experiments.pictures.palette import GROUND, colours, hex_colours

# What people without one kind of cone see, in linear sRGB (Machado, Oliveira and Fernandes 2009, severity 1).
VISIONS = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# Linear sRGB to OKLab (Ottosson 2020).
TO_CONES = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566]]
TO_CONES += [[0.0883024619, 0.2817188376, 0.6299787005]]
TO_LAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099]]
TO_LAB += [[0.0259040371, 0.7827717662, -0.8086757660]]


def lab(palette: np.ndarray, vision: str) -> np.ndarray:
    encoded = palette / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(VISIONS[vision]).T, 0, 1)
    return np.cbrt(seen @ np.array(TO_CONES).T) @ np.array(TO_LAB).T


def nearest(palette: np.ndarray, vision: str) -> float:
    places = lab(palette, vision)
    apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
    return float(apart[~np.eye(len(apart), dtype=bool)].min())


@pytest.mark.parametrize(
    ("vision", "least"), [("normal", 0.13), ("protan", 0.075), ("deutan", 0.075), ("tritan", 0.075)]
)
def test_twelve_colours_are_apart(vision, least) -> None:
    assert nearest(colours(12), vision) > least


def test_all_populations_there_can_be_differ() -> None:
    everyone = colours(255)
    assert everyone.dtype == np.uint8
    assert len(np.unique(everyone, axis=0)) == 255
    assert nearest(colours(24), "normal") > 0.03


def test_a_colour_does_not_depend_on_the_count() -> None:
    for count in (0, 1, 11, 12, 13, 30):
        assert np.array_equal(colours(count), colours(60)[:count])


def test_text_says_the_same() -> None:
    assert hex_colours(1) == ["#0072b2"]
    assert [tuple(bytes.fromhex(text[1:])) for text in hex_colours(40)] == list(map(tuple, colours(40).tolist()))


def test_the_ground_is_as_on_the_map_of_the_viewer() -> None:
    source = Path(__file__).parents[2] / "client" / "src" / "ui" / "map" / "ground.ts"
    (listed,) = re.findall(r"GROUND = \[(.+?)\]", source.read_text("utf-8"), re.DOTALL)
    assert re.findall(r"#[0-9a-f]{6}", listed) == ["#" + bytes(colour).hex() for colour in GROUND]
