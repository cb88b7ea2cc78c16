"""Intrinsics for small dense layers: products of four rows at a time, and exponentials of sixteen numbers at a time.

They address arrays flat from their first element and check nothing.
"""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from forge.ethyr.kernels.llvm import F32, FLOATS, I32, INTS, LANES, Code, const, filled

#: Rows that a product works on at once: enough sums that none waits for the one before it.
ROWS_AT_ONCE = 4


def _product(vectors: int) -> Any:
    @intrinsic
    def product(typingctx, out, init, x, w, where):
        """For 4 rows r: out[r] = init[r] + Σ_k x[r, k] · w[k], rows of 16 or 32 floats.

        Args:
            out, init, x, w: float32.
            where: integers: where `out` begins and its pitch; the same of `init`; where `x` begins, the distance from
                one r
                to the next and from one k to the next; where `w` begins and its pitch; the number of k, one at least.
        """
        signature = types.void(out, init, x, w, where)

        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            code = Code(context, builder, sig, args)
            out_at, out_pitch, init_at, init_pitch, x_at, x_row, x_step, w_at, w_pitch, inputs = (
                builder.extract_value(args[4], k) for k in range(10)
            )
            rows = [const(r) for r in range(ROWS_AT_ONCE)]
            out_rows = [code.at(code.at(code.data(0), out_at), builder.mul(r, out_pitch)) for r in rows]
            init_rows = [code.at(code.at(code.data(1), init_at), builder.mul(r, init_pitch)) for r in rows]
            x_rows = [code.at(code.at(code.data(2), x_at), builder.mul(r, x_row)) for r in rows]
            weights = code.at(code.data(3), w_at)

            def step(k: Any, sums: list[Any]) -> list[Any]:
                row = code.vectors(code.at(weights, builder.mul(k, w_pitch)), vectors)
                place = builder.mul(k, x_step)
                factors = [code.splat(code.load(code.at(x, place), F32), FLOATS) for x in x_rows]
                pairs = [(factor, column) for factor in factors for column in row]
                return [code.add_product(s, factor, column) for s, (factor, column) in zip(sums, pairs, strict=True)]

            first = [vector for row in init_rows for vector in code.vectors(row, vectors)]
            sums = code.loop(const(0), inputs, first, step)
            for n, total in enumerate(sums):
                code.store(total, code.at(out_rows[n // vectors], LANES * (n % vectors)))
            return context.get_dummy_value()

        return signature, generate

    return product


product_wide, product_narrow = _product(2), _product(1)

_LOG2_E = 1 / math.log(2)
# ln 2 in two parts, the first exact in few bits, so that x − n · ln 2 keeps its low bits (Cody and Waite 1980)
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4
#: Adding and subtracting it rounds a small float32 to the nearest integer.
_ROUNDER = 1.5 * 2**23
_LOWEST, _HIGHEST = -87.0, 88.0


@intrinsic
def exponentials(typingctx, out, out_at, x, x_at):
    """out.flat[out_at:][:16] = exp(x.flat[x_at:][:16]), to about 2e-7; below −87 it is 0.

    exp(x) = 2^n · exp(f) with n the integer nearest to x / ln 2 and exp(f) by its Taylor series to f^7, |f| <= ln 2 /
    2.
    """
    signature = types.void(out, types.intp, x, types.intp)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        given = code.load(code.element(2))
        above = builder.fcmp_ordered(">", given, filled(_LOWEST))
        x = builder.select(above, given, filled(_LOWEST))
        x = builder.select(builder.fcmp_ordered("<", x, filled(_HIGHEST)), x, filled(_HIGHEST))
        n = builder.fsub(builder.fadd(builder.fmul(x, filled(_LOG2_E)), filled(_ROUNDER)), filled(_ROUNDER))
        f = code.add_product(x, n, filled(-_LN2_HIGH))
        f = code.add_product(f, n, filled(-_LN2_LOW))
        series = filled(1 / math.factorial(7))
        for k in range(6, -1, -1):
            series = code.add_product(filled(1 / math.factorial(k)), series, f)
        exponent = builder.add(builder.fptosi(n, INTS), filled(127, INTS))
        power = builder.bitcast(builder.shl(exponent, filled(23, INTS)), FLOATS)
        result = builder.select(above, builder.fmul(series, power), filled(0.0))
        code.store(result, code.element(0))
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def uniform24(typingctx, bits):
    """The upper 24 bits of a uint64 as a float32 in [0, 1)."""
    signature = types.float32(types.uint64)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        top = builder.trunc(builder.lshr(args[0], const(40)), I32)
        return builder.fmul(builder.uitofp(top, F32), ir.Constant(F32, 2.0**-24))

    return signature, generate
