"""The tile layer: for each sample the sum of one table row a cell of its window, and of a weight for each agent on a tile.

With x(c, m) = 1 where cell c is of material m, and n(c) agents on cell c, y = Σ_c Σ_m x(c, m) T[c, m] + Σ_c n(c) W[c]: a
linear layer over one-hot materials and counts. Only one x(c, ·) is not 0, so it is a sum of as many rows as there are cells.

Letters: P populations, S stripes of the hidden units, L hidden units of a stripe (H = S·L), K cells of a window (R·R).
"""

from __future__ import annotations

import numpy as np
from numba import prange

from forge.blade.jit import inline, jit
from forge.blade.vector import count_bits, lowest_bit
from forge.ethyr.kernels.rows import (
    MATERIALS,
    UNROLLED,
    WIDE,
    add_scaled,
    clear,
    crowded16,
    gather_default,
    gather_narrow,
    gather_wide,
    prefetch,
    scatter_default,
    scatter_narrow,
    scatter_wide,
)

# A window row goes over this many samples before the next row does, so that its part of the table stays in the first
# cache: 15 kB of 48. The gradient writes what it reads, and gains from longer blocks.
BLOCK, GRADIENT_BLOCK = 64, 256
_AHEAD = 32  # samples between a prefetch and its use

_COLUMN_BITS = 5  # a window row has at most 31 cells
_COLUMN = (1 << _COLUMN_BITS) - 1
#: Length of the uint16 array that blocks list crowded tiles in.
LISTING = GRADIENT_BLOCK * (_COLUMN + 1)
_ONE = np.uint64(1)
_SIXTEEN = np.uint64(16)
_NOTHING = np.uint64(0)


@inline
def list_crowd(listing, listed, windows, window_at, cells, sample):
    """Appends sample · 32 + column for every tile of a window row that agents stand on; returns the new length.

    Two entries are written in any case: branches that depend on where agents stand are expensive.
    """
    found = crowded16(windows, window_at)
    if cells > 16:
        found |= crowded16(windows, window_at + 16) << _SIXTEEN
    found &= (_ONE << np.uint64(cells)) - _ONE  # what lies behind the row is not part of it
    end = listed + count_bits(found)
    sample <<= _COLUMN_BITS
    listing[listed] = sample + lowest_bit(found)
    found &= found - _ONE
    listing[listed + 1] = sample + lowest_bit(found)
    listed += 2
    while listed < end:
        found &= found - _ONE
        listing[listed] = sample + lowest_bit(found)
        listed += 1
    return end


@inline
def tile_sum_block(out, out_at, pitch, table, counts, windows, p, low, high, ahead, listing):
    """Sums the table rows of the samples low .. high − 1 of population p, at most GRADIENT_BLOCK of them.

    Args:
        out: float32; sample q's H numbers are written at out.flat[out_at + (q − low) · pitch].
        out_at, pitch: see there.
        table: float32 [P, S, K, 8, L].
        counts: float32 [P, S, K, L].
        windows: uint8 [P, Q, R, C].
        p, low, high: what to work on.
        ahead: samples to the block that comes next, which is fetched meanwhile.
        listing: uint16 [LISTING], scratch.
    """
    stripes, width, cells = table.shape[1], table.shape[4], windows.shape[2]
    row_bytes = windows.shape[3]
    window = cells * row_bytes
    for q in range(high - low):
        clear(out, out_at + q * pitch, stripes * width)
    for stripe in range(stripes):
        to = out_at + stripe * width
        for row in range(cells):
            cell = ((p * stripes + stripe) * cells + row) * cells
            at, source = cell * MATERIALS * width, (p * windows.shape[1] + low) * window + row * row_bytes
            listed = 0
            for q in range(high - low):
                prefetch(windows, source + (q + ahead) * window)
                if width == WIDE and cells == UNROLLED:
                    gather_default(out, to + q * pitch, table, at, windows, source + q * window, cells)
                elif width == WIDE:
                    gather_wide(out, to + q * pitch, table, at, windows, source + q * window, cells)
                else:
                    gather_narrow(out, to + q * pitch, table, at, windows, source + q * window, cells)
                listed = list_crowd(listing, listed, windows, source + q * window, cells, q)
            for k in range(listed):
                q, column = np.int64(listing[k] >> _COLUMN_BITS), np.int64(listing[k] & _COLUMN)
                agents = np.float32(windows[p, low + q, row, column] >> 3)
                add_scaled(out, to + q * pitch, counts, (cell + column) * width, agents, width)


