"""The state of a batch of worlds: arrays with a leading world axis, in one NamedTuple that a compiled call takes whole.

Letters used for shapes throughout the package:

    W  worlds          N  slots (agents alive at most)   P  populations
    S  side of the map L  side of the map with margin    K  agents listed in view at most
    R  rows of the window (2 radius + 1)                 C  bytes of a window row (R rounded up to a multiple of 16)
    E  events a tick at most (0 when nobody records them)

The `SAVED` fields are the state proper: what is snapshot and hashed. `RECORDED` ones are saved with them. All others
can be computed from them or are the inputs, outputs and scratch space of a tick.

A saved array, or column of a saved record, that comes later says so where it is declared: `Annotated[np.ndarray,
Since(3, before=0)]` or `Column("mood", "i4", "how it feels", since=Since(3, before=0))` was not there before version 3
of snapshots, and older ones mean 0. See `forge.blade.config.versions`, and `forge.blade.snapshot.invariants` for what
must hold of what is read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import numpy as np

from forge.blade.compiled.vector import PADDING
from forge.blade.config.config import Config
from forge.blade.config.versions import Since
from forge.blade.state.events import EVENT, LIFE, Recording, events_a_tick
from forge.blade.state.ids import Cause, RewardTerm
from forge.blade.state.record import PAD, Column, record
from forge.blade.state.rules import RULES, rules_record
from forge.support.checks import ConfigError
from forge.support.memory import check_fits

#: One agent, 32 bytes. An empty slot is all zeros.
AGENT = record(
    [
        Column("id", "i8", "births of its world before it"),
        Column("age", "i4", "ticks lived", "ticks"),
        Column("damage", "i4", "health points of the attacks that hit it in the last tick", "points"),
        Column("row", "i2", "row on the map, southwards", "tiles"),
        Column("col", "i2", "column on the map, eastwards", "tiles"),
        Column("health", "i2", "0 .. `vitals.health`", "points"),
        Column("food", "i2", "0 .. `vitals.food`", "points"),
        Column("water", "i2", "0 .. `vitals.water`", "points"),
        Column("freeze", "i2", "ticks for which it cannot move", "ticks"),
        Column("population", "u1", "0 .. P − 1"),
        Column("alive", "u1", "1 in slots that hold an agent"),
        Column(PAD, "u2", "nothing"),
    ]
)

#: Running totals of one population of one world since the reset.
TALLY = record(
    [
        Column("births", "i8", "agents born"),
        Column("deaths", "i8", "agents that died, by `Cause`", "", (len(Cause),)),
        Column("lifetime", "i8", "sum of the lifetimes of finished lives", "ticks"),
        Column("ticks", "i8", "agent steps: ticks begun alive, summed over agents", "agent steps"),
    ]
)


class State(NamedTuple):
    """See the module's docstring for the letters."""

    # -- saved
    agents: np.ndarray  # AGENT [W, N]; population p owns slots p·N/P .. (p+1)·N/P − 1
    tiles: np.ndarray  # uint8 [W, L·L + padding]: material in bits 0-2, agents on the tile in bits 3-7, at most 31
    surplus: np.ndarray  # uint16 [W, L·L]: agents on the tile beyond those 31
    harvested: np.ndarray  # int32 [W, S·S]: indices into tiles of the harvested tiles, a list
    harvested_count: np.ndarray  # int32 [W]
    stream: np.ndarray  # uint64 [W]: random stream
    tick: np.ndarray  # int64 [W]: finished ticks
    births: np.ndarray  # int64 [W]: next id
    cap: np.ndarray  # int32 [W]: own spawn cap, 1 .. N
    tally: np.ndarray  # TALLY [W, P]
    # uint8 [W, N, S·S / 8 + 1] (N = 0 unless a world rewards exploring): bit set of the tiles that each agent knows
    explored: Annotated[np.ndarray, Since(2, before=0)]
    # -- numbers of the rules
    rules: np.ndarray  # RULES [W]
    # -- derived from the agents
    living: np.ndarray  # uint16 [W, N]: slots of the living in increasing order, a list
    living_count: np.ndarray  # int32 [W]
    members: np.ndarray  # int32 [W, P]: living of each population
    # -- index of the living by row: a list sorted by (row, slot)
    slots: np.ndarray  # uint16 [W, N + padding]
    cols: np.ndarray  # uint8 or uint16 [W, N + padding]: their columns; all ones for the dead
    indexed: np.ndarray  # int32 [W]: length of the list
    row_start: np.ndarray  # int32 [W, S + 2]: where each row begins in it
    # -- input, scratch and output of a tick
    actions: np.ndarray  # uint8 [W, N, 3]: move, style, target (an entry of the agent's `seen`)
    refused: np.ndarray  # int32 [W]: 0, or which action was refused
    dying: np.ndarray  # uint16 [W, N]: slots of those who die this tick, a list
    drained: np.ndarray  # int32 [W, N]: food and water gained less lost by attacks
    marks: np.ndarray  # uint64 [W, N/64 + 1]: a set of slots
    near: np.ndarray  # uint16 [W, N + 8]: everyone in view of one observer, a list
    gap: np.ndarray  # uint8 [W, N + 8]: how far away they are [tiles]
    at_distance: np.ndarray  # int32 [W, 32]: how many of them there are, by distance
    struck: np.ndarray  # int32 [W, N] (N = 0 like that of deeds): slot of whom each agent struck this tick, or NONE
    deeds: np.ndarray  # int32 [W, N, terms] (N = 0 unless more than survival is rewarded): what is rewarded, counted
    reward: np.ndarray  # float32 [W, N]
    terminated: np.ndarray  # bool [W, N]
    # -- observation
    window: np.ndarray  # uint8 [W, N, R, C]: tile bytes around the agent
    seen: np.ndarray  # uint16 [W, N, K]: slots of the agents in seen, the observer first
    seen_count: np.ndarray  # int16 [W, N]
    moves: np.ndarray  # uint8 [W, N]: bit m is set where move m is valid
    targets: np.ndarray  # uint8 [W, N, K] (K = 0 unless targets are learned): bit s, entry may be attacked with style s
    # -- recording, of length 0 where it is off
    events: np.ndarray  # EVENT [W, E]
    event_count: np.ndarray  # int32 [W]
    lives: np.ndarray  # LIFE [W, N]: the lives being lived
    finished: np.ndarray  # LIFE [W, N]: lives that ended in the last tick, a list
    finished_count: np.ndarray  # int32 [W]
    trails: np.ndarray  # uint8 [W, N, S·S / 8 + 1]: bit set of the tiles each agent has visited
    visits: np.ndarray  # int64 [W, P, S, S]: ticks spent on each tile
    # int64 [W, P, terms] (P = 0 where N of deeds is): sums of the deeds since the reset
    deed_totals: Annotated[np.ndarray, Since(2, before=0)]


