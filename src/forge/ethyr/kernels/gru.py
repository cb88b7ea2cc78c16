"""A gated recurrent unit, forward and backward: what `forge.ethyr.networks.layers.PopulationGRU` says in PyTorch.

With x what is seen and h what is carried, a row of gates has four parts of H columns each:

    n = tanh(x W_n + b_n + r · k)      the candidate
    r = σ(x W_r + b_r + h U_r)         how much of the memory it reads
    z = σ(x W_z + b_z + h U_z)         how much of the memory stays
    k = h U_n + c_n                    what the memory says to the candidate

and h becomes n + z (h − n). So x has to do with the first three parts, and h with the last three. Backward, a row of
gates holds in the same columns the gradients of what is inside tanh and σ, and of k.

All functions can be called from other kernels: they allocate nothing and check nothing. Letters: H hidden units, Q rows
of samples, G groups of worlds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forge.blade.compiled.jit import inline
from forge.ethyr.kernels.dense import dense
from forge.ethyr.kernels.llvm import LANES
from forge.ethyr.kernels.products import ROWS_AT_ONCE, exponentials

#: Parts of a row of gates, and those that x, and that h has to do with.
GATES, OF_EACH = 4, 3
_ONE, _TWO = np.float32(1), np.float32(2)


class Unit(NamedTuple):
    """The weights of a unit for each population; `..._back` are transposed. All are empty without a memory."""

    seen: np.ndarray  # float32 [P, H, 3 H]: W of n, r, z
    kept: np.ndarray  # float32 [P, H, 3 H]: U of r, z, n
    bias: np.ndarray  # float32 [P, 4 H]: b of n, r, z, and c of n
    seen_back: np.ndarray  # float32 [P, 3 H, H]
    kept_back: np.ndarray  # float32 [P, 3 H, H]


class UnitGradients(NamedTuple):
    """Sums over samples of the gradients of `Unit`, apart by group of worlds."""

    seen: np.ndarray  # float32 [G, P, H, 3 H]
    kept: np.ndarray  # float32 [G, P, H, 3 H]
    bias: np.ndarray  # float32 [G, P, 4 H]


@inline
def remember(after, gates, seen, before, unit, p, row):
    """One tick of four samples of population p, from `row` on.

    Args:
        after: float32 [P, Q, H], receives what they carry on.
        gates: float32 [P, Q, 4 H], receives their gates.
        seen, before: float32 [P, Q, H], x and h.
        unit: the weights.
        p, row: see above.
    """
    H, wide = before.shape[2], gates.shape[2]
    at = p * before.shape[1] + row
    here, seen_at, kept_at = at * wide, p * H * OF_EACH * H, p * H * OF_EACH * H
    dense(gates, here, wide, unit.bias, p * wide, 0, seen, at * H, H, 1, unit.seen, seen_at, OF_EACH * H, H,
          OF_EACH * H)  # fmt: skip
    dense(gates, here + H, wide, gates, here + H, wide, before, at * H, H, 1, unit.kept, kept_at, OF_EACH * H, H,
          2 * H)  # fmt: skip
    dense(gates, here + 3 * H, wide, unit.bias, p * wide + 3 * H, 0, before, at * H, H, 1, unit.kept, kept_at + 2 * H,
          OF_EACH * H, H, H)  # fmt: skip
    for k in range(ROWS_AT_ONCE):
        squash(gates, here + k * wide, gates[p, row + k], H)
        mix_in(after[p, row + k], gates[p, row + k], before[p, row + k])


@inline
def squash(gates, at, row, H):
    """Turns one row of gates, which begins at gates.flat[at], from sums into n, r, z and k."""
    for h in range(H, 3 * H):
        row[h] = -row[h]
    for h in range(H, 3 * H, LANES):
        exponentials(gates, at + h, gates, at + h)
    for h in range(H, 3 * H):
        row[h] = _ONE / (_ONE + row[h])
    for h in range(H):
        row[h] = -_TWO * (row[h] + row[H + h] * row[3 * H + h])
    for h in range(0, H, LANES):
        exponentials(gates, at + h, gates, at + h)
    for h in range(H):
        row[h] = _TWO / (_ONE + row[h]) - _ONE


@inline
def mix_in(after, gates, before):
    """What one sample carries on: the candidate where the memory is not to stay."""
    H = before.size
    for h in range(H):
        after[h] = gates[h] + gates[2 * H + h] * (before[h] - gates[h])


@inline
def gates_gradient(grad_before, gates, grad_after, before):
    """Turns one sample's gates into their gradients, from that of what it carries on.

    Args:
        grad_before: float32 [H], receives the part of the gradient by h that does not go through the gates.
        gates: float32 [4 H].
        grad_after: float32 [H].
        before: float32 [H], h.
    """
    H = before.size
    for h in range(H):
        n, r, z, k = gates[h], gates[H + h], gates[2 * H + h], gates[3 * H + h]
        grad = grad_after[h]
        grad_before[h] = grad * z
        inside = grad * (_ONE - z) * (_ONE - n * n)
        gates[h] = inside
        gates[H + h] = inside * k * r * (_ONE - r)
        gates[2 * H + h] = grad * (before[h] - n) * z * (_ONE - z)
        gates[3 * H + h] = inside * r


@inline
def add_before_gradient(grad_before, k, gates, unit, p, row):
    """Adds what the gates' gradients of four samples say of h to rows k .. k + 3 of grad_before, float32 [., H]."""
    H, wide = unit.seen.shape[1], gates.shape[2]
    here = (p * gates.shape[1] + row) * wide + H
    dense(grad_before, k * H, H, grad_before, k * H, H, gates, here, wide, 1, unit.kept_back, p * OF_EACH * H * H, H,
          OF_EACH * H, H)  # fmt: skip


@inline
def add_seen_gradient(grad_seen, k, gates, unit, p, row):
    """Adds what the gates' gradients of four samples say of x to rows k .. k + 3 of grad_seen, float32 [., H]."""
    H, wide = unit.seen.shape[1], gates.shape[2]
    here = (p * gates.shape[1] + row) * wide
    dense(grad_seen, k * H, H, grad_seen, k * H, H, gates, here, wide, 1, unit.seen_back, p * OF_EACH * H * H, H,
          OF_EACH * H, H)  # fmt: skip


@inline
def add_unit_gradient(gradients, group, gates, seen, before, p, low, high):
    """Adds what the gates' gradients of the samples low .. high − 1 of population p say of the weights."""
    H, wide, samples = before.shape[2], gates.shape[2], high - low
    each = OF_EACH * H
    to = (group * gradients.seen.shape[1] + p) * H * each
    row = p * before.shape[1] + low
    for i in range(0, H, ROWS_AT_ONCE):
        at = to + i * each
        dense(gradients.seen, at, each, gradients.seen, at, each, seen, row * H + i, 1, H, gates, row * wide, wide,
              samples, each)  # fmt: skip
        dense(gradients.kept, at, each, gradients.kept, at, each, before, row * H + i, 1, H, gates, row * wide + H,
              wide, samples, each)  # fmt: skip
    bias = gradients.bias[group, p]
    for q in range(low, high):
        grads = gates[p, q]
        for h in range(wide):
            bias[h] += grads[h]
