"""A segment of experience of a batch of worlds: what every living agent saw and did over some ticks.

Samples are grouped by population as they are gathered, so that networks with unshared weights read contiguous rows.
Letters, besides those of `forge.blade.state.state`:

    T  ticks of a segment      Q  samples of one population at most, (T + 1) · W · N/P
    M  entity rows of one population at most
"""

from __future__ import annotations

import numpy as np
import torch

from forge.blade.compiled.jit import inline, jit
from forge.blade.config.config import Config
from forge.blade.state.observation import Observation
from forge.blade.state.state import row_length
from forge.blade.threads.pool import run
from forge.ethyr.experience.gathering import gathering_of
from forge.ethyr.kernels.layout import Table, layout_of
from forge.ethyr.networks.compiled import threads_of_torch
from forge.ethyr.networks.samples import More, Samples, more_for
from forge.ethyr.networks.samples import aligned as aligned

NO_SAMPLE = -1


class Rollout:
    """Buffers for `ticks` ticks of `worlds` worlds, and one more observation to bootstrap from.

    Args:
        config: of the worlds.
        worlds, ticks: how many.
        matters: whether to note which choices matter, see `Learning.matters`.
        seats: int64, for each population of the worlds that of the samples which it is, or −1 if it leaves none; None
            means that all populations are sampled. P, here, counts those of the samples.

    Attributes:
        seats: as given.
        layout: of the configuration.
        windows: uint8 or uint16 [P, Q, R, C], the tiles each sample saw.
        entities: int16 [P, M, columns], the features of each agent in view, clipped to ±32,767, and in column
            `layout.target` the bits of the styles it can be attacked with; the other columns are 0.
        first: int32 [P, Q + 1], sample q's entity rows are first[p, q] .. first[p, q + 1] − 1, its own first.
        moves: uint8 [P, Q], bit set of valid moves.
        more: what systems from outside tell each sample.
        actions: uint8 [P, Q, columns], move, style and target, and the choices from outside.
        log_prob, value: float32 [P, Q], of the policy that acted.
        advantage, target: float32 [P, Q], filled by `forge.ethyr.experience.advantage`.
        count: int64 [P], samples gathered.
        sample_of: int32 [T + 1, W, N], the sample of the agent in a slot at a tick, or NO_SAMPLE.
        known: bool [T, W, N], for networks with a memory: whether an agent goes on with what it carried from before.
        starts: int64 [T + 1, P], the first sample of each tick.
        reward, terminated: float32 and bool [T, W, N], as the world returned them.
        lost: bool [T, W, N], whose agent was gone after the tick without having died: culled before its step.
    """

    def __init__(
        self, config: Config, worlds: int, ticks: int, matters: bool = False, seats: np.ndarray | None = None
    ) -> None:
        self.seats = np.arange(config.populations) if seats is None else seats
        N, P, K = config.spawn.cap, int(self.seats.max()) + 1, config.sight.agents
        Q = (ticks + 1) * worlds * config.quota * int(np.bincount(self.seats[self.seats >= 0]).max())
        M = Q * min(K, N)
        R, C = 2 * config.sight.radius + 1, row_length(config)
        self.ticks, self.worlds = ticks, worlds
        self.layout = layout = layout_of(config)
        self.windows = aligned((P, Q, R, C), layout.tile)
        self.entities = aligned((P, M, layout.columns), np.int16)
        self.more = more_for(layout, (P, Q), (ticks + 1) * worlds, matters)
        self.first = aligned((P, Q + 1), np.int32)
        self.moves = aligned((P, Q), np.uint8)
        self.actions = np.zeros((P, Q, layout.actions), np.uint8)
        self.log_prob = np.zeros((P, Q), np.float32)
        self.value = np.zeros((P, Q), np.float32)
        self.advantage = np.zeros((P, Q), np.float32)
        self.target = np.zeros((P, Q), np.float32)
        self.sample_of = np.full((ticks + 1, worlds, N), NO_SAMPLE, np.int32)
        self.known = np.zeros((ticks, worlds, N), np.bool_)
        self.starts = np.zeros((ticks + 1, P), np.int64)
        self.reward = np.zeros((ticks, worlds, N), np.float32)
        self.terminated = np.zeros((ticks, worlds, N), np.bool_)
        self.lost = np.zeros((ticks, worlds, N), np.bool_)
        self.count = np.zeros(P, np.int64)
        self._first_row = np.zeros((worlds, P), np.int64)
        self._first_entity = np.zeros((worlds, P), np.int64)
        self._gathering = gathering_of(layout, matters)
        self._there = np.array(layout.there)
        self.clear()

    def clear(self) -> None:
        """Forgets all samples."""
        self.count[:] = 0
        self.first[:, 0] = 0
        self.sample_of[:] = NO_SAMPLE
        self.known[:] = False

    def gather(self, observation: Observation, tick: int, rules: np.ndarray | None = None) -> Samples:
        """Adds what every living agent sees now, as tick `tick` of the segment, and returns the new samples.

        Args:
            observation: of the worlds.
            tick: of the segment.
            rules: `State.rules` of the worlds, if the rollout notes which choices matter.
        """
        start = self.starts[tick] = self.count.copy()
        places = self._first_row, self._first_entity
        reserve_all(observation.agents, observation.seen_count, self.seats, self.first, self.count, *places)
        rows = self.windows, self.entities, self.first, self.moves, self.seats, self.sample_of[tick], *places
        known = {**observation.more, "rules": rules}
        told = tuple(known[name] for name in self._gathering.told)
        place = tick * self.worlds
        run(self._gathering.gather_all, threads_of_torch(), observation[:6], told, rows, self.more, place)
        return self._samples(start, self.count - start)

    def _samples(self, start: np.ndarray, count: np.ndarray) -> Samples:
        more = self.more if self.layout.tables or self.layout.valid or self.more.matters.size else None
        return Samples(self.windows, self.entities, self.first, start, count, self.moves, more)

    def scatter(self, tick: int, actions: np.ndarray) -> None:
        """Writes the actions of tick `tick` into an action array uint8 [W, N, choices that exist] of the world."""
        scatter_actions(self.actions, self.sample_of[tick], self.seats, self._there, actions)

    def view(self, array: np.ndarray, rows: int) -> torch.Tensor:
        """The first rows of an array [P, Q, ...], as a tensor [P, rows, ...] that shares its memory."""
        return torch.from_numpy(array[:, :rows])

    def put(self, array: np.ndarray, samples: Samples, values: torch.Tensor) -> None:
        """Writes a tensor [P, m, ...] into the rows of `samples` in an array [P, Q, ...]."""
        given = values.numpy()
        for p, (start, count) in enumerate(zip(samples.start, samples.count, strict=True)):
            array[p, start : start + count] = given[p, :count]

    def compact(self, samples: Samples) -> Samples:
        """A copy of the rows of `samples` alone, from row 0 on: what a device needs of them."""
        start, end = samples.start, samples.start + samples.count
        first = np.zeros((len(start), samples.rows + 1), np.int32)
        most = max(int(self.first[p, end[p]] - self.first[p, start[p]]) for p in range(len(start)))
        entities = np.zeros((len(start), most, self.layout.columns), np.int16)
        for p, (low, high) in enumerate(zip(start, end, strict=True)):
            begin, last = self.first[p, low], self.first[p, high]
            first[p, : high - low + 1] = self.first[p, low : high + 1] - begin
            first[p, high - low :] = last - begin
            entities[p, : last - begin] = self.entities[p, begin:last]
        windows, moves = (_rows_of(samples, array) for array in (self.windows, self.moves))
        more = samples.more and self._compact_more(samples)
        return Samples(windows, entities, first, np.zeros_like(start), samples.count, moves, more)

    def _compact_more(self, samples: Samples) -> More:
        """What systems from outside tell these samples alone, and of their worlds alone."""
        more, worlds = self.more, slice(0, 0)
        place = more.place
        if place.size:
            place = _rows_of(samples, place)
            filled = np.concatenate([place[p, :count] for p, count in enumerate(samples.count)])
            worlds = slice(int(filled.min()), int(filled.max()) + 1)
            place -= np.int32(worlds.start)

        def part(array: np.ndarray, table: Table) -> np.ndarray:
            return array[worlds].copy() if table.world else _rows_of(samples, array)

        sets, counts = (
            tuple(part(array, table) for array, table in zip(arrays, self.layout.sets, strict=True))
            for arrays in (more.sets, more.counts)
        )
        own, valid = (_rows_of(samples, array) for array in (more.own, more.valid))
        matters = _rows_of(samples, more.matters) if more.matters.size else more.matters
        return More(own, place, more.around[worlds].copy(), sets, counts, valid, matters)

    def learnable(self, samples: np.ndarray) -> Samples:
        """The samples to learn from: the first `samples` (int64 [P]) of each population."""
        return self._samples(np.zeros_like(samples), samples)


