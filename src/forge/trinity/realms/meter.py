"""What has happened in a run: counts that only grow, and lines of metrics between two looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from forge.blade import Config
from forge.blade.society.census import Census, of_all
from forge.ethyr.experience.company import Invited
from forge.ethyr.learning.diagnostics import Afterwards, Means, Step
from forge.ethyr.learning.metrics import Lapse, LearnedMeter, metrics_line
from forge.trinity.realms.report import Report

#: What a checkpoint keeps.
COUNTS = ("steps", "rounds", "updates", "lives", "seconds")
#: Medians over the rounds of a line, in milliseconds.
TIMES = ("round_time", "exchange_time", "pantheon_time")


class Clock(NamedTuple):
    """Seconds of a round."""

    round: float  # from its beginning to its end
    realms: float = 0.0  # of it: until the slowest realm had played and learned, or all one after another
    pantheon: float = 0.0  # of it: averaging, checking and stepping

    @property
    def exchange(self) -> float:
        """The rest: parameters out, gradients in."""
        return self.round - self.realms - self.pantheon


class Meter:
    """Counts the rounds that were accepted; each realm's part of a round is added once.

    Args:
        config: of the worlds, as far as their populations learn.
        among: who shares them and does not learn; of them the lines of metrics alone tell something.

    Attributes:
        steps: agent steps of those that learn since the beginning.
        rounds: rounds since the beginning.
        updates: steps of the optimiser since the beginning.
        lives: lives of theirs that have ended since the beginning.
        seconds: spent in rounds since the beginning.
    """

    def __init__(self, config: Config, among: Invited | None = None) -> None:
        self.steps = self.rounds = self.updates = self.lives = 0
        self.seconds = 0.0
        self._learners, self._schema, self._among = config.populations, config.schema, among
        self._populations = among.world.populations if among else config.populations
        self._mark()

    def _mark(self) -> None:
        self._before = self.seconds
        self._steps = np.zeros(self._populations, np.int64)
        self._rewards = np.zeros((0, len(self._schema.terms)))
        self._deaths = np.zeros((self._populations, len(self._schema.causes)), np.int64)
        self._lifetime = np.zeros(self._populations, np.int64)
        self._members = np.zeros(self._populations)
        self._censuses: list[Census] = []
        self._clocks: list[Clock] = []
        self._learned = LearnedMeter()

    def add(self, reports: Sequence[Report], updates: int, clock: Clock, step: Step | None = None) -> None:
        """Counts one round: the last report of every realm, and the steps of the optimiser if there were any."""
        tallies = [report.tally for report in reports]
        self.rounds += 1
        self.updates += updates
        self.seconds += clock.round
        self._clocks.append(clock)
        self.steps += sum(int(tally.steps[: self._learners].sum()) for tally in tallies)
        self.lives += sum(int(tally.deaths[: self._learners].sum()) for tally in tallies)
        self._steps += np.sum([tally.steps for tally in tallies], axis=0)
        for tally in tallies:
            if len(tally.rewards):  # otherwise that realm's worlds reward survival alone
                self._rewards = self._rewards + tally.rewards if len(self._rewards) else tally.rewards
        self._deaths += np.sum([tally.deaths for tally in tallies], axis=0)
        self._lifetime += np.sum([tally.lifetime for tally in tallies], axis=0)
        self._members = np.mean([tally.members for tally in tallies], axis=0)
        found = [tally.census for tally in tallies if tally.census is not None]
        before = self._censuses
        self._censuses = [a.and_then(b) for a, b in zip(before, found, strict=True)] if before else found
        for report in reports:
            told = report.diagnostics
            if not told.updates.any():  # by a Sword that learns in a way of its own
                told = told.after(report.losses, told.clip_fraction, report.samples)
            self._learned.add(told)
        if step is not None:
            self._learned.add_step(step)

    def counts(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {name: getattr(self, name) for name in COUNTS}

    def go_on(self, counts: dict[str, Any]) -> None:
        """Counts on from a checkpoint."""
        for name in COUNTS:
            setattr(self, name, counts[name])
        self._mark()

    def read(self, afterwards: Sequence[Afterwards]) -> dict[str, Any]:
        """The line of metrics since the last one.

        Args:
            afterwards: of each realm.
        """
        divergence, dead, learn = Means(), Means(), slice(0, self._learners)
        for one in afterwards:
            divergence.add(one.approx_kl)
            dead.add(one.dead_units)
        lapse = Lapse(
            steps=self._steps[learn],
            seconds=self.seconds - self._before,
            deaths=self._deaths[learn],
            lifetime=self._lifetime[learn],
            members=self._members[learn],
            losses=self._learned.losses(),
            rewards=self._rewards[learn],
            learned=self._learned.read(Afterwards(divergence.read(), dead.read())),
            census=of_all(self._censuses).only(learn) if self._censuses else None,
        )
        line = metrics_line(self.counts(), lapse, self._schema)
        line |= dict(zip(TIMES, _times(self._clocks), strict=True))
        if self._among is not None:
            line |= self._among.metrics(self._deaths, self._lifetime, self._members)
        self._mark()
        return line


def _times(clocks: Sequence[Clock]) -> list[float]:
    """What TIMES name."""
    seconds = np.median([(clock.round, clock.exchange, clock.pantheon) for clock in clocks], axis=0)
    return np.round(1e3 * seconds, 3).tolist()
