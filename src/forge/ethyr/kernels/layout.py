"""The layout of what learners read and write, as the systems of a configuration declare it.

Everything that depends on what is declared follows from a `Layout`: what is gathered (`forge.ethyr.experience`), what
networks are given and what they choose (`forge.ethyr.networks`), and what the kernels compute.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from forge.blade.config.config import Config
from forge.blade.game.game import GAME
from forge.blade.mechanics.events import Recording
from forge.blade.mechanics.tile import LAYOUTS, tile_type
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Choice, Feature
from forge.blade.state.observation import FEATURES
from forge.support.checks import ConfigError

#: Rows of the weights over our own features, F: one a feature, and the bias.
ROWS = len(FEATURES) + 1
#: What `Layout.columns` and `Layout.target` are for our own systems.
COLUMNS, TARGET = 16, ROWS
#: The largest number of an entity row: what is more, or less than its negative, is clipped.
MOST = 32767
#: The logit of a choice that is not valid: its probability is 0 in float32.
NEVER = -1e9
#: Columns of an action that `More.matters` has bits for.
MOST_CHOICES = 32
#: Materials that tables have rows for at least: as many as a tile of one byte tells apart.
_MATERIALS = LAYOUTS[np.dtype(np.uint8)].one_agent
_ALIGNED = 16  # entity rows are read as vectors of so many numbers
#: What the tables of one's own and of the world's numbers are called.
OWN, AROUND = "own", "around"
#: What `Choice.of` says where the options are the entries of the view.
SEEN = "seen"


class Table(NamedTuple):
    """A table that systems from outside declare beside tiles and agents in view.

    Attributes:
        name: "own", "around", or that of a set of rows.
        width: numbers of a row.
        rows: of a set, how many at most; 0 for a table that is one vector.
        world: whether all agents of a world see the same.
        features: what the numbers are; of "around", whose numbers have no names, none.
        array: of the state, of a set of rows.
        filled: the array that says how many rows are there.
        parts: of "around", the arrays of the state whose numbers it holds, with how many axes each has in a world.
    """

    name: str
    width: int
    rows: int = 0
    world: bool = False
    features: tuple[Feature, ...] = ()
    array: str = ""
    filled: str = ""
    parts: tuple[tuple[str, int], ...] = ()


class Chosen(NamedTuple):
    """A choice from outside that agents have in worlds of a configuration.

    Attributes:
        name: of the choice.
        column: of an action.
        options: how many there are.
        of: "seen" or the name of a set of rows where the options are its rows, else empty.
        mask: the array of the state that says what is valid; empty where every option always is.
        low, high: its part of `More.valid`, columns low .. high − 1; none without a mask. That of a choice which
            depends on another has a row of options for each option of that one, one behind the other.
        after: what it depends on, each with its column and how many options it has: first the choice that it is given,
            which says what is valid, then those that are made before it and are given the same.
    """

    name: str
    column: int
    options: int
    of: str
    mask: str
    low: int
    high: int
    after: tuple[tuple[int, int], ...] = ()


class Layout(NamedTuple):
    """What learners read and write in worlds of a configuration.

    Attributes:
        schema: of its systems.
        features: of an agent in view, by number; an entity row begins with them, clipped to ±MOST.
        columns: of an entity row, a multiple of 16.
        target: the column of an entity row that holds target bits; the one before it belongs to the bias of linear
            layers, and is 0 as all others behind the features are.
        tile: the type of tiles in windows.
        materials: that tables of the tile layer have rows for, 8 at least.
        tables: from outside, in their order: own, around, sets of rows.
        own: the table of one's own features, if there is one.
        around: the table of the world's numbers, if there is one.
        sets: the tables that are sets of rows.
        choices: from outside, by their columns.
        actions: columns of an action: move, style and target, and one for every choice from outside.
        there: the columns that exist in worlds of this configuration, in their order.
        valid: columns of `More.valid`.
    """

    schema: Schema
    features: tuple[Feature, ...]
    columns: int
    target: int
    tile: np.dtype[Any]
    materials: int
    tables: tuple[Table, ...]
    choices: tuple[Chosen, ...]
    actions: int
    there: tuple[int, ...]
    valid: int

    @property
    def own(self) -> Table | None:
        """See the class."""
        return next((table for table in self.tables if table.name == OWN), None)

    @property
    def around(self) -> Table | None:
        """See the class."""
        return next((table for table in self.tables if table.name == AROUND), None)

    @property
    def sets(self) -> tuple[Table, ...]:
        """See the class."""
        return tuple(table for table in self.tables if table.array)

    def matters(self) -> tuple[tuple[int, str | Callable[..., Any] | None], ...]:
        """The columns of the choices that exist, each with what says for whom it matters: see `Choice.matters`."""
        return tuple((column, self.schema.choices[column].matters) for column in self.there)


@functools.lru_cache(32)
def layout_of(config: Config) -> Layout:
    """The layout of a configuration's worlds.

    Raises:
        ConfigError: if its systems declare more choices than learners have columns for.
    """
    schema = config.schema
    if len(schema.choices) > MOST_CHOICES:
        raise ConfigError(f"the systems declare {len(schema.choices)} choices; learners know {MOST_CHOICES} at most")
    shapes = {name: found.shape[1:] for name, found in schema.layout([config], Recording()).items()}
    choices = _choices(config, schema)
    return Layout(
        schema,
        schema.features,
        columns=columns_of(schema),
        target=target_of(schema),
        tile=tile_type(len(schema.materials)),
        materials=max(_MATERIALS, len(schema.materials)),
        tables=_tables(schema, shapes),
        choices=choices,
        actions=len(schema.choices),
        there=tuple(choice.number for choice in schema.choices if choice.options(config)),
        valid=choices[-1].high if choices else 0,
    )


def target_of(schema: Schema) -> int:
    """The column of an entity row that holds target bits; see `Layout.target`."""
    return len(schema.features) + 1


def columns_of(schema: Schema) -> int:
    """Columns of an entity row; see `Layout.columns`."""
    return -(-(target_of(schema) + 1) // _ALIGNED) * _ALIGNED


def _tables(schema: Schema, shapes: dict[str, tuple[int, ...]]) -> tuple[Table, ...]:
    found = []
    if schema.own:
        found.append(Table(OWN, len(schema.own), features=schema.own))
    if numbers := sum(math.prod(shapes[name]) for name in schema.around):
        parts = tuple((name, len(shapes[name])) for name in schema.around)
        found.append(Table(AROUND, numbers, world=True, parts=parts))
    for rows in schema.rows:
        most, width = shapes[rows.array][-2:]
        found.append(Table(rows.name, width, most, rows.world, rows.features, rows.array, rows.count))
    return tuple(found)


def _choices(config: Config, schema: Schema) -> tuple[Chosen, ...]:
    found: list[Chosen] = []
    low = 0
    for choice in schema.choices[len(GAME.choices) :]:
        if options := len(choice.options(config)):
            after = tuple(_after(choice, config, schema))
            rows = after[0][1] if after else 1
            high = low + (rows * options if choice.mask else 0)
            found.append(Chosen(choice.name, choice.number, options, choice.of, choice.mask or "", low, high, after))
            low = high
    return tuple(found)


def _after(choice: Choice, config: Config, schema: Schema) -> Iterator[tuple[int, int]]:
    """See `Chosen.after`."""
    given = [other for other in schema.choices if other.name == choice.given]
    siblings = [other for other in schema.choices[: choice.number] if given and other.given == choice.given]
    for other in (*given, *siblings):
        yield other.number, len(other.options(config))


#: The layout of worlds of our own systems alone.
OURS = layout_of(Config())
