"""What the panel of an agent tells of systems from outside: the rows it knows of, and how likely each option is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from forge.blade.recording.scene import Scene
from forge.blade.schema.system import SEEN, Choice, Rows
from forge.embyr.inspection.sight import in_view


def known_rows(scene: Scene, place: int) -> list[dict[str, Any]] | None:
    """The field `rows` of the message `agent` of docs/viewer.md, of the agent at a place in `scene.agents`."""
    if scene.told is None and scene.config.schema.rows:
        return None
    return [
        {
            "name": rows.name,
            "meaning": rows.meaning,
            "columns": [{"name": f.name, "unit": f.unit, "meaning": f.meaning} for f in rows.features],
            "rows": _rows(scene, place, rows).tolist(),
        }
        for rows in scene.config.schema.rows
    ]


def decisions(scene: Scene, place: int, odds: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """The field `choices` of the message `agent` of docs/viewer.md.

    Args:
        scene: as it is.
        place: of the agent in `scene.agents`.
        odds: probabilities [options] by the names of choices.
    """
    return [
        {
            "name": choice.name,
            "meaning": choice.meaning,
            "of": choice.of,
            "options": list(_judged(scene, place, choice, odds[choice.name])),
        }
        for choice in scene.config.schema.choices
        if choice.name in odds
    ]


def _judged(scene: Scene, place: int, choice: Choice, odds: np.ndarray) -> Iterator[dict[str, Any]]:
    """The options that are there now: those of a list end with the list."""
    options = zip(choice.options(scene.config), odds.tolist(), _meant(scene, place, choice), strict=False)
    yield from ({"name": name, "odds": share, **meant} for name, share, meant in options)


def _meant(scene: Scene, place: int, choice: Choice) -> Iterator[dict[str, int]]:
    """Which agent, or which row, each option means."""
    yield {}
    if choice.of == SEEN:
        near = in_view(scene, place)
        listed = near[np.lexsort((near, scene.agents["row"][near]))]  # by row and slot
        yield from ({"agent": int(id)} for id in scene.agents["id"][listed] & 0xFFFFFFFF)
    elif choice.of:
        (rows,) = (rows for rows in scene.config.schema.rows if rows.name == choice.of)
        yield from ({"row": k} for k in range(len(_rows(scene, place, rows))))
    else:
        yield from ({} for _ in choice.options(scene.config)[1:])


def _rows(scene: Scene, place: int, rows: Rows) -> np.ndarray:
    """The rows of a set that are there for the agent at a place."""
    told = scene.told if rows.world else scene.told_to(place)
    assert told is not None  # else nobody could have been asked
    array = told[rows.array]
    return array[: int(np.clip(told[rows.count], 0, len(array)))]
