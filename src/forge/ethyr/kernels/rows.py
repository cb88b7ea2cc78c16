"""Intrinsics over rows of 16 or 32 floats: what the tile layer is made of.

They address arrays flat from their first element and check nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.numpy_support import as_dtype

from forge.blade.mechanics.tile import LAYOUTS
from forge.ethyr.kernels.llvm import F32, FLOATS, I8, I16, I32, I64, LANES, Code, const, filled

#: Rows of a table that belong to one cell of the window where a tile is a byte, one for each value of its three bits of
#: material. Where it is two bytes there are as many as there are materials.
MATERIALS = LAYOUTS[np.dtype(np.uint8)].one_agent
#: Hidden units that are worked on at once where their number allows; else 16.
WIDE = 2 * LANES

_UNROLLED = 15, 9  # cells of a window row for which the code is unrolled: of radius 7, the default, and 4
_LINE = 16  # floats of a cache line
#: Samples whose sums are made at once: each addition to a sum waits for the one before it, and sums that are made one
#: sample after another overlap little. More than two are no faster, and need more registers than many processors have.
_AT_ONCE = 2


class _TileCode:
    """How tiles are read: `mechanics.tile.LAYOUTS` of the type of an array argument."""

    def __init__(self, code: Code, argument: int) -> None:
        kind = as_dtype(code.sig.args[argument].dtype)
        self.bits, self.mask, self.one_agent = 8 * kind.itemsize, LAYOUTS[kind].mask, LAYOUTS[kind].one_agent
        self.number = ir.IntType(self.bits)


class _Task:
    """What gathering and scattering read: arguments, and the table rows of a window row.

    Arguments as for `gather_rows`.
    """

    def __init__(self, code: Code, vectors: int, unrolled: int = 0) -> None:
        self.code, self.vectors, self.unrolled, build = code, vectors, unrolled, code.build
        self.tile = _TileCode(code, 2)
        (
            begin,
            self.pitch,
            first_cell,
            window,
            self.window_size,
            self.samples,
            self.ahead,
            self.cells,
            materials,
            self.anew,
        ) = (build.extract_value(code.args[3], k) for k in range(10))
        if self.tile.bits == 8:
            materials = const(MATERIALS)
        self.cell_size = build.mul(materials, const(LANES * vectors))
        places = zip(range(3), (begin, first_cell, window), strict=True)
        self.rows, self.table, self.windows = (code.at(code.data(k), offset) for k, offset in places)

    def row(self, sample: Any) -> Any:
        """The row of a sample."""
        return self.code.at(self.rows, self.code.build.mul(sample, self.pitch))

    def window(self, sample: Any) -> Any:
        """The window row of a sample."""
        return self.code.at(self.windows, self.code.build.mul(sample, self.window_size))

    def each_sample(self, body: Callable[[Sequence[Any]], None], at_once: int) -> None:
        """Runs body(samples) for so many samples at once, and for each that is left over."""
        code, build = self.code, self.code.build

        def sample(q: Any, nothing: list[Any]) -> list[Any]:
            body([q])
            return nothing

        def several(k: Any, nothing: list[Any]) -> list[Any]:
            first = build.mul(k, const(at_once))
            body([build.add(first, const(i)) for i in range(at_once)])
            return nothing

        if at_once == 1:
            code.loop(const(0), self.samples, [], sample)
            return
        turns = build.udiv(self.samples, const(at_once))
        with build.if_then(build.icmp_signed(">", turns, const(0))):
            code.loop(const(0), turns, [], several)
        done = build.mul(turns, const(at_once))
        with build.if_then(build.icmp_signed("<", done, self.samples)):
            code.loop(done, self.samples, [], sample)

    def fetch_window(self, sample: Any) -> None:
        """Asks for the window row of a later sample."""
        self.code.prefetch(self.window(self.code.build.add(sample, self.ahead)))

    def fetch_row(self, sample: Any) -> None:
        """Asks for the row of a later sample."""
        later = self.row(self.code.build.add(sample, self.ahead))
        for offset in range(0, LANES * self.vectors, _LINE):
            self.code.prefetch(self.code.at(later, offset))

    def each_cell(
        self, samples: Sequence[Any], carried: list[Any], body: Callable[[list[Any], list[Any]], list[Any]]
    ) -> list[Any]:
        """Runs carried = body(table rows, carried) for the materials of every cell of some samples' window rows."""
        code, build, width = self.code, self.code.build, LANES * self.vectors
        windows = [self.window(sample) for sample in samples]

        def row_of(cell: Any, tile: Any) -> Any:
            return code.at(cell, build.mul(build.and_(tile, const(self.tile.mask)), const(width)))

        def step(j: Any, values: list[Any]) -> list[Any]:
            cell = code.at(self.table, build.mul(j, self.cell_size))
            tiles = (build.zext(code.load(code.at(window, j), self.tile.number), I64) for window in windows)
            return body([row_of(cell, tile) for tile in tiles], values)

        if not self.unrolled:
            return code.loop(const(0), self.cells, carried, step)
        # eight bytes are loaded at once: loading table rows is what limits this code. Of the last cells no more than
        # there are: what lies behind them may be in a cache line of its own
        bits, at_once = self.tile.bits, 64 // self.tile.bits
        for j in range(self.unrolled):
            if j % at_once == 0:
                needed = bits * min(at_once, self.unrolled - j)
                kind = next(number for number in (I8, I16, I32, I64) if number.width >= needed)
                words = [build.zext(code.load(code.at(window, j), kind), I64) for window in windows]
            tiles = (build.lshr(word, const(bits * (j % at_once))) for word in words)
            cell = code.at(self.table, build.mul(self.cell_size, const(j)))
            carried = body([row_of(cell, tile) for tile in tiles], carried)
        return carried


