"""A turn: one step of a batch of worlds, told slot by slot."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from forge.blade import World


class Turn(NamedTuple):
    """What a step did, in memory of its own. Letters as in `forge.blade.state.state`."""

    acted: np.ndarray  # bool [W, N]: slots that held an agent before the step
    ids: np.ndarray  # int64 [W, N]: ids of those agents
    reward: np.ndarray  # float32 [W, N]: their rewards, the last one included; 0 where nobody acted
    died: np.ndarray  # bool [W, N]: which of them died
    born: np.ndarray  # bool [W, N]: slots that hold a newborn now, in the place of one who died or of nobody
    new_ids: np.ndarray  # int64 [W, N]: ids of the agents there now
    info: dict[str, np.ndarray]  # as `World.step` returned it


def play(world: World, rows: Any) -> Turn:
    """Steps the worlds with an action array as `World.step` takes it, and passes on its errors."""
    before = world.observe()
    acted, ids = before.alive.copy(), before.agents["id"].copy()
    now, reward, died, info = world.step(rows)
    return Turn(
        acted,
        ids,
        np.where(acted, reward, np.float32(0)),
        died,
        now.alive & (died | ~acted),
        now.agents["id"].copy(),
        info,
    )