def _rows_of(samples: Samples, array: np.ndarray) -> np.ndarray:
    """A copy of the rows of samples in an array [P, Q, ...]: [P, m, ...], 0 beyond a population's count."""
    found = np.zeros((len(array), samples.rows, *array.shape[2:]), array.dtype)
    for p, (start, count) in enumerate(zip(samples.start, samples.count, strict=True)):
        found[p, :count] = array[p, start : start + count]
    return found


@inline
def reserve(agents, seen_count, seats, first, count, first_row, first_entity):
    """Gives each world its rows: adds its living to `count`, and notes where its samples and entities begin."""
    quota = seen_count.shape[1] // seats.shape[0]
    for w in range(agents.shape[0]):
        for p in range(count.shape[0]):
            first_row[w, p] = count[p]
            first_entity[w, p] = first[p, count[p]]
        for population in range(seats.shape[0]):
            p = seats[population]
            if p < 0:
                continue
            row, entity = count[p], np.int64(first[p, count[p]])
            for slot in range(population * quota, (population + 1) * quota):
                row += agents[w, slot].alive
                entity += seen_count[w, slot]
            count[p] = row
            first[p, row] = entity


@jit
def reserve_all(agents, seen_count, seats, first, count, first_row, first_entity):
    """`reserve`, to be called from Python."""
    reserve(agents, seen_count, seats, first, count, first_row, first_entity)


@jit
def scatter_actions(sampled, sample_of, seats, columns, actions):
    """Puts each sample's action into its agent's slot, of columns int64 [k]; slots without a sample get zeros."""
    quota = actions.shape[1] // seats.shape[0]
    for w in range(actions.shape[0]):
        for slot in range(actions.shape[1]):
            sample = sample_of[w, slot]
            for k in range(actions.shape[2]):
                actions[w, slot, k] = sampled[seats[slot // quota], sample, columns[k]] if sample != NO_SAMPLE else 0


@jit
def mark_lost(sample_of, acting, terminated, agents, lost):
    """Marks whose agent acted, did not die, and is not in its slot any more: see `Rollout.lost`, of one tick.

    Args:
        sample_of: int32 [W, N], of the tick.
        acting: [W, N], the ids of who was in the slots when actions were chosen.
        terminated: bool [W, N], who died.
        agents: records [W, N] after the tick.
        lost: bool [W, N], to write.
    """
    for w in range(lost.shape[0]):
        for slot in range(lost.shape[1]):
            stayed = agents[w, slot].alive and agents[w, slot].id == acting[w, slot]
            lost[w, slot] = sample_of[w, slot] != NO_SAMPLE and not terminated[w, slot] and not stayed
