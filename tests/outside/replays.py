"""A replay of a world with systems from outside, made by hand: its module need not run, nor be there."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from forge.blade import Chaos, Config, Material
from forge.blade.recording.frame import Frame, typed
from forge.blade.recording.frame_layout import frame_layout
from forge.blade.recording.frame_schema import FrameLayout, describe
from forge.blade.recording.replay_chunk import pack
from forge.blade.recording.replay_file import Entry, chunk_bytes, end_bytes, start_bytes
from forge.blade.recording.replay_interventions import INTERVENTIONS, table_of

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
    layout, given = orchard_layout(), {"agents": agents, "deaths": deaths or {"id": []}}
    tables: dict[str, Any] = {}
    for section in layout.sections:
        known = given.get(section.name, {})
        rows = len(next(iter(known.values()))) if known else 0
        columns = {f.name: np.array(known.get(f.name, np.zeros(rows))) for f in section.fields}
        tables[section.name] = typed(section, columns)
    return Frame(tick, 0, SIDE, **tables, layout=layout).with_plane(plane())


def write(path: Path, frames: list[Frame], module: str = "nowhere") -> None:
    """Writes consecutive frames as a replay that names a module."""
    layout = orchard_layout()
    config = Chaos(**{"terrain.side": SIDE, "terrain.border": BORDER, "spawn.cap": 32})
    header = {
        "configuration": 2,
        "config": {"systems": [f"{module}:ORCHARD"], **config.to_dict(), "orchard": {"lasts": 9}},
        "populations": config.populations,
        "world": 0,
        "side": SIDE,
        "metadata": {"policies": ["fox", "owl"]},
        "frame": describe([INTERVENTIONS], layout),
        "sources": {f"{module}:ORCHARD": "0123456789abcdef"},
    }
    start = start_bytes(header, layout)
    held = [frames[0], *(dataclasses.replace(each, plane={"material": np.zeros(0, np.uint8)}) for each in frames[1:])]
    chunk = chunk_bytes(frames[0].tick, len(frames), pack(held, [table_of([])] * len(frames), 6))
    entries = [Entry(len(start), frames[0].tick, len(frames))]
    path.write_bytes(start + chunk + end_bytes(entries, len(start) + len(chunk)))
