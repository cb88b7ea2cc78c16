"""What each tile of a map is worth to a trained policy, as a measurement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from forge.blade import Config, World
from forge.blade.recording.scene import Scene
from forge.ethyr.insight.insight import Insight
from forge.experiments.runs.loading import load
from forge.experiments.statistics.json_arrays import pack
from forge.experiments.studies.framework.measure import identity
from forge.experiments.studies.framework.needs import Milestone
from forge.experiments.studies.framework.store import Measurement, Store

_TICKS = 200  # of a world that judging a map takes as long as, about


def value_map(name: str, player: Milestone, config: Config) -> Measurement:
    """What it is worth to stand on each tile of an empty world, fed and watered (ticks, discounted).

    The result is what `forge.experiments.statistics.json_arrays.unpack` reads: float32 [P, S, S]; NaN where nobody can
    stand and live.

    Args:
        name: of the measurement.
        player: to ask, all its populations.
        config: of the worlds it was trained in; asked about is the first of their maps.
    """

    def ask(store: Store) -> dict[str, Any]:
        policy = load(store.milestone_path(player.need, player.steps)).policy
        insight = Insight(policy, player.need.training.learning.reward_factor)
        world = World(config, 1, 0, 1)
        world.reset()
        scene = Scene.of_world(world)
        empty = replace(scene, agents=scene.agents[:0], slots=scene.slots[:0])
        return pack(np.stack([insight.values(empty, p) for p in range(config.populations)]))

    what = {"measurement": "value_map", "player": identity(player), "world": config.to_dict()}
    return Measurement(name, what, ask, _TICKS)
