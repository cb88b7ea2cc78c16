"""Actions: their layout, their check on the way in, and the readable tree over them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from forge.blade.ids import UNKNOWN, Move
from forge.blade.jit import inline, jit
from forge.blade.state import State

COLUMNS = ("move", "style", "target")


def limits(state: State) -> tuple[int, ...]:
    """How many choices each column of an action has."""
    rules = state.rules[0]
    return (len(Move), int(rules["styles"]), *((int(rules["listed"]),) if rules["learned"] else ()))


def accept(actions: Any, state: State, threads: int = 1) -> None:
    """Checks the actions of the living and copies them into `State.actions`.

    Args:
        actions: integer array [W, N, 2 or 3].
        state: of the worlds.
        threads: that the caller has set Numba to use; 1 for none but this one.

    Raises:
        TypeError, ValueError: naming what is wrong; no world has changed.
    """
    given, choices = np.asarray(actions), limits(state)
    if given.dtype.kind not in "iu":
        raise TypeError(f"actions must be integers, not {given.dtype}")
    # compiled code knows this machine's byte order only
    given = given.astype(given.dtype.newbyteorder("="), copy=False)
    wanted = (*state.agents.shape, len(choices))
    if given.shape != wanted:
        raise ValueError(
            f"actions have shape {given.shape}; wanted is {wanted}: worlds, slots, {', '.join(COLUMNS[: len(choices)])}"
        )
    arrays = (given, state.actions, state.living, state.living_count, np.array(choices), state.refused)
    (take_each if threads == 1 else take_all)(*arrays)
    if state.refused.any():
        w = int(np.flatnonzero(state.refused)[0])
        state.actions[...] = UNKNOWN  # partly overwritten, they no longer say what was done in the last tick
        slot, column = divmod(int(state.refused[w]) - 1, len(COLUMNS))
        raise ValueError(
            f"action of world {w}, slot {slot}: {COLUMNS[column]} = {given[w, slot, column]} is out of range; "
            f"allowed are 0 .. {choices[column] - 1}"
        )


@inline
def take(given, actions, living, living_count, choices, refused, w):
    """Copies the rows of one world's living; `refused` becomes 0, or 1 + 3 · slot + column of the first misfit."""
    refused[w] = 0
    for k in range(living_count[w]):
        slot = np.int64(living[w, k])
        for column in range(given.shape[2]):
            choice = given[w, slot, column]
            if choice < 0 or choice >= choices[column]:
                refused[w] = 1 + 3 * slot + column
                return
            actions[w, slot, column] = choice


@jit
def take_each(given, actions, living, living_count, choices, refused):
    """`take` for every world, one after another."""
    for w in range(given.shape[0]):
        take(given, actions, living, living_count, choices, refused, w)


@jit(parallel=True)
def take_all(given, actions, living, living_count, choices, refused):
    """`take` for every world, worlds in parallel."""
    for w in prange(given.shape[0]):
        take(given, actions, living, living_count, choices, refused, np.int64(w))
