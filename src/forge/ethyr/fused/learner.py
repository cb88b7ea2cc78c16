"""The compiled learner: threads that play and learn, and the optimiser that puts it together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch

from forge.blade.state import State
from forge.blade.world import World
from forge.ethyr.fused.learn import learn_population, learn_tiles
from forge.ethyr.fused.play import play
from forge.ethyr.fused.segment import allocate
from forge.ethyr.fused.weights import (
    allocate_gradients,
    allocate_grads,
    allocate_weights,
    compose_table,
    decompose_table,
    read_weights,
    write_gradients,
)
from forge.ethyr.learning import Learning
from forge.ethyr.losses import Losses
from forge.ethyr.policy import Policy

#: Worlds that one thread plays together, so that a population's rows of the first layer are used by many agents while
#: they are in the cache. It sets the order of sums, so it is the same for any number of threads.
GROUP = 8


class FusedLearner:
    """Plays segments in a batch of worlds and computes the gradients of a policy, compiled.

    Args:
        world: reset and ready.
        policy: the default network, on the CPU.
        learning: the numbers.
        seed: names the stream that actions are drawn from.
        threads: to compute with; results do not depend on it.
    """

    def __init__(self, world: World, policy: Policy, learning: Learning, seed: int, threads: int) -> None:
        self.world, self.policy, self.learning = world, policy, learning
        self.key = np.random.SeedSequence((seed, 0x414354)).generate_state(1, np.uint64)[0]
        self.firsts = range(0, world.count, GROUP)
        self.states = [part(world.state, first, first + GROUP) for first in self.firsts]
        self.segments = [
            allocate(world.config, len(state.tick), learning.ticks, learning.hidden) for state in self.states
        ]
        self.weights = allocate_weights(policy)
        self._gradients = allocate_gradients(self.weights, len(self.segments))
        self.threads = threads
        allocate_grads(policy)
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def collect(self) -> np.ndarray:
        """Plays one segment everywhere; returns how many samples of each population acted, int64 [P]."""
        read_weights(self.weights, self.policy)
        self._spread(compose_table, [(self.weights, self.policy, lane, self.threads) for lane in range(self.threads)])
        self._spread(self._play, [(group,) for group in range(len(self.segments))])
        return np.sum([segment.acted for segment in self.segments], axis=0)

    def _play(self, group: int) -> None:
        learning = self.learning
        numbers = (np.float32(x) for x in (learning.discount, learning.trace, learning.reward_scale))
        first, worlds = self.firsts[group], self.world.count
        play(self.states[group], self.segments[group], self.weights, self.key, first, worlds, *numbers)

    def gradients(self, acted: np.ndarray) -> Losses:
        """Sets the gradients of the policy's parameters from the segment just played."""
        samples = np.maximum(acted, 1)
        total, squares = np.sum([segment.moments for segment in self.segments], axis=0).T
        mean = total / samples
        deviation = np.sqrt(np.maximum(squares / samples - mean**2, 0))
        norms = np.stack([mean, 1 / (deviation + 1e-6), 1 / samples], axis=1).astype(np.float32)
        tasks = [(group, p, norms[p]) for p in range(len(acted)) for group in range(len(self.segments))]
        self._spread(self._learn, tasks)
        self._spread(self._learn_tiles, [(lane,) for lane in range(self.threads)])
        self._spread(
            decompose_table, [(self._gradients, self.policy, lane, self.threads) for lane in range(self.threads)]
        )
        write_gradients(self._gradients, self.policy)
        sums = np.sum([segment.losses for segment in self.segments], axis=0) / samples[:, None]
        return Losses(*torch.from_numpy(sums.astype(np.float32)).unbind(1))

    def _learn(self, group: int, p: int, norm: np.ndarray) -> None:
        learning, styles = self.learning, self.world.config.styles
        weights = np.float32(learning.value_weight), np.float32(learning.entropy_weight)
        learn_population(self.segments[group], self.weights, self._gradients, group, p, styles, *norm, *weights)

    def _learn_tiles(self, lane: int) -> None:
        for group, segment in enumerate(self.segments):
            learn_tiles(segment, self._gradients, group == 0, lane, self.threads)

    def _spread(self, work: Callable[..., None], tasks: Sequence[tuple[Any, ...]]) -> None:
        """Runs `work` on all tasks, every n-th of them in each of n threads."""

        def lane(first: int) -> None:
            for task in tasks[first :: self.threads]:
                work(*task)

        if self._pool is None:
            lane(0)
        else:
            list(self._pool.map(lane, range(self.threads)))


def part(state: State, first: int, end: int) -> State:
    """The worlds first .. end − 1 of a state, as a state that shares its memory."""
    return State._make(array[first:end] for array in state)
