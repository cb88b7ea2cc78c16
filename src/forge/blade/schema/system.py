"""A system: one part of the rules, and all that it brings with it, declared in one place.

Configurations, the numbers that compiled code reads, the records of agents, the arrays of a batch, snapshots, hashes,
and what is observed are made from the declarations of all systems (`forge.blade.schema.schema`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from forge.blade.schema.record import Column
from forge.blade.schema.section import Section
from forge.blade.schema.versions import Since


class Number(NamedTuple):
    """A number of the configuration for compiled code, a field of `State.rules`. Changing it never recompiles.

    Attributes:
        name: of the field, unique among all systems.
        type: as NumPy writes it.
        shape: of its value, () for a single number.
        value: of a configuration, and of how many tiles of lava lie around the map; None: the field of that name in the
            system's own section.
    """

    name: str
    type: str = "i4"
    shape: tuple[int, ...] = ()
    value: Callable[[Any, int], Any] | None = None


class Size(NamedTuple):
    """How long some axes of arrays are: a name for `Array.shape`.

    Attributes:
        name: of the attribute of `Sizes`.
        of: the length, for a batch whose earlier sizes are known.
    """

    name: str
    of: Callable[[Any], int]


class Array(NamedTuple):
    """An array of a batch of worlds, as a field of `State`.

    Attributes:
        name: of the field, unique among all systems.
        type: as NumPy writes it, or of a batch of these `Sizes`; "agent" and "tally" are the records of the schema.
        shape: of these sizes, without the leading axis of worlds.
        meaning: for people.
        saved: whether it is part of the state proper, which is what snapshots hold and hashes name. What is not saved
            can be computed from what is, or is input, output or scratch space of a tick.
        recorded: whether snapshots hold it and hashes leave it out: it says what happened, and changes nothing.
        since: the version of snapshots that has it first, and what stood for it before.
    """

    name: str
    type: Any
    shape: Callable[[Any], tuple[int, ...]]
    meaning: str
    saved: bool = False
    recorded: bool = False
    since: Since = Since()


class Feature(NamedTuple):
    """One number that an agent knows of an agent in its view, itself included.

    Attributes:
        name: of a field of agents, or of what is computed from both of them.
        column: its place among all features. What was learned depends on it, so it never changes.
        low, high: smallest and largest value, of a configuration.
        unit: empty where it has none.
        meaning: for people.
        centre, scale: of a configuration; learners are given (x − centre) / scale.
    """

    name: str
    column: int
    low: Callable[[Any], int]
    high: Callable[[Any], int]
    unit: str
    meaning: str
    centre: Callable[[Any], float]
    scale: Callable[[Any], float]


class Shared(NamedTuple):
    """A field of the configuration that all worlds of a batch must share: it sets shapes, or what actions mean.

    Attributes:
        name: dotted.
        value: of a configuration.
    """

    name: str
    value: Callable[[Any], Any]


@dataclass(frozen=True)
class System:
    """What one part of the rules declares.

    Attributes:
        name: of the system, and of its table in a configuration.
        about: what it is, in a line.
        section: its table of the configuration, if it has one.
        shared: fields that all worlds of a batch must share.
        numbers: for compiled code.
        agent: fields of every agent.
        tally: running totals of each population.
        sizes: of axes, which its own arrays and those of later systems may use.
        arrays: of a batch.
        features: what agents know of one another.
    """

    name: str
    about: str
    section: type[Section] | None = None
    shared: tuple[Shared, ...] = ()
    numbers: tuple[Number, ...] = ()
    agent: tuple[Column, ...] = ()
    tally: tuple[Column, ...] = ()
    sizes: tuple[Size, ...] = ()
    arrays: tuple[Array, ...] = ()
    features: tuple[Feature, ...] = ()


def shared(table: str, *names: str) -> tuple[Shared, ...]:
    """Fields of a table that all worlds of a batch must share, as they are."""
    return tuple(Shared(f"{table}.{name}", _field(table, name)) for name in names)


def _field(table: str, name: str) -> Callable[[Any], Any]:
    return lambda config: getattr(getattr(config, table), name)
