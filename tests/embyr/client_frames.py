"""Frames for the tests of the client, by the encoder of Blade: `python -m tests.embyr.client_frames` writes them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from forge.blade.creatures.kinds import NATURES
from forge.blade.game.game import GAME
from forge.blade.recording.frame import Frame, encode
from forge.blade.recording.frame_layout import layout_of
from forge.blade.recording.frame_schema import OURS, SECTIONS, Field, FrameLayout, describe, sections_of
from forge.blade.recording.further_tables import deed, further_sections
from forge.blade.schema.nature import Look
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

#: What the grown world adds that figures show: gear, work and words, creatures, deeds, a fire.
_FIRE = Tile("fire", "the fire of a camp", "#e8702a", 0.6, False, 7)
_METALS = ("none", "copper", "tin", "iron")
_KINDS = ("agent", "chicken", "goblin", "cave_ogre", "hare")
GROWN = FrameLayout(
    (
        *sections_of(
            (*GAME.names("materials"), "fire"),
            GAME.names("causes"),
            [
                _field("constitution_level", "u1", "levels", "its level", system="skills", range=(0, 99)),
                _field("weapon", "u1", "metal", "of its weapon", system="items", names=_METALS),
                _field("armour", "u1", "metal", "of its armour", system="items", names=_METALS),
                _field("word", "u1", "word", "what it said", system="speech"),
                _field(
                    "work", "u1", "", "what it does", system="work", names=("rest", "fish", "mine"), declared="choice"
                ),
            ],
        ),
        *further_sections(
            [_field("creature", "u1", "kind", "what it is", system="creatures", names=_KINDS)],
            _DEEDS := (
                deed("make", "an agent made something", "how many", "its kind", "", ("shrimp", "tin_ore")),
                deed("trade", "an agent sold something", "gold", "its kind", "who bought it", ("shrimp", "tin_ore")),
                deed("slay", "an agent killed a creature", "", "its kind", "which", _KINDS),
            ),
        ),
    ),
    (*GAME.materials, _FIRE),
    _DEEDS,
    (*(nature.look for nature in NATURES), Look("cave_ogre", "#a0522d", True), Look("hare", "#b09070", False)),
)
_CHICKEN, _GOBLIN, _NOBODY = 2**32 - 1, 2**32 - 2, 2**32 - 1
_VILLAGE = [(material,) for material in [0, 0, 0, 0, 1, 2, 2, 6, 7, 2, 2, 0, 0, 0, 0, 0]]
FOURTH = {
    "agents": [
        # ..., constitution_level, of which 255 is not told, weapon, armour, word, work
        (7, 20, 0, 0, 1, 1, 10, 32, 31, 0, 0, 0, 3, 25, 3, 1, 0, 1),
        (8, 20, 0, 1, 1, 2, 10, 32, 31, 0, 1, 0, 1, 255, 0, 0, 2, 2),
    ],
    "plane": _VILLAGE,
    "creatures": [
        # id, age, damage, slot, row, col, health, freeze, creature
        (_CHICKEN, 3, 0, 16, 2, 1, 5, 0, 1),
        (_GOBLIN, 9, 0, 17, 2, 2, 15, 2, 2),
    ],
}
FIFTH = {
    **FOURTH,
    "attacks": [(8, _CHICKEN, 5, 0), (_GOBLIN, 8, 1, 0)],
    "creatures": [(_GOBLIN, 10, 3, 17, 2, 2, 12, 1, 2)],
    # agent, other, count, what, kind
    "deeds": [(7, _NOBODY, 1, 0, 0), (8, 7, 3, 1, 1), (8, _CHICKEN, 0, 2, 1)],
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
    """The layout, and two messages in base64 with what they hold; the same of worlds with further systems."""
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
        "creatures": [nature.colour for nature in NATURES],
        "grown": {
            "layout": describe(layout=GROWN),
            "messages": [
                base64.b64encode(encode(frame(tick, rows, GROWN))).decode()
                for tick, rows in ((44, FOURTH), (45, FIFTH))
            ],
        },
    }


if __name__ == "__main__":
    PATH.write_text(json.dumps(fixture(), indent=1) + "\n")
