"""A schedule at work: what a run's numbers are after so many agent steps, and which conditions it has come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch

from forge.blade import ConfigError
from forge.blade.schema.schema import Schema
from forge.ethyr.learning.metric import ratio
from forge.experiments.configuration.among import shares
from forge.experiments.configuration.schedule import Schedule
from forge.experiments.runs.settings import Training

_PREFIX = "schedule."
_NEVER = -1


class Totals(NamedTuple):
    """What has happened in a run so far. P populations of its worlds, those that learn first."""

    steps: int  # agent steps of those that learn
    deaths: np.ndarray  # int64 [P, causes]
    lifetime: np.ndarray  # int64 [P]: sum over those who died [ticks]


class Scheduled:
    """The numbers of a run as they change.

    Metrics are measured over windows of agent steps: they follow from what was played, and from nothing else, so that
    a run repeats and resumes to the same bits.

    Args:
        training: the configuration of the run.
    """

    def __init__(self, training: Training) -> None:
        self.schedule: Schedule = training.schedule
        self._learners, self._guests = training.world.populations, training.run.guests
        self._schema: Schema = training.world.schema
        self._reached = [_NEVER] * len(self.schedule.changes)
        self._since: Totals | None = None
        self.values: dict[str, Any] = {}

    def look(self, totals: Totals) -> bool:
        """Looks how far the run is; returns whether `values`, those of the fields that have begun to change, differ."""
        if self._since is None:
            self._since = totals
        elif totals.steps - self._since.steps >= self.schedule.window:
            self._measure(self._since, totals)
            self._since = totals
        before = self.values
        begun = [None if steps == _NEVER else steps for steps in self._reached]
        self.values = self.schedule.at(totals.steps, begun)
        return self.values != before

    def _measure(self, before: Totals, now: Totals) -> None:
        measured = self._measured(now.deaths - before.deaths, now.lifetime - before.lifetime)
        for i, change in enumerate(self.schedule.changes):
            if self._reached[i] == _NEVER and change.when is not None and change.when.holds(measured):
                self._reached[i] = now.steps

    def _measured(self, deaths: np.ndarray, lifetime: np.ndarray) -> dict[str, float | None]:
        """The metrics of `Training.measured`, as they are called in lines of metrics."""
        learn, died = slice(0, self._learners), deaths.sum(1)
        found = {"lifetime": ratio(lifetime[learn].sum(), died[learn].sum())}
        for cause, name in enumerate(self._schema.names("causes")):
            found[f"died_{name}"] = ratio(100 * deaths[learn, cause].sum(), died[learn].sum())
        first = self._learners
        for guest, count in zip(self._guests, shares(self._guests, self._learners), strict=True):
            theirs = slice(first, first + count)
            found[f"lifetime_{guest.name}"] = ratio(lifetime[theirs].sum(), died[theirs].sum())
            first += count
        return found

    def metrics(self) -> dict[str, float]:
        """What a line of metrics tells: the values of the fields that have begun to change, by their names."""
        return {field: float(value) for field, value in self.values.items()}

    def state(self) -> dict[str, torch.Tensor]:
        """What it carries along; nothing if nothing is scheduled."""
        if not self.schedule.changes:
            return {}
        since = self._since or Totals(0, *(np.zeros(0, np.int64) for _ in range(2)))
        reached = torch.tensor(self._reached, dtype=torch.int64)
        marks = {name: torch.from_numpy(np.array(value, np.int64)) for name, value in since._asdict().items()}
        return {f"{_PREFIX}reached": reached, **{f"{_PREFIX}{name}": mark for name, mark in marks.items()}}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Goes on from what `state` returned; returns the other tensors that stand beside it.

        Raises:
            ConfigError: if it is of another schedule.
        """
        own = {name.removeprefix(_PREFIX): tensor for name, tensor in state.items() if name.startswith(_PREFIX)}
        others = {name: tensor for name, tensor in state.items() if not name.startswith(_PREFIX)}
        if not self.schedule.changes and not own:
            return others
        if set(own) != {"reached", *Totals._fields} or len(own["reached"]) != len(self._reached):
            raise ConfigError("the saved state is of another schedule than run.schedule")
        self._reached = [int(steps) for steps in own["reached"]]
        lifetime = own["lifetime"].numpy()
        self._since = Totals(int(own["steps"]), own["deaths"].numpy(), lifetime) if len(lifetime) else None
        self.values = {}  # the next look says them
        return others
