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
def mix_rows(
    typingctx, target, target_at, factors, factor_at, factor_step, source, source_at, source_step, count, width
):
    """target.flat[target_at:][:width] = Σ_k factors.flat[factor_at + k · factor_step] · row k of `count`.

    Row k is source.flat[source_at + k · source_step:][:width]; the width is a multiple of 16.
    """
    at = types.intp
    signature = types.void(target, at, factors, at, at, source, at, at, at, at)

    def generate(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code = Code(context, builder, sig, args)
        target, factors, rows = code.element(0), code.element(2), code.element(5)
        factor_step, row_step, count = args[4], args[7], args[8]

        def part(v: Any, nothing: list[Any]) -> list[Any]:
            offset = builder.mul(v, const(LANES))

            def add(k: Any, total: list[Any]) -> list[Any]:
                factor = builder.load(code.at(factors, builder.mul(k, factor_step)))
                row = code.load(code.at(code.at(rows, builder.mul(k, row_step)), offset))
                return [code.add_product(total[0], code.splat(factor, FLOATS), row)]

            code.store(code.loop(const(0), count, [filled(0.0)], add)[0], code.at(target, offset))
            return nothing

        code.loop(const(0), builder.udiv(args[9], const(LANES)), [], part)
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
            for material in range(materials):
                at = (((p * stripes + stripe) * total + cell) * materials + material) * width
                factor = (p * materials + material) * EMBEDDING
                mix_rows(table, at, embedding, factor, 1, tile, source, hidden, EMBEDDING, width)
                if cell == 0:
                    add_scaled(table, at, bias, p * hidden + stripe * width, np.float32(1), width)


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
            for e in range(EMBEDDING):
                to, factor = source + (cell * EMBEDDING + e) * hidden, p * materials * EMBEDDING + e
                mix_rows(
                    tile_grad,
                    to,
                    embedding,
                    factor,
                    EMBEDDING,
                    grad,
                    at + cell * materials * width,
                    width,
                    materials,
                    width,
                )
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
