"""Players trained among different numbers of agents, surveyed among their own number, and all among the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forge.blade import Config
from forge.experiments.evaluation.evaluation import Settings
from forge.experiments.evaluation.survey import Sample, Survey
from forge.experiments.studies.framework.measure import survey
from forge.experiments.studies.framework.needs import Milestone, Need, Player
from forge.experiments.studies.framework.store import Measurement
from forge.experiments.studies.framework.study import Results

SCRIPTED = ("random", "forager")

#: Who is surveyed, a cap in training or a scripted player's name, and the cap of the worlds where that is done.
Place = tuple[int | str, int]


class Party(NamedTuple):
    """One player, in worlds that it is surveyed in."""

    name: str  # of the measurement
    player: Player
    world: Config


@dataclass(frozen=True)
class Tours:
    """Who is surveyed where.

    Args:
        runs: by the cap they were trained with, rising, by seed.
        tests: caps of the worlds in which all are surveyed.
        settings: of the surveys.
        fresh: on maps that nobody was trained on; else on those of training.
    """

    runs: Mapping[int, Sequence[Need]]
    tests: Sequence[int]
    settings: Settings
    fresh: bool

    @property
    def caps(self) -> tuple[int, ...]:
        """In training."""
        return tuple(self.runs)

    @property
    def needs(self) -> list[Need]:
        """All runs."""
        return [need for runs in self.runs.values() for need in runs]

    @property
    def places(self) -> list[Place]:
        """Scripted players in all worlds, runs in worlds of their own cap and in the tests."""
        everywhere = sorted({*self.caps, *self.tests})
        trained = [(cap, at) for cap in self.caps for at in sorted({cap, *self.tests})]
        return [*((name, at) for name in SCRIPTED for at in everywhere), *trained]

    def measurements(self) -> list[Measurement]:
        """The surveys."""
        busiest = max(*self.caps, *self.tests)
        return [
            survey(party.name, party.player, party.world, self.settings, self.fresh, busiest=busiest)
            for place in self.places
            for party in self._parties(place)
        ]

    def samples(self, results: Results, land: np.ndarray) -> dict[Place, Sample]:
        """What the surveys found.

        Args:
            results: of the study.
            land: of the worlds, as `Sample` takes it.
        """
        return {
            place: Sample([Survey.from_dict(results.measured[party.name]) for party in self._parties(place)], land)
            for place in self.places
        }

    def _parties(self, place: Place) -> list[Party]:
        who, at = place
        if isinstance(who, str):
            world = self.needs[-1].training.world.replace(**{"spawn.cap": at, "spawn.populations": 1})
            return [Party(f"{who}, among {at}", who, world)]
        return [Party(f"{need.name}, among {at}", Milestone(need), _with_cap(need, at)) for need in self.runs[who]]


def _with_cap(need: Need, cap: int) -> Config:
    """The worlds of a run with another cap, and with as many populations as they have."""
    world = need.training.world
    return world.replace(**{"spawn.cap": cap, "spawn.populations": world.populations})
