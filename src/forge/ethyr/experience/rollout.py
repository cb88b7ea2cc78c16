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
from forge.blade.compiled.vector import copy16
from forge.blade.config.config import Config
from forge.blade.state.observation import Observation
from forge.blade.state.state import row_length
from forge.blade.threads.pool import run
from forge.blade.threads.share import lanes_for, parallel
from forge.ethyr.kernels.layout import COLUMNS, TARGET
from forge.ethyr.networks.compiled import threads_of_torch
from forge.ethyr.networks.samples import Samples

_AGE_SHOWN = 32767
NO_SAMPLE = -1


class Rollout:
    """Buffers for `ticks` ticks of `worlds` worlds, and one more observation to bootstrap from.

    Attributes:
        windows: uint8 [P, Q, R, C], the tile bytes each sample saw.
        entities: int16 [P, M, 16], the FEATURES of each agent in view, and in column TARGET the bits of the styles
            it can be attacked with; the other columns are 0. Age is clipped to 32,767.
        first: int32 [P, Q + 1], sample q's entity rows are first[p, q] .. first[p, q + 1] − 1, its own first.
        moves: uint8 [P, Q], bit set of valid moves.
        actions: uint8 [P, Q, 3], move, style and target.
        log_prob, value: float32 [P, Q], of the policy that acted.
        advantage, target: float32 [P, Q], filled by `forge.ethyr.experience.advantage`.
        count: int64 [P], samples gathered.
        sample_of: int32 [T + 1, W, N], the sample of the agent in a slot at a tick, or NO_SAMPLE.
        known: bool [T, W, N], for networks with a memory: whether an agent goes on with what it carried from before.
        starts: int64 [T + 1, P], the first sample of each tick.
        reward, terminated: float32 and bool [T, W, N], as the world returned them.
    """

    def __init__(self, config: Config, worlds: int, ticks: int) -> None:
        N, P, K = config.spawn.cap, config.populations, config.sight.agents
        Q = (ticks + 1) * worlds * config.quota
        M = Q * min(K, N)
        R, C = 2 * config.sight.radius + 1, row_length(config)
        self.ticks, self.worlds = ticks, worlds
        self.windows = aligned((P, Q, R, C), np.uint8)
        self.entities = aligned((P, M, COLUMNS), np.int16)
        self.first = aligned((P, Q + 1), np.int32)
        self.moves = aligned((P, Q), np.uint8)
        self.actions = np.zeros((P, Q, 3), np.uint8)
        self.log_prob = np.zeros((P, Q), np.float32)
        self.value = np.zeros((P, Q), np.float32)
        self.advantage = np.zeros((P, Q), np.float32)
        self.target = np.zeros((P, Q), np.float32)
        self.sample_of = np.full((ticks + 1, worlds, N), NO_SAMPLE, np.int32)
        self.known = np.zeros((ticks, worlds, N), np.bool_)
        self.starts = np.zeros((ticks + 1, P), np.int64)
        self.reward = np.zeros((ticks, worlds, N), np.float32)
        self.terminated = np.zeros((ticks, worlds, N), np.bool_)
        self.count = np.zeros(P, np.int64)
        self._first_row = np.zeros((worlds, P), np.int64)
        self._first_entity = np.zeros((worlds, P), np.int64)
        self.clear()

    def clear(self) -> None:
        """Forgets all samples."""
        self.count[:] = 0
        self.first[:, 0] = 0
        self.sample_of[:] = NO_SAMPLE
        self.known[:] = False

    def gather(self, observation: Observation, tick: int) -> Samples:
        """Adds what every living agent sees now, as tick `tick` of the segment, and returns the new samples."""
        start = self.starts[tick] = self.count.copy()
        places = self._first_row, self._first_entity
        reserve_all(observation.agents, observation.seen_count, self.first, self.count, *places)
        run(
            gather_all,
            threads_of_torch(),
            observation[:6],
            (self.windows, self.entities, self.first, self.moves, self.sample_of[tick], *places),
        )
        return Samples(self.windows, self.entities, self.first, start, self.count - start, self.moves)

    def scatter(self, tick: int, actions: np.ndarray) -> None:
        """Writes the actions of tick `tick` into an action array uint8 [W, N, 2 or 3] of the world."""
        scatter_actions(self.actions, self.sample_of[tick], actions)

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
        entities = np.zeros((len(start), most, COLUMNS), np.int16)
        windows = np.zeros((len(start), samples.rows, *self.windows.shape[2:]), np.uint8)
        moves = np.zeros((len(start), samples.rows), np.uint8)
        for p, (low, high) in enumerate(zip(start, end, strict=True)):
            begin, last = self.first[p, low], self.first[p, high]
            first[p, : high - low + 1] = self.first[p, low : high + 1] - begin
            first[p, high - low :] = last - begin
            entities[p, : last - begin] = self.entities[p, begin:last]
            windows[p, : high - low] = self.windows[p, low:high]
            moves[p, : high - low] = self.moves[p, low:high]
        return Samples(windows, entities, first, np.zeros_like(start), samples.count, moves)

    def learnable(self, samples: np.ndarray) -> Samples:
        """The samples to learn from: the first `samples` (int64 [P]) of each population."""
        return Samples(self.windows, self.entities, self.first, np.zeros_like(samples), samples, self.moves)


