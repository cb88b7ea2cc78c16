"""Minibatches of ppo: each update is learned from some of the worlds, dealt anew in every epoch.

Worlds stay whole, so that the sequences of a network with a memory do; and every population takes the samples that it
has in them, however many these are: its losses are means, and its advantages are normalised over its own samples of the
minibatch.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from forge.ethyr.learning.settings import Learning

#: Worlds that one thread plays together, so that a population's rows of the first layer are used by many agents while
#: they are in the cache. It sets the order of sums, so it is the same for any number of threads.
GROUP = 8

_STREAM = 0x4445414C  # keeps these draws apart from all others of a seed


def groups_of(worlds: int, minibatches: int = 1) -> list[range]:
    """The worlds that are played and dealt together, GROUP at most: as many groups for each minibatch."""
    if minibatches == 1:
        return [range(first, min(first + GROUP, worlds)) for first in range(0, worlds, GROUP)]
    count = minibatches * -(-worlds // (minibatches * GROUP))
    ends = [group * worlds // count for group in range(count + 1)]
    return [range(first, end) for first, end in itertools.pairwise(ends)]


def fitted(learning: Learning, worlds: int) -> Learning:
    """The numbers with no more minibatches than there are worlds to deal: each has one whole world at least."""
    return learning if learning.minibatches <= worlds else replace(learning, minibatches=worlds)


class Minibatches:
    """Which groups of worlds each update from a segment learns from.

    Args:
        learning: the numbers, `fitted` to the worlds.
        worlds: of the learner.
        seed: of the run, or of the realm.

    Attributes:
        groups: of worlds.
    """

    def __init__(self, learning: Learning, worlds: int, seed: int) -> None:
        self.count, self._seed = learning.parts, seed
        self.groups = groups_of(worlds, self.count)
        self._epoch, self._dealt = (-1, -1), np.zeros((0, 0), np.int64)  # of the last epoch that was asked for

    def of(self, update: int, tick: int) -> np.ndarray:
        """The groups of one update, rising: int64 [groups / minibatches].

        They follow from the seed, the tick and the epoch, so that a checkpoint has nothing to keep of them.

        Args:
            update: from the segment, 0 .. epochs · minibatches − 1.
            tick: of the worlds at the end of the segment.
        """
        places = np.arange(len(self.groups))
        if self.count == 1:
            return places
        epoch, number = divmod(update, self.count)
        if self._epoch != (tick, epoch):
            dealt = np.random.default_rng(np.random.SeedSequence((self._seed, _STREAM, tick, epoch))).permutation(
                places
            )
            self._epoch, self._dealt = (tick, epoch), np.sort(dealt.reshape(self.count, -1))
        return self._dealt[number]