def _write_gather(task: _Task) -> None:
    code, vectors = task.code, task.vectors

    def some(samples: Sequence[Any]) -> None:
        def add(sources: list[Any], sums: list[Any]) -> list[Any]:
            numbers = [x for source in sources for x in code.vectors(source, vectors)]
            return [code.build.fadd(s, x) for s, x in zip(sums, numbers, strict=True)]

        for q in samples:
            task.fetch_window(q)
        rows = [task.row(q) for q in samples]
        anew = code.build.icmp_signed("!=", task.anew, const(0))
        before = [x for row in rows for x in code.vectors(row, vectors)]
        first = [code.build.select(anew, filled(0.0), x) for x in before]
        for k, total in enumerate(task.each_cell(samples, first, add)):
            code.store(total, code.at(rows[k // vectors], LANES * (k % vectors)))

    task.each_sample(some, _AT_ONCE)


def _write_scatter(task: _Task) -> None:
    code, vectors = task.code, task.vectors

    def some(samples: Sequence[Any]) -> None:
        (q,) = samples
        added = code.vectors(task.row(q), vectors)

        def add(targets: list[Any], none: list[Any]) -> list[Any]:
            for v, x in enumerate(added):
                place = code.at(targets[0], LANES * v)
                code.store(code.build.fadd(code.load(place), x), place)
            return none

        task.fetch_window(q)
        task.fetch_row(q)
        task.each_cell(samples, [], add)

    task.each_sample(some, 1)


def _by_shape(write: Callable[[_Task], None]) -> Any:
    """Code for windows of UNROLLED cells a row and 32 hidden units, any and 32, any and 16; arguments choose."""

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        wide = builder.icmp_unsigned("==", args[4], const(WIDE))
        cells = builder.extract_value(args[3], 7)

        def write_wide(lengths: Sequence[int]) -> None:
            if not lengths:
                write(_Task(code, 2))
                return
            this = builder.icmp_unsigned("==", cells, const(lengths[0]))
            with builder.if_else(this) as (unrolled, others):
                with unrolled:
                    write(_Task(code, 2, unrolled=lengths[0]))
                with others:
                    write_wide(lengths[1:])

        with builder.if_else(wide) as (then, otherwise):
            with then:
                write_wide(_UNROLLED)
            with otherwise:
                write(_Task(code, 1))
        return context.get_dummy_value()

    return generate


@intrinsic
def gather_rows(typingctx, rows, table, windows, where, width):
    """Each sample's row += the table rows of the materials in its window row.

    Args:
        rows: float32.
        table: float32, rows of `width` numbers, one for each material a cell.
        windows: uint8 or uint16.
        where: integers: where the samples' rows begin, and their distance; where the table rows of the first cell
            begin; where the window row begins, and the distance of those of samples; the number of samples; how many
            samples ahead to fetch; the number of cells; that of the rows of a cell, MATERIALS where tiles are bytes;
            and whether rows are written over, not added to.
        width: 32 or 16.
    """
    return types.void(rows, table, windows, where, width), _by_shape(_write_gather)


@intrinsic
def scatter_rows(typingctx, rows, table, windows, where, width):
    """The table rows of the materials in each sample's window row += its row: `gather_rows` backwards.

    The last number of `where` is not looked at.
    """
    return types.void(rows, table, windows, where, width), _by_shape(_write_scatter)


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
def add_crowd(typingctx, target, target_at, source, source_at, windows, window_at, width):
    """target.flat[target_at:][:width] += n · source.flat[source_at:][:width] for the n agents on one tile of a window.

    The width is 32 or 16.
    """
    signature = types.void(target, types.intp, source, types.intp, windows, types.intp, types.intp)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        tile = _TileCode(code, 4)
        agents = builder.udiv(code.load(code.element(4), tile.number), const(tile.one_agent, tile.number))
        number = code.splat(builder.uitofp(agents, F32), FLOATS)
        row, added = code.element(0), code.element(2)

        def add(v: int) -> None:
            place = code.at(row, LANES * v)
            code.store(code.add_product(code.load(place), code.load(code.at(added, LANES * v)), number), place)

        add(0)
        with builder.if_then(builder.icmp_unsigned("==", args[6], const(WIDE))):
            add(1)
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
def rectify_rows(typingctx, rows, where):
    """Replaces what is below 0 in float32 rows by 0.

    `where` holds integers: where they begin in rows.flat and their distance, how many numbers each has, a multiple of
    16, and how many rows there are.
    """

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        begin, pitch, size, count = (builder.extract_value(args[1], k) for k in range(4))
        first = code.at(code.data(0), begin)

        def row(k: Any, nothing: list[Any]) -> list[Any]:
            here = code.at(first, builder.mul(k, pitch))

            def part(v: Any, nothing: list[Any]) -> list[Any]:
                place = code.at(here, builder.mul(v, const(LANES)))
                code.store(code.at_least(code.load(place), filled(0.0)), place)
                return nothing

            return code.loop(const(0), builder.udiv(size, const(LANES)), nothing, part)

        code.loop(const(0), count, [], row)
        return context.get_dummy_value()

    return types.void(rows, where), generate


@intrinsic
def crowded16(typingctx, windows, window_at):
    """Bit b of the result: agents stand on the tile windows.flat[window_at + b], for 16 tiles."""
    signature = types.uint64(windows, types.intp)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        tile = _TileCode(code, 0)
        tiles = ir.VectorType(tile.number, LANES)
        bits = builder.icmp_unsigned(">=", code.load(code.element(0), tiles), filled(tile.one_agent, tiles))
        return builder.zext(builder.bitcast(bits, I16), I64)

    return signature, generate
