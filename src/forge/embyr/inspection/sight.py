"""Whom an agent sees."""

from __future__ import annotations

import numpy as np

from forge.blade.recording.scene import Scene


def in_view(scene: Scene, place: int) -> np.ndarray:
    """Places in `scene.agents` of the others an agent sees, the nearest first."""
    rows, cols = (np.abs(scene.agents[axis].astype(np.int64) - scene.agents[axis][place]) for axis in ("row", "col"))
    gap = np.maximum(rows, cols)
    others = np.flatnonzero((gap <= scene.config.sight.radius) & (np.arange(len(gap)) != place))
    turn = (scene.slots[others] - max(0, scene.tick - 1)) % scene.config.spawn.cap
    return others[np.lexsort((turn, gap[others]))][: scene.config.sight.agents - 1]
