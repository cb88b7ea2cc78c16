"""What a viewer is told of the agent it inspects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forge.blade.recording.scene import Scene
from forge.embyr.inspection.declared import decisions, known_rows
from forge.embyr.inspection.mind import Thought
from forge.embyr.inspection.orders import OpenOrders, has_exchange
from forge.embyr.inspection.own import own_values
from forge.embyr.inspection.sight import in_view


def agent_message(
    scene: Scene, id: int, names: Sequence[str], thought: Thought | None, orders: OpenOrders | None = None
) -> dict[str, Any]:
    """The message `agent` of docs/viewer.md.

    Args:
        scene: as it is.
        id: of the agent.
        names: of the populations.
        thought: of its policy; None if that is not known.
        orders: all that wait in its world; None where nobody trades, or it is not known.
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
        "rows": known_rows(scene, place),
        "choices": None if thought is None else decisions(scene, place, thought.more),
        **({"own": own_values(scene, place)} if any(f.array for f in scene.config.schema.own) else {}),
        **({"orders": None if orders is None else orders.of(id)} if has_exchange(scene.config) else {}),
    }


def rank(ages: np.ndarray, age: int) -> list[int]:
    """The place of an age among others, 1 for the highest, and how many there are."""
    return [1 + int((ages > age).sum()), len(ages)]
