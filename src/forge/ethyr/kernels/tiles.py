"""The tile layer: for each sample the sum of one table row a cell of its window, and of a weight for each agent on it.

With x(c, m) = 1 where cell c is of material m, and n(c) agents on cell c, y = Σ_c Σ_m x(c, m) T[c, m] + Σ_c n(c) W[c]:
a linear layer over one-hot materials and counts. Only one x(c, ·) is not 0, so it is a sum of one row a cell.

The cells are those of a square in the middle of the window, which may be all of it.

Letters: P populations, S stripes of the hidden units, L hidden units of a stripe (H = S·L), K cells (R·R),
M materials.
"""

from __future__ import annotations

import math

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.compiled.vector import count_bits, lowest_bit
from forge.blade.threads.share import lanes_for, parallel
from forge.ethyr.kernels.rows import add_crowd, clear, crowded16, gather_rows, scatter_rows

# A window row goes over this many samples before the next row does, so that its part of the table stays in the first
# cache: 15 kB of 48. The gradient fetches ahead within its block, so that a longer one serves it better.
BLOCK, GRADIENT_BLOCK = 64, 256
AHEAD = 32  # samples between a prefetch and its use, in the gradient

_COLUMN_BITS = 5  # a window row has at most 31 cells
_COLUMN = (1 << _COLUMN_BITS) - 1
#: Length of the uint16 array that blocks list crowded tiles in.
LISTING = GRADIENT_BLOCK * (_COLUMN + 1)
_SAMPLE_NS = 50  # what a sample costs at least, to tell whether threads pay
_ONE = np.uint64(1)
_SIXTEEN = np.uint64(16)


@inline
def side_of(table):
    """The side R of the square of cells that a table [P, S, R·R, ...] has rows for."""
    return np.int64(math.sqrt(table.shape[2]) + 0.5)


@inline
def list_crowd(listing, windows, source, window, wide, margin, cells, samples):
    """Lists sample · 32 + column for every tile with agents on it, in one window row of some samples; returns how many.

    A row is read from its beginning, 16 tiles at a time: so it is in one cache line. Two entries are written for each
    sample in any case: branches on where agents stand are expensive.

    Args:
        listing: uint16 [LISTING], written.
        windows: uint8 or uint16.
        source, window: where the row of the first sample begins, and the distance to that of the next.
        wide: whether a row is of 32 tiles, not of 16.
        margin, cells: the first column that counts, and how many do; columns are counted from there.
        samples: how many.
    """
    inside = (_ONE << np.uint64(cells)) - _ONE  # what lies behind a row is not part of it
    listed = 0
    for q in range(samples):
        found = crowded16(windows, source + q * window)
        if wide:
            found |= crowded16(windows, source + q * window + 16) << _SIXTEEN
        found = (found >> np.uint64(margin)) & inside
        end, at = listed + count_bits(found), q << _COLUMN_BITS
        listing[listed] = at + lowest_bit(found)
        found &= found - _ONE
        listing[listed + 1] = at + lowest_bit(found)
        listed += 2
        while listed < end:
            found &= found - _ONE
            listing[listed] = at + lowest_bit(found)
            listed += 1
        listed = end
    return listed


@inline
def tile_sum_block(out, out_at, pitch, table, counts, windows, p, low, high, ahead, listing):
    """Sums the table rows of the samples low .. high − 1 of population p: 1 to GRADIENT_BLOCK samples.

    Args:
        out: float32; sample q's H numbers are written at out.flat[out_at + (q − low) · pitch].
        out_at, pitch: see there.
        table: float32 [P, S, K, M, L].
        counts: float32 [P, S, K, L].
        windows: uint8 or uint16 [P, Q, R, C].
        p, low, high: what to work on.
        ahead: samples to the block that comes next, which is fetched meanwhile.
        listing: uint16 [LISTING], scratch.
    """
    stripes, materials, width, cells = table.shape[1], table.shape[3], table.shape[4], side_of(table)
    window, samples, margin = windows.shape[2] * windows.shape[3], high - low, (windows.shape[2] - cells) >> 1
    wide = windows.shape[3] > 16
    for stripe in range(stripes):
        to = out_at + stripe * width
        for row in range(cells):
            cell = ((p * stripes + stripe) * cells + row) * cells
            begin = (p * windows.shape[1] + low) * window + (margin + row) * windows.shape[3]
            source = begin + margin
            where = (
                to,
                pitch,
                cell * materials * width,
                source,
                window,
                samples,
                ahead,
                cells,
                materials,
                np.int64(row == 0),
            )
            gather_rows(out, table, windows, where, width)
            for k in range(list_crowd(listing, windows, begin, window, wide, margin, cells, samples)):
                q, column = np.int64(listing[k] >> _COLUMN_BITS), np.int64(listing[k] & _COLUMN)
                tile = source + q * window + column
                add_crowd(out, to + q * pitch, counts, (cell + column) * width, windows, tile, width)


