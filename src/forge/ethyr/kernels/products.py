"""Intrinsics for small dense layers: products of four rows at a time, and exponentials of sixteen numbers at a time.

They address arrays flat from their first element and check nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from forge.ethyr.kernels.llvm import F32, FLOATS, I32, I64, INTS, LANES, REGISTERS, Code, const, filled

#: Rows that a product works on at once: enough sums that none waits for the one before it.
ROWS_AT_ONCE = 4
#: Vectors of columns that are worked on at once. Where a processor has few registers, the sums of four rows of 32
#: floats leave none for anything else. A sum is the same either way.
_VECTORS = 2 if REGISTERS >= 32 else 1


def _write_product(
    code: Code,
    end: Callable[[Any, tuple[int, Any]], Any] = lambda total, place: total,
    row: Callable[[int], Any] = const,
    step: Callable[[Any], Any] = lambda k: k,
) -> None:
    """Code for products; the first arguments are those of `product`.

    Args:
        code: to write.
        end: makes of a vector of sums, and the row and the column where it belongs, what is stored.
        row: which rows r are worked on.
        step: which k are, in order.
    """
    build = code.build
    out_at, out_pitch, init_at, init_pitch, x_at, x_row, x_step, w_at, w_pitch, inputs, outputs = (
        build.extract_value(code.args[4], k) for k in range(11)
    )
    rows = [row(r) for r in range(ROWS_AT_ONCE)]
    out_rows = [code.at(code.at(code.data(0), out_at), build.mul(r, out_pitch)) for r in rows]
    init_rows = [code.at(code.at(code.data(1), init_at), build.mul(r, init_pitch)) for r in rows]
    x_rows = [code.at(code.at(code.data(2), x_at), build.mul(r, x_row)) for r in rows]
    weights = code.at(code.data(3), w_at)

    def stripe(begin: Any, vectors: int) -> None:
        """So many vectors of columns from `begin` on."""
        places = code.at(weights, begin)

        def add(n: Any, sums: list[Any]) -> list[Any]:
            k = step(n)
            columns = code.vectors(code.at(places, build.mul(k, w_pitch)), vectors)
            place = build.mul(k, x_step)
            factors = [code.splat(code.load(code.at(x, place), F32), FLOATS) for x in x_rows]
            pairs = [(factor, column) for factor in factors for column in columns]
            return [code.add_product(s, factor, column) for s, (factor, column) in zip(sums, pairs, strict=True)]

        first = [vector for init in init_rows for vector in code.vectors(code.at(init, begin), vectors)]
        sums = code.loop(const(0), inputs, first, add)
        for n, total in enumerate(sums):
            r, v = divmod(n, vectors)
            column = build.add(begin, const(LANES * v))
            code.store(end(total, (r, column)), code.at(out_rows[r], column))

    def wide(n: Any, nothing: list[Any]) -> list[Any]:
        stripe(build.mul(n, const(LANES * _VECTORS)), _VECTORS)
        return nothing

    whole = build.udiv(outputs, const(LANES * _VECTORS))
    if _VECTORS == 1:
        code.loop(const(0), whole, [], wide)
        return
    with build.if_then(build.icmp_signed(">", whole, const(0))):
        code.loop(const(0), whole, [], wide)
    done = build.mul(whole, const(LANES * _VECTORS))
    with build.if_then(build.icmp_signed("<", done, outputs)):
        stripe(done, 1)


@intrinsic
def product(typingctx, out, init, x, w, where):
    """For 4 rows r and all columns h < outputs: out[r, h] = init[r, h] + Σ_k x[r, k] · w[k, h].

    Args:
        out, init, x, w: float32.
        where: integers: where `out` begins and its pitch; the same of `init`; where `x` begins, the distance from one r
            to the next and from one k to the next; where `w` begins and its pitch; the number of k, one at least; the
            number of outputs, a multiple of 16.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        _write_product(Code(context, builder, sig, args))
        return context.get_dummy_value()

    return types.void(out, init, x, w, where), generate


@intrinsic
def product_at_least(typingctx, out, init, x, w, where, least):
    """As `product`, but no number is less than `least`, a float32."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        least = code.splat(args[5], FLOATS)
        _write_product(code, lambda total, place: code.at_least(total, least))
        return context.get_dummy_value()

    return types.void(out, init, x, w, where, types.float32), generate


@intrinsic
def product_where(typingctx, out, init, x, w, where, units, units_at, units_pitch):
    """As `product`, but 0 where the number of `units`, float32, in the same place is not above 0.

    Its rows begin at units.flat[units_at], and may be those of `out` itself, as they were before.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        first = code.element(5)

        def end(total: Any, place: tuple[int, Any]) -> Any:
            row, column = place
            units = code.load(code.at(code.at(first, builder.mul(const(row), args[7])), column))
            return builder.select(builder.fcmp_ordered(">", units, filled(0.0)), total, filled(0.0))

        _write_product(code, end)
        return context.get_dummy_value()

    return types.void(out, init, x, w, where, units, types.intp, types.intp), generate


def _listed(code: Code) -> Callable[[Any], Any]:
    """What the list in arguments 5 and 6, an array and where the list begins, holds at an index."""
    first = code.element(5)
    return lambda k: code.load(code.at(first, k), I64)


@intrinsic
def product_of_listed(typingctx, out, init, x, w, where, listed, listed_at):
    """As `product`, but of those k alone that a list names, in its order: listed.flat[listed_at:], int64."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        _write_product(code, step=_listed(code))
        return context.get_dummy_value()

    return types.void(out, init, x, w, where, listed, types.intp), generate


@intrinsic
def product_for_listed(typingctx, out, init, x, w, where, listed, listed_at):
    """As `product`, but the four rows r are those that a list names: listed.flat[listed_at:][:4], int64."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        _write_product(code, row=_listed(code))
        return context.get_dummy_value()

    return types.void(out, init, x, w, where, listed, types.intp), generate


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
