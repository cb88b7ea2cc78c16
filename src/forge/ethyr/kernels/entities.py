"""The entity layers: a linear layer over each agent in view and the maximum over them, or over the observer alone.

A feature x enters as (x − centre) / scale. Weights have a row for each feature and one for the bias, whose input is 1.
The gradient goes to the agent that gave the maximum, the first of equals.

Letters: P populations, Q samples kept, M entity rows kept, C columns of them, H hidden units, F rows of weights,
G chunks of samples.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.threads.share import lanes_for, parallel
from forge.ethyr.kernels.dense import dense
from forge.ethyr.kernels.layout import COLUMNS, ROWS
from forge.ethyr.kernels.linear import give_to_winners, linear_max, normalise_rows
from forge.ethyr.kernels.products import ROWS_AT_ONCE
from forge.ethyr.kernels.rows import WIDE, add_scaled, clear

#: Samples a thread takes at a time.
BLOCK = 64
#: Agents in view at most.
MOST_SEEN = 256
#: Parts of a population's samples whose gradients are summed apart, and then in order: a fixed number, so that results
#: do not depend on threads.
CHUNKS = 16
_SAMPLE_NS = 30  # what a sample costs at least, to tell whether threads pay


def normaliser(centre: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """What the kernels normalise with: float32 [2, C], to subtract and then to multiply by.

    Args:
        centre, scale: float32 [F - 1], of the features.
    """
    features = len(centre)
    table = np.zeros((2, -(-(features + 2) // COLUMNS) * COLUMNS), np.float32)
    table[0, :features] = centre
    table[1, :features] = 1 / scale
    table[:, features] = -1, 1  # the input of the bias: (0 + 1) · 1
    return table


class Laid(NamedTuple):
    """What a thread works on: agents' features and gradients, laid out as factors of a product of matrices."""

    features: np.ndarray  # float32 [BLOCK + MOST_SEEN, C], normalised: of observers, or of all agents in view
    grads: np.ndarray  # float32 [BLOCK + MOST_SEEN, WIDE], of so many hidden units of each
    sums: np.ndarray  # float32 [C, WIDE]
    other: np.ndarray  # float32 [ROWS_AT_ONCE, H]: every second feature's part of a sum
    zeros: np.ndarray  # float32 [H or WIDE, whichever is more]


@jit
def allocate_laid(columns, hidden):
    """Room for one thread, for entity rows of so many columns and layers of so many hidden units."""
    return Laid(
        np.zeros((BLOCK + MOST_SEEN, columns), np.float32),
        np.zeros((BLOCK + MOST_SEEN, WIDE), np.float32),
        np.zeros((columns, WIDE), np.float32),
        np.zeros((ROWS_AT_ONCE, hidden), np.float32),
        np.zeros(max(hidden, WIDE), np.float32),
    )


@inline
def own_block(out, out_at, pitch, weights, entities, first, p, low, high, norm, laid):
    """The layer over the observer alone, for the samples low .. high − 1 of population p; there must be one.

    Args:
        out: float32; sample q's H numbers are written at out.flat[out_at + (q − low) · pitch]; up to the next multiple
            of four rows are written.
        out_at, pitch: see there.
        weights: float32 [P, F, H].
        entities: int16 [P, M, C].
        first: int32 [P, Q + 1], where the entities of each sample begin.
        p, low, high: what to work on, at most BLOCK samples.
        norm: float32 [2, C], from `normaliser`.
        laid: of this thread.
    """
    rows, hidden, columns = weights.shape[1], weights.shape[2], entities.shape[2]
    at, ours = p * rows * hidden, rows == ROWS
    lay_observers(laid, entities, first, p, low, high, norm)
    # every second feature is summed apart, as `linear_max` does it: a product for each half. Of our own features alone
    # the bias begins one of the sums, else it is the last term of one
    given = rows - 1 if ours else rows
    for k in range(0, high - low, ROWS_AT_ONCE):
        to = out_at + k * pitch
        if ours:
            dense(out, to, pitch, weights, at + (rows - 1) * hidden, 0, laid.features, k * columns + 1, columns, 2,
                  weights, at + hidden, 2 * hidden, given >> 1, hidden)  # fmt: skip
        else:
            dense(out, to, pitch, laid.zeros, 0, 0, laid.features, k * columns + 1, columns, 2, weights, at + hidden,
                  2 * hidden, given >> 1, hidden)  # fmt: skip
        dense(laid.other, 0, hidden, laid.zeros, 0, 0, laid.features, k * columns, columns, 2, weights, at,
              2 * hidden, (given + 1) >> 1, hidden)  # fmt: skip
        for r in range(ROWS_AT_ONCE):
            add_scaled(out, to + r * pitch, laid.other, r * hidden, np.float32(1), hidden)


