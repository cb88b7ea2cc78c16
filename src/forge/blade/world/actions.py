"""Actions: their layout, their check on the way in, and the readable tree over them."""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.mechanics.ids import UNKNOWN, Move
from forge.blade.state.state import State
from forge.blade.threads.pool import run
from forge.blade.threads.share import lanes_for, parallel

COLUMNS = ("move", "style", "target")


def limits(state: State) -> tuple[int, ...]:
    """How many choices each column of an action has."""
    rules = state.rules[0]
    return (len(Move), int(rules["styles"]), *((int(rules["listed"]),) if rules["learned"] else ()))


def accept(actions: Any, state: State, choices: tuple[int, ...], threads: int = 1) -> None:
    """Checks the actions of the living and copies them into `State.actions`.

    Args:
        actions: integer array [W, N, 2 or 3].
        state: of the worlds.
        choices: their `limits`.
        threads: to check them on, at most.

    Raises:
        TypeError, ValueError: naming what is wrong; no world has changed.
    """
    given = np.asarray(actions)
    if given.dtype.kind not in "iu":
        raise TypeError(f"actions must be integers, not {given.dtype}")
    if not given.dtype.isnative:  # compiled code knows this machine's byte order only
        given = given.astype(given.dtype.newbyteorder("="))
    wanted = (*state.agents.shape, len(choices))
    if given.shape != wanted:
        raise ValueError(
            f"actions have shape {given.shape}; wanted is {wanted}: worlds, slots, {', '.join(COLUMNS[: len(choices)])}"
        )
    arrays = (given, state.actions, state.living, state.living_count, np.array(choices), state.refused)
    if run(take_all, threads, *arrays):
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


_AGENT_NS = 2  # about what it costs for an agent
launch_takes = parallel(take, 6)


@jit(_nrt=False)
def take_all(pool, threads, given, actions, living, living_count, choices, refused):
    """`take` for every world; returns whether an action was refused."""
    worlds, work, wrong = given.shape[0], 0, False
    for w in range(worlds):
        work += _AGENT_NS * living_count[w]
    launch_takes(pool, lanes_for(work, threads), worlds, (given, actions, living, living_count, choices, refused))
    for w in range(worlds):
        wrong |= refused[w] > 0
    return wrong
