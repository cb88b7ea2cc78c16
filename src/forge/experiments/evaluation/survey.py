"""Surveys: an evaluation that also counts where everybody was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from forge.blade import Config, Recording, World
from forge.experiments.evaluation.evaluate import Policy, check_settings, fresh_maps, play
from forge.experiments.evaluation.evaluation import Evaluation, Settings
from forge.experiments.statistics.json_arrays import pack, unpack
from forge.support.checks import ConfigError, shown


@dataclass(frozen=True, eq=False)
class Survey:
    """One policy in a number of worlds."""

    evaluation: Evaluation
    visits: np.ndarray  # int64 [W, P, S, S]: agent ticks of the measurement spent on each tile

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        return {"evaluation": self.evaluation.to_dict(), "visits": pack(self.visits)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The survey that `to_dict` wrote.

        Raises:
            ConfigError: if it is damaged.
        """
        if not isinstance(data, Mapping) or not {"evaluation", "visits"} <= data.keys():
            raise ConfigError(f"a survey has an evaluation and visits, not {shown(data)}")
        return cls(Evaluation.from_dict(data["evaluation"]), unpack(data["visits"]))


def survey(policy: Policy, config: Config, settings: Settings, seed: int = 0, fresh: bool = False) -> Survey:
    """Plays a policy alone, all populations with it, as `forge.experiments.evaluation.evaluate.evaluate` does.

    Args:
        policy: it has not played before.
        config: of the worlds, of which `spawn.random_cap` is ignored.
        settings: how it is played.
        seed: of the worlds.
        fresh: on the maps of `fresh_maps(config)`, on which nobody was trained; else on those of `config`.

    Raises:
        ConfigError: if a setting is not what it must be, or there are no other maps.
    """
    check_settings(settings)
    config = (fresh_maps(config) if fresh else config).replace(**{"spawn.random_cap": False})
    world = World(config, settings.worlds, seed, 1, None, Recording(lives=True, visits=True))
    played = play(world, policy, settings)
    causes = config.schema.names("causes")
    return Survey(Evaluation(played.settings, config.spawn.cap, played.counts, cause_names=causes), played.visits)


@dataclass(frozen=True, eq=False)
class Sample:
    """Surveys of one kind of player by training seed, all in the same worlds.

    Letters: R seeds, W worlds, P populations, S side of the map, T tiles of land in any of the worlds.
    """

    surveys: Sequence[Survey]
    land: np.ndarray  # bool [W, S, S], or [S, S] where the worlds share a map: where agents can stand and live

    @property
    def visits(self) -> np.ndarray:
        """Agent ticks on each tile of land, int64 [R, W, P, T]; 0 where a world has no land."""
        anywhere = self.land.reshape(-1, *self.land.shape[-2:]).any(0)
        here = np.broadcast_to(self.land[..., anywhere], (len(self.surveys[0].visits), int(anywhere.sum())))
        return np.stack([each.visits[..., anywhere] for each in self.surveys]) * here[:, None]

    @property
    def sizes(self) -> np.ndarray:
        """Tiles of land of each world, int64 [W]."""
        return np.broadcast_to(self.land.sum((-2, -1)), len(self.surveys[0].visits))

    @property
    def horizon(self) -> int:
        """Ticks for which lives were followed at most; the longest of all seeds."""
        return max(each.evaluation.horizon for each in self.surveys)

    def count(self, name: str) -> np.ndarray:
        """One of the counts of the evaluations, over all populations: float64 [R, W]."""
        return np.stack([getattr(each.evaluation.counts, name).sum(-1) for each in self.surveys]).astype(float)
