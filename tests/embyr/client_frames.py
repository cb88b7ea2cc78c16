"""Frames for the tests of the client, by the encoder of Blade: `python -m tests.embyr.client_frames` writes them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from forge.blade.recording.frame import Frame, encode
from forge.blade.recording.frame_schema import SECTIONS, describe

PATH = Path(__file__).parents[2] / "client" / "src" / "fixtures" / "frames.json"
SIDE = 4
PLANE = [0, 0, 0, 0, 0, 2, 4, 0, 0, 1, 5, 0, 0, 0, 0, 0]
FIRST = {
    "agents": [
        # id, age, damage, slot, row, col, health, food, water, freeze, population, move, style
        (7, 20, 0, 0, 1, 1, 10, 32, 31, 0, 0, 2, 0),
        (70_000, 3, 2, 5, 1, 2, 8, 30, 29, 3, 1, 0, 2),
    ],
    "plane": [(material,) for material in PLANE],
}
SECOND = {
    "agents": [
        (7, 21, 0, 0, 1, 2, 10, 32, 32, 0, 0, 3, 0),
        (70_001, 0, 0, 5, 1, 1, 10, 32, 32, 0, 1, 255, 255),
    ],
    "tiles": [(6, 3)],
    "attacks": [(7, 70_000, 10, 0)],
    "births": [(70_001, 1, 1, 1)],
    "deaths": [(70_000, 4, 1, 2, 1, 0)],
}


def frame(tick: int, rows: dict[str, list[tuple[int, ...]]]) -> Frame:
    """A frame from rows of numbers, in the columns of the schema."""
    tables = {
        section.name: {
            field.name: np.array([row[i] for row in rows.get(section.name, [])], field.type)
            for i, field in enumerate(section.fields)
        }
        for section in SECTIONS
    }
    return Frame(tick=tick, world=0, side=SIDE, **tables)


def fixture() -> dict[str, Any]:
    """The layout, and two messages in base64 with what they hold."""
    frames = {"first": frame(41, FIRST), "second": frame(42, SECOND)}
    return {
        "layout": describe(),
        "frames": {
            name: {
                "message": base64.b64encode(encode(each)).decode(),
                "tick": each.tick,
                "tables": {
                    s.name: {f.name: getattr(each, s.name)[f.name].tolist() for f in s.fields} for s in SECTIONS
                },
            }
            for name, each in frames.items()
        },
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(fixture(), indent=1) + "\n")
