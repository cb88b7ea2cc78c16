"""What stands and moves on the ground: trees, stumps, ore, agents, attacks, deaths; each drawn once and then kept."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np
from PIL import Image

from forge.blade import Material, Style
from forge.experiments.pictures.palette import colours
from forge.experiments.pictures.vector_shapes import Brush

#: Pictures of each kind of tile that has something standing on it.
VARIANTS = 6
#: An agent's sprite is this many tiles square, its body in the middle.
BODY = 2.0
HEALTH_STEPS = 10

_SMALLEST = 5.2  # radius of an agent [pixels]

_DARK, _WHITE, _PAIN = (24, 22, 30), (255, 255, 255), (255, 60, 48)
_ICE, _FROST = (176, 228, 255), (64, 120, 190)
_STYLES = {Style.MELEE: (255, 58, 40), Style.RANGE: (255, 226, 120), Style.MAGE: (190, 120, 255)}
_GOLDEN = math.pi * (3 - math.sqrt(5))


@functools.cache
def tile_sprites(scale: int) -> dict[int, list[Image.Image]]:
    """RGBA pictures of one tile, by Material, VARIANTS of each kind that has something standing on it."""
    kinds = {Material.FOREST: _wood, Material.SCRUB: _stumps, Material.OREROCK: _ore}
    return {
        int(material): [paint(Brush(1, 1, scale), np.random.default_rng((material, v))) for v in range(VARIANTS)]
        for material, paint in kinds.items()
    }


def _wood(brush: Brush, rng: np.random.Generator) -> Image.Image:
    """One big tree, or two or three small ones."""
    count = int(rng.choice((1, 1, 2, 3)))
    places, size = _spots(rng, count), (0.40, 0.30, 0.26)[count - 1]
    for row, col in places:
        brush.disc(row + 0.10, col + 0.10, size, (16, 34, 18), 0.50, 0.16)
    for row, col in places:
        green = np.array((58, 118, 56)) + rng.uniform(-12, 12, 3) * (1, 1.2, 0.6)
        brush.disc(row, col, size, green * 0.66)
        brush.disc(row - 0.02, col - 0.02, size - 0.05, green)
        for k in range(5):
            turn, far = k * _GOLDEN + rng.uniform(0, 6.3), size * 0.45
            brush.disc(row + far * math.sin(turn), col + far * math.cos(turn), size * 0.36, green * 0.86, 0.6)
        brush.disc(row - 0.30 * size, col - 0.30 * size, size * 0.52, green * 1.35 + 14, 0.9, size * 0.4)
    return brush.image()


def _spots(rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    turn, far = rng.uniform(0, 2 * math.pi), (0.0, 0.20, 0.23)[count - 1]
    angles = [turn + 2 * math.pi * k / count for k in range(count)]
    return sorted((0.49 + far * math.sin(a), 0.49 + far * math.cos(a)) for a in angles)


def _stumps(brush: Brush, rng: np.random.Generator) -> Image.Image:
    """A felled tree and some shoots."""
    for _ in range(3):
        row, col = rng.uniform(0.15, 0.85, 2)
        brush.disc(row, col, 0.09, (120, 150, 70), 0.8)
    row, col = rng.uniform(0.42, 0.58, 2)
    brush.disc(row + 0.06, col + 0.06, 0.20, (24, 26, 16), 0.45, 0.10)
    brush.disc(row, col, 0.19, (86, 58, 36))
    brush.disc(row - 0.02, col - 0.02, 0.15, (196, 154, 102))
    brush.ring(row - 0.02, col - 0.02, 0.08, 0.035, (140, 100, 62))
    return brush.image()


def _ore(brush: Brush, rng: np.random.Generator) -> Image.Image:
    """Nuggets in the rock."""
    for _ in range(4):
        row, col = rng.uniform(0.24, 0.76, 2)
        size = rng.uniform(0.07, 0.12)
        brush.disc(row + 0.02, col + 0.02, size, (70, 50, 30), 0.8).disc(row, col, size, (232, 178, 72))
        brush.disc(row - 0.03, col - 0.03, size * 0.4, (255, 240, 190))
    return brush.image()


@functools.cache
def agent_sprite(scale: int, population: int, health: int, frozen: bool, hurt: bool, newborn: bool) -> Image.Image:
    """An agent: a figure in the colour of its population, and above it what is left of its health.

    Args:
        scale: pixels a tile.
        population: index of its population.
        health: 0 .. HEALTH_STEPS; the full bar is left out.
        frozen: draws a rim of ice.
        hurt: draws a red glow.
        newborn: draws a white halo.

    Returns:
        An RGBA picture of BODY by BODY tiles with the figure's tile in its middle.
    """
    colour = colours(population + 1)[population].astype(float)
    brush, mid = Brush(BODY, BODY, scale), BODY / 2
    size = max(0.48, _SMALLEST / scale)  # radius of the body [tiles]
    if newborn:
        brush.disc(mid, mid, size + 0.32, _WHITE, 0.8, 0.35)
    if hurt:
        brush.disc(mid, mid, size + 0.30, _PAIN, 0.9, 0.30)
    brush.disc(mid + 0.2 * size, mid + 0.2 * size, size, _DARK, 0.45, 0.12)
    brush.disc(mid, mid, size, _DARK).disc(mid, mid, 0.86 * size, _WHITE).disc(mid, mid, 0.70 * size, colour)
    brush.disc(mid - 0.26 * size, mid - 0.24 * size, 0.36 * size, _WHITE, 0.40, 0.3 * size)
    for side in (-0.27 * size, 0.27 * size):
        brush.disc(mid + 0.14 * size, mid + side, 0.15 * size, _DARK)
    if frozen:
        brush.ring(mid, mid, 1.04 * size, 0.30 * size, _ICE).ring(mid, mid, 1.22 * size, 0.08 * size, _FROST)
    if health < HEALTH_STEPS:
        _health_bar(brush, mid, size, health / HEALTH_STEPS)
    return brush.image()


def _health_bar(brush: Brush, mid: float, size: float, share: float) -> None:
    """From green to red, right above the body."""
    left, length, bottom = mid - 1.1 * size, 2.2 * size, mid - 1.05 * size
    colour = np.array((226, 54, 44)) * (1 - share) + np.array((128, 232, 84)) * share
    brush.box(bottom - 0.50 * size, left, bottom, left + length, _DARK)
    edge = 0.12 * size
    brush.box(
        bottom - 0.50 * size + edge, left + edge, bottom - edge, left + edge + (length - 2 * edge) * share, colour
    )


@functools.cache
def attack_sprite(scale: int, style: int, down: int, right: int) -> Image.Image:
    """A blow from the middle of one tile to one `down` rows and `right` columns away.

    Returns:
        An RGBA picture of (|down| + 2) by (|right| + 2) tiles: half a tile more than both tiles on every side.
    """
    brush = Brush(abs(down) + 2, abs(right) + 2, scale)
    start = (1.0 + max(0, -down), 1.0 + max(0, -right))
    end = (start[0] + down, start[1] + right)
    {Style.MELEE: _slash, Style.RANGE: _arrow, Style.MAGE: _bolt}[Style(style)](brush, start, end)
    return brush.image()


def _slash(brush: Brush, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A crescent across the target."""
    towards = math.atan2(end[0] - start[0], end[1] - start[1])
    centre = (end[0] - 0.35 * math.sin(towards), end[1] - 0.35 * math.cos(towards))
    arc = [towards - 1.0 + 2.0 * k / 14 for k in range(15)]
    points = [(centre[0] + 0.55 * math.sin(a), centre[1] + 0.55 * math.cos(a)) for a in arc]
    for colour, edge, swell in ((_DARK, 0.12, 0.18), (_STYLES[Style.MELEE], 0.03, 0.18), (_WHITE, 0.0, 0.07)):
        for k, (one, other) in enumerate(itertools.pairwise(points)):
            brush.stroke(one, other, edge + swell * math.sin(math.pi * (k + 0.5) / 14), colour)


