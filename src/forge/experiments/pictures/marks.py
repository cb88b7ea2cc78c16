"""What is laid upon the tiles of a top view: discs, crosses and lines as masks with smooth edges.

Pillow draws each several times as large and makes it smaller. A `wide` mask is what shows around the one that is not:
first it is laid down in one colour, then the other in another. All are kept, as there are few of them for one scale.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw

_FINE = 8  # a mask is drawn so many times as large

# Lengths in tiles, and what they are at least in pixels.
_BODY, _LINE, _EDGE = (0.37, 1.9), (0.10, 1.0), (0.08, 0.5)  # a radius, the width of a line, and what is around both
_SMALL = (0.24, 1.3)  # radius of a creature
_RING = (0.60, 2.5)  # radius of the ring around who is hit
_ARM = (0.27, 1.5)  # from the middle of a cross to the ends of its arms, along each axis

Pen = ImageDraw.ImageDraw


@lru_cache(64)
def body(scale: int, wide: bool, small: bool = False) -> Image.Image:
    """An agent, or a creature, which is small: a disc in the middle of a tile of `scale` pixels."""
    radius = _whole(_length(scale, _SMALL if small else _BODY) + wide * _length(scale, _EDGE))
    return _mask(scale, 0, 0, lambda pen, middle: pen.circle(middle, radius, 255))


@lru_cache(64)
def cross(scale: int, wide: bool) -> Image.Image:
    """Where somebody died: a cross in the middle of a tile."""
    arm, edge = _length(scale, _ARM), wide * _length(scale, _EDGE)
    width = round(_length(scale, _LINE) + 2 * edge)

    def shape(pen: Pen, middle: tuple[float, float]) -> None:
        reach = arm + 0.7 * edge
        for turn in (-reach, reach):
            ends = (middle[0] - reach, middle[1] - turn), (middle[0] + reach, middle[1] + turn)
            pen.line(ends, 255, width)

    return _mask(scale, 0, 0, shape)


@lru_cache(512)
def attack(scale: int, down: int, right: int, wide: bool) -> Image.Image:
    """A line to who is so many tiles away and a ring around there; the middle of the mask is half-way."""
    edge = wide * _length(scale, _EDGE)
    width, radius = round(_length(scale, _LINE) + 2 * edge), _whole(_length(scale, _RING) + edge)

    def shape(pen: Pen, middle: tuple[float, float]) -> None:
        aside, along = right * scale * _FINE / 2, down * scale * _FINE / 2
        target = middle[0] + aside, middle[1] + along
        pen.line(((middle[0] - aside, middle[1] - along), target), 255, width)
        pen.circle(target, radius, None, 255, width)

    return _mask(scale, down, right, shape)


def _length(scale: int, length: tuple[float, float]) -> float:
    """In pixels of a mask while it is large."""
    return max(scale * length[0], length[1]) * _FINE


def _whole(radius: float) -> float:
    """A radius with which a circle around the middle of a mask ends at whole pixels: Pillow cuts off what is beyond."""
    return int(radius) + 0.5


def _mask(scale: int, down: int, right: int, shape: Callable[[Pen, tuple[float, float]], None]) -> Image.Image:
    """What `shape` draws around the middle: 0 .. 255, from one tile to the other and half a tile around."""
    height, width = ((abs(tiles) + 1) * scale + 2 * (scale // 2 + 4) for tiles in (down, right))
    large = Image.new("L", (width * _FINE, height * _FINE))
    shape(ImageDraw.Draw(large), ((large.width - 1) / 2, (large.height - 1) / 2))
    return large.reduce(_FINE)
