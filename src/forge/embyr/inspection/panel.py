"""What a viewer is told of the agent it inspects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forge.blade.recording.scene import Scene
from forge.embyr.inspection.mind import Thought


def agent_message(scene: Scene, id: int, names: Sequence[str], thought: Thought | None) -> dict[str, Any]:
    """The message `agent` of docs/viewer.md.

    Args:
        scene: as it is.
        id: of the agent.
        names: of the populations.
        thought: of its policy; None if that is not known.
    """
    place = scene.find(id)
    message: dict[str, Any] = {"type": "agent", "id": id, "tick": scene.tick, "alive": place is not None}
    if place is None:
        return message
    agents, population = scene.agents, int(scene.agents["population"][place])
    peers = agents[agents["population"] == population]
    return message | {
        "name": f"{names[population]} #{id}",
        "population": population,
        "rank": rank(peers["age"], agents["age"][place]),
        "lifetime_rank": rank(agents["age"], agents["age"][place]),
        "seen": (agents["id"][in_view(scene, place)] & 0xFFFFFFFF).tolist(),
        "value": None if thought is None else thought.value,
        "move": None if thought is None else thought.move,
        "style": None if thought is None else thought.style,
        "attacks": None if thought is None else thought.attacks,
    }


def rank(ages: np.ndarray, age: int) -> list[int]:
    """The place of an age among others, 1 for the highest, and how many there are."""
    return [1 + int((ages > age).sum()), len(ages)]


def in_view(scene: Scene, place: int) -> np.ndarray:
    """Places in `scene.agents` of the others an agent sees, the nearest first."""
    rows, cols = (np.abs(scene.agents[axis].astype(np.int64) - scene.agents[axis][place]) for axis in ("row", "col"))
    gap = np.maximum(rows, cols)
    others = np.flatnonzero((gap <= scene.config.sight.radius) & (np.arange(len(gap)) != place))
    turn = (scene.slots[others] - max(0, scene.tick - 1)) % scene.config.spawn.cap
    return others[np.lexsort((turn, gap[others]))][: scene.config.sight.agents - 1]
