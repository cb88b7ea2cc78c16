"""How the samples of a segment follow one another: the path of each agent's memory through it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from forge.blade.jit import jit
from forge.ethyr.rollout import NO_SAMPLE, Rollout


class Timeline(NamedTuple):
    """Samples as they lie in a segment, population by population, and as they lie tick by tick.

    Letters: T ticks, m_t samples of the population that has most in tick t, m of the one that has most of all.
    """

    sizes: list[int]  # m_t
    rows: Tensor  # int64 [P, Σ m_t]: the samples of tick 0, of tick 1 and so on; 0 where a population has no more
    places: Tensor  # int64 [P, m]: where each sample stands in `rows`
    before: Tensor  # int64 [P, Σ m_t]: 1 + where the same agent stands among those of the tick before; 0 if it is new

    def to(self, device: torch.device | str) -> Timeline:
        """The same on another device."""
        return Timeline(self.sizes, *(part.to(device) for part in self[1:]))


def timeline(rollout: Rollout) -> Timeline:
    """The timeline of the samples that acted."""
    starts, known = rollout.starts, rollout.known
    most = np.diff(starts, axis=0).max(axis=1)
    offsets = np.concatenate([[0], most.cumsum()])
    populations = starts.shape[1]
    rows, before = (np.zeros((populations, offsets[-1]), np.int64) for _ in range(2))
    places = np.zeros((populations, starts[-1].max()), np.int64)
    link(rollout.sample_of, known, starts, offsets, rows, places, before)
    return Timeline(most.tolist(), *(torch.from_numpy(part) for part in (rows, places, before)))


@jit
def link(sample_of, known, starts, offsets, rows, places, before):
    """Fills the last three arrays with what `Timeline` says; they must be zeros."""
    ticks, worlds, slots = known.shape
    quota = slots // starts.shape[1]
    for t in range(ticks):
        for w in range(worlds):
            for slot in range(slots):
                sample, p = sample_of[t, w, slot], slot // quota
                if sample == NO_SAMPLE:
                    continue
                place = offsets[t] + sample - starts[t, p]
                rows[p, place] = sample
                places[p, sample] = place
                if t > 0 and known[t, w, slot]:
                    before[p, place] = 1 + sample_of[t - 1, w, slot] - starts[t - 1, p]