@inline
def tile_gradient(table, counts, grad, grad_at, pitch, windows, p, stripe, row, low, high, listing):
    """Adds to the gradients of `table` and `counts` what the samples low .. high − 1 of population p say of one row.

    Args:
        table, counts: gradients, shaped as the weights of `tile_sum_block`.
        grad: float32; the gradient of sample q's output is at grad.flat[grad_at + (q − low) · pitch].
        grad_at, pitch: see there.
        windows: uint8 or uint16 [P, Q, R, C].
        p, stripe, row, low, high: what to work on: 1 to GRADIENT_BLOCK samples.
        listing: uint16 [LISTING], scratch.
    """
    stripes, materials, width, cells = table.shape[1], table.shape[3], table.shape[4], side_of(table)
    window, samples, margin = windows.shape[2] * windows.shape[3], high - low, (windows.shape[2] - cells) >> 1
    wide = windows.shape[3] > 16
    cell = ((p * stripes + stripe) * cells + row) * cells
    begin = (p * windows.shape[1] + low) * window + (margin + row) * windows.shape[3]
    source = begin + margin
    to = grad_at + stripe * width
    where = (to, pitch, cell * materials * width, source, window, samples, AHEAD, cells, materials, 0)
    scatter_rows(grad, table, windows, where, width)
    for k in range(list_crowd(listing, windows, begin, window, wide, margin, cells, samples)):
        q, column = np.int64(listing[k] >> _COLUMN_BITS), np.int64(listing[k] & _COLUMN)
        tile = source + q * window + column
        add_crowd(counts, (cell + column) * width, grad, to + q * pitch, windows, tile, width)


@jit
def tile_sum_lane(out, column, table, counts, windows, start, count, lane, lanes):
    """Every n-th block of samples: out[p, :, column : column + H] = their sums; rows beyond count[p] are 0.

    Args:
        out: float32 [P, m, width].
        column: where the H numbers of each row begin.
        table, counts, windows: as for `tile_sum_block`.
        start, count: int64 [P], the samples of each population.
        lane, lanes: which of how many.
    """
    rows, pitch, size = out.shape[1], out.shape[2], table.shape[1] * table.shape[4]
    listing = np.empty(LISTING, np.uint16)
    block = 0
    for p in range(out.shape[0]):
        for low in range(0, rows, BLOCK):
            if block % lanes == lane:
                at = (p * rows + low) * pitch + column
                filled = max(0, min(BLOCK, count[p] - low))
                first = start[p] + low
                ahead = BLOCK * lanes
                if filled > 0:
                    tile_sum_block(out, at, pitch, table, counts, windows, p, first, first + filled, ahead, listing)
                for q in range(filled, min(BLOCK, rows - low)):
                    clear(out, at + q * pitch, size)
            block += 1


launch_tile_sum = parallel(tile_sum_lane, -1)


@jit
def tile_sum_all(pool, threads, out, column, table, counts, windows, start, count):
    """All lanes of `tile_sum_lane`, on threads."""
    lanes = lanes_for(_SAMPLE_NS * out.shape[0] * out.shape[1], threads)
    launch_tile_sum(pool, lanes, lanes, (out, column, table, counts, windows, start, count, lanes))


@jit
def tile_gradient_lane(table, counts, grad, column, windows, start, count, lane, lanes):
    """Every n-th window row of the populations: the gradients of `tile_sum_lane`, written over what was there.

    A lane goes over a block of samples with all its rows before it goes to the next: each sample's gradient is read
    from memory once, and each cell's sum is still in the order of the samples.

    Args:
        table, counts: gradients, shaped as the weights.
        grad: float32 [P, m, width], of the output.
        column: where the H numbers of each row begin.
        windows, start, count, lane, lanes: as for `tile_sum_lane`.
    """
    stripes, cells, pitch = table.shape[1], side_of(table), grad.shape[2]
    listing = np.empty(LISTING, np.uint16)
    for p in range(table.shape[0]):
        first_row = (lane - p * cells) % lanes
        for stripe in range(stripes):
            for row in range(first_row, cells, lanes):
                table[p, stripe, row * cells : (row + 1) * cells] = 0
                counts[p, stripe, row * cells : (row + 1) * cells] = 0
            for low in range(0, count[p], GRADIENT_BLOCK):
                high = min(low + GRADIENT_BLOCK, count[p])
                at = (p * grad.shape[1] + low) * pitch + column
                for row in range(first_row, cells, lanes):
                    tile_gradient(
                        table,
                        counts,
                        grad,
                        at,
                        pitch,
                        windows,
                        p,
                        stripe,
                        row,
                        start[p] + low,
                        start[p] + high,
                        listing,
                    )


launch_tile_gradient = parallel(tile_gradient_lane, -1)


@jit
def tile_gradient_all(pool, threads, table, counts, grad, column, windows, start, count):
    """All lanes of `tile_gradient_lane`, on threads."""
    lanes = lanes_for(_SAMPLE_NS * grad.shape[0] * grad.shape[1], threads)
    launch_tile_gradient(pool, lanes, lanes, (table, counts, grad, column, windows, start, count, lanes))
