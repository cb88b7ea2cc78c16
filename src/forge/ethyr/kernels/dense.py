"""Dense layers of four samples at a time, to be called from other kernels: they allocate nothing and check nothing."""

from __future__ import annotations

from forge.blade.compiled.jit import inline
from forge.ethyr.kernels.products import (
    product,
    product_at_least,
    product_for_listed,
    product_of_listed,
    product_where,
)


@inline
def dense(out, out_at, out_pitch, init, init_at, init_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, inputs, outputs):
    """For 4 rows r and all columns h < outputs: out[r, h] = init[r, h] + Σ_k x[r, k] · w[k, h]."""
    product(out, init, x, w,
            (out_at, out_pitch, init_at, init_pitch, x_at, x_row, x_step, w_at, w_pitch, inputs, outputs))  # fmt: skip


@inline
def dense_of_listed(
    out, out_at, out_pitch, init, init_at, init_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, listed, inputs, outputs
):
    """As `dense`, but of those k alone that the first numbers of `listed` name, int64, as many as there are inputs."""
    where = out_at, out_pitch, init_at, init_pitch, x_at, x_row, x_step, w_at, w_pitch, inputs, outputs
    product_of_listed(out, init, x, w, where, listed, 0)


@inline
def dense_for_listed(
    out, out_at, out_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, listed, listed_at, inputs, outputs
):
    """Adds to `out` as `dense` would, but the four rows r are those that `listed` names from `listed_at` on, int64."""
    where = out_at, out_pitch, out_at, out_pitch, x_at, x_row, x_step, w_at, w_pitch, inputs, outputs
    product_for_listed(out, out, x, w, where, listed, listed_at)


@inline
def dense_at_least(
    out, out_at, out_pitch, init, init_at, init_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, inputs, outputs, least
):
    """As `dense`, but no number is less than `least`, a float32."""
    where = out_at, out_pitch, init_at, init_pitch, x_at, x_row, x_step, w_at, w_pitch, inputs, outputs
    product_at_least(out, init, x, w, where, least)


@inline
def dense_where(
    out, out_at, out_pitch, units, units_at, units_pitch, init, x, x_at, x_row, x_step, w, w_at, w_pitch, inputs,
    outputs,
):  # fmt: skip
    """As `dense` with every row of `init` at its beginning, but 0 where units[r, h] is not above 0.

    `units` may be `out` itself: it is read before it is written.
    """
    where = out_at, out_pitch, 0, 0, x_at, x_row, x_step, w_at, w_pitch, inputs, outputs
    product_where(out, init, x, w, where, units, units_at, units_pitch)
