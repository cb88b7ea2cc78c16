"""Pictures and films of a world, drawn without a display."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image

from forge.experiments.pictures.animation import Animation, record_last
from forge.experiments.pictures.painter import Painter
from forge.support.durable import explained
from forge.support.paths import path_of

__all__ = ["Animation", "Painter", "draw", "record_last", "save_picture"]


def draw(
    materials: np.ndarray,
    agents: np.ndarray,
    events: np.ndarray | None = None,
    scale: int = 8,
    margin: int = 1,
    health: int = 10,
) -> np.ndarray:
    """Draws one world once; for many pictures of one world use a `Painter`.

    Args:
        materials: uint8 [side, side] of Material ids, such as `World.materials()[w]`.
        agents: AGENT [N], such as `World.observe().agents[w]`.
        events: EVENT [...] of this world's last tick, such as `World.events()` of a single world. None means none.
        scale: pixels a tile, 4 .. 64.
        margin: tiles shown around the playable square.
        health: points of a full health bar.

    Returns:
        uint8 [h, w, 3], sRGB.

    Raises:
        ValueError: if the map or a number is not what it must be.
    """
    return Painter(materials, scale, margin, health).draw(agents, events)


def save_picture(
    path: str | os.PathLike[str],
    materials: np.ndarray,
    agents: np.ndarray,
    events: np.ndarray | None = None,
    scale: int = 12,
    margin: int = 1,
    health: int = 10,
) -> Path:
    """Draws one world into a file, in the format that its name ends in, such as .png or .webp.

    Args:
        path: of the file; the others as `draw` takes them.

    Returns:
        The path.

    Raises:
        ValueError: if the format is unknown, or as `draw` does.
        OSError: if the file cannot be written.
    """
    target = path_of(path)
    with explained(target):
        Image.fromarray(draw(materials, agents, events, scale, margin, health)).save(target)
    return target
