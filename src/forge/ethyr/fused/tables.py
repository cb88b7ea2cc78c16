"""Tables that systems from outside declare: blocks of the encoded vector behind those of tiles and agents.

A table is a vector (what an agent knows of itself alone, or all know of their world) or a set of rows, an agent's own
or of the world. A vector goes through a linear layer; a set through one over each row and the maximum over those that
are there, or is replaced by learned numbers where there is none. What is of the world is computed once for all samples
of one world that follow one another.

Letters: T tables, F features of a table, L rows of a set at most, H hidden units.
"""

from __future__ import annotations

import math

import numpy as np

from forge.blade.compiled.jit import inline
from forge.ethyr.kernels.dense import dense_for_listed, dense_of_listed
from forge.ethyr.kernels.linear import normalise_rows
from forge.ethyr.kernels.llvm import LANES
from forge.ethyr.kernels.products import ROWS_AT_ONCE

#: Columns of `Weights.tables`: features, rows at most, whether it is of the world, whether it is a set, and its first
#: row in `Weights.more` and in `Weights.norms`.
FEATURES, ROWS, WORLD, IS_SET, WEIGHT = range(5)
#: Columns of `Segment.tables`: where its numbers begin in `Segment.numbers`, and its counts in `Segment.filled`.
NUMBERS, FILLED = range(2)
#: ln(1 + n) of the first whole numbers n.
_LOOKED_UP = 256
_LOGARITHMS = np.array([math.log1p(n) for n in range(_LOOKED_UP)], np.float32)
#: Blocks of H that the encoded vector has for tiles, for oneself, and for agents in view.
OURS = 3


@inline
def source_of(segment, weights, t, p, q):
    """Which vector or set of table t sample q of population p sees, counted over all of them."""
    if weights.tables[t, WORLD]:
        return np.int64(segment.place[p, q])
    return p * segment.value.shape[1] + q


@inline
def rows_there(segment, weights, t, p, q):
    """How many rows of table t the sample sees; 1 of a vector."""
    if not weights.tables[t, IS_SET]:
        return np.int64(1)
    return np.int64(segment.filled[segment.tables[t, FILLED] + source_of(segment, weights, t, p, q)])


@inline
def read_row(x, segment, weights, t, p, q, k):
    """Fills x, float32, with the normalised features of row k of table t, and the 1 of the bias behind them.

    A feature is (x − norms[0]) · norms[1]; where norms[1] is 0 it is its symmetric logarithm, sign(x) ln(1 + |x|).
    """
    plan = weights.tables[t]
    features, first = plan[FEATURES], plan[WEIGHT]
    at = segment.tables[t, NUMBERS] + (source_of(segment, weights, t, p, q) * plan[ROWS] + k) * features
    for f in range(features):
        number, factor = np.float32(segment.numbers[at + f]), weights.norms[1, first + f]
        if factor == 0:
            x[f] = symmetric_logarithm(number)
        else:
            x[f] = (number - weights.norms[0, first + f]) * factor
    x[features] = 1


@inline
def symmetric_logarithm(number):
    """sign(x) ln(1 + |x|) of a whole number as float32; of those that are small, as prices are, it is looked up."""
    size = abs(number)
    if size < _LOOKED_UP:
        logarithm = _LOGARITHMS[np.int64(size)]
    else:
        logarithm = np.float32(math.log1p(size))
    return logarithm if number >= 0 else -logarithm


@inline
def embed(segment, weights, scratch, p, low, high):
    """Fills the blocks of all tables in `encoded`, and `won`, of the samples low .. high − 1 of population p."""
    H = segment.hidden.shape[2]
    for t in range(weights.tables.shape[0]):
        block, world = (OURS + t) * H, weights.tables[t, WORLD] != 0
        if is_own_vector(weights, t):
            embed_vectors(segment, weights, scratch, t, p, low, high)
            continue
        for q in range(low, high):
            out, won = segment.encoded[p, q, block : block + H], segment.won[p, q, t * H : (t + 1) * H]
            if world and q > low and segment.place[p, q] == segment.place[p, q - 1]:
                before, who = segment.encoded[p, q - 1, block : block + H], segment.won[p, q - 1, t * H : (t + 1) * H]
                for h in range(H):
                    out[h] = before[h]
                    won[h] = who[h]
            else:
                embed_one(out, won, segment, weights, scratch, t, p, q)


@inline
def is_own_vector(weights, t):
    """Whether table t is a vector that every sample has for itself: such are taken four samples at once."""
    return (weights.tables[t, IS_SET] == 0) & (weights.tables[t, WORLD] == 0)


@inline
def read_vectors(scratch, segment, weights, t, p, low, high):
    """Fills the first rows of `scratch.rows`, each as `read_row` fills x, of a vector of table t; of no logarithms.

    Returns:
        How many numbers `scratch.used` begins with: the features that some of these samples have above or below 0, and
        behind them that of the bias. What is 0 for all of them, as most prices and goods are, changes no sum.
    """
    features, first, norms = weights.tables[t, FEATURES], weights.tables[t, WEIGHT], weights.norms
    at = segment.tables[t, NUMBERS] + source_of(segment, weights, t, p, low) * features
    # sixteen at a time: what is behind a row's last number is written, and then is read by nobody
    whole = (features + LANES - 1) // LANES * LANES
    where = 0, scratch.rows.shape[1], at, features, first, norms.shape[1], whole, high - low
    normalise_rows(scratch.rows, segment.numbers, norms, where, scratch.some)
    for k in range(high - low):
        scratch.rows[k, features] = 1
    scratch.some[features] = 1
    used = 0
    for f in range(features + 1):
        scratch.used[used] = f
        used += scratch.some[f] != 0
    return used


