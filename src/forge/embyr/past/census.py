"""How many lived when: samples of a world that goes on, in bounded memory."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

#: Samples that are kept at most, and numbers in them altogether: many populations have fewer samples.
SAMPLES, NUMBERS = 512, 2**15


class Sample(NamedTuple):
    """A world after a tick."""

    tick: int
    counts: np.ndarray  # the living by population, int [P]
    births: int  # since the world began
    deaths: int
    kills: int  # deaths by an attack


def most_samples(populations: int) -> int:
    """How many samples are told of a world with so many populations."""
    return max(16, min(SAMPLES, NUMBERS // populations))


class Census:
    """Samples from the first tick to the newest: when there are too many, every second one is dropped.

    Args:
        populations: of the world.
    """

    def __init__(self, populations: int) -> None:
        self._most = most_samples(populations)
        self.clear()

    def clear(self) -> None:
        """Forgets all."""
        self.samples: list[Sample] = []
        self._stride = 1  # ticks from one sample to the next

    def wants(self, tick: int) -> bool:
        """Whether a sample of this tick would be kept."""
        return not self.samples or not 0 <= tick - self.samples[-1].tick < self._stride

    def add(self, sample: Sample) -> None:
        """Keeps a sample that is wanted; one of an earlier tick than the last begins anew."""
        if self.samples and sample.tick < self.samples[-1].tick:
            self.clear()
        self.samples.append(sample)
        if len(self.samples) > self._most:
            self.samples = self.samples[::2]
            self._stride *= 2


def message_of(samples: list[Sample], whole: bool) -> dict[str, Any]:
    """The message `history` of docs/viewer.md; births, deaths and kills are those since the sample before."""
    columns = {name: np.array([getattr(sample, name) for sample in samples], np.int64) for name in Sample._fields}
    since = {name: np.diff(columns[name], prepend=columns[name][:1]) for name in ("births", "deaths", "kills")}
    return {"type": "history", "tick": columns["tick"], "counts": columns["counts"], **since, "whole": whole}
