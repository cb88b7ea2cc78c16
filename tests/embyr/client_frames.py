"""Frames for the tests of the client, by the encoder of Blade: `python -m tests.embyr.client_frames` writes them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from forge.blade.game.game import GAME
from forge.blade.recording.frame import Frame, encode
from forge.blade.recording.frame_layout import layout_of
from forge.blade.recording.frame_schema import OURS, SECTIONS, Field, FrameLayout, describe, sections_of
from forge.blade.schema.system import Tile
from forge.blade.schema.versions import Since

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


def _field(name: str, code: str, unit: str, meaning: str, **more: Any) -> Field:
    before = Since(before=255 if more.get("declared") == "choice" else 0)
    return Field(
        name, np.dtype(code), unit, meaning, **({"declared": "field", "system": "poison", "since": before} | more)
    )


_BERRY = Tile("berry", "poisons who enters it", "#b01e6b", 0.4, number=7)
_WALL = Tile("wall", "is in the way", "#c8b48c", 1.5, False, 8)
#: What systems from outside add to the frames of a world: columns of every kind, two materials, a cause.
OUTSIDE = FrameLayout(
    sections_of(
        (*GAME.names("materials"), "berry", "wall"),
        (*GAME.names("causes"), "poison"),
        [
            _field("poisoned", "<i2", "ticks", "ticks for which it is poisoned", range=(0, 30)),
            _field("immune", "u1", "", "whether berries harm it", names=("no", "yes")),
            _field("bag_0", "<f4", "kg", "what it carries, at [0]"),
            _field("steps", "<i8", "", "how far it has come"),
            _field("weight", "<f8", "kg", "what it weighs"),
            _field("__proto__", "<u4", "", "a name that objects have"),
            _field("eat", "u1", "", "eat what it stands on", names=("leave", "eat"), declared="choice"),
        ],
    ),
    (*GAME.materials, _BERRY, _WALL),
)
THIRD = {
    "agents": [
        (7, 20, 0, 0, 1, 1, 10, 32, 31, 0, 0, 2, 0, 12, 1, 0.5, 2**53 + 1, 71.25, 9, 1),
        (9, 0, 0, 1, 1, 2, 10, 32, 32, 0, 1, 255, 255, 0, 0, 0.0, -5, 3.5, 8, 255),
    ],
    "plane": [(material,) for material in [0, 0, 0, 0, 0, 2, 7, 0, 0, 8, 5, 0, 0, 0, 0, 0]],
    "deaths": [(8, 4, 1, 2, 1, 4)],
}


def frame(tick: int, rows: dict[str, list[tuple[Any, ...]]], layout: FrameLayout = OURS) -> Frame:
    """A frame from rows of numbers, in the columns of a layout."""
    tables = {
        section.name: {
            field.name: np.array([row[i] for row in rows.get(section.name, [])], field.type)
            for i, field in enumerate(section.fields)
        }
        for section in layout.sections
    }
    return Frame(tick=tick, world=0, side=SIDE, **tables, layout=layout)


def fixture() -> dict[str, Any]:
    """The layout, and two messages in base64 with what they hold; the same of a world with systems from outside."""
    outside = describe(layout=OUTSIDE)
    assert layout_of(json.loads(json.dumps(outside))) == OUTSIDE
    message = base64.b64encode(encode(frame(43, THIRD, OUTSIDE))).decode()
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
        "outside": {"layout": outside, "message": message},
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(fixture(), indent=1) + "\n")
