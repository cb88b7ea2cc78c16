"""Frames and replays that are written by hand: no world is played, and no module of its systems need be there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from forge.blade.recording.frame import Frame, typed
from forge.blade.recording.frame_schema import FrameLayout, describe
from forge.blade.recording.replay_chunk import pack
from forge.blade.recording.replay_file import Entry, chunk_bytes, end_bytes, start_bytes
from forge.blade.recording.replay_interventions import INTERVENTIONS, table_of


def key_frame(layout: FrameLayout, tick: int, plane: np.ndarray, **tables: Mapping[str, Sequence[Any]]) -> Frame:
    """A key frame of a map, uint8 [side, side], with these columns of its tables; all else is 0."""
    given: dict[str, Any] = {}
    for section in layout.sections:
        known = tables.get(section.name, {})
        rows = len(next(iter(known.values()))) if known else 0
        columns = {f.name: np.array(known.get(f.name, np.zeros(rows))) for f in section.fields}
        given[section.name] = typed(section, columns)
    return Frame(tick, 0, len(plane), **given, layout=layout).with_plane(plane)


def write_replay(
    path: Path,
    frames: Sequence[Frame],
    config: Mapping[str, Any],
    populations: int,
    names: Sequence[str],
    **more: Any,
) -> None:
    """Writes consecutive key frames as a replay.

    Args:
        path: of the file.
        frames: of it; what changes on the map must stand in their tables `tiles`.
        config: of the world, as plain values.
        populations: of the world.
        names: of the policies of its populations.
        more: entries of the header.
    """
    layout = frames[0].layout
    header = {
        "configuration": 2,
        "config": dict(config),
        "populations": populations,
        "world": 0,
        "side": frames[0].side,
        "metadata": {"policies": list(names)},
        "frame": describe([INTERVENTIONS], layout),
        **more,
    }
    start = start_bytes(header, layout)
    held = [frames[0], *(dataclasses.replace(each, plane={"material": np.zeros(0, np.uint8)}) for each in frames[1:])]
    chunk = chunk_bytes(frames[0].tick, len(frames), pack(held, [table_of([])] * len(frames), 6))
    entries = [Entry(len(start), frames[0].tick, len(frames))]
    path.write_bytes(start + chunk + end_bytes(entries, len(start) + len(chunk)))
