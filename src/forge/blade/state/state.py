"""The state of a batch of worlds: arrays with a leading world axis, in one NamedTuple that a compiled call takes whole.

Its arrays are those that the systems declare (`forge.blade.systems`). Letters used for shapes throughout the package:

    W  worlds          N  slots (agents alive at most)   P  populations
    S  side of the map L  side of the map with margin    K  agents listed in view at most
    R  rows of the window (2 radius + 1)                 C  tiles of a window row (R rounded up to a multiple of 16)
    E  events a tick at most (0 when nobody records them)

The `saved` arrays are the state proper: what is snapshot and hashed. `recorded` ones are saved with them. All others
can be computed from them or are the inputs, outputs and scratch space of a tick.

A saved array, or column of a saved record, that comes later says so where it is declared: one with
`since=Since(3, before=0)` was not there before version 3 of snapshots, and older ones mean 0. See
`forge.blade.schema.versions`, and `forge.blade.snapshot.invariants` for what must hold of what is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from forge.blade.config.config import Config
from forge.blade.game.game import GAME
from forge.blade.mechanics.events import NOBODY, Recording
from forge.blade.schema.layout import Layout as Layout
from forge.blade.schema.schema import Schema
from forge.blade.state.kinds import State as State
from forge.blade.state.kinds import state_type
from forge.blade.state.rules import rules_record
from forge.blade.systems.sight import row_length as row_length
from forge.blade.systems.terrain import margin as margin
from forge.support.checks import ConfigError
from forge.support.host.memory import check_fits

#: One agent, 32 bytes. An empty slot is all zeros.
AGENT = GAME.agent

#: Running totals of one population of one world since the reset.
TALLY = GAME.tally

#: One life, finished or not.
LIFE = GAME.life


def saved(schema: Schema) -> tuple[str, ...]:
    """The names of the arrays that are the state proper."""
    return tuple(array.name for array in schema.arrays if array.saved)


def recorded(schema: Schema) -> tuple[str, ...]:
    """The names of the arrays that are saved with them."""
    return tuple(array.name for array in schema.arrays if array.recorded)


def allocate(configs: Sequence[Config], recording: Recording) -> State:
    """An empty state for one world per configuration; all of them must agree in `shape_of`."""
    arrays = layout(configs, recording)
    try:
        state = state_type(configs[0].schema)(**{name: np.zeros(*array) for name, array in arrays.items()})
    except MemoryError as error:
        raise ConfigError(f"{len(configs):,} worlds need more memory than there is: {error}") from error
    set_rules(state, configs)
    return state


def clear(state: State, configs: Sequence[Config]) -> None:
    """Makes a state of these configurations empty again, as `allocate` returned it."""
    for array in state:
        array[...] = np.zeros((), array.dtype)
    set_rules(state, configs)


def list_bodies(state: State) -> None:
    """Lists who lives, by the saved records: agents are `alive`; what else is there is of population NOBODY."""
    slots = state.living.shape[1]
    for w, records in enumerate(state.agents):
        _list(np.flatnonzero(records["alive"][:slots]), state.living[w], state.living_count[w : w + 1])
        beasts = slots + np.flatnonzero(records["population"][slots:] == NOBODY)
        _list(beasts, state.beasts[w], state.beasts_count[w : w + 1])


def _list(slots: np.ndarray, into: np.ndarray, count: np.ndarray) -> None:
    into[: len(slots)] = slots
    count[:] = len(slots)


def set_rules(state: State, configs: Sequence[Config]) -> None:
    """Writes the numbers of configurations, one for each world."""
    state.rules[:] = np.array([rules_record(c, margin(c)) for c in configs], state.rules.dtype)


def layout(configs: Sequence[Config], recording: Recording) -> dict[str, Layout]:
    """What the arrays of that state look like, by name. They begin as zeros: tiles as lava with nobody on it."""
    return configs[0].schema.layout(configs, recording)


def origins(count: int, side: int) -> dict[str, Layout]:
    """What a batch is started from, kept beside its state: the worlds' seeds and maps."""
    return {"seeds": Layout((count,), np.dtype(np.uint64)), "maps": Layout((count, side, side), np.dtype(np.uint8))}


def check_memory(configs: Sequence[Config], count: int, recording: Recording) -> None:
    """Refuses a batch of more worlds than memory can hold, before anything is made.

    Args:
        configs: of the worlds, or the one of all.
        count: number of worlds.
        recording: what they record.

    Raises:
        ConfigError: saying how much they would take, and how much there is.
    """
    arrays = {**layout(configs, recording), **origins(len(configs), configs[0].terrain.side)}
    check_fits(count, sum(math.prod(a.shape) * a.dtype.itemsize for a in arrays.values()) // len(configs), "worlds")


def shape_of(config: Config) -> dict[str, Any]:
    """The fields that set array shapes and the meaning of actions; all worlds of a batch share them."""
    return {"systems": config.systems} | {field.name: field.value(config) for field in config.schema.shared}


def check_alike(configs: Sequence[Config]) -> None:
    """Refuses worlds that cannot be in one batch.

    Raises:
        ConfigError: naming the field, and the world in which it differs.
    """
    first = shape_of(configs[0])
    for w, other in enumerate(configs):
        for name, value in shape_of(other).items():
            if value != first[name]:
                raise ConfigError(
                    f"worlds of a batch must share {name}: it is {first[name]!r} in world 0 and {value!r} in world {w}"
                )
