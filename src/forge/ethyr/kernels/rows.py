"""Intrinsics over rows of 16 or 32 floats: what the tile layer is made of.

They address arrays flat from their first element and check nothing.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from forge.blade.ids import Material
from forge.ethyr.kernels.llvm import BYTES, FLOATS, I8, I16, I64, LANES, Code, const, filled

#: Rows of a table that belong to one cell of the window, one for each value of a tile byte's three material bits.
MATERIALS = 8
#: Hidden units that are worked on at once where their number allows; else 16.
WIDE = 2 * LANES
#: Cells of a window row for which the code is unrolled: those of the default configuration.
UNROLLED = 15
_MATERIAL_BITS = MATERIALS - 1
assert max(Material) <= _MATERIAL_BITS


def _each_cell(code: Code, table: Any, window: Any, vectors: int, unrolled: int, body: Any, carried: list[Any]) -> Any:
    """Runs `body(row, carried)` with the table row of each cell's material, for the cells of one window row."""
    build, width = code.build, LANES * vectors

    def row_of(base: Any, byte: Any) -> Any:
        material = build.and_(byte, const(_MATERIAL_BITS))
        return code.at(base, build.mul(material, const(width)))

    if not unrolled:

        def cell(j: Any, values: list[Any]) -> Any:
            byte = build.zext(code.load(code.at(window, j), I8), I64)
            return body(row_of(code.at(table, build.mul(j, const(MATERIALS * width))), byte), values)

        return code.loop(const(0), code.args[-1], carried, cell)
    # eight bytes are loaded at once: the loads of table rows are what limits this code
    words = [code.load(code.at(window, 8 * k), I64) for k in range(2)]
    for j in range(unrolled):
        byte = build.lshr(words[j // 8], const(8 * (j % 8)))
        carried = body(row_of(code.at(table, j * MATERIALS * width), byte), carried)
    return carried


def _gather(vectors: int, unrolled: int) -> Any:
    @intrinsic
    def gather(typingctx, target, target_at, table, table_at, windows, window_at, cells):
        """Target row += the table rows of the materials in one window row; `table_at` is the row of its first cell."""
        signature = types.void(target, types.intp, table, types.intp, windows, types.intp, types.intp)

        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            code = Code(context, builder, sig, args)
            row, table, window = code.element(0), code.element(2), code.element(4)

            def add(source: Any, sums: list[Any]) -> list[Any]:
                return [builder.fadd(s, x) for s, x in zip(sums, code.vectors(source, vectors))]

            sums = _each_cell(code, table, window, vectors, unrolled, add, code.vectors(row, vectors))
            for v, total in enumerate(sums):
                code.store(total, code.at(row, LANES * v))
            return context.get_dummy_value()

        return signature, generate

    return gather


def _scatter(vectors: int, unrolled: int) -> Any:
    @intrinsic
    def scatter(typingctx, table, table_at, source, source_at, windows, window_at, cells):
        """The table rows of the materials in one window row += source row: `gather` backwards."""
        signature = types.void(table, types.intp, source, types.intp, windows, types.intp, types.intp)

        def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            code = Code(context, builder, sig, args)
            table, row, window = code.element(0), code.element(2), code.element(4)
            added = code.vectors(row, vectors)

            def add(target: Any, nothing: list[Any]) -> list[Any]:
                for v, x in enumerate(added):
                    place = code.at(target, LANES * v)
                    code.store(builder.fadd(code.load(place), x), place)
                return nothing

            _each_cell(code, table, window, vectors, unrolled, add, [])
            return context.get_dummy_value()

        return signature, generate

    return scatter


gather_default, gather_wide, gather_narrow = _gather(2, UNROLLED), _gather(2, 0), _gather(1, 0)
scatter_default, scatter_wide, scatter_narrow = _scatter(2, UNROLLED), _scatter(2, 0), _scatter(1, 0)


@intrinsic
def add_scaled(typingctx, target, target_at, source, source_at, factor, size):
    """target.flat[target_at:][:size] += factor · source.flat[source_at:][:size]; size is a multiple of 16, not 0."""
    signature = types.void(target, types.intp, source, types.intp, types.float32, types.intp)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        row, added, factor = code.element(0), code.element(2), code.splat(args[4], FLOATS)

        def step(v: Any, nothing: list[Any]) -> list[Any]:
            offset = builder.mul(v, const(LANES))
            place = code.at(row, offset)
            code.store(code.add_product(code.load(place), code.load(code.at(added, offset)), factor), place)
            return nothing

        code.loop(const(0), builder.udiv(args[5], const(LANES)), [], step)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def clear(typingctx, target, target_at, size):
    """target.flat[target_at:][:size] = 0; size is a multiple of 16, not 0."""
    signature = types.void(target, types.intp, types.intp)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        row = code.element(0)

        def step(v: Any, nothing: list[Any]) -> list[Any]:
            code.store(filled(0.0), code.at(row, builder.mul(v, const(LANES))))
            return nothing

        code.loop(const(0), builder.udiv(args[2], const(LANES)), [], step)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def crowded16(typingctx, windows, window_at):
    """Bit b of the result: agents stand on the tile windows.flat[window_at + b], for 16 tiles."""
    signature = types.uint64(windows, types.intp)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        bits = builder.icmp_unsigned(">=", code.load(code.element(0), BYTES), filled(MATERIALS, BYTES))
        return builder.zext(builder.bitcast(bits, I16), I64)

    return signature, generate


@intrinsic
def prefetch(typingctx, array, at):
    """Asks for the cache line of array.flat[at], which may lie outside the array."""
    signature = types.void(array, types.intp)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        code.prefetch(code.element(0))
        return context.get_dummy_value()

    return signature, generate
