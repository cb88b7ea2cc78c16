"""Sets of window tiles as bit boards: one step of a flood fill over the whole window takes a few dozen instructions.

A board is four uint64. Tile (row, col) of a 15 × 15 window is bit 16 · row + col of the 256, counted from the lowest
bit of the first word; the agent stands on tile (7, 7). Bit column 15 and bit row 15 are kept empty, so that whatever a
shift pushes over an edge of the window lands there and is masked out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forge.blade.compiled.jit import inline
from forge.blade.compiled.vector import flagged64
from forge.blade.mechanics.ids import Move
from forge.blade.mechanics.tile import LAYOUTS

#: How far an agent looks, and the side of a board.
SIGHT = 7
SIZE = 2 * SIGHT + 1
#: Bytes from one row of the window to the next, which are the bits from one row of a board to the next.
PITCH = 16
#: Bytes of a window.
BLOCK = SIZE * PITCH

_NONE, _1, _16, _48 = (np.uint64(n) for n in (0, 1, 16, 48))
_MATERIAL_BITS = (np.uint8(1), np.uint8(2), np.uint8(4))
_COUNT_BITS = ~np.uint8(LAYOUTS[np.dtype(np.uint8)].mask)
_FOUR_ROWS = np.uint64(0x7FFF7FFF7FFF7FFF)
_THREE_ROWS = np.uint64(0x00007FFF7FFF7FFF)

#: The agent's own tile, in row 7: the last row of the second word.
HERE = (_NONE, _1 << np.uint64(3 * PITCH + SIGHT), _NONE, _NONE)
NOWHERE = (_NONE, _NONE, _NONE, _NONE)
EVERYWHERE = (_FOUR_ROWS, _FOUR_ROWS, _FOUR_ROWS, _THREE_ROWS)
# The tiles around it, in the second word; the one to the south is in the third.
_NORTH, _EAST, _WEST = (_1 << np.uint64(n) for n in (2 * PITCH + SIGHT, 3 * PITCH + SIGHT + 1, 3 * PITCH + SIGHT - 1))
_SOUTH = _1 << np.uint64(SIGHT)


Board = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


class Ground(NamedTuple):
    """What an agent sees of the land."""

    open: Board  # may be entered and is not lava
    forest: Board
    water: Board
    others: Board  # another agent stands there, and the agent itself does not


@inline
def look(window, at):
    """The Ground of the window whose first byte has flat index `at` in a uint8 array with rows 16 bytes apart."""
    # the last three rows are read with the one before: 64 bytes from row 12 on would reach beyond the window
    a = four_rows(window, at, _NONE, _FOUR_ROWS)
    b = four_rows(window, at + 4 * PITCH, _NONE, _FOUR_ROWS)
    c = four_rows(window, at + 8 * PITCH, _NONE, _FOUR_ROWS)
    d = four_rows(window, at + 11 * PITCH, _16, _THREE_ROWS)
    return Ground(
        (a[0], b[0], c[0], d[0]),
        (a[1], b[1], c[1], d[1]),
        (a[2], b[2], c[2], d[2]),
        without((a[3], b[3], c[3], d[3]), HERE),
    )


@inline
def four_rows(window, at, skipped, rows):
    """A word of each board of `look`. The bits of a material id: 1 water, 2 grass, 3 scrub, 4 forest."""
    ones = flagged64(window, at, _MATERIAL_BITS[0]) >> skipped
    twos = flagged64(window, at, _MATERIAL_BITS[1]) >> skipped
    fours = flagged64(window, at, _MATERIAL_BITS[2]) >> skipped
    crowd = flagged64(window, at, _COUNT_BITS) >> skipped
    forest = fours & ~twos & ~ones & rows
    return (twos & ~fours & rows) | forest, forest, ones & ~twos & ~fours & rows, crowd & rows


@inline
def both(a, b):
    """Tiles on both boards."""
    return a[0] & b[0], a[1] & b[1], a[2] & b[2], a[3] & b[3]


@inline
def either(a, b):
    """Tiles on at least one board."""
    return a[0] | b[0], a[1] | b[1], a[2] | b[2], a[3] | b[3]


@inline
def without(a, b):
    """Tiles of the first board that are not on the second."""
    return a[0] & ~b[0], a[1] & ~b[1], a[2] & ~b[2], a[3] & ~b[3]


@inline
def is_empty(a):
    """Whether a board holds no tile."""
    return (a[0] | a[1] | a[2] | a[3]) == _NONE


@inline
def holds_me(a):
    """Whether a board holds the agent's own tile."""
    return a[1] & HERE[1] != _NONE


@inline
def add(a, row, col, really):
    """The board with one tile of the window more, if `really`; without branches, as that is hard to foresee."""
    bit = np.uint64(really) << np.uint64((row & 3) * PITCH + (col & 15))
    word = row >> 2
    return (
        a[0] | (bit if word == 0 else _NONE),
        a[1] | (bit if word == 1 else _NONE),
        a[2] | (bit if word == 2 else _NONE),
        a[3] | (bit if word == 3 else _NONE),
    )


@inline
def spread(a, onto):
    """The tiles of `onto` that are on the board, or north, south, east or west of one of its tiles."""
    return (
        (a[0] | a[0] << _1 | a[0] >> _1 | a[0] << _16 | a[0] >> _16 | a[1] << _48) & onto[0],
        (a[1] | a[1] << _1 | a[1] >> _1 | a[1] << _16 | a[1] >> _16 | a[0] >> _48 | a[2] << _48) & onto[1],
        (a[2] | a[2] << _1 | a[2] >> _1 | a[2] << _16 | a[2] >> _16 | a[1] >> _48 | a[3] << _48) & onto[2],
        (a[3] | a[3] << _1 | a[3] >> _1 | a[3] << _16 | a[3] >> _16 | a[2] >> _48) & onto[3],
    )


@inline
def widen(a, reach):
    """The tiles within Chebyshev distance `reach` of one of the board's."""
    for _ in range(reach):
        row = (a[0] | a[0] << _1 | a[0] >> _1, a[1] | a[1] << _1 | a[1] >> _1, a[2] | a[2] << _1 | a[2] >> _1)
        last = a[3] | a[3] << _1 | a[3] >> _1
        a = spread_rows((row[0], row[1], row[2], last))
    return a


@inline
def spread_rows(a):
    """The tiles on the board, or north or south of one of its tiles."""
    return (
        (a[0] | a[0] << _16 | a[0] >> _16 | a[1] << _48) & _FOUR_ROWS,
        (a[1] | a[1] << _16 | a[1] >> _16 | a[0] >> _48 | a[2] << _48) & _FOUR_ROWS,
        (a[2] | a[2] << _16 | a[2] >> _16 | a[1] >> _48 | a[3] << _48) & _FOUR_ROWS,
        (a[3] | a[3] << _16 | a[3] >> _16 | a[2] >> _48) & _THREE_ROWS,
    )


@inline
def steps(a):
    """The moves that lead onto a board from the agent's tile: bit m is set for Move m."""
    return (
        np.int64(a[1] & _NORTH != _NONE) << _MOVE_NORTH
        | np.int64(a[2] & _SOUTH != _NONE) << _MOVE_SOUTH
        | np.int64(a[1] & _EAST != _NONE) << _MOVE_EAST
        | np.int64(a[1] & _WEST != _NONE) << _MOVE_WEST
    )


_MOVE_NORTH, _MOVE_SOUTH, _MOVE_EAST, _MOVE_WEST = (int(m) for m in (Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST))
