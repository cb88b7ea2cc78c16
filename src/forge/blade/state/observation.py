"""What agents observe: the arrays a step hands out, and the schema that documentation and spaces are made from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np

from forge.blade.config.config import Config
from forge.blade.engine.engine import engine_of, own_arrays
from forge.blade.game.game import GAME
from forge.blade.mechanics.ids import Move, Style
from forge.blade.mechanics.tile import LAYOUTS, crowds_of, materials_of
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Rows

#: The eleven features, in the order of `Observation.features`. Source of the normalisation: Neural MMO v1.0.
FEATURES = GAME.features


def read_only(array: np.ndarray) -> np.ndarray:
    """A view of a contiguous array that cannot be written to, and cannot be made writeable.

    NumPy lets `flags.writeable` of a view be switched on again where the array below it is writeable; what lies below
    this one is a buffer that is not.
    """
    below = array.reshape(-1).view(np.uint8).data.toreadonly()
    return np.frombuffer(below, array.dtype).reshape(array.shape)


class Observation(NamedTuple):
    """What all agents of a batch of worlds observe. Letters as in `forge.blade.state.state`; empty slots are all zeros.

    The arrays are views of the world's own memory that nobody can write to, valid until its next step; `copy` keeps
    them.
    """

    agents: np.ndarray  # AGENT [W, N]: everyone's vitals and place; `alive` tells which slots hold an agent. Behind
    # them, in worlds with creatures, are theirs, which are in view like agents, and in no other array
    padded_window: (
        np.ndarray
    )  # uint8 or uint16 [W, N, R, C]: the rows of `window`, padded to whole vectors with tiles that mean nothing
    seen: np.ndarray  # uint16 [W, N, K]: slots of the agents in view; entry 0 is the observer
    seen_count: np.ndarray  # int16 [W, N]: how many entries of `seen` are filled; 0 in empty slots
    moves: np.ndarray  # uint8 [W, N]: bit m is set where move m is valid
    targets: (
        np.ndarray
    )  # uint8 [W, N, K]: bit s is set where an entry can be attacked with style s; K = 0 if not learned
    styles: int  # attack styles to choose from: 3, or 4 with hold; all are always valid
    schema: Schema = GAME  # what the systems of the worlds declare
    more: Mapping[str, np.ndarray] = MappingProxyType({})  # arrays that systems from outside tell, by name: see `told`

    def copy(self) -> Self:
        """The same observation in memory of its own, which no step changes."""
        copies: dict[str, Any] = {name: array.copy() for name, array in self.arrays.items()}
        return self._replace(**copies, more={name: array.copy() for name, array in self.more.items()})

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The arrays of every world, by name; each has a row [W, N] for every slot."""
        return {name: array for name, array in self._asdict().items() if isinstance(array, np.ndarray)}

    @property
    def alive(self) -> np.ndarray:
        """Boolean [W, N]: slots that hold an agent."""
        return self.agents["alive"][:, : self.seen_count.shape[1]].view(np.bool_)

    @property
    def window(self) -> np.ndarray:
        """The tiles around the agent, [W, N, R, R]: uint8, material + 8 · min(31, agents on the tile).

        In worlds of more than 8 materials uint16, material + 256 · min(255, agents on the tile).
        """
        return self.padded_window[..., : self.padded_window.shape[2]]

    @property
    def materials(self) -> np.ndarray:
        """Bytes uint8 [W, N, R, R]: the material of each tile in the window, by its number."""
        return materials_of(self.window)

    @property
    def counts(self) -> np.ndarray:
        """Bytes uint8 [W, N, R, R]: agents on each tile in the window, at most 31; 255 where `window` is uint16."""
        return crowds_of(self.window)

    @property
    def move_mask(self) -> np.ndarray:
        """Boolean [W, N, 5]: valid moves; all False in empty slots only."""
        return (self.moves[..., None] >> np.arange(len(Move), dtype=np.uint8) & 1).astype(bool)

    @property
    def style_mask(self) -> np.ndarray:
        """Boolean [W, N, styles]: valid styles: all of them for the living."""
        return np.repeat(self.alive[..., None], self.styles, axis=-1)

    @property
    def target_mask(self) -> np.ndarray:
        """Boolean [W, N, styles, K]: the targets valid with each style; entry 0, nobody, always is for the living."""
        return (self.targets[:, :, None] >> np.arange(self.styles, dtype=np.uint8)[:, None] & 1).astype(bool)

    def features(self, world: int, slot: int) -> np.ndarray:
        """Integers int32 [agents in view, F]: the features of everyone that one agent sees, itself first.

        They are FEATURES, and those of systems from outside behind them: `schema.features`.
        """
        count = int(self.seen_count[world, slot])
        found = np.zeros((1, self.seen.shape[2], len(self.schema.features)), np.int32)
        engine_of(self.schema).list_entities(
            self.agents, self.seen, self.seen_count, np.array([world]), np.array([slot]), found
        )
        return found[0, :count]

    def own(self, world: int, slot: int) -> np.ndarray:
        """Integers int32 [own features]: what one agent knows of itself alone, `schema.own`."""
        found = np.zeros((1, len(self.schema.own)), np.int32)
        arrays = tuple(self.more[name] for name in own_arrays(self.schema))
        engine_of(self.schema).list_own(self.agents, arrays, np.array([world]), np.array([slot]), found)
        return found[0]

    def around(self, world: int) -> np.ndarray:
        """Integers int32 [n]: what everyone knows of a world, the arrays of `schema.around` one after another."""
        parts = [np.ravel(self.more[name][world]) for name in self.schema.around]
        return np.concatenate([np.zeros(0, np.int32), *parts])

    def rows(self, name: str, world: int, slot: int) -> np.ndarray:
        """Integers int32 [rows that are there, F]: one of the sets of rows that an agent knows of, by its name.

        Nothing is there for an empty slot; a set of the world is the same for all agents.

        Raises:
            ValueError: if no system declares a set of that name.
        """
        known = {rows.name: rows for rows in self.schema.rows}
        if name not in known:
            raise ValueError(f"rows {name!r} are unknown; declared are {', '.join(known) or 'none'}")
        there = int(rows_there(self, known[name], np.array([world]), np.array([slot]))[0])
        of = (world,) if known[name].world else (world, slot)
        return self.more[known[name].array][of][:there].copy()


