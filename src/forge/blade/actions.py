"""Actions: their layout, their check on the way in, and the readable tree over them."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade.ids import Move
from forge.blade.jit import jit
from forge.blade.state import State

COLUMNS = ("move", "style", "target")


def limits(state: State) -> tuple[int, ...]:
    """How many choices each column of an action has."""
    rules = state.rules[0]
    return (len(Move), int(rules["styles"]), *((int(rules["listed"]),) if rules["learned"] else ()))


def accept(actions: Any, state: State) -> None:
    """Checks the actions of the living and copies them into `State.actions`.

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
    w, slot, column = copy_checked(given, state.actions, state.living, state.living_count, np.array(choices))
    if w >= 0:
        raise ValueError(
            f"action of world {w}, slot {slot}: {COLUMNS[column]} = {given[w, slot, column]} is out of range; "
            f"allowed are 0 .. {choices[column] - 1}"
        )


@jit
def copy_checked(given, actions, living, living_count, choices):
    """Copies the rows of the living, or nothing: returns (world, slot, column) of a number out of range, or −1s."""
    for w in range(given.shape[0]):
        for k in range(living_count[w]):
            slot = np.int64(living[w, k])
            for column in range(given.shape[2]):
                choice = given[w, slot, column]
                if choice < 0 or choice >= choices[column]:
                    return w, slot, column
    for w in range(given.shape[0]):
        for k in range(living_count[w]):
            slot = np.int64(living[w, k])
            for column in range(given.shape[2]):
                actions[w, slot, column] = given[w, slot, column]
    return -1, -1, -1
