"""Colours: of populations, wherever figures and pictures tell them apart, and of the ground.

The first twelve colours of populations can be told apart with normal and with protan, deutan and tritan vision. The
first seven are those of Okabe and Ito (2008, "Color universal design"); the other five were searched so that, under
each of the four kinds of vision, the distance between any two of the twelve in the OKLab space (Ottosson 2020) is as
large as it gets: 0.076 at least.

From the thirteenth on, no such palette exists. Colour i then has the hue i · 137.5° (the golden angle, so that hues
never repeat) and one of three lightnesses in turn, in OKLab's polar form.
"""

from __future__ import annotations

import math

import numpy as np

from forge.blade.game.game import GAME
from forge.blade.schema.schema import Schema

_FIRST = (
    "#0072b2",  # blue
    "#e69f00",  # orange
    "#009e73",  # green
    "#d55e00",  # vermilion
    "#cc79a7",  # pink
    "#56b4e9",  # sky
    "#f0e442",  # yellow
    "#511fae",  # indigo
    "#5ce0ab",  # mint
    "#722a58",  # plum
    "#c03bf1",  # violet
    "#ab4576",  # rose
)
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_LIGHTNESS, _CHROMA = (0.70, 0.52, 0.84), 0.11

# OKLab to the cube roots of cone responses, and those to linear sRGB (Ottosson 2020, "A perceptual color space").
_LAB_TO_CONES = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]]
)
_CONES_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def ground_colours(schema: Schema) -> np.ndarray:
    """Colours of the materials, by their numbers, as they are declared: uint8 [materials, 3], sRGB."""
    return np.array([list(bytes.fromhex(tile.colour[1:])) for tile in schema.materials], np.uint8)


#: The colours of our own materials, as the viewer's map has them: uint8 [7, 3], sRGB.
GROUND = ground_colours(GAME)


_OF_NO_KIND = "#d8c3a0"


def creature_colours(schema: Schema) -> np.ndarray:
    """Colours of what is on the map and is no agent, as declared: uint8 [1 + kinds, 3], sRGB.

    By the column `creature` of its record. The first is that of whatever has no such column.
    """
    colours = (_OF_NO_KIND, *(nature.colour for nature in schema.natures))
    return np.array([list(bytes.fromhex(colour[1:])) for colour in colours], np.uint8)


def colours(count: int) -> np.ndarray:
    """The colours of populations 0 .. count − 1: uint8 [count, 3], sRGB. What follows a colour doesn't change it."""
    first = [[int(text[i : i + 2], 16) for i in (1, 3, 5)] for text in _FIRST[:count]]
    further = [_further(index) for index in range(len(_FIRST), count)]
    return np.array(first + further, np.uint8).reshape(-1, 3)


def hex_colours(count: int) -> list[str]:
    """The same as text, such as "#0072b2"."""
    return ["#" + bytes(colour).hex() for colour in colours(count)]


def _further(index: int) -> list[int]:
    hue = index * _GOLDEN_ANGLE
    lab = np.array([_LIGHTNESS[index % 3], _CHROMA * math.cos(hue), _CHROMA * math.sin(hue)])
    linear = np.clip(_CONES_TO_RGB @ (_LAB_TO_CONES @ lab) ** 3, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return [round(255 * value) for value in encoded.tolist()]
