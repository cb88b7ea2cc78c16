"""A segment of experience of one group of worlds, with what the network computed on the way.

Letters besides those of `forge.ethyr.experience.rollout`: H hidden units; rows have a slack of ROWS_AT_ONCE, because
products work on several rows at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forge.blade.config.config import Config
from forge.ethyr.experience.rollout import Rollout, aligned
from forge.ethyr.kernels.products import ROWS_AT_ONCE
from forge.ethyr.kernels.tiles import LISTING

#: Columns of a row of outputs: log-probabilities of moves and styles, and the value.
OUTPUTS, MOVE, STYLE, VALUE = 16, 0, 5, 9
#: Agents in view at most.
MOST_SEEN = 256
#: Samples worked on at once, so that what is computed of them stays in the first cache.
BLOCK = 64


class Segment(NamedTuple):
    """Fields up to `terminated` as in `Rollout`."""

    windows: np.ndarray
    entities: np.ndarray
    first: np.ndarray
    moves: np.ndarray
    actions: np.ndarray
    log_prob: np.ndarray
    value: np.ndarray
    advantage: np.ndarray
    target: np.ndarray
    sample_of: np.ndarray
    reward: np.ndarray
    terminated: np.ndarray
    gathered: np.ndarray  # int64 [P]: samples, those of the last observation included
    acted: np.ndarray  # int64 [P]: of which acted; they come first
    encoded: np.ndarray  # float32 [P, Q + slack, 3 H]: the encoder's output; later its gradient
    hidden: np.ndarray  # float32 [P, Q + slack, H]: the trunk's output
    output: np.ndarray  # float32 [P, Q + slack, 16]: the heads' output, OUTPUTS
    best: np.ndarray  # uint8 [P, Q + slack, H]: which agent gave each maximum
    moments: np.ndarray  # float64 [P, 4]: sums of the advantages, of their squares, of the targets and of their squares
    losses: np.ndarray  # float64 [P, 3]: sums of policy loss, value loss and entropy
    clipped: np.ndarray  # int64 [P]: samples whose ratio of probabilities has left 1 ± clip
    first_row: np.ndarray  # int64 [W, P], scratch
    first_entity: np.ndarray  # int64 [W, P], scratch


class Scratch(NamedTuple):
    """What one thread works on; no two threads share it."""

    grad_output: np.ndarray  # float32 [BLOCK + slack, 16]
    grad_hidden: np.ndarray  # float32 [BLOCK + slack, H]
    grad_query: np.ndarray  # float32 [BLOCK + slack, H], of the head that picks targets
    query: np.ndarray  # float32 [H], of one sample
    z: np.ndarray  # float32 [H], of one sample and target
    wanted: np.ndarray  # float32 [256]: log-probabilities of one sample's targets
    odds_of: np.ndarray  # float32 [256]: their odds
    odds: np.ndarray  # float32 [16]
    listing: np.ndarray  # uint16 [LISTING]


def allocate_scratch(hidden: int) -> Scratch:
    """Room for one thread."""
    return Scratch(
        grad_output=aligned((BLOCK + ROWS_AT_ONCE, OUTPUTS), np.float32),
        grad_hidden=aligned((BLOCK + ROWS_AT_ONCE, hidden), np.float32),
        grad_query=aligned((BLOCK + ROWS_AT_ONCE, hidden), np.float32),
        query=aligned((hidden,), np.float32),
        z=aligned((hidden,), np.float32),
        wanted=aligned((MOST_SEEN,), np.float32),
        odds_of=aligned((MOST_SEEN,), np.float32),
        odds=aligned((OUTPUTS,), np.float32),
        listing=np.zeros(LISTING, np.uint16),
    )


def allocate(config: Config, worlds: int, ticks: int, hidden: int) -> Segment:
    """An empty segment for `worlds` worlds and `ticks` ticks."""
    rollout = Rollout(config, worlds, ticks)
    P, Q = rollout.value.shape
    rows = Q + ROWS_AT_ONCE
    return Segment(
        windows=rollout.windows,
        entities=rollout.entities,
        first=rollout.first,
        moves=rollout.moves,
        actions=rollout.actions,
        log_prob=rollout.log_prob,
        value=rollout.value,
        advantage=rollout.advantage,
        target=rollout.target,
        sample_of=rollout.sample_of,
        reward=rollout.reward,
        terminated=rollout.terminated,
        gathered=rollout.count,
        acted=np.zeros(P, np.int64),
        encoded=aligned((P, rows, 3 * hidden), np.float32),
        hidden=aligned((P, rows, hidden), np.float32),
        output=aligned((P, rows, OUTPUTS), np.float32),
        best=aligned((P, rows, hidden), np.uint8),
        moments=np.zeros((P, 4)),
        losses=np.zeros((P, 3)),
        clipped=np.zeros(P, np.int64),
        first_row=np.zeros((worlds, P), np.int64),
        first_entity=np.zeros((worlds, P), np.int64),
    )
