"""Boards and ways against plain arithmetic on arrays of tiles."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from forge.agents import paths
from forge.blade import Material, Move
from forge.blade.mechanics import bitboards, ways

SIZE, MIDDLE, FAR = 15, 7, ways.FAR
ENTERED = (Material.GRASS, Material.SCRUB, Material.FOREST)


@njit(error_model="numpy")
def look(window):
    return bitboards.look(window, 0)


@njit(error_model="numpy")
def spread(tiles, onto):
    return bitboards.spread(tiles, onto)


@njit(error_model="numpy")
def widen(tiles, reach):
    return bitboards.widen(tiles, reach)


@njit(error_model="numpy")
def steps(tiles):
    return bitboards.steps(tiles)


@njit(error_model="numpy")
def add(tiles, row, col, really):
    return bitboards.add(tiles, row, col, really)


@njit(error_model="numpy")
def way(goals, ground):
    return ways.way(goals, ground)


@njit(error_model="numpy")
def reachable(ground):
    return paths.reachable(ground)


@njit(error_model="numpy")
def nearest_won(goals, ground, others):
    return ways.nearest_won(goals, ground, others)


@njit(error_model="numpy")
def farthest(reached, heading):
    return paths.farthest(reached, heading)


def packed(tiles: np.ndarray) -> tuple[np.uint64, ...]:
    """The board of a bool array [15, 15]."""
    bits = np.zeros((16, 16), bool)
    bits[:SIZE, :SIZE] = tiles
    return tuple(np.packbits(bits.ravel(), bitorder="little").view("<u8"))


def unpacked(words: tuple[int, ...]) -> np.ndarray:
    """The bool array [15, 15] of a board, whose other bits must be empty."""
    bits = np.unpackbits(np.array(words, "<u8").view(np.uint8), bitorder="little").reshape(16, 16).astype(bool)
    assert not bits[SIZE:].any()
    assert not bits[:, SIZE:].any()
    return bits[:SIZE, :SIZE]


@st.composite
def tiles(draw: st.DrawFn) -> np.ndarray:
    """A bool array [15, 15], of any density."""
    seed, share = draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from([0.02, 0.2, 0.5, 0.7, 0.95]))
    return np.random.default_rng(seed).random((SIZE, SIZE)) < share


def with_middle(open_tiles: np.ndarray) -> np.ndarray:
    result = open_tiles.copy()
    result[MIDDLE, MIDDLE] = True
    return result


def neighbours(row: int, col: int) -> dict[Move, tuple[int, int]]:
    return {
        Move.NORTH: (row - 1, col),
        Move.SOUTH: (row + 1, col),
        Move.EAST: (row, col + 1),
        Move.WEST: (row, col - 1),
    }


def distances(sources: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Steps from the nearest source over the ground, FAR where there is no way; breadth-first, tile by tile."""
    found = np.where(sources, 0, FAR)
    queue = deque(map(tuple, np.argwhere(sources)))
    while queue:
        here = queue.popleft()
        for there in neighbours(*here).values():
            if min(there) >= 0 and max(there) < SIZE and ground[there] and found[there] == FAR:
                found[there] = found[here] + 1
                queue.append(there)
    return found


@given(st.integers(0, 2**32 - 1))
def test_look_reads_materials_and_counts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    materials, counts = rng.integers(7, size=(SIZE, 16)), rng.integers(32, size=(SIZE, 16))
    ground = look((materials + 8 * counts).astype(np.uint8))
    materials, counts = materials[:, :SIZE], counts[:, :SIZE]
    assert np.array_equal(unpacked(ground.open), np.isin(materials, ENTERED))
    assert np.array_equal(unpacked(ground.forest), materials == Material.FOREST)
    assert np.array_equal(unpacked(ground.water), materials == Material.WATER)
    counts[MIDDLE, MIDDLE] = 0
    assert np.array_equal(unpacked(ground.others), counts > 0)


@given(tiles(), tiles())
def test_spread_takes_one_step_onto_the_ground(start: np.ndarray, ground: np.ndarray) -> None:
    padded = np.pad(start, 1)
    near = padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    assert np.array_equal(unpacked(spread(packed(start), packed(ground))), near & ground)


@given(tiles(), st.integers(1, 8))
def test_widen_covers_squares(start: np.ndarray, reach: int) -> None:
    covered = np.zeros((SIZE, SIZE), bool)
    for row, col in np.argwhere(start):
        covered[max(0, row - reach) : row + reach + 1, max(0, col - reach) : col + reach + 1] = True
    assert np.array_equal(unpacked(widen(packed(start), reach)), covered)


@given(st.integers(0, 14), st.integers(0, 14), tiles())
def test_add_sets_one_tile(row: int, col: int, start: np.ndarray) -> None:
    assert np.array_equal(unpacked(add(packed(start), row, col, False)), start)
    start_and_one = start.copy()
    start_and_one[row, col] = True
    assert np.array_equal(unpacked(add(packed(start), row, col, True)), start_and_one)


@given(tiles())
def test_steps_lead_onto_the_board(start: np.ndarray) -> None:
    expected = {move for move, place in neighbours(MIDDLE, MIDDLE).items() if start[place]}
    assert {move for move in Move if steps(packed(start)) >> move & 1} == expected


@given(tiles(), tiles())
def test_way_is_shortest_and_starts_with_every_first_step(goals: np.ndarray, ground: np.ndarray) -> None:
    ground = with_middle(ground)
    goals = goals & ground
    away = distances(goals, ground)
    distance, moves = way(packed(goals), packed(ground))
    assert distance == away[MIDDLE, MIDDLE]
    first = {m for m, place in neighbours(MIDDLE, MIDDLE).items() if ground[place] and away[place] == distance - 1}
    expected = {Move.PASS} if distance in (0, FAR) else first
    assert {move for move in Move if moves >> move & 1} == expected


@given(tiles())
def test_reachable_is_all_that_can_be_walked_to(ground: np.ndarray) -> None:
    ground = with_middle(ground)
    me = np.zeros((SIZE, SIZE), bool)
    me[MIDDLE, MIDDLE] = True
    assert np.array_equal(unpacked(reachable(packed(ground))), distances(me, ground) < FAR)


@given(tiles(), tiles(), tiles())
def test_a_goal_is_won_by_whoever_is_nearest(goals: np.ndarray, ground: np.ndarray, others: np.ndarray) -> None:
    ground = with_middle(ground)
    me = np.zeros((SIZE, SIZE), bool)
    me[MIDDLE, MIDDLE] = True
    others = others & ~me
    mine = distances(me, ground)
    won = goals & ground & (mine < FAR) & (mine <= distances(others, ground))
    nearest = won & (mine == mine[won].min(initial=FAR))
    assert np.array_equal(unpacked(nearest_won(packed(goals & ground), packed(ground), packed(others))), nearest)


@pytest.mark.parametrize("heading", [Move.NORTH, Move.SOUTH, Move.EAST, Move.WEST])
@given(reached=tiles())
def test_farthest_is_the_last_row_or_column_of_a_heading(heading: Move, reached: np.ndarray) -> None:
    rows, cols = np.indices((SIZE, SIZE)) - MIDDLE
    ahead = {Move.NORTH: -rows, Move.SOUTH: rows, Move.EAST: cols, Move.WEST: -cols}[heading]
    far = ahead[reached].max(initial=0)
    expected = reached & (ahead == far) & (far > 0)
    assert np.array_equal(unpacked(farthest(packed(reached), int(heading))), expected)
