"""A small scene with a bit of everything."""

import numpy as np

from forge.blade import AGENT, EVENT, EventKind, Material
from forge.blade.terrain.generation import from_text

LAND = from_text(
    """
    ############
    ############
    ##........##
    ##.~~~....##
    ##.~~~.ff.##
    ##.~~~.,,.##
    ##........##
    ##...sss..##
    ##...sos..##
    ##........##
    ############
    ############
    """
)


def agents(*places: tuple[int, int], **fields) -> np.ndarray:
    """Healthy grown-ups with the ids and populations 0, 1, 2, ..., at (row, col)."""
    made = np.zeros(len(places), AGENT)
    made["id"] = made["population"] = np.arange(len(places))
    made["row"], made["col"] = np.array(places).T
    made["alive"], made["health"], made["age"] = 1, 10, 40
    for name, value in fields.items():
        made[name] = value
    return made


def event(kind: EventKind, agent: np.ndarray, **fields) -> np.ndarray:
    made = np.zeros(1, EVENT)
    made["kind"], made["agent"], made["population"] = kind, agent["id"], agent["population"]
    made["row"], made["col"] = agent["row"], agent["col"]
    for name, value in fields.items():
        made[name] = value
    return made


def tile(picture: np.ndarray, row: int, col: int, scale: int, margin: int = 1) -> np.ndarray:
    """The middle half of a tile of LAND, whose playable square begins at (2, 2)."""
    top, left = (row - 2 + margin) * scale, (col - 2 + margin) * scale
    cut = slice(scale // 4, scale - scale // 4)
    return picture[top : top + scale, left : left + scale][cut, cut].astype(float)


def material_at(row: int, col: int) -> Material:
    return Material(int(LAND[row, col]))