@inline
def lay_observers(laid, entities, first, p, low, high, norm):
    """Fills `features` with those of the observers of the samples low .. high − 1 of population p."""
    for q in range(low, high):
        lay(laid, q - low, entities, p, np.int64(first[p, q]), 1, norm)


@inline
def lay(laid, to, entities, p, begin, count, norm):
    """Fills `features` from row `to` on with those of the agents begin .. begin + count − 1 of population p."""
    columns = entities.shape[2]
    source = (p * entities.shape[1] + begin) * columns
    where = to * columns, columns, source, columns, 0, columns, columns, count
    normalise_rows(laid.features, entities, norm, where, None)


@inline
def entity_block(out, out_at, pitch, best, best_at, weights, entities, first, p, low, high, norm):
    """The maximum over agents in view for the samples low .. high − 1 of population p; there must be one.

    Args:
        out: float32; sample q's H numbers are written at out.flat[out_at + (q − low) · pitch].
        out_at, pitch: see there.
        best: uint8; which agent gave each of them is written at best.flat[best_at + (q − low) · H].
        best_at: see there.
        weights, entities, first, p, low, high, norm: as for `own_block`.
    """
    hidden, rows, columns = weights.shape[2], weights.shape[1], entities.shape[2]
    at, begin = p * rows * hidden, p * entities.shape[1] * columns
    sample = p * first.shape[1] + low
    for h in range(0, hidden, WIDE):
        where = (out_at + h, pitch, best_at + h, at + h, hidden, begin, sample, high - low, rows, columns)
        linear_max(out, best, weights, entities, first, norm, where, hidden - h >= WIDE)


@inline
def own_gradient(weights, weight_at, grad, grad_at, pitch, entities, first, p, low, high, norm, laid):
    """Adds what the samples low .. high − 1 of population p say of the weights of `own_block`; there must be one.

    Args:
        weights: float32 [..., F, H], gradients; those of this population begin at weights.flat[weight_at].
        weight_at: see there.
        grad: float32; the gradient of sample q's output is at grad.flat[grad_at + (q − low) · pitch].
        grad_at, pitch: see there.
        entities, first, p, low, high, norm, laid: as for `own_block`; there may be any number of samples.
    """
    rows, hidden = weights.shape[-2], weights.shape[-1]
    for h in range(0, hidden, WIDE):
        width = min(WIDE, hidden - h)
        begin_sums(laid, weights, weight_at + h, rows, hidden, width)
        for q in range(low, high, BLOCK):
            end = min(q + BLOCK, high)
            lay_observers(laid, entities, first, p, q, end, norm)
            add_to_sums(laid, rows, grad, grad_at + h + (q - low) * pitch, pitch, end - q, width)
        end_sums(laid, weights, weight_at + h, rows, hidden, width)


@inline
def entity_gradient(weights, weight_at, grad, grad_at, pitch, best, best_at, entities, first, p, low, high, norm, laid):
    """Adds what the samples low .. high − 1 of population p say of the weights of `entity_block`; there must be one.

    Args:
        weights, weight_at, grad, grad_at, pitch: as for `own_gradient`.
        best, best_at: as `entity_block` filled them.
        entities, first, p, low, high, norm, laid: as for `own_block`; there may be any number of samples.
    """
    rows, hidden = weights.shape[-2], weights.shape[-1]
    for h in range(0, hidden, WIDE):
        width = min(WIDE, hidden - h)
        begin_sums(laid, weights, weight_at + h, rows, hidden, width)
        filled = 0
        for q in range(low, high):
            begin, agents = np.int64(first[p, q]), np.int64(first[p, q + 1]) - np.int64(first[p, q])
            of = grad_at + h + (q - low) * pitch
            lay(laid, filled, entities, p, begin, agents, norm)
            give_to_winners(laid.grads, filled * WIDE, WIDE, grad, of, best, best_at + h + (q - low) * hidden, agents,
                            width == WIDE)  # fmt: skip
            filled += agents
            if filled >= BLOCK or q == high - 1:
                add_to_sums(laid, rows, laid.grads, 0, WIDE, filled, width)
                filled = 0
        end_sums(laid, weights, weight_at + h, rows, hidden, width)


@inline
def begin_sums(laid, weights, weight_at, rows, hidden, width):
    """Sums of our own features alone go on from what is there; with others, what samples say is summed up before."""
    for f in range(laid.sums.shape[0]):
        clear(laid.sums, f * WIDE, width)
        if rows == ROWS and f < rows:
            add_scaled(laid.sums, f * WIDE, weights, weight_at + f * hidden, np.float32(1), width)


@inline
def add_to_sums(laid, rows, grads, grads_at, pitch, count, width):
    """Adds the products of the features laid out and their gradients, of all agents in order."""
    columns = laid.features.shape[1]
    for f in range(0, rows, ROWS_AT_ONCE):
        dense(laid.sums, f * WIDE, WIDE, laid.sums, f * WIDE, WIDE, laid.features, f, 1, columns, grads, grads_at,
              pitch, count, width)  # fmt: skip


