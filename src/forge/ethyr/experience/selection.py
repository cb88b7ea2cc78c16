"""Some worlds of a segment of experience, as a segment of its own."""

from __future__ import annotations

import copy
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout
from forge.ethyr.kernels.layout import Layout
from forge.ethyr.networks.network import take
from forge.ethyr.networks.samples import More

#: Arrays of a rollout with an entry for each tick, world and slot, and with one for each sample.
_OF_SLOTS = ("reward", "terminated", "lost", "known")
_OF_SAMPLES = ("windows", "moves", "actions", "log_prob", "value", "advantage", "target")


class Selection(NamedTuple):
    """What some worlds gathered. P populations."""

    rollout: Rollout  # with copies of those of their samples that acted, in their order; without a last observation
    rows: list[np.ndarray]  # int64 [n] for each population: which samples of the whole segment these are
    first: list[int]  # of each population, how many of them are of the first tick

    def of_first_tick(self, numbers: Tensor) -> Tensor:
        """What the selected samples of the first tick have of the numbers of all of them, [P, m, D] to [P, k, D]."""
        rows = torch.zeros(len(self.rows), max(self.first), dtype=torch.int64)
        for p, count in enumerate(self.first):
            rows[p, :count] = torch.from_numpy(self.rows[p][:count])
        return take(numbers, rows.to(numbers.device))


def select(rollout: Rollout, worlds: np.ndarray) -> Selection:
    """The part of a segment that some worlds gathered.

    Args:
        rollout: the segment, with its last observation.
        worlds: int64 [k], their indices, rising.
    """
    sample_of = np.take(rollout.sample_of, worlds, 1)
    sample_of[-1] = NO_SAMPLE
    population = np.repeat(rollout.seats, sample_of.shape[2] // len(rollout.seats))
    rows = []
    for p in range(len(rollout.count)):
        there = (sample_of != NO_SAMPLE) & (population == p)
        rows.append(np.sort(sample_of[there]).astype(np.int64))
        sample_of[there] = np.searchsorted(rows[p], sample_of[there])
    found = copy.copy(rollout)
    found.worlds, found.sample_of = len(worlds), sample_of
    for name in _OF_SLOTS:
        setattr(found, name, np.take(getattr(rollout, name), worlds, 1))
    for name in _OF_SAMPLES:
        setattr(found, name, _rows_of(getattr(rollout, name), rows))
    found.entities, found.first = _entities_of(rollout, rows)
    found.more = _more_of(rollout.more, rollout.layout, rows)
    found.count = np.array([len(chosen) for chosen in rows])
    found.starts = np.stack([np.searchsorted(rows[p], rollout.starts[:, p]) for p in range(len(rows))], 1)
    first = rollout.starts[1] if rollout.ticks else rollout.count
    return Selection(found, rows, [int(np.searchsorted(chosen, n)) for chosen, n in zip(rows, first, strict=True)])


def _rows_of(array: np.ndarray, rows: list[np.ndarray]) -> np.ndarray:
    """The chosen rows of an array [P, Q, ...], from row 0 on, and 0 behind them; as it is if it has no rows."""
    if not array.shape[1]:
        return array
    found = np.zeros((len(array), max(map(len, rows)), *array.shape[2:]), array.dtype)
    for p, chosen in enumerate(rows):
        found[p, : len(chosen)] = array[p, chosen]
    return found


def _entities_of(rollout: Rollout, rows: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The entity rows of the chosen samples, and where those of each begin: as `Rollout.entities` and `.first`."""
    seen = [np.diff(rollout.first[p])[chosen] for p, chosen in enumerate(rows)]
    first = np.zeros((len(rows), max(map(len, rows)) + 1), np.int32)
    entities = np.zeros((len(rows), max(int(n.sum()) for n in seen), rollout.entities.shape[2]), np.int16)
    for p, (chosen, lengths) in enumerate(zip(rows, seen, strict=True)):
        ends = lengths.cumsum()
        first[p, 1 : len(chosen) + 1] = ends
        first[p, len(chosen) + 1 :] = first[p, len(chosen)]
        shifts = np.repeat(rollout.first[p, chosen] - (ends - lengths), lengths)
        entities[p, : len(shifts)] = rollout.entities[p, np.arange(len(shifts)) + shifts]
    return entities, first


def _more_of(more: More, layout: Layout, rows: list[np.ndarray]) -> More:
    """What systems from outside tell the chosen samples; what they tell of worlds stays whole."""
    sets, counts = (
        tuple(part if table.world else _rows_of(part, rows) for part, table in zip(parts, layout.sets, strict=True))
        for parts in (more.sets, more.counts)
    )
    own, place, valid, matters = (_rows_of(part, rows) for part in (more.own, more.place, more.valid, more.matters))
    return More(own, place, more.around, sets, counts, valid, matters)
