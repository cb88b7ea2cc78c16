"""A replay of a world with systems from outside, made by hand: its module need not run, nor be there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from forge.blade import Chaos, Config, Material
from forge.blade.recording.frame import Frame
from forge.blade.recording.frame_layout import frame_layout
from forge.blade.recording.frame_schema import FrameLayout
from tests.by_hand import key_frame, write_replay

SIDE, BORDER = 16, 2
BERRY, WALL, POISON = 7, 8, 4


def orchard_layout() -> FrameLayout:
    """What frames hold where `tests.outside.orchard:ORCHARD` is used."""
    return frame_layout(Config(systems=["tests.outside.orchard:ORCHARD"]))


def plane() -> np.ndarray:
    """A meadow with berries on its western half, and a wall from north to south."""
    ground = np.full((SIDE, SIDE), Material.LAVA, np.uint8)
    ground[BORDER:-BORDER, BORDER:-BORDER] = Material.GRASS
    ground[BORDER:-BORDER, BORDER : SIDE // 2] = BERRY
    ground[4:-4, 10] = WALL
    return ground


def frame(tick: int, agents: dict[str, list[Any]], deaths: dict[str, list[Any]] | None = None) -> Frame:
    """A key frame with these columns of agents and of deaths; all else is 0."""
    return key_frame(orchard_layout(), tick, plane(), agents=agents, deaths=deaths or {"id": []})


def write(path: Path, frames: list[Frame], module: str = "nowhere") -> None:
    """Writes consecutive frames as a replay that names a module."""
    config = Chaos(**{"terrain.side": SIDE, "terrain.border": BORDER, "spawn.cap": 32})
    told = {"systems": [f"{module}:ORCHARD"], **config.to_dict(), "orchard": {"lasts": 9}}
    write_replay(
        path, frames, told, config.populations, ["fox", "owl"], sources={f"{module}:ORCHARD": "0123456789abcdef"}
    )
