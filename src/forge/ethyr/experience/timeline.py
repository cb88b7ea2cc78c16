"""How the samples of a segment follow one another: the path of each agent's memory through it."""

from __future__ import annotations

import numpy as np
import torch

from forge.blade.compiled.jit import jit
from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout
from forge.ethyr.networks.timeline import Timeline


def timeline(rollout: Rollout) -> Timeline:
    """The timeline of the samples that acted."""
    starts, known = rollout.starts, rollout.known
    most = np.diff(starts, axis=0).max(axis=1)
    offsets = np.concatenate([[0], most.cumsum()])
    populations = starts.shape[1]
    rows, before = (np.zeros((populations, offsets[-1]), np.int64) for _ in range(2))
    places = np.zeros((populations, starts[-1].max()), np.int64)
    link(rollout.seats, rollout.sample_of, known, starts, offsets, rows, places, before)
    return Timeline(most.tolist(), *(torch.from_numpy(part) for part in (rows, places, before)))


@jit
def link(seats, sample_of, known, starts, offsets, rows, places, before):
    """Fills the last three arrays with what `Timeline` says; they must be zeros."""
    ticks, worlds, slots = known.shape
    quota = slots // seats.shape[0]
    for t in range(ticks):
        for w in range(worlds):
            for slot in range(slots):
                sample, p = sample_of[t, w, slot], seats[slot // quota]
                if sample == NO_SAMPLE:
                    continue
                place = offsets[t] + sample - starts[t, p]
                rows[p, place] = sample
                places[p, sample] = place
                if t > 0 and known[t, w, slot]:
                    before[p, place] = 1 + sample_of[t - 1, w, slot] - starts[t - 1, p]
