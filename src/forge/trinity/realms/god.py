"""God: owns the worlds of a realm. It says by which rules they are played, names populations, and culls."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from forge.blade import Config, Observation, World
from forge.blade.terrain.planting import world_maps
from forge.trinity.realms.setting import Setting


class God:
    """The worlds of one realm. Override `rules`, `tag` and `cull`; keep what you count in `state`.

    Letters: W worlds of the realm, N slots of each, P populations.

    Attributes:
        setting: of the realm.
        tags: what `tag` called each population.
        world: the realm's `forge.blade.World`.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.tags = tuple(self.tag(p) for p in range(setting.config.populations))
        rules = [self.rules(number) for number in setting.numbers]
        self.world = World(rules, len(rules), setting.world_seeds, setting.threads, self._maps(rules))
        self.world.reset()

    def _maps(self, rules: list[Config]) -> list[int] | list[np.ndarray]:
        """The map of each world: by its number, or, if the run has one that was drawn by hand, itself."""
        setting, drawn = self.setting, self.setting.tiles
        if drawn is None:
            return list(setting.numbers)
        own = [config.terrain.file == setting.config.terrain.file for config in rules]
        numbered = zip(own, rules, setting.numbers, strict=True)
        return [drawn if same else world_maps([config], [number])[0] for same, config, number in numbered]

    def rules(self, world: int) -> Config:
        """The configuration of one world: who spawns there, and by which rules they live.

        Args:
            world: its number in the run, 0 .. realms · W − 1.

        Returns:
            A configuration of the shape of the run's (the same map size, slots, populations, sight and actions). By
            default the run's own.
        """
        return self.setting.config

    def tag(self, population: int) -> str:
        """What a population, 0 .. P − 1, is called: in the log, and by Swords that play some populations by hand."""
        return f"population_{population}"

    def cull(self, observation: Observation) -> np.ndarray | None:
        """Whom to take out of the worlds before a round begins: bool [W, N], or None for nobody.

        A cull is no death: it earns nothing, ends no lifetime that is counted, and learners take the life as going on
        where it was last seen. Draw what you draw from a stream that `state` keeps.

        Args:
            observation: of everyone alive; `observation.agents` is [W, N].
        """
        return None

    def state(self) -> dict[str, torch.Tensor]:
        """What a God of your own must remember to go on to the same bits, besides its worlds: tensors by name."""
        return {}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from what `state` returned, on the CPU."""