def rows_there(observation: Observation, rows: Rows, worlds: np.ndarray, slots: np.ndarray) -> np.ndarray:
    """How many rows of a set are there for agents of these worlds and slots: int64 [n], 0 for an empty slot."""
    of = (worlds,) if rows.world else (worlds, slots)
    most = observation.more[rows.array].shape[-2]
    counted = np.clip(observation.more[rows.count][of].astype(np.int64), 0, most)
    return np.where(observation.alive[worlds, slots], counted, 0)


def told(schema: Schema) -> tuple[str, ...]:
    """The names of the arrays that systems from outside tell agents: masks, what matters, what is around, rows."""
    named = [name for choice in schema.choices for name in (choice.mask, choice.matters) if isinstance(name, str)]
    listed = [name for rows in schema.rows if not rows.world for name in (rows.array, rows.count)]
    every = (*named, *told_of_worlds(schema), *listed, *own_arrays(schema))
    return tuple(dict.fromkeys(name for name in every if name not in Observation._fields))


def told_of_worlds(schema: Schema) -> tuple[str, ...]:
    """The names of those that say the same to all agents of a world, and have no axis of slots."""
    listed = [name for rows in schema.rows if rows.world for name in (rows.array, rows.count)]
    return tuple(dict.fromkeys((*schema.around, *listed)))


class Array(NamedTuple):
    """One array of an Observation."""

    name: str
    dtype: str
    shape: str  # in the letters of `forge.blade.state.state`
    meaning: str


