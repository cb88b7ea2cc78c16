"""Dense layers of four samples at a time, to be called from other kernels: they allocate nothing and check nothing."""

from __future__ import annotations

from forge.blade.compiled.jit import inline
from forge.ethyr.kernels.llvm import LANES, REGISTERS
from forge.ethyr.kernels.products import (
    product_narrow,
    product_narrow_at_least,
    product_narrow_for_listed,
    product_narrow_of_listed,
    product_narrow_where,
    product_wide,
    product_wide_at_least,
    product_wide_for_listed,
    product_wide_of_listed,
    product_wide_where,
)
from forge.ethyr.kernels.rows import WIDE

#: Columns that are worked on at once. Where a processor has few registers the sums of four rows of 32 floats leave none
#: for anything else. A sum is the same either way.
STRIPE = WIDE if REGISTERS >= 32 else LANES


@inline
def dense(out, out_at, out_pitch, init, init_at, init_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, inputs, outputs):
    """For 4 rows r and all columns h < outputs: out[r, h] = init[r, h] + Σ_k x[r, k] · w[k, h], by stripes."""
    for h in range(0, outputs, STRIPE):
        where = (out_at + h, out_pitch, init_at + h, init_pitch, x_at, x_row, x_step, w_at + h,
                 w_pitch, inputs)  # fmt: skip
        if STRIPE == WIDE and outputs - h >= WIDE:
            product_wide(out, init, x, w, where)
        else:
            product_narrow(out, init, x, w, where)


@inline
def dense_of_listed(
    out, out_at, out_pitch, init, init_at, init_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, listed, inputs, outputs
):
    """As `dense`, but of those k alone that the first numbers of `listed` name, int64, as many as there are inputs."""
    for h in range(0, outputs, STRIPE):
        where = (out_at + h, out_pitch, init_at + h, init_pitch, x_at, x_row, x_step, w_at + h,
                 w_pitch, inputs)  # fmt: skip
        if STRIPE == WIDE and outputs - h >= WIDE:
            product_wide_of_listed(out, init, x, w, where, listed, 0)
        else:
            product_narrow_of_listed(out, init, x, w, where, listed, 0)


@inline
def dense_for_listed(
    out, out_at, out_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, listed, listed_at, inputs, outputs
):
    """Adds to `out` as `dense` would, but the four rows r are those that `listed` names from `listed_at` on, int64."""
    for h in range(0, outputs, STRIPE):
        where = (out_at + h, out_pitch, out_at + h, out_pitch, x_at, x_row, x_step, w_at + h,
                 w_pitch, inputs)  # fmt: skip
        if STRIPE == WIDE and outputs - h >= WIDE:
            product_wide_for_listed(out, out, x, w, where, listed, listed_at)
        else:
            product_narrow_for_listed(out, out, x, w, where, listed, listed_at)


@inline
def dense_at_least(
    out, out_at, out_pitch, init, init_at, init_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, inputs, outputs, least
):
    """As `dense`, but no number is less than `least`, a float32."""
    for h in range(0, outputs, STRIPE):
        where = (out_at + h, out_pitch, init_at + h, init_pitch, x_at, x_row, x_step, w_at + h,
                 w_pitch, inputs)  # fmt: skip
        if STRIPE == WIDE and outputs - h >= WIDE:
            product_wide_at_least(out, init, x, w, where, least)
        else:
            product_narrow_at_least(out, init, x, w, where, least)


@inline
def dense_where(
    out, out_at, out_pitch, units, units_at, units_pitch, init, x, x_at, x_row, x_step, w, w_at, w_pitch, inputs,
    outputs,
):  # fmt: skip
    """As `dense` with every row of `init` at its beginning, but 0 where units[r, h] is not above 0.

    `units` may be `out` itself: it is read before it is written.
    """
    for h in range(0, outputs, STRIPE):
        where = (out_at + h, out_pitch, h, 0, x_at, x_row, x_step, w_at + h, w_pitch, inputs)
        if STRIPE == WIDE and outputs - h >= WIDE:
            product_wide_where(out, init, x, w, where, units, units_at + h, units_pitch)
        else:
            product_narrow_where(out, init, x, w, where, units, units_at + h, units_pitch)
