"""Dense layers of four samples at a time, to be called from other kernels: they allocate nothing and check nothing."""

from __future__ import annotations

import numpy as np

from forge.blade.compiled.jit import inline
from forge.ethyr.kernels.llvm import LANES, REGISTERS
from forge.ethyr.kernels.products import ROWS_AT_ONCE, product_narrow, product_wide
from forge.ethyr.kernels.rows import WIDE

#: Whether the sums of four rows of 32 floats leave no register for anything else. A sum is the same either way.
FEW_REGISTERS = REGISTERS < 32


@inline
def dense(out, out_at, out_pitch, init, init_at, init_pitch, x, x_at, x_row, x_step, w, w_at, w_pitch, inputs, outputs):
    """For 4 rows r and all columns h < outputs: out[r, h] = init[r, h] + Σ_k x[r, k] · w[k, h], by stripes."""
    for h in range(0, outputs, WIDE):
        where = (out_at + h, out_pitch, init_at + h, init_pitch, x_at, x_row, x_step, w_at + h,
                 w_pitch, inputs)  # fmt: skip
        if outputs - h >= WIDE:
            if FEW_REGISTERS:
                half = (out_at + h + LANES, out_pitch, init_at + h + LANES, init_pitch, x_at, x_row, x_step,
                        w_at + h + LANES, w_pitch, inputs)  # fmt: skip
                product_narrow(out, init, x, w, where)
                product_narrow(out, init, x, w, half)
            else:
                product_wide(out, init, x, w, where)
        else:
            product_narrow(out, init, x, w, where)


@inline
def rectify(hidden, p, row):
    """Replaces what is below 0 in four rows of hidden units."""
    for k in range(ROWS_AT_ONCE):
        units = hidden[p, row + k]
        for h in range(units.size):
            units[h] = max(units[h], np.float32(0))
