"""Actions: their layout, their check on the way in, and the readable tree over them."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.config.config import Config
from forge.blade.game.game import GAME
from forge.blade.mechanics.ids import UNKNOWN
from forge.blade.schema.system import Choice
from forge.blade.state.state import State
from forge.blade.threads.pool import run
from forge.blade.threads.share import lanes_for, parallel

#: The columns of an action in the game.
COLUMNS = GAME.names("choices")


class Columns(NamedTuple):
    """The columns of an action in worlds of one configuration: the choices that exist there.

    Attributes:
        names: of them.
        counts: how many options each has.
        layout: for each, how many options it has, and its number, which is the column of `State.actions`; int64
            [2, columns].
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    layout: np.ndarray

    @classmethod
    def of(cls, config: Config) -> Self:
        """Those of a configuration."""
        there = choices_of(config)
        counts = tuple(len(choice.options(config)) for choice in there)
        layout = np.array([counts, [choice.number for choice in there]], np.int64)
        return cls(tuple(choice.name for choice in there), counts, layout)


def choices_of(config: Config) -> tuple[Choice, ...]:
    """The choices that agents have in worlds of this configuration."""
    return tuple(choice for choice in config.schema.choices if choice.options(config))


def accept(actions: Any, state: State, columns: Columns, threads: int = 1) -> None:
    """Checks the actions of the living and copies them into `State.actions`.

    Args:
        actions: integer array [W, N, columns].
        state: of the worlds.
        columns: of their actions.
        threads: to check them on, at most.

    Raises:
        TypeError, ValueError: naming what is wrong; no world has changed.
    """
    given = np.asarray(actions)
    if given.dtype.kind not in "iu":
        raise TypeError(f"actions must be integers, not {given.dtype}")
    if not given.dtype.isnative:  # compiled code knows this machine's byte order only
        given = given.astype(given.dtype.newbyteorder("="))
    wanted = (*state.actions.shape[:2], len(columns.names))
    if given.shape != wanted:
        raise ValueError(
            f"actions have shape {given.shape}; wanted is {wanted}: worlds, slots, {', '.join(columns.names)}"
        )
    if run(take_all, threads, given, state.actions, state.living, state.living_count, columns.layout, state.refused):
        w = int(np.flatnonzero(state.refused)[0])
        state.actions[...] = UNKNOWN  # partly overwritten, they no longer say what was done in the last tick
        slot, column = divmod(int(state.refused[w]) - 1, len(columns.names))
        raise ValueError(
            f"action of world {w}, slot {slot}: {columns.names[column]} = {given[w, slot, column]} is out of range; "
            f"allowed are 0 .. {columns.counts[column] - 1}"
        )


@inline
def take(given, actions, living, living_count, layout, refused, w):
    """Copies the rows of one world's living; `refused` becomes 0, or 1 + columns · slot + column of the first misfit.

    One choice after the other, and without a branch for each agent: what is wrong is looked for only if something is.
    """
    count, misfit = np.int64(living_count[w]), False
    for column in range(given.shape[2]):
        options, number = np.uint64(layout[0, column]), layout[1, column]
        for k in range(count):
            slot = np.int64(living[w, k])
            option = given[w, slot, column]
            misfit |= np.uint64(option) >= options  # negative ones are large
            actions[w, slot, number] = option
    refused[w] = first_misfit(given, living, count, layout, w) if misfit else 0


@inline
def first_misfit(given, living, count, layout, w):
    """1 + columns · slot + column of the first action that is out of range, by slot; 0 if there is none."""
    columns = given.shape[2]
    for k in range(count):
        slot = np.int64(living[w, k])
        for column in range(columns):
            if np.uint64(given[w, slot, column]) >= np.uint64(layout[0, column]):
                return 1 + columns * slot + column
    return 0


_AGENT_NS = 2  # about what it costs for an agent
launch_takes = parallel(take, 6)


@jit(_nrt=False)
def take_all(pool, threads, given, actions, living, living_count, layout, refused):
    """`take` for every world; returns whether an action was refused."""
    worlds, work, wrong = given.shape[0], 0, False
    for w in range(worlds):
        work += _AGENT_NS * living_count[w]
    args = (given, actions, living, living_count, layout, refused)
    launch_takes(pool, lanes_for(work, threads), worlds, args)
    for w in range(worlds):
        wrong |= refused[w] > 0
    return wrong