SAVED = State._fields[: State._fields.index("rules")]
RECORDED = ("lives", "trails", "visits", "deed_totals")


class Layout(NamedTuple):
    """What an array of the state looks like."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def margin(config: Config) -> int:
    """Tiles of lava kept around the map so that every window lies inside the array."""
    return max(0, config.sight.radius - config.terrain.border)


def row_bytes(config: Config) -> int:
    """Bytes of a window row, C: padded so that it is copied as whole vectors."""
    return -(-(2 * config.sight.radius + 1) // 16) * 16


def allocate(configs: Sequence[Config], recording: Recording) -> State:
    """An empty state for one world per configuration; all of them must agree in `shape_of`."""
    arrays = layout(configs, recording)
    try:
        state = State(**{name: np.zeros(*array) for name, array in arrays.items()})
    except MemoryError as error:
        raise ConfigError(f"{len(configs):,} worlds need more memory than there is: {error}") from error
    _set_rules(state, configs)
    return state


def clear(state: State, configs: Sequence[Config]) -> None:
    """Makes a state of these configurations empty again, as `allocate` returned it."""
    for array in state:
        array[...] = np.zeros((), array.dtype)
    _set_rules(state, configs)


def _set_rules(state: State, configs: Sequence[Config]) -> None:
    state.rules[:] = np.array([rules_record(c, margin(c)) for c in configs], RULES)


def layout(configs: Sequence[Config], recording: Recording) -> dict[str, Layout]:
    """What the arrays of that state look like, by name. They begin as zeros: tiles as lava with nobody on it."""
    config = configs[0]
    W, N, P = len(configs), config.spawn.cap, config.populations
    S, L = config.terrain.side, config.terrain.side + 2 * margin(config)
    R = 2 * config.sight.radius + 1
    C = row_bytes(config)
    K = config.sight.agents
    E = events_a_tick(N) if recording.events else 0
    lives, visits = (N if recording.lives else 0), (P if recording.visits else 0)
    rewards, terms = [c.reward for c in configs], len(RewardTerm)
    explorers = N if any(reward.explore != 0 for reward in rewards) else 0
    doers, groups = (N, P) if any(reward.counts_deeds for reward in rewards) else (0, 0)
    columns = np.uint8 if S <= 255 else np.uint16

    def zeros(*shape: int, dtype: Any) -> Any:
        return Layout((W, *shape), np.dtype(dtype))

    return State(
        agents=zeros(N, dtype=AGENT),
        tiles=zeros(L * L + PADDING, dtype=np.uint8),
        surplus=zeros(L * L, dtype=np.uint16),
        harvested=zeros(S * S, dtype=np.int32),
        harvested_count=zeros(dtype=np.int32),
        stream=zeros(dtype=np.uint64),
        tick=zeros(dtype=np.int64),
        births=zeros(dtype=np.int64),
        cap=zeros(dtype=np.int32),
        tally=zeros(P, dtype=TALLY),
        explored=zeros(explorers, S * S // 8 + 1, dtype=np.uint8),
        rules=zeros(dtype=RULES),
        living=zeros(N, dtype=np.uint16),
        living_count=zeros(dtype=np.int32),
        members=zeros(P, dtype=np.int32),
        slots=zeros(N + PADDING, dtype=np.uint16),
        cols=zeros(N + PADDING, dtype=columns),
        indexed=zeros(dtype=np.int32),
        row_start=zeros(S + 2, dtype=np.int32),
        actions=zeros(N, 3, dtype=np.uint8),
        refused=zeros(dtype=np.int32),
        dying=zeros(N, dtype=np.uint16),
        drained=zeros(N, dtype=np.int32),
        marks=zeros(N // 64 + 1, dtype=np.uint64),
        near=zeros(N + 8, dtype=np.uint16),
        gap=zeros(N + 8, dtype=np.uint8),
        at_distance=zeros(32, dtype=np.int32),
        struck=zeros(doers, dtype=np.int32),
        deeds=zeros(doers, terms, dtype=np.int32),
        reward=zeros(N, dtype=np.float32),
        terminated=zeros(N, dtype=np.bool_),
        window=zeros(N, R, C, dtype=np.uint8),
        seen=zeros(N, K + 8, dtype=np.uint16),
        seen_count=zeros(N, dtype=np.int16),
        moves=zeros(N, dtype=np.uint8),
        targets=zeros(N, K if config.learned_targets else 0, dtype=np.uint8),
        events=zeros(E, dtype=EVENT),
        event_count=zeros(dtype=np.int32),
        lives=zeros(lives, dtype=LIFE),
        finished=zeros(lives, dtype=LIFE),
        finished_count=zeros(dtype=np.int32),
        trails=zeros(lives, S * S // 8 + 1, dtype=np.uint8),
        visits=zeros(visits, S, S, dtype=np.int64),
        deed_totals=zeros(groups, terms, dtype=np.int64),
    )._asdict()


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
    return {
        "terrain.side": config.terrain.side,
        "terrain.border": config.terrain.border,
        "spawn.cap": config.spawn.cap,
        "spawn.populations": config.populations,
        "sight.radius": config.sight.radius,
        "sight.agents": config.sight.agents,
        "combat.targeting": config.combat.targeting,
        "combat.hold": config.combat.hold,
    }


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
