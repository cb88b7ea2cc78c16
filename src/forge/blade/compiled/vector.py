"""Five operations Numba has no name for, as portable LLVM vector code: they make windows and neighbourhoods cheap.

They address arrays flat from their first element and check nothing: callers keep `PADDING` elements of slack behind.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 64
#: Elements an array must hold beyond the last one that matters, so that a vector read from anywhere stays inside.
PADDING = LANES

_I1, _I32, _I64 = ir.IntType(1), ir.IntType(32), ir.IntType(64)


def _element(context: Any, builder: Any, array_type: Any, array: Any, offset: Any) -> Any:
    return builder.gep(context.make_array(array_type)(context, builder, array).data, [offset])


def _vector(builder: Any, pointer: Any, kind: ir.VectorType) -> Any:
    return builder.bitcast(pointer, kind.as_pointer())


def _splat(builder: Any, value: Any, kind: ir.VectorType) -> Any:
    blank = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(blank, value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(one, blank, ir.Constant(ir.VectorType(_I32, kind.count), [0] * kind.count))


@intrinsic
def copy16(typingctx, target, target_at, source, source_at):
    """Copies 16 elements between arrays of one type: target.flat[target_at:][:16] = source.flat[source_at:][:16]."""
    signature = types.void(target, types.intp, source, types.intp)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        of = sig.args[2].dtype
        kind = ir.VectorType(ir.IntType(8 if of == types.boolean else of.bitwidth), 16)
        read = _vector(builder, _element(context, builder, sig.args[2], args[2], args[3]), kind)
        write = _vector(builder, _element(context, builder, sig.args[0], args[0], args[1]), kind)
        builder.store(builder.load(read, align=1), write, align=1)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def within64(typingctx, values, at, low, high):
    """Bit b of the result: low <= values[at + b] <= high, for 64 unsigned values (uint8 or uint16) at once."""
    number = values.dtype
    signature = types.uint64(values, types.intp, number, number)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        bits = sig.args[0].dtype.bitwidth
        kind = ir.VectorType(ir.IntType(bits), LANES)
        read = _vector(builder, _element(context, builder, sig.args[0], args[0], args[1]), kind)
        loaded = builder.load(read, align=bits // 8)
        # one unsigned comparison does for both bounds: (x − low) <= (high − low), modulo 2^bits
        offset = builder.sub(loaded, _splat(builder, args[2], kind))
        width = _splat(builder, builder.sub(args[3], args[2]), kind)
        return builder.bitcast(builder.icmp_unsigned("<=", offset, width), _I64)

    return signature, generate


@intrinsic
def lowest_bit(typingctx, bits):
    """The position of the lowest set bit of a uint64; 64 if there is none."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(_I1, 0))

    return types.int64(types.uint64), generate


@intrinsic
def flagged64(typingctx, values, at, flag):
    """Bit b of the result: values.flat[at + b] & flag != 0, for 64 bytes of a uint8 array at once."""
    signature = types.uint64(values, types.intp, types.uint8)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.VectorType(ir.IntType(8), LANES)
        read = _vector(builder, _element(context, builder, sig.args[0], args[0], args[1]), kind)
        found = builder.and_(builder.load(read, align=1), _splat(builder, args[2], kind))
        return builder.bitcast(builder.icmp_unsigned("!=", found, ir.Constant(kind, None)), _I64)

    return signature, generate


@intrinsic
def spread8(typingctx, target, target_at, bits):
    """Writes the lowest 8 bits of a uint64 as booleans: target.flat[target_at + b] = bit b."""
    signature = types.void(target, types.intp, types.uint64)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = ir.VectorType(ir.IntType(8), 8)
        flags = builder.bitcast(builder.trunc(args[2], ir.IntType(8)), ir.VectorType(_I1, 8))
        write = _vector(builder, _element(context, builder, sig.args[0], args[0], args[1]), kind)
        builder.store(builder.zext(flags, kind), write, align=1)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def count_bits(typingctx, bits):
    """How many bits of a uint64 are set."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.int64(types.uint64), generate