@inline
def end_sums(laid, weights, weight_at, rows, hidden, width):
    """The reverse of `begin_sums`."""
    for f in range(rows):
        if rows == ROWS:
            clear(weights, weight_at + f * hidden, width)
        add_scaled(weights, weight_at + f * hidden, laid.sums, f * WIDE, np.float32(1), width)


@jit
def entity_lane(out, column, best, weights, entities, first, start, count, norm, lane, lanes):
    """Every n-th block of samples: out[p, :, column : column + H] = their maxima; rows beyond count[p] are 0.

    Args:
        out: float32 [P, m, width].
        column: where the H numbers of each row begin.
        best: uint8 [P, m, H], filled; or of shape [0, 0, 0] for the layer over the observer alone.
        weights, entities, first, norm: as for `entity_block`.
        start, count: int64 [P], the samples of each population.
        lane, lanes: which of how many.
    """
    rows, pitch, hidden, own = out.shape[1], out.shape[2], weights.shape[2], best.size == 0
    laid, observers = allocate_laid(entities.shape[2], hidden), np.empty((BLOCK + ROWS_AT_ONCE, hidden), np.float32)
    block = 0
    for p in range(out.shape[0]):
        for low in range(0, rows, BLOCK):
            if block % lanes == lane:
                row = p * rows + low
                at = row * pitch + column
                filled = max(0, min(BLOCK, count[p] - low))
                q = start[p] + low
                if filled > 0 and own:
                    own_block(observers, 0, hidden, weights, entities, first, p, q, q + filled, norm, laid)
                    for k in range(filled):
                        clear(out, at + k * pitch, hidden)
                        add_scaled(out, at + k * pitch, observers, k * hidden, np.float32(1), hidden)
                elif filled > 0:
                    entity_block(out, at, pitch, best, row * hidden, weights, entities, first, p, q, q + filled, norm)
                for k in range(filled, min(BLOCK, rows - low)):
                    clear(out, at + k * pitch, hidden)
            block += 1


launch_entity = parallel(entity_lane, -1)


@jit
def entity_all(pool, threads, out, column, best, weights, entities, first, start, count, norm):
    """All lanes of `entity_lane`, on threads."""
    lanes = lanes_for(_SAMPLE_NS * out.shape[0] * out.shape[1], threads)
    launch_entity(pool, lanes, lanes, (out, column, best, weights, entities, first, start, count, norm, lanes))


@jit
def entity_gradient_lane(parts, grad, column, best, entities, first, start, count, norm, lane, lanes):
    """Every n-th chunk of a population's samples: the gradients of `entity_lane`, chunks apart.

    Args:
        parts: float32 [P, G, F, H], written over.
        grad: float32 [P, m, width], of the output.
        column: where the H numbers of each row begin.
        best, entities, first, start, count, norm, lane, lanes: as for `entity_lane`.
    """
    chunks, hidden, pitch, own = parts.shape[1], parts.shape[3], grad.shape[2], best.size == 0
    laid = allocate_laid(entities.shape[2], hidden)
    for task in range(lane, parts.shape[0] * chunks, lanes):
        p, chunk = task // chunks, task % chunks
        size = parts.shape[2] * hidden
        at = task * size
        clear(parts, at, size)
        low, high = count[p] * chunk // chunks, count[p] * (chunk + 1) // chunks
        if low < high:
            row = p * grad.shape[1] + low
            to, q = row * pitch + column, start[p]
            seen = entities, first, p, q + low, q + high, norm, laid
            if own:
                own_gradient(parts, at, grad, to, pitch, *seen)
            else:
                entity_gradient(parts, at, grad, to, pitch, best, row * hidden, *seen)


launch_entity_gradient = parallel(entity_gradient_lane, -1)


@jit
def entity_gradient_all(pool, threads, parts, grad, column, best, entities, first, start, count, norm):
    """All lanes of `entity_gradient_lane`, on threads."""
    lanes = lanes_for(_SAMPLE_NS * grad.shape[0] * grad.shape[1], threads)
    launch_entity_gradient(pool, lanes, lanes, (parts, grad, column, best, entities, first, start, count, norm, lanes))


@jit
def sum_chunks(parts, weights):
    """The chunks of `entity_gradient_lane` in order: weights[p] = Σ_g parts[p, g]; float32 [P, F, H]."""
    chunks, size = parts.shape[1], parts.shape[2] * parts.shape[3]
    for p in range(parts.shape[0]):
        clear(weights, p * size, size)
        for chunk in range(chunks):
            add_scaled(weights, p * size, parts, (p * chunks + chunk) * size, np.float32(1), size)