def _arrow(brush: Brush, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A shaft with a head, off the bodies at both ends."""
    colour, thin = _STYLES[Style.RANGE], max(0.10, 1.1 / brush.scale)
    towards = math.atan2(end[0] - start[0], end[1] - start[1])
    tail, tip = _along(start, end, 0.30), _along(end, start, 0.16)
    barbs = [(tip[0] - 0.26 * math.sin(towards + a), tip[1] - 0.26 * math.cos(towards + a)) for a in (-0.6, 0.6)]
    for paint, width in ((_DARK, 2 * thin), (colour, thin)):
        for one, other in ((tail, tip), (tip, barbs[0]), (tip, barbs[1])):
            brush.stroke(one, other, width, paint)


def _bolt(brush: Brush, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A wavering beam that ends in a spark."""
    colour = np.array(_STYLES[Style.MAGE])
    down, right = end[0] - start[0], end[1] - start[1]
    length = math.hypot(down, right) or 1.0
    steps = [k / 20 for k in range(21)]
    waves = [0.13 * math.sin(3 * math.pi * s * max(1.0, length)) * math.sin(math.pi * s) for s in steps]
    points = [
        (start[0] + s * down + wave * right / length, start[1] + s * right - wave * down / length)
        for s, wave in zip(steps, waves, strict=True)
    ]
    for paint, width, alpha in ((colour * 0.35, 0.22, 0.5), (colour, 0.12, 1.0), (_WHITE, 0.05, 0.9)):
        for one, other in itertools.pairwise(points):
            brush.stroke(one, other, width, paint, alpha)
    brush.disc(*end, 0.20, colour, 0.9, 0.12).disc(*end, 0.10, _WHITE)


def _along(start: tuple[float, float], end: tuple[float, float], far: float) -> tuple[float, float]:
    down, right = end[0] - start[0], end[1] - start[1]
    share = far / (math.hypot(down, right) or 1.0)
    return start[0] + share * down, start[1] + share * right


@functools.cache
def death_sprite(scale: int, population: int) -> Image.Image:
    """Where an agent died: a cross in a fading ring of its population's colour; BODY by BODY tiles."""
    colour = colours(population + 1)[population].astype(float)
    brush, mid, arm = Brush(BODY, BODY, scale), BODY / 2, max(0.24, 2.4 / scale)
    brush.ring(mid, mid, 2 * arm, 0.9 * arm, colour, 0.7, 0.3 * arm)
    for paint, width in ((_DARK, arm), (_WHITE, 0.5 * arm)):
        for side in (-arm, arm):
            brush.stroke((mid - arm, mid - side), (mid + arm, mid + side), width, paint)
    return brush.image()