@inline
def tile_gradient(table, counts, grad, grad_at, pitch, windows, p, stripe, row, low, high, listing):
    """Adds to the gradients of `table` and `counts` what the samples low .. high − 1 of population p say of one row.

    Args:
        table, counts: gradients, shaped as the weights of `tile_sum_block`.
        grad: float32; the gradient of sample q's output is at grad.flat[grad_at + (q − low) · pitch].
        grad_at, pitch: see there.
        windows: uint8 [P, Q, R, C].
        p, stripe, row, low, high: what to work on: at most GRADIENT_BLOCK samples.
        listing: uint16 [LISTING], scratch.
    """
    stripes, width, cells = table.shape[1], table.shape[4], windows.shape[2]
    row_bytes = windows.shape[3]
    window = cells * row_bytes
    to = grad_at + stripe * width
    cell = ((p * stripes + stripe) * cells + row) * cells
    at, source = cell * MATERIALS * width, (p * windows.shape[1] + low) * window + row * row_bytes
    listed = 0
    for q in range(high - low):
        prefetch(windows, source + (q + _AHEAD) * window)
        prefetch(grad, to + (q + _AHEAD) * pitch)
        prefetch(grad, to + (q + _AHEAD) * pitch + width // 2)
        if width == WIDE and cells == UNROLLED:
            scatter_default(table, at, grad, to + q * pitch, windows, source + q * window, cells)
        elif width == WIDE:
            scatter_wide(table, at, grad, to + q * pitch, windows, source + q * window, cells)
        else:
            scatter_narrow(table, at, grad, to + q * pitch, windows, source + q * window, cells)
        listed = list_crowd(listing, listed, windows, source + q * window, cells, q)
    for k in range(listed):
        q, column = np.int64(listing[k] >> _COLUMN_BITS), np.int64(listing[k] & _COLUMN)
        agents = np.float32(windows[p, low + q, row, column] >> 3)
        add_scaled(counts, (cell + column) * width, grad, to + q * pitch, agents, width)


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
                tile_sum_block(out, at, pitch, table, counts, windows, p, first, first + filled, ahead, listing)
                for q in range(filled, min(BLOCK, rows - low)):
                    clear(out, at + q * pitch, size)
            block += 1


@jit(parallel=True)
def tile_sum_all(out, column, table, counts, windows, start, count, lanes):
    """All lanes of `tile_sum_lane`, each on a thread."""
    for lane in prange(lanes):
        tile_sum_lane(out, column, table, counts, windows, start, count, lane, lanes)


@jit
def tile_gradient_lane(table, counts, grad, column, windows, start, count, lane, lanes):
    """Every n-th window row of the populations: the gradients of `tile_sum_lane`, written over what was there.

    A lane goes over a block of samples with all its rows before it goes to the next: each sample's gradient is read from
    memory once, and each cell's sum is still in the order of the samples.

    Args:
        table, counts: gradients, shaped as the weights.
        grad: float32 [P, m, width], of the output.
        column: where the H numbers of each row begin.
        windows, start, count, lane, lanes: as for `tile_sum_lane`.
    """
    stripes, cells, pitch = table.shape[1], windows.shape[2], grad.shape[2]
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


@jit(parallel=True)
def tile_gradient_all(table, counts, grad, column, windows, start, count, lanes):
    """All lanes of `tile_gradient_lane`, each on a thread."""
    for lane in prange(lanes):
        tile_gradient_lane(table, counts, grad, column, windows, start, count, lane, lanes)
