"""A segment of experience of one group of worlds, with what the network computed on the way.

Letters besides those of `forge.ethyr.experience.rollout`: H hidden units; rows have a slack of ROWS_AT_ONCE, because
products work on several rows at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from forge.ethyr.experience.memory import NOBODY
from forge.ethyr.experience.rollout import NO_SAMPLE, Rollout, aligned
from forge.ethyr.fused.choices import FEATURES as OF_EACH
from forge.ethyr.fused.choices import OPTIONS
from forge.ethyr.fused.columns import BLOCK
from forge.ethyr.fused.tables import FEATURES
from forge.ethyr.fused.weights import Weights, zeros
from forge.ethyr.kernels.entities import MOST_SEEN, Laid, allocate_laid
from forge.ethyr.kernels.gru import GATES, Unit
from forge.ethyr.kernels.layout import AROUND, OWN
from forge.ethyr.kernels.llvm import LANES
from forge.ethyr.kernels.products import ROWS_AT_ONCE
from forge.ethyr.kernels.tiles import LISTING
from forge.ethyr.networks.samples import More

#: The bits of a sample all of whose choices count.
ALL_MATTER = 2**32 - 1


class Carried(NamedTuple):
    """What the agents of a group carry from tick to tick, where the network has a memory; else all of it is empty.

    A memory belongs to a life, as in `forge.ethyr.experience.memory.Memory`. Letters: N slots of a world.
    """

    numbers: np.ndarray  # float32 [W, N, H]: what was carried out of the last tick played
    owner: np.ndarray  # int64 [W, N]: the id of the agent whose it is, or NOBODY
    age: np.ndarray  # int64 [W, N]: its age then
    starts: np.ndarray  # int64 [T + 2, P]: the first sample of each tick, and how many there are
    previous: np.ndarray  # int32 [P, Q]: the same agent's sample of the tick before; NO_SAMPLE at a birth and at tick 0
    seen: np.ndarray  # float32 [P, Q + slack, H]: the trunk's output
    before: np.ndarray  # float32 [P, Q + slack, H]: what was carried into the tick
    after: np.ndarray  # float32 [P, Q + slack, H]: what was carried out of it; later its gradient
    gates: np.ndarray  # float32 [P, Q + slack, 4 H]: as in `forge.ethyr.kernels.gru`; later their gradients


class Segment(NamedTuple):
    """Fields up to `lost` as in `Rollout`."""

    windows: np.ndarray
    entities: np.ndarray
    first: np.ndarray
    moves: np.ndarray
    actions: np.ndarray
    log_prob: np.ndarray
    value: np.ndarray
    advantage: np.ndarray
    target: np.ndarray
    seats: np.ndarray
    sample_of: np.ndarray
    reward: np.ndarray
    terminated: np.ndarray
    lost: np.ndarray  # never: nobody culls while a segment is played
    matters: np.ndarray  # uint32 [P, Q], this and the next two as in `More`; all bits are set where nobody asked
    place: np.ndarray
    valid: np.ndarray
    numbers: np.ndarray  # int32: those of all tables from outside, one behind the other
    filled: np.ndarray  # int32: how many rows of their sets are there, likewise
    tables: np.ndarray  # int64 [T, 2]: where the numbers and the counts of each begin: columns of `tables`
    gathered: np.ndarray  # int64 [P]: samples, those of the last observation included
    acted: np.ndarray  # int64 [P]: of which acted; they come first
    encoded: np.ndarray  # float32 [P, Q + slack, (3 + T) H]: the encoder's output; later its gradient but the tiles'
    # float32 [P, Q + slack, H]: what the heads read: the trunk's output, if there is no memory; later the gradient of
    # the tile layer's output
    hidden: np.ndarray
    output: np.ndarray  # float32 [P, Q + slack, outputs]: the heads' output
    best: np.ndarray  # uint8 [P, Q + slack, H]: which agent gave each maximum
    won: np.ndarray  # int32 [P, Q + slack, T H]: which row of each set from outside did
    moments: np.ndarray  # float64 [P, 4]: sums of the advantages, of their squares, of the targets and of their squares
    losses: np.ndarray  # float64 [P, 3]: sums of policy loss, value loss and entropy
    clipped: np.ndarray  # int64 [P]: samples whose ratio of probabilities has left 1 ± clip
    carried: Carried
    first_row: np.ndarray  # int64 [W, P], scratch
    first_entity: np.ndarray  # int64 [W, P], scratch


#: Columns of what `places_of` returns.
WINDOWS, GRADS, SEEN, ROWS = range(4)


def places_of(segments: Sequence[Segment]) -> np.ndarray:
    """Where compiled code finds what it reads of segments whose number is not part of its type.

    Returns:
        int64 [G, 4]: the addresses of windows and of `hidden`, and how many rows of a population each of them has.
    """
    arrays = [(segment.windows, segment.hidden) for segment in segments]
    return np.array([[w.ctypes.data, g.ctypes.data, w.shape[1], g.shape[1]] for w, g in arrays], np.int64)


class Scratch(NamedTuple):
    """What one thread works on; no two threads share it."""

    grad_output: np.ndarray  # float32 [BLOCK + slack, outputs]
    grad_hidden: np.ndarray  # float32 [BLOCK + slack, H]
    grad_query: np.ndarray  # float32 [BLOCK + slack, H], of the head that picks targets
    grad_before: np.ndarray  # float32 [BLOCK + slack, H], of what is carried
    query: np.ndarray  # float32 [H], of one sample
    z: np.ndarray  # float32 [H], of one sample, and target or row
    wanted: np.ndarray  # float32 [256]: log-probabilities of one sample's targets
    odds_of: np.ndarray  # float32 [256]: their odds
    odds: np.ndarray  # float32 [16]: of one sample's moves and styles
    row: np.ndarray  # float32: the features of one row of a table, and 1
    rows: np.ndarray  # float32 [BLOCK + slack, features + 1 or more]: the same of a vector, of many samples
    some: np.ndarray  # int32 [as wide as `rows`]: 0 of features that are 0 for all of these samples
    used: np.ndarray  # int64 [as wide as `rows`]: the features that are not
    scores: np.ndarray  # float32 [C, options]: of one sample's choices from outside
    chances: np.ndarray  # float32 [C, options]
    options: np.ndarray  # int64 [C]: how many of them there are
    totals: np.ndarray  # float32 [C]: the sums of their odds
    listing: np.ndarray  # uint16 [LISTING]
    laid: Laid


def allocate_scratch(weights: Weights) -> Scratch:
    """Room for one thread that computes with such weights."""
    outputs, hidden = weights.heads.shape[2], weights.heads.shape[1]
    choices = len(weights.choices)
    most = max([1, *weights.choices[:, OPTIONS]])
    features = max([0, *weights.tables[:, FEATURES], *weights.choices[:, OF_EACH]])
    width = -(-(features + 1) // LANES) * LANES
    return Scratch(
        grad_output=aligned((BLOCK + ROWS_AT_ONCE, outputs), np.float32),
        grad_hidden=aligned((BLOCK + ROWS_AT_ONCE, hidden), np.float32),
        grad_query=aligned((BLOCK + ROWS_AT_ONCE, hidden), np.float32),
        grad_before=aligned((BLOCK + ROWS_AT_ONCE, weights.unit.seen.shape[1]), np.float32),
        query=aligned((hidden,), np.float32),
        z=aligned((hidden,), np.float32),
        wanted=aligned((MOST_SEEN,), np.float32),
        odds_of=aligned((MOST_SEEN,), np.float32),
        odds=aligned((LANES,), np.float32),
        row=aligned((features + 1,), np.float32),
        rows=zeros(BLOCK + ROWS_AT_ONCE, width),
        some=np.zeros(width, np.int32),
        used=np.zeros(width, np.int64),
        scores=aligned((choices, most), np.float32),
        chances=aligned((choices, most), np.float32),
        options=np.zeros(choices, np.int64),
        totals=aligned((choices,), np.float32),
        listing=np.zeros(LISTING, np.uint16),
        laid=allocate_laid(weights.norm.shape[1], hidden),
    )


def allocate(rollout: Rollout, weights: Weights) -> tuple[Segment, More]:
    """An empty segment, and where to gather what systems from outside tell its samples.

    Args:
        rollout: whose buffers to use.
        weights: of the network that is to play.
    """
    P, Q = rollout.value.shape
    worlds, rows, hidden = rollout.worlds, Q + ROWS_AT_ONCE, weights.heads.shape[1]
    more, numbers, filled, tables = in_a_row(rollout)
    segment = Segment(
        windows=rollout.windows,
        entities=rollout.entities,
        first=rollout.first,
        moves=rollout.moves,
        actions=rollout.actions,
        log_prob=rollout.log_prob,
        value=rollout.value,
        advantage=rollout.advantage,
        target=rollout.target,
        seats=rollout.seats,
        sample_of=rollout.sample_of,
        reward=rollout.reward,
        terminated=rollout.terminated,
        lost=rollout.lost,
        matters=more.matters if more.matters.size else np.full((P, Q), ALL_MATTER, np.uint32),
        place=more.place,
        valid=more.valid,
        numbers=numbers,
        filled=filled,
        tables=tables,
        gathered=rollout.count,
        acted=np.zeros(P, np.int64),
        encoded=aligned((P, rows, weights.trunk.shape[1]), np.float32),
        hidden=aligned((P, rows, hidden), np.float32),
        output=aligned((P, rows, weights.heads.shape[2]), np.float32),
        best=aligned((P, rows, hidden), np.uint8),
        won=aligned((P, rows, len(tables) * hidden), np.int32),
        moments=np.zeros((P, 4)),
        losses=np.zeros((P, 3)),
        clipped=np.zeros(P, np.int64),
        carried=allocate_carried(rollout, weights.unit),
        first_row=np.zeros((worlds, P), np.int64),
        first_entity=np.zeros((worlds, P), np.int64),
    )
    return segment, more


def allocate_carried(rollout: Rollout, unit: Unit) -> Carried:
    """Memories of nobody, and room for those of a segment; all empty if the unit is."""
    P, hidden = unit.seen.shape[:2]
    samples, worlds, slots = (size if hidden else 0 for size in (rollout.value.shape[1], *rollout.sample_of.shape[1:]))
    rows = P, samples + ROWS_AT_ONCE
    return Carried(
        numbers=np.zeros((worlds, slots, hidden), np.float32),
        owner=np.full((worlds, slots), NOBODY, np.int64),
        age=np.zeros((worlds, slots), np.int64),
        starts=np.zeros((rollout.ticks + 2, P), np.int64),
        previous=np.full((P, samples), NO_SAMPLE, np.int32),
        seen=aligned((*rows, hidden), np.float32),
        before=aligned((*rows, hidden), np.float32),
        after=aligned((*rows, hidden), np.float32),
        gates=aligned((*rows, GATES * hidden), np.float32),
    )


def in_a_row(rollout: Rollout) -> tuple[More, np.ndarray, np.ndarray, np.ndarray]:
    """Where to gather what systems from outside tell: arrays that lie behind one another.

    Returns:
        What gathering writes to; the memory of the numbers of all its tables and of the counts of its sets, and where
        those of each table begin, as in `Segment`.
    """
    layout, more = rollout.layout, rollout.more
    sets = iter(zip(more.sets, more.counts, strict=True))
    vectors = {OWN: more.own, AROUND: more.around}
    pairs = [(vectors[t.name], None) if t.name in vectors else next(sets) for t in layout.tables]
    sizes = [(array.size, 0 if count is None else count.size) for array, count in pairs]
    ends = np.cumsum([(0, 0), *sizes], axis=0)
    # vectors of sixteen are read, up to behind the last number
    numbers, filled = aligned((int(ends[-1, 0]) + LANES,), np.int32), np.zeros(int(ends[-1, 1]), np.int32)
    placed = {
        table.name: (numbers[a : a + array.size].reshape(array.shape), filled[b : b + size])
        for table, (array, _), (a, b), (_, size) in zip(layout.tables, pairs, ends, sizes, strict=False)
    }
    counts = (placed[t.name][1].reshape(count.shape) for t, count in zip(layout.sets, more.counts, strict=True))
    return (
        More(
            own=placed[OWN][0] if OWN in placed else more.own,
            place=more.place,
            around=placed[AROUND][0] if AROUND in placed else more.around,
            sets=tuple(placed[t.name][0] for t in layout.sets),
            counts=tuple(counts),
            valid=more.valid,
            matters=more.matters,
        ),
        numbers,
        filled,
        ends[:-1].copy(),
    )