@inline
def embed_vectors(segment, weights, scratch, t, p, low, high):
    """The blocks of a vector of table t: those of four samples at once."""
    H, wide, pitch = segment.hidden.shape[2], segment.encoded.shape[2], scratch.rows.shape[1]
    at = (p * weights.more.shape[1] + weights.tables[t, WEIGHT]) * H
    used = read_vectors(scratch, segment, weights, t, p, low, high)
    for k in range(0, high - low, ROWS_AT_ONCE):
        to = (p * segment.encoded.shape[1] + low + k) * wide + (OURS + t) * H
        dense_of_listed(segment.encoded, to, wide, weights.zeros, 0, 0, scratch.rows, k * pitch, pitch, 1,
                        weights.more, at, H, scratch.used, used, H)  # fmt: skip


@inline
def vectors_gradient(segment, weights, gradients, scratch, group, t, p, low, high):
    """Adds the gradient of the weights of a vector of table t: those of four features at once."""
    H, wide, pitch = segment.hidden.shape[2], segment.encoded.shape[2], scratch.rows.shape[1]
    rows, samples, first = weights.tables[t, FEATURES] + 1, high - low, weights.tables[t, WEIGHT]
    to = ((group * gradients.more.shape[1] + p) * gradients.more.shape[2] + first) * H
    of = (p * segment.encoded.shape[1] + low) * wide + (OURS + t) * H
    used = read_vectors(scratch, segment, weights, t, p, low, high)
    whole = rows - rows % ROWS_AT_ONCE
    for k in range(0, fours_below(whole, scratch, used), ROWS_AT_ONCE):
        dense_for_listed(gradients.more, to, H, scratch.rows, 0, 1, pitch, segment.encoded, of, wide, scratch.used, k,
                         samples, H)  # fmt: skip
    for f in range(whole, rows):
        total = gradients.more[group, p, first + f]
        for k in range(samples):
            number, grad = scratch.rows[k, f], segment.encoded[p, low + k]
            for h in range(H):
                total[h] += number * grad[(OURS + t) * H + h]


@inline
def fours_below(whole, scratch, used):
    """How many features below `whole` are used, filled up in `scratch.used` to four at a time with any that is not."""
    unused = -1
    for f in range(whole):
        unused = f if scratch.some[f] == 0 else unused
    count = 0
    for k in range(used):
        count += scratch.used[k] < whole
    while count % ROWS_AT_ONCE != 0:  # then some are not used: `whole` is a multiple of four
        scratch.used[count] = unused
        count += 1
    return count


@inline
def embed_one(out, won, segment, weights, scratch, t, p, q):
    """The block of one table of one sample, and which row gave each maximum, the first of equals."""
    features, first = weights.tables[t, FEATURES], weights.tables[t, WEIGHT]
    x, z, layer = scratch.row, scratch.z, weights.more[p]
    there = rows_there(segment, weights, t, p, q)
    if there == 0:
        for h in range(out.size):
            out[h] = layer[first + features + 1, h]
    for k in range(there):
        read_row(x, segment, weights, t, p, q, k)
        bias = layer[first + features]
        for h in range(out.size):
            z[h] = bias[h]
        for f in range(features):
            number, weight = x[f], layer[first + f]
            if number != 0:  # as the price of what nobody has traded is
                for h in range(out.size):
                    z[h] += number * weight[h]
        for h in range(out.size):
            better = (k == 0) | (z[h] > out[h])
            out[h] = z[h] if better else out[h]
            won[h] = k if better else won[h]


@inline
def table_gradients(segment, weights, gradients, scratch, group, p, low, high):
    """Adds what the samples low .. high − 1 say of all tables' weights; `encoded` holds the gradient of its blocks.

    Samples that follow one another and see the same are taken together.
    """
    H = segment.hidden.shape[2]
    for t in range(weights.tables.shape[0]):
        block, world = (OURS + t) * H, weights.tables[t, WORLD] != 0
        if is_own_vector(weights, t):
            vectors_gradient(segment, weights, gradients, scratch, group, t, p, low, high)
            continue
        for q in range(low, high):
            grad = segment.encoded[p, q, block : block + H]
            if world and q + 1 < high and segment.place[p, q] == segment.place[p, q + 1]:
                after = segment.encoded[p, q + 1, block : block + H]
                for h in range(H):
                    after[h] += grad[h]
            else:
                won = segment.won[p, q, t * H : (t + 1) * H]
                gradient_of_one(grad, won, segment, weights, gradients.more[group, p], scratch, t, p, q)


@inline
def gradient_of_one(grad, won, segment, weights, sums, scratch, t, p, q):
    """Adds the gradient of one block to `sums`, float32 [R, H], those of `Weights.more`."""
    features, first = weights.tables[t, FEATURES], weights.tables[t, WEIGHT]
    x, mine = scratch.row, scratch.z
    there = rows_there(segment, weights, t, p, q)
    if there == 0:
        nobody = sums[first + features + 1]
        for h in range(grad.size):
            nobody[h] += grad[h]
    for k in range(there):
        any_won = False
        for h in range(grad.size):
            mine[h] = grad[h] if won[h] == k else np.float32(0)
            any_won |= won[h] == k
        if any_won:
            read_row(x, segment, weights, t, p, q, k)
            for f in range(features + 1):
                number, total = x[f], sums[first + f]
                if number != 0:
                    for h in range(grad.size):
                        total[h] += number * mine[h]
