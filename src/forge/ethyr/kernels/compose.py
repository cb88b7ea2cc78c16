"""The table of the tile layer from its parameters: T[c, m] = Σ_e E[m, e] V[c, e], and the bias on the first cell.

E embeds the materials and V is the linear layer over the embedded tiles. Every sample has exactly one material at the
first cell, so a bias that is added to all rows of that cell is added once to every sample.

Letters: P populations, S stripes of L hidden units (H = S·L), K cells of a window in R rows, M materials.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from forge.blade.compiled.jit import inline, jit
from forge.blade.threads.share import lanes_for, parallel
from forge.ethyr.kernels.llvm import FLOATS, LANES, Code, const, filled
from forge.ethyr.kernels.rows import add_scaled, clear

#: Numbers that a material is embedded in, as in Neural MMO v1.0.
EMBEDDING = 7


@intrinsic
def compose_cell(typingctx, table, table_at, embedding, embedding_at, tile, tile_at, pitch, materials, width):
    """The table rows of one cell: row m = Σ_e E[m, e] · v(e), in the order of e, for all materials m.

    Row m is table.flat[table_at + m · width:][:width], E[m, e] is embedding.flat[embedding_at + m · EMBEDDING + e], and
    v(e) is tile.flat[tile_at + e · pitch:][:width]; the width is a multiple of 16.
    """
    at = types.intp
    signature = types.void(table, at, embedding, at, tile, at, at, at, at)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        rows, factors, source = code.element(0), code.element(2), code.element(4)
        pitch, materials, width = args[6], args[7], args[8]

        def part(v: Any, nothing: list[Any]) -> list[Any]:
            offset = builder.mul(v, const(LANES))
            place = code.at(source, offset)
            numbers = [code.load(code.at(place, builder.mul(pitch, const(e)))) for e in range(EMBEDDING)]

            def material(m: Any, nothing: list[Any]) -> list[Any]:
                of = code.at(factors, builder.mul(m, const(EMBEDDING)))
                total = filled(0.0)
                for e, number in enumerate(numbers):
                    total = code.add_product(total, code.splat(builder.load(code.at(of, e)), FLOATS), number)
                code.store(total, code.at(code.at(rows, builder.mul(m, width)), offset))
                return nothing

            return code.loop(const(0), materials, nothing, material)

        code.loop(const(0), builder.udiv(width, const(LANES)), [], part)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def decompose_cell(typingctx, grad, grad_at, pitch, embedding, embedding_at, table_grad, table_at, materials, width):
    """The gradients of one cell's rows of the layer: of v(e) = Σ_m E[m, e] · g(m), in the order of m.

    That of v(e) is grad.flat[grad_at + e · pitch:][:width], g(m) is table_grad.flat[table_at + m · width:][:width], and
    E[m, e] as in `compose_cell`.
    """
    at = types.intp
    signature = types.void(grad, at, at, embedding, at, table_grad, at, at, at)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        target, factors, rows = code.element(0), code.element(3), code.element(5)
        pitch, materials, width = args[2], args[7], args[8]

        def part(v: Any, nothing: list[Any]) -> list[Any]:
            offset = builder.mul(v, const(LANES))

            def material(m: Any, sums: list[Any]) -> list[Any]:
                of = code.at(factors, builder.mul(m, const(EMBEDDING)))
                row = code.load(code.at(code.at(rows, builder.mul(m, width)), offset))
                numbers = [code.splat(builder.load(code.at(of, e)), FLOATS) for e in range(EMBEDDING)]
                return [code.add_product(total, x, row) for total, x in zip(sums, numbers, strict=True)]

            place = code.at(target, offset)
            for e, total in enumerate(code.loop(const(0), materials, [filled(0.0)] * EMBEDDING, material)):
                code.store(total, code.at(place, builder.mul(pitch, const(e))))
            return nothing

        code.loop(const(0), builder.udiv(width, const(LANES)), [], part)
        return context.get_dummy_value()

    return signature, generate


@intrinsic
def dot_rows(
    typingctx, target, target_at, grad, grad_at, grad_step, source, source_at, source_step, pitch, cells, width
):
    """target.flat[target_at + e] += Σ_c g(c) · v(c, e) for the EMBEDDING numbers e: products of rows of `width`.

    g(c) is at grad.flat[grad_at + c · grad_step], v(c, e) at source.flat[source_at + c · source_step + e · pitch].
    """
    at = types.intp
    signature = types.void(target, at, grad, at, at, source, at, at, at, at, at)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        target, grads, rows = code.element(0), code.element(2), code.element(5)
        grad_step, row_step, pitch, cells, width = (args[k] for k in (4, 7, 8, 9, 10))

        def cell(c: Any, sums: list[Any]) -> list[Any]:
            grad, row = code.at(grads, builder.mul(c, grad_step)), code.at(rows, builder.mul(c, row_step))

            def part(v: Any, sums: list[Any]) -> list[Any]:
                offset = builder.mul(v, const(LANES))
                g = code.load(code.at(grad, offset))
                places = [code.at(code.at(row, builder.mul(pitch, const(e))), offset) for e in range(EMBEDDING)]
                return [code.add_product(total, g, code.load(place)) for total, place in zip(sums, places, strict=True)]

            return code.loop(const(0), builder.udiv(width, const(LANES)), sums, part)

        for e, total in enumerate(code.loop(const(0), cells, [filled(0.0)] * EMBEDDING, cell)):
            place = code.at(target, e)
            code.store(builder.fadd(builder.load(place), code.total(total)), place)
        return context.get_dummy_value()

    return signature, generate


@inline
def compose_row(table, embedding, tile, bias, p, row, cells):
    """Fills the table of the cells of one window row of population p.

    Args:
        table: float32 [P, S, K, M, L], written.
        embedding: float32 [P, M, 7].
        tile: float32 [P, K, 7, H].
        bias: float32 [P, H].
        p, row: what to work on.
        cells: in a row, R.
    """
    stripes, total, materials, width = table.shape[1], table.shape[2], table.shape[3], table.shape[4]
    hidden = tile.shape[3]
    for stripe in range(stripes):
        for cell in range(row * cells, (row + 1) * cells):
            source = (p * total + cell) * EMBEDDING * hidden + stripe * width
            at = ((p * stripes + stripe) * total + cell) * materials * width
            factor = p * materials * EMBEDDING
            compose_cell(table, at, embedding, factor, tile, source, hidden, materials, width)
            if cell == 0:
                for material in range(materials):
                    to = at + material * width
                    add_scaled(table, to, bias, p * hidden + stripe * width, np.float32(1), width)


@inline
def compose_gradient(embedding_parts, tile_grad, bias_grad, grad, embedding, tile, p, row, cells):
    """The gradients of `compose_row`, written over what was there.

    Args:
        embedding_parts: float32 [P, R, M, 7], window rows apart.
        tile_grad, bias_grad: shaped as the parameters.
        grad: of the table.
        embedding, tile, p, row, cells: as for `compose_row`.
    """
    stripes, total, materials, width = grad.shape[1], grad.shape[2], grad.shape[3], grad.shape[4]
    hidden = tile.shape[3]
    embedding_parts[p, row] = 0
    for stripe in range(stripes):
        first = (p * stripes + stripe) * total + row * cells
        at, source = first * materials * width, (p * total + row * cells) * EMBEDDING * hidden + stripe * width
        for material in range(materials):
            part = ((p * cells + row) * materials + material) * EMBEDDING
            one, next_cell = at + material * width, EMBEDDING * hidden
            dot_rows(embedding_parts, part, grad, one, materials * width, tile, source, next_cell, hidden, cells, width)
        for cell in range(cells):
            to, factor = source + cell * EMBEDDING * hidden, p * materials * EMBEDDING
            of = at + cell * materials * width
            decompose_cell(tile_grad, to, hidden, embedding, factor, grad, of, materials, width)
        if row == 0:
            to = p * hidden + stripe * width
            clear(bias_grad, to, width)
            for material in range(materials):
                add_scaled(bias_grad, to, grad, at + material * width, np.float32(1), width)


@jit
def compose_lane(table, embedding, tile, bias, cells, lane, lanes):
    """Every n-th window row of the populations; arguments as for `compose_row`."""
    for task in range(lane, table.shape[0] * cells, lanes):
        compose_row(table, embedding, tile, bias, task // cells, task % cells, cells)


launch_compose = parallel(compose_lane, -1)


@jit
def compose_all(pool, threads, table, embedding, tile, bias, cells):
    """All lanes of `compose_lane`, on threads."""
    lanes = lanes_for(table.size, threads)
    launch_compose(pool, lanes, lanes, (table, embedding, tile, bias, cells, lanes))


@jit
def compose_gradient_lane(embedding_parts, tile_grad, bias_grad, grad, embedding, tile, cells, lane, lanes):
    """Every n-th window row of the populations; arguments as for `compose_gradient`."""
    for task in range(lane, grad.shape[0] * cells, lanes):
        p, row = task // cells, task % cells
        compose_gradient(embedding_parts, tile_grad, bias_grad, grad, embedding, tile, p, row, cells)


launch_compose_gradient = parallel(compose_gradient_lane, -1)


@jit
def compose_gradient_all(pool, threads, embedding_parts, tile_grad, bias_grad, grad, embedding, tile, cells):
    """All lanes of `compose_gradient_lane`, on threads."""
    lanes = lanes_for(2 * grad.size, threads)
    launch_compose_gradient(
        pool, lanes, lanes, (embedding_parts, tile_grad, bias_grad, grad, embedding, tile, cells, lanes)
    )
