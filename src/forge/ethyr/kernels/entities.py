"""The entity layers: a linear layer over each agent in view and the maximum over them, or over the observer alone.

A feature x enters as (x − centre) / scale. Weights have a row for each feature and one for the bias, whose input is 1.
The gradient goes to the agent that gave the maximum, the first of equals.

Letters: P populations, Q samples kept, M entity rows kept, C columns of them, H hidden units, F rows of weights,
G chunks of samples.
"""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.threads.share import lanes_for, parallel
from forge.ethyr.kernels.layout import COLUMNS
from forge.ethyr.kernels.linear import linear_gradient, linear_max
from forge.ethyr.kernels.rows import WIDE, add_scaled, clear

#: Samples a thread takes at a time.
BLOCK = 64
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


@inline
def entity_block(out, out_at, pitch, best, best_at, weights, entities, first, p, low, high, norm):
    """The layer for the samples low .. high − 1 of population p; there must be one.

    Args:
        out: float32; sample q's H numbers are written at out.flat[out_at + (q − low) · pitch].
        out_at, pitch: see there.
        best: uint8; which agent gave each of them is written at best.flat[best_at + (q − low) · H]. If it is empty, the
            layer looks at the observer alone.
        best_at: see there.
        weights: float32 [P, F, H].
        entities: int16 [P, M, C].
        first: int32 [P, Q + 1], where the entities of each sample begin.
        p, low, high: what to work on.
        norm: float32 [2, C], from `normaliser`.
    """
    hidden, own = weights.shape[2], best.size == 0
    rows, columns = weights.shape[1], entities.shape[2]
    at, begin = p * rows * hidden, p * entities.shape[1] * columns
    sample = p * first.shape[1] + low
    for h in range(0, hidden, WIDE):
        where = (out_at + h, pitch, best_at + h, at + h, hidden, begin, sample, high - low, rows, columns)
        linear_max(out, best, weights, entities, first, norm, where, hidden - h >= WIDE, own)


@inline
def entity_gradient(weights, weight_at, grad, grad_at, pitch, best, best_at, entities, first, p, low, high, norm):
    """Adds what the samples low .. high − 1 of population p say of its weights; there must be one.

    Args:
        weights: float32 [..., F, H], gradients; those of this population begin at weights.flat[weight_at].
        weight_at: see there.
        grad: float32; the gradient of sample q's output is at grad.flat[grad_at + (q − low) · pitch].
        grad_at, pitch: see there.
        best, best_at, entities, first, p, low, high, norm: as for `entity_block`, which filled `best`.
    """
    hidden, own = weights.shape[-1], best.size == 0
    rows, columns = weights.shape[-2], entities.shape[2]
    begin, sample = p * entities.shape[1] * columns, p * first.shape[1] + low
    for h in range(0, hidden, WIDE):
        where = (grad_at + h, pitch, best_at + h, weight_at + h, hidden, begin, sample, high - low, rows, columns)
        linear_gradient(grad, best, weights, entities, first, norm, where, hidden - h >= WIDE, own)


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
    rows, pitch, hidden = out.shape[1], out.shape[2], weights.shape[2]
    block = 0
    for p in range(out.shape[0]):
        for low in range(0, rows, BLOCK):
            if block % lanes == lane:
                row = p * rows + low
                at = row * pitch + column
                filled = max(0, min(BLOCK, count[p] - low))
                q = start[p] + low
                if filled > 0:
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
    chunks, hidden, pitch = parts.shape[1], parts.shape[3], grad.shape[2]
    for task in range(lane, parts.shape[0] * chunks, lanes):
        p, chunk = task // chunks, task % chunks
        size = parts.shape[2] * hidden
        at = task * size
        clear(parts, at, size)
        low, high = count[p] * chunk // chunks, count[p] * (chunk + 1) // chunks
        if low < high:
            row = p * grad.shape[1] + low
            to, q = row * pitch + column, start[p]
            entity_gradient(parts, at, grad, to, pitch, best, row * hidden, entities, first, p, q + low, q + high, norm)


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
