"""A small vocabulary for writing LLVM vector code: pointers into arrays, vectors of 16 floats, loops that carry values.

Everything here is portable: LLVM turns a vector of 16 floats into whatever the machine has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import binding, ir
from numba import config
from numba.core import cgutils

#: Floats of a vector; every hidden size is a multiple of it.
LANES = 16
_FEATURES = getattr(config, "CPU_FEATURES", None) or binding.get_host_cpu_features().flatten()
#: Vector registers of the processor that is compiled for: AVX-512 has 32 of 16 floats, AVX2 16 of 8.
REGISTERS = 32 if "+avx512f" in _FEATURES else 16

I8, I16, I32, I64, F32 = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.IntType(64), ir.FloatType()
FLOATS, INTS, SHORTS, BYTES = (ir.VectorType(kind, LANES) for kind in (F32, I32, I16, I8))


def const(value: int, kind: ir.Type = I64) -> Any:
    """An integer constant."""
    return ir.Constant(kind, value)


def filled(value: float | int, kind: ir.VectorType = FLOATS) -> Any:
    """A constant vector of equal elements."""
    return ir.Constant(kind, [value] * kind.count)


class Code:
    """Writes the body of one intrinsic.

    Args:
        context, builder, sig, args: as Numba hands them to an intrinsic's code generator.
    """

    def __init__(self, context: Any, builder: Any, sig: Any, args: Any) -> None:
        self.context, self.build, self.sig, self.args = context, builder, sig, args

    def data(self, k: int) -> Any:
        """Pointer to the first element of array argument k."""
        return self.context.make_array(self.sig.args[k])(self.context, self.build, self.args[k]).data

    def element(self, k: int) -> Any:
        """Pointer to the element of array argument k, flat from its first, that argument k + 1 names."""
        return self.at(self.data(k), self.args[k + 1])

    def at(self, pointer: Any, offset: Any) -> Any:
        """The pointer moved by an offset in elements: a Python int or an LLVM value."""
        return self.build.gep(pointer, [const(offset) if isinstance(offset, int) else offset])

    def load(self, pointer: Any, kind: ir.Type = FLOATS) -> Any:
        """A vector or number from an address that need not be aligned."""
        return self.build.load(self.build.bitcast(pointer, kind.as_pointer()), align=_alignment(pointer))

    def store(self, value: Any, pointer: Any) -> None:
        """The reverse of `load`."""
        self.build.store(value, self.build.bitcast(pointer, value.type.as_pointer()), align=_alignment(pointer))

    def room(self, floats: int) -> Any:
        """Pointer to memory of this call's own for so many floats; what it holds at first is open."""
        kind = ir.ArrayType(F32, floats)
        return self.build.bitcast(cgutils.alloca_once(self.build, kind), F32.as_pointer())

    def vectors(self, pointer: Any, count: int) -> list[Any]:
        """`count` vectors of floats that lie one after another."""
        return [self.load(self.at(pointer, LANES * v)) for v in range(count)]

    def lane(self, vector: Any, k: int) -> Any:
        """A vector filled with element k of another."""
        return self.build.shuffle_vector(vector, vector, filled(k, INTS))

    def splat(self, value: Any, kind: ir.VectorType) -> Any:
        """A vector filled with a number."""
        blank = ir.Constant(kind, ir.Undefined)
        one = self.build.insert_element(blank, value, const(0, I32))
        return self.build.shuffle_vector(one, blank, ir.Constant(ir.VectorType(I32, kind.count), None))

    def add_product(self, total: Any, x: Any, y: Any) -> Any:
        """Total + x·y, rounded once where the machine can."""
        fused = ("contract",)
        return self.build.fadd(total, self.build.fmul(x, y, flags=fused), flags=fused)

    def at_least(self, vector: Any, least: Any) -> Any:
        """The numbers of a vector, or those of another that are above them; NaN stays, so that it shows."""
        return self.build.select(self.build.fcmp_ordered(">", least, vector), least, vector)

    def total(self, vector: Any) -> Any:
        """The sum of a vector's elements, halves added until one is left."""
        count: int = vector.type.count
        while count > 1:
            count //= 2
            low, high = ([const(k + shift, I32) for k in range(count)] for shift in (0, count))
            kind = ir.VectorType(I32, count)
            halves = [self.build.shuffle_vector(vector, vector, ir.Constant(kind, half)) for half in (low, high)]
            vector = self.build.fadd(*halves)
        return self.build.extract_element(vector, const(0, I32))

    def prefetch(self, pointer: Any) -> None:
        """Asks for the cache line of an address, which need not exist."""
        byte = I8.as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [byte, I32, I32, I32])
        hint = self.build.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        read, keep, data = const(0, I32), const(3, I32), const(1, I32)
        self.build.call(hint, [self.build.bitcast(pointer, byte), read, keep, data])

    def loop(self, start: Any, stop: Any, carried: list[Any], body: Callable[[Any, list[Any]], list[Any]]) -> list[Any]:
        """For i from `start` to below `stop`, at least once: carried = body(i, carried). Returns the last values."""
        build, before = self.build, self.build.block
        inside, after = build.append_basic_block("loop"), build.append_basic_block("after")
        build.branch(inside)
        build.position_at_end(inside)
        i, values = build.phi(I64), [build.phi(value.type) for value in carried]
        results = body(i, values)
        following = build.add(i, const(1))
        for phi, first, later in zip([i, *values], [start, *carried], [following, *results], strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(later, build.block)
        build.cbranch(build.icmp_signed("<", following, stop), inside, after)
        build.position_at_end(after)
        return results


def _alignment(pointer: Any) -> int:
    element = pointer.type.pointee
    return 4 if isinstance(element, ir.FloatType) else element.width // 8