def aligned(shape: tuple[int, ...], dtype: type) -> np.ndarray:
    """An array that begins on a cache line. Memory that is never written is never taken from the system."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.empty(size + 64, np.uint8)
    offset = -raw.ctypes.data % 64
    return raw[offset : offset + size].view(dtype).reshape(shape)


@inline
def reserve(agents, seen_count, first, count, first_row, first_entity):
    """Gives each world its rows: adds its living to `count`, and notes where its samples and entities begin."""
    populations = count.shape[0]
    quota = agents.shape[1] // populations
    for p in range(populations):
        row, entity = count[p], np.int64(first[p, count[p]])
        for w in range(agents.shape[0]):
            first_row[w, p] = row
            first_entity[w, p] = entity
            for slot in range(p * quota, (p + 1) * quota):
                row += agents[w, slot].alive
                entity += seen_count[w, slot]
        count[p] = row
        first[p, row] = entity


@jit
def reserve_all(agents, seen_count, first, count, first_row, first_entity):
    """`reserve`, to be called from Python."""
    reserve(agents, seen_count, first, count, first_row, first_entity)


@inline
def gather_world(
    w, agents, window, seen, seen_count, moves, targets, windows, entities, first, valid_moves, sample_of, first_row,
    first_entity,
):  # fmt: skip
    """Copies the observations of one world into the rows reserved for it, in the order of slots."""
    size, learned = windows.shape[2] * windows.shape[3], targets.shape[2] > 0
    for slot in range(agents.shape[1]):
        if not agents[w, slot].alive:
            sample_of[w, slot] = NO_SAMPLE
            continue
        p = np.int64(agents[w, slot].population)
        row, entity = first_row[w, p], first_entity[w, p]
        sample_of[w, slot] = row
        first[p, row] = entity
        valid_moves[p, row] = moves[w, slot]
        source, target = (w * window.shape[1] + slot) * size, (p * windows.shape[1] + row) * size
        for part in range(0, size, 16):
            copy16(windows, target + part, window, source + part)
        for entry in range(seen_count[w, slot]):
            describe(agents[w, slot], agents[w, seen[w, slot, entry]], entities, p, entity)
            if learned:
                entities[p, entity, TARGET] = targets[w, slot, entry]
            entity += 1
        first_row[w, p] = row + 1
        first_entity[w, p] = entity


_SLOT_NS = 30  # about what gathering costs for a slot, alive or not
launch_gathers = parallel(gather_world, 0)


@jit
def gather_all(pool, threads, observation, rows):
    """Copies the observations of all worlds into the rows reserved for them; both are arrays as `gather_world` has."""
    agents = observation[0]
    launch_gathers(pool, lanes_for(_SLOT_NS * agents.size, threads), agents.shape[0], observation + rows)


@inline
def describe(me, agent, entities, p, entity):
    """Writes the FEATURES of an agent, as an observer sees it, into an entity row."""
    entities[p, entity, 0] = min(agent.age, _AGE_SHOWN)
    entities[p, entity, 1] = agent.health
    entities[p, entity, 2] = agent.food
    entities[p, entity, 3] = agent.water
    entities[p, entity, 4] = agent.row
    entities[p, entity, 5] = agent.col
    entities[p, entity, 6] = agent.row - me.row
    entities[p, entity, 7] = agent.col - me.col
    entities[p, entity, 8] = min(agent.damage, _AGE_SHOWN)
    entities[p, entity, 9] = agent.population == me.population
    entities[p, entity, 10] = agent.freeze
    for column in range(11, COLUMNS):
        entities[p, entity, column] = 0


@jit
def scatter_actions(sampled, sample_of, actions):
    """Puts each sample's action into its agent's slot; empty slots get zeros."""
    quota = actions.shape[1] // sampled.shape[0]
    for w in range(actions.shape[0]):
        for slot in range(actions.shape[1]):
            sample = sample_of[w, slot]
            for column in range(actions.shape[2]):
                actions[w, slot, column] = sampled[slot // quota, sample, column] if sample != NO_SAMPLE else 0