_BYTE, _WORD = LAYOUTS.values()
_TILES = (
    f"material + {_BYTE.one_agent} · min({_BYTE.crowd}, agents on it); with more than {_BYTE.one_agent} materials "
    f"uint16, material + {_WORD.one_agent} · min({_WORD.crowd}, agents on it)"
)

#: The arrays of an Observation, as documented and as they are.
ARRAYS = (
    Array("agents", "record", "W N", "id, age, damage, row, col, health, food, water, freeze, population, alive"),
    Array("window", "uint8", "W N R R", f"tiles around the agent: {_TILES}"),
    Array("seen", "uint16", "W N K", "slots of the agents in view: the observer, then the others by row and slot"),
    Array("seen_count", "int16", "W N", "filled entries of `seen`, from 1; the others mean nothing"),
    Array("moves", "uint8", "W N", "bit m is set where move m is valid"),
    Array(
        "targets", "uint8", "W N K", "learned targeting only: bit s is set where an entry is a valid target for style s"
    ),
)


def schema_page(config: Config) -> str:
    """The documentation page of observations and actions, in Markdown, with the ranges of `config`."""
    radius, rows = config.sight.radius, 2 * config.sight.radius + 1
    features = "\n".join(
        f"| {i} | `{f.name}` | {f.low(config)} .. {f.high(config)} | {f.unit or '–'} | {f.meaning} "
        f"| (x − {f.centre(config):g}) / {f.scale(config):g} |"
        for i, f in enumerate(FEATURES)
    )
    materials = "\n".join(f"| {m.number} | {m.name} | {m.meaning} |" for m in config.schema.materials)
    moves = ", ".join(f"{m.value} {m.name.lower()}" for m in Move)
    styles = ", ".join(f"{s.value} {s.name.lower()}" for s in Style)
    arrays = "\n".join(f"| `{a.name}` | {a.dtype} | [{a.shape.replace(' ', ', ')}] | {a.meaning} |" for a in ARRAYS)
    return _PAGE.format(
        arrays=arrays,
        slots=config.spawn.cap,
        radius=radius,
        rows=rows,
        seen=config.sight.agents,
        features=features,
        materials=materials,
        moves=moves,
        styles=styles,
    )


_PAGE = """# Observations and actions

This page is generated from the schema in `forge.blade.state.observation`; ranges and sizes are those of the default
configuration. W is the number of worlds, N = {slots} of slots, P of populations; population p owns the slots p·N/P to
(p+1)·N/P − 1. K = {seen} is the most agents listed in view, R = {rows} the side of the window.

## Arrays

| field of `Observation` | dtype | shape | meaning |
|---|---|---|---|
{arrays}

All arrays are zero in empty slots. They are views of the world's memory, valid until its next step;
`Observation.copy()` keeps them. `materials`, `counts`, `alive`, `move_mask`, `style_mask` and `target_mask` are the
same data unpacked, and `padded_window` is the memory behind `window`, its rows padded to whole vectors.

The window is centred on the agent: element [{radius}, {radius}] is its own tile, rows go south, columns east. Outside
the map is lava.

| material | name | meaning |
|---|---|---|
{materials}

## Features of an agent in view

`Observation.features(world, slot)` is an int32 array [agents in seen, {count}], the observer first:

| column | name | range | unit | meaning | v1.0 normalisation |
|---|---|---|---|---|---|
{features}

The engine hands out integers; `forge.ethyr` normalises them on the device it computes on.

## Actions

An action is a row of integers: `[move, style]`, or `[move, style, target]` with learned targeting.

| column | values |
|---|---|
| move | {moves} |
| style | {styles} (only with `combat.hold`) |
| target | 0 .. {last}: an entry of the agent's own `seen`; 0 is itself and means no target |

Rows of empty slots are ignored. A number outside these ranges, a wrong shape or a dtype that is not an integer is an
error and leaves the world as it was. A choice that the masks rule out does nothing.
""".replace("{count}", str(len(FEATURES))).replace("{last}", "{seen} − 1")
