"""The compiled learner: threads that play and learn, and the optimiser that puts it together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from forge.blade.engine.engine import engine_of
from forge.blade.engine.stepping import Ticks
from forge.blade.state.state import State
from forge.blade.world.world import World
from forge.ethyr.experience.company import Company
from forge.ethyr.experience.dead_units import dead_units
from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout
from forge.ethyr.fused import learn, play, recurrent
from forge.ethyr.fused.guests import Guests, carried_by, frozen_weights, guests_of, lent_to, take_carried
from forge.ethyr.fused.learn import Loss, learn_tiles
from forge.ethyr.fused.play import log_probs_again
from forge.ethyr.fused.player import Kind, player_of
from forge.ethyr.fused.segment import Segment, allocate, allocate_scratch, places_of
from forge.ethyr.fused.weights import (
    Exchange,
    allocate_gradients,
    allocate_grads,
    allocate_weights,
    compose_table,
)
from forge.ethyr.learning.diagnostics import Diagnostics, approximate_kl
from forge.ethyr.learning.entropy import entropy_weights
from forge.ethyr.learning.learner import check_state, stream
from forge.ethyr.learning.losses import Losses
from forge.ethyr.learning.minibatches import GROUP as GROUP
from forge.ethyr.learning.minibatches import Minibatches
from forge.ethyr.learning.settings import Learning
from forge.ethyr.networks.policy import Policy
from forge.ethyr.networks.samples import More, Samples


class FusedLearner:
    """Plays segments in a batch of worlds and computes the gradients of a policy, compiled.

    Args:
        world: reset and ready.
        policy: the default network, on the CPU.
        learning: the numbers.
        seed: names the stream that actions are drawn from.
        threads: to compute with; results do not depend on it.
        company: who plays the populations that do not learn, as `why_not_compiled` allows; None means that all do.
    """

    def __init__(
        self,
        world: World,
        policy: Policy,
        learning: Learning,
        seed: int,
        threads: int,
        company: Company | None = None,
    ) -> None:
        self.world, self.policy, self.learning, self.company = world, policy, learning, company
        self.key = stream(seed).generate_state(1, np.uint64)[0]
        self._minibatches = Minibatches(learning, world.count, seed)
        self.groups = self._minibatches.groups
        self.states = [part(world.state, group.start, group.stop) for group in self.groups]
        self._ticks = [Ticks(engine_of(world.config.schema), state) for state in self.states]
        self.weights = allocate_weights(policy, world.config)
        numbers = learning.ticks, learning.matters, None if company is None else company.seats
        rollouts = [Rollout(world.config, len(state.tick), *numbers) for state in self.states]
        self.layout = rollouts[0].layout
        self.segments, self.more = zip(*(allocate(rollout, self.weights) for rollout in rollouts), strict=True)
        self._gradients = allocate_gradients(self.weights, len(self.segments) // learning.parts)
        self._scratch = [allocate_scratch(self.weights) for _ in range(threads)]
        self._frozen = frozen_weights(company, world.config)
        self._lent, self._guests = [lent_to(self._frozen) for _ in range(threads)], self._invited()
        scripts = () if company is None else tuple(Kind(*s[:2]) for s in (c.script() for c in company.companions) if s)
        kind = self.layout, learning.matters, policy.memory > 0
        self._player, self.threads = (
            player_of(*kind, scripts, tuple(x.unit.seen.shape[1] > 0 for x in self._frozen)),
            threads,
        )
        self._judges, self._learns = (
            (recurrent.judge_again, recurrent.learn_populations)
            if policy.memory
            else (play.judge_again, learn.learn_populations)
        )
        self._entropy_weights = entropy_weights(learning, self.layout)
        self.populations = len(self.segments[0].acted)
        self.diagnostics = Diagnostics.unknown(self.populations)
        allocate_grads(policy)
        self._exchange = Exchange(self.weights, self._gradients, policy, self.layout)
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def collect(self) -> np.ndarray:
        """Plays one segment everywhere; returns how many samples of each population acted, int64 [P]."""
        self._read_weights()
        self._spread(self._play)
        if self.company is not None:
            self.company.passed(self.learning.ticks)
            for guests in self._guests:
                guests.calls[:] += self.learning.ticks
        acted: np.ndarray = np.sum([segment.acted for segment in self.segments], axis=0)
        moments = np.sum([segment.moments for segment in self.segments], axis=0)
        self.diagnostics = Diagnostics.played(moments, acted)
        return acted

    def gradients(self, acted: np.ndarray, epoch: int = 0) -> Losses:
        """Sets the gradients of the policy's parameters from the segment just played; see `Learner`."""
        chosen = self._minibatches.of(epoch, int(self.world.state.tick[0])).tolist()
        segments = [self.segments[group] for group in chosen]
        if epoch > 0:
            self._read_weights()
        if self.learning.parts > 1:
            acted = np.where(acted > 0, np.sum([segment.acted for segment in segments], axis=0), 0)
        samples = np.maximum(acted, 1)
        total, squares, *_ = np.sum([segment.moments for segment in segments], axis=0).T
        with np.errstate(all="ignore"):  # what is not finite is told as a divergence
            mean = total / samples
            deviation = np.sqrt(np.maximum(squares / samples - mean**2, 0))
            norms = np.stack([mean, 1 / (deviation + 1e-6), 1 / samples], axis=1).astype(np.float32)
        self._learn(chosen, norms, epoch > 0)
        self._learn_tiles(segments)
        self._exchange.write()
        sums = np.sum([segment.losses for segment in segments], axis=0) / samples[:, None]
        clipped = np.sum([segment.clipped for segment in segments], axis=0) / samples
        self.diagnostics = self.diagnostics.after(
            sums.T, clipped if self.learning.clip_ratio else np.full(len(acted), np.nan), acted
        )
        with np.errstate(all="ignore"):
            return Losses(*torch.from_numpy(sums.astype(np.float32)).unbind(1))

    def approx_kl(self) -> np.ndarray:
        """How far the policy is from the one that played the last segment; see `Learner`."""
        groups = range(len(self.segments))
        now = [[np.empty(samples, np.float32) for samples in first] for first in self._first_tick()]
        self._read_weights()
        self._spread(lambda lane: self._judge_first(lane, now))
        found = np.empty(self.populations)
        for p in range(self.populations):
            before = [self.segments[group].log_prob[p, : now[group][p].size] for group in groups]
            found[p] = approximate_kl(np.concatenate([now[group][p] for group in groups]), np.concatenate(before))
        return found

    def dead_units(self) -> np.ndarray:
        """The share of hidden units that are dead; see `Learner`."""
        parts = zip(self.segments, self.more, self._first_tick(), strict=True)
        return dead_units(self.policy, [samples_of(segment, more, first) for segment, more, first in parts])

    def _first_tick(self) -> list[np.ndarray]:
        """How many samples each population has of the first tick of its segment, int64 [P], in each group."""
        config = self.world.config
        there = ((s.sample_of[0] != NO_SAMPLE).reshape(-1, config.populations, config.quota) for s in self.segments)
        return [living.sum((0, 2))[: self.populations] for living in there]

    def state(self) -> dict[str, torch.Tensor]:
        """What agents remember, and of the company; what is drawn follows from the seed and the ticks of the worlds."""
        carried = recurrent.memories(self.segments) if self.policy.memory else {}
        return carried if self.company is None else carried | self.company.state() | carried_by(self._guests)

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Goes on from a saved state; see `Learner`."""
        check_state(state, self.state())
        if self.policy.memory:
            recurrent.take_memories(self.segments, state)
        if self.company is not None:
            self.company.load_state(state)
            self._guests = self._invited()
            take_carried(self._guests, state)

    def _read_weights(self) -> None:
        self._exchange.read()
        self._spread(lambda lane: compose_table(self.weights, self.policy, lane, self.threads))

    def _invited(self) -> list[Guests]:
        """The company in each group of worlds, with what it remembers."""
        parts = zip(self.states, (slice(group.start, group.stop) for group in self.groups), strict=True)
        return [guests_of(self.company, self.world.config, *part, self._frozen) for part in parts]

    def _tasks(self, lane: int, groups: int) -> Iterator[tuple[int, int]]:
        """Every n-th population of so many groups, as (group, population)."""
        for task in range(lane, self.populations * groups, self.threads):
            yield divmod(task, self.populations)

    def _judge_first(self, lane: int, log_probs: Sequence[Sequence[np.ndarray]]) -> None:
        """Fills log_probs[group][population] with what the weights of now say of the first samples."""
        for group, p in self._tasks(lane, len(self.segments)):
            given, found = (self.segments[group], self.weights, self._scratch[lane], p), log_probs[group][p]
            self._judges(*given, self.world.config.styles, found.size)
            log_probs_again(*given, found)

    def _play(self, lane: int) -> None:
        """Plays every n-th group."""
        learning = self.learning
        numbers = np.array([learning.discount, learning.trace, learning.reward_factor], np.float32)
        for group in range(lane, len(self.segments), self.threads):
            place = self.groups[group].start, self.world.count
            given = self.states[group], self.segments[group], self.more[group], self.weights, self._scratch[lane]
            self._player(
                self._ticks[group].room, *given, self._guests[group], self._lent[lane], self.key, *place, numbers
            )

    def _learn(self, chosen: Sequence[int], norms: np.ndarray, again: bool) -> None:
        """Finds all gradients but the tile layer's, of all populations of the groups of a minibatch.

        Args:
            chosen: the groups.
            norms: float32 [P, 3]: of each population the first three numbers of its `Terms`.
            again: whether they were played with other weights than those of now.
        """
        learning, styles = self.learning, self.world.config.styles
        loss = Loss(norms, np.float32(learning.value_weight), np.float32(learning.clip_ratio), self._entropy_weights)
        shares = dealt(np.stack([self.segments[group].acted for group in chosen]), self.threads)

        def work(lane: int) -> None:
            for place, which in enumerate(shares[lane]):
                given = self.segments[chosen[place]], self.weights, self._gradients, self._scratch[lane]
                self._learns(*given, place, which, styles, loss, again)

        self._spread(work)

    def _learn_tiles(self, segments: Sequence[Segment]) -> None:
        """Finds the gradients of the tile layer from the segments of a minibatch, each thread those of some parts."""
        parts, first = self._exchange.tiles(), segments[0]
        acted = np.stack([segment.acted for segment in segments])
        places = places_of(segments), acted, first.windows, first.hidden
        self._spread(lambda lane: learn_tiles(*parts, *places, lane, self.threads, self._scratch[lane].listing))

    def _spread(self, work: Callable[[int], None]) -> None:
        """Runs `work(lane)` for every lane, each in a thread of its own, and waits for all."""
        if self._pool is None:
            work(0)
        else:
            list(self._pool.map(work, range(self.threads)))


def dealt(samples: np.ndarray, lanes: int) -> list[list[np.ndarray]]:
    """Deals the populations of some groups to threads: the largest first, each to whoever has least to do so far.

    Args:
        samples: int64 [G, P], how many each has.
        lanes: how many threads.

    Returns:
        For each thread and each group the populations, int64.
    """
    found: list[list[list[int]]] = [[[] for _ in samples] for _ in range(lanes)]
    busy = [0] * lanes
    for place in np.argsort(-samples, axis=None, kind="stable").tolist():
        group, p = divmod(place, samples.shape[1])
        lane = busy.index(min(busy))
        busy[lane] += int(samples[group, p])
        found[lane][group].append(p)
    return [[np.array(which, np.int64) for which in groups] for groups in found]


def samples_of(segment: Segment, more: More, count: np.ndarray) -> Samples:
    """The first samples of a segment, `count` of each population, as PyTorch's networks read them."""
    seen = segment.windows, segment.entities, segment.first
    return Samples(*seen, np.zeros_like(count), count, segment.moves, more)


def part(state: State, first: int, end: int) -> State:
    """The worlds first .. end − 1 of a state, as a state that shares its memory."""
    worlds: State = type(state)._make(array[first:end] for array in state)
    return worlds
