"""What has happened in a run: counts that only grow, and lines of metrics between two looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from forge.trinity.report import Report

_COUNTS = ("steps", "rounds", "updates", "lives", "seconds")


class Meter:
    """Counts the rounds that were accepted; each realm's part of a round is added once.

    Attributes:
        steps: agent steps since the beginning.
        rounds: rounds since the beginning.
        updates: steps of the optimiser since the beginning.
        lives: lives that have ended since the beginning.
        seconds: spent in rounds since the beginning.
    """

    def __init__(self, populations: int) -> None:
        self.steps = self.rounds = self.updates = self.lives = 0
        self.seconds = 0.0
        self._populations = populations
        self._mark()

    def _mark(self) -> None:
        self._before = self.steps, self.seconds
        self._deaths = np.zeros(self._populations, np.int64)
        self._lifetime = np.zeros(self._populations, np.int64)
        self._members = np.zeros(self._populations)
        self._losses = np.zeros((3, self._populations))
        self._judged = np.zeros(self._populations)

    def add(self, reports: Sequence[Report], updates: int, seconds: float) -> None:
        """Counts one round: the last report of every realm."""
        tallies = [report.tally for report in reports]
        self.rounds += 1
        self.updates += updates
        self.seconds += seconds
        self.steps += sum(int(tally.steps.sum()) for tally in tallies)
        self.lives += sum(int(tally.deaths.sum()) for tally in tallies)
        self._deaths += np.sum([tally.deaths for tally in tallies], axis=0)
        self._lifetime += np.sum([tally.lifetime for tally in tallies], axis=0)
        self._members = np.mean([tally.members for tally in tallies], axis=0)
        for report in reports:
            saw = report.samples > 0
            self._losses += np.where(saw, report.losses, 0)
            self._judged += saw

    def counts(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {name: getattr(self, name) for name in _COUNTS}

    def go_on(self, counts: dict[str, Any]) -> None:
        """Counts on from a checkpoint."""
        for name in _COUNTS:
            setattr(self, name, counts[name])
        self._mark()

    def read(self) -> dict[str, Any]:
        """The line of metrics since the last one; see `forge.trinity.native.Native.run`."""
        steps, seconds = self.steps - self._before[0], self.seconds - self._before[1]
        policy, value, entropy = (
            [round(float(x), digits) if n else None for x, n in zip(sums / np.maximum(self._judged, 1), self._judged)]
            for sums, digits in zip(self._losses, (5, 6, 4), strict=True)
        )
        line: dict[str, Any] = {
            "steps": self.steps,
            "rounds": self.rounds,
            "updates": self.updates,
            "lives": self.lives,
            "seconds": round(self.seconds, 3),
            "steps_per_second": round(steps / max(seconds, 1e-9)),
            "lifetime": _ratio(self._lifetime.sum(), self._deaths.sum()),
            "lifetimes": [_ratio(x, n) for x, n in zip(self._lifetime, self._deaths, strict=True)],
            "deaths": int(self._deaths.sum()),
            "living": round(float(self._members.sum()), 2),
            "members": np.round(self._members, 2).tolist(),
            "policy_loss": _mean(policy, 5),
            "value_loss": _mean(value, 6),
            "entropy": _mean(entropy, 4),
            "policy_losses": policy,
            "value_losses": value,
            "entropies": entropy,
        }
        self._mark()
        return line


def _ratio(total: np.integer, count: np.integer) -> float | None:
    return round(float(total / count), 3) if count else None


def _mean(values: list[float | None], digits: int) -> float | None:
    known = [x for x in values if x is not None]
    return round(sum(known) / len(known), digits) if known else None
