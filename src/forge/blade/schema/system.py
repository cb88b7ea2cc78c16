"""A system: one part of the rules, and all that it brings with it, declared in one place.

Configurations, the numbers that compiled code reads, the records of agents, the arrays of a batch, snapshots, hashes,
and what is observed are made from the declarations of all systems (`forge.blade.schema.schema`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from forge.blade.schema.nature import Nature
from forge.blade.schema.phase import Verb
from forge.blade.schema.record import Column
from forge.blade.schema.section import Section
from forge.blade.schema.versions import Since

#: The number of a declaration that takes the one after those before it.
NEXT = -1

#: The agents in view, as choices name them whose options they are.
SEEN = "seen"

#: As many materials as a byte tells apart, but for the last number: in frames that is a tile that nobody has seen.
MOST_MATERIALS = 255

#: What agents know that is no set of rows, by its name: the agents in view, of themselves alone, and of their world.
LISTS = (SEEN, "own", "around")


class Number(NamedTuple):
    """A number of the configuration for compiled code, a field of `State.rules`. Changing it never recompiles.

    Attributes:
        name: of the field, unique among all systems.
        type: as NumPy writes it.
        shape: of its value, () for a single number; or that of a schema, see `forge.blade.schema.record.Column`.
        value: of a configuration, and of how many tiles of lava lie around the map; None: the field of that name in the
            system's own section.
    """

    name: str
    type: str = "i4"
    shape: tuple[int, ...] | Callable[[Any], tuple[int, ...]] = ()
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
        emptied: whether it has a row for each slot that becomes 0 when the slot's agent leaves.
        since: the version of snapshots that has it first, and what stood for it before.
    """

    name: str
    type: Any
    shape: Callable[[Any], tuple[int, ...]]
    meaning: str
    saved: bool = False
    recorded: bool = False
    emptied: bool = False
    since: Since = Since()


class Feature(NamedTuple):
    """One number that an agent knows of an agent in its view, itself included.

    Attributes:
        name: of a field of agents, or of what is computed from both of them.
        low, high: smallest and largest value, of a configuration.
        unit: empty where it has none.
        meaning: for people.
        centre, scale: of a configuration; learners are given (x − centre) / scale.
        read: compiled by `forge.blade.compiled.jit.inline`: of the records of the agent in view and of the observer;
            of what an agent knows of itself alone, of its record. None: the field of agents of that name.
        number: its column among all features. What was learned depends on it, so it never changes; as of `Tile`.
        array: of what an agent knows of itself alone: the array of the state that holds it, of integers [N] or, with
            `at`, [N, n]. Empty: its record does.
        at: which number of the agent's row of that array.
    """

    name: str
    low: Callable[[Any], int]
    high: Callable[[Any], int]
    unit: str
    meaning: str
    centre: Callable[[Any], float]
    scale: Callable[[Any], float]
    read: Callable[..., Any] | None = None
    number: int = NEXT
    array: str = ""
    at: int | None = None


class Tile(NamedTuple):
    """A material that tiles can be of.

    Attributes:
        name: in lower case, unique among all systems.
        meaning: for people.
        colour: in which viewers draw it, "#rrggbb".
        height: of what stands on the ground there, for viewers [tiles].
        enterable: whether agents may stand on it.
        number: by which arrays and files know it. Ours say theirs, for it never changes; those from outside follow in
            the order of their systems.
        lasting: whether it is only where the map has it: nothing makes or unmakes a tile of it in a world.
    """

    name: str
    meaning: str
    colour: str
    height: float = 0.0
    enterable: bool = True
    number: int = NEXT
    lasting: bool = False


class DeathCause(NamedTuple):
    """What agents die of.

    Attributes:
        name: in lower case, unique among all systems.
        meaning: for people.
        number: as of `Tile`.
    """

    name: str
    meaning: str
    number: int = NEXT


class EventType(NamedTuple):
    """A kind of entry of the event log.

    Attributes:
        name: in lower case, unique among all systems.
        meaning: for people.
        value: what the entry's `value` holds, with its unit; empty where that is 0.
        detail: what its `detail` holds; empty where that is 0.
        other: who its `other` is; empty where it is nobody.
        number: as of `Tile`.
        each: most entries of it for each agent in a tick.
        names: what the values 0, 1, 2, ... of its `detail` are called, if they are; or what they are in a schema, as of
            `forge.blade.schema.record.Column`.
    """

    name: str
    meaning: str
    value: str = ""
    detail: str = ""
    other: str = ""
    number: int = NEXT
    each: int = 1
    names: tuple[str, ...] | Callable[[Any], tuple[str, ...]] = ()


class Term(NamedTuple):
    """Something that agents are rewarded for.

    Attributes:
        name: in lower case, unique among all systems.
        meaning: of one of it, for people.
        weight: the reward of one of it, by a configuration.
        number: as of `Tile`.
    """

    name: str
    meaning: str
    weight: Callable[[Any], float]
    number: int = NEXT


class Choice(NamedTuple):
    """A column of an action: one of n.

    Attributes:
        name: of the column, unique among all systems.
        meaning: for people.
        options: their names, by a configuration; where there are none, the choice does not exist there.
        mask: the array of the state that says what is valid, "?" [N, n]; None: every option always is.
        matters: for whom the choice can have an effect now: the array of the state that says it, "?" [N]; or compiled
            by `forge.blade.compiled.jit.inline`, f(agent, me, rules) of the record of an agent in view, of the
            observer's and of the numbers of the world: the choice matters to who sees somebody else of whom it is
            true. None: for all.
        idle: the option of who does as little as the rules allow, by a configuration.
        of: where the options are entries of a list: "seen", the agents in view, of which entry 0, oneself, means
            nobody; or the name of a set of `Rows`, of which option 0 means nothing, and option k row k − 1. Else empty.
        number: of the column; as of `Tile`.
        given: the name of a choice of an earlier column, on which it depends what is valid: the mask is then "?"
            [N, options of that choice, n], of which the row of the option that was chosen there counts. A combination
            that is not valid does nothing.
    """

    name: str
    meaning: str
    options: Callable[[Any], tuple[str, ...]]
    mask: str | None = None
    matters: str | Callable[..., Any] | None = None
    idle: Callable[[Any], int] = lambda config: 0
    of: str = ""
    number: int = NEXT
    given: str = ""


class Rows(NamedTuple):
    """A set of things that agents know of, such as what they carry or what is for sale: a row of numbers for each.

    Attributes:
        name: in lower case, unique among all systems, and neither "seen", "own", "around" nor the name of a choice.
        meaning: for people.
        array: of the state, "i4" [N, L, F]: the rows of each agent, at most L; or [L, F] with `world`.
        count: the array of the state, "i4" [N], or () with `world`, that says how many of the first rows are there:
            more than L mean L, less than 0 none.
        features: what the columns are, in their order: F of them, without `read`.
        world: whether there is one set that all agents of a world know, and not one for each of them.
    """

    name: str
    meaning: str
    array: str
    count: str  # type: ignore[assignment]  # a tuple counts, too
    features: tuple[Feature, ...]
    world: bool = False


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
        needs: names of systems without which it cannot be; those among ours come before it in any world.
        instead: pairs of compiled functions: of an earlier system, and its own that takes the place of that one where a
            choice says for whom it matters, or a feature how it is read.
        bodies: how many slots of its own it needs behind those of agents, of a configuration: for what is on the map
            and seen like an agent, and never acts by `actions`. One that is there is listed in `State.beasts`, and has
            the population `NOBODY` in its record, and is not `alive`.
        shared: fields that all worlds of a batch must share.
        numbers: for compiled code.
        agent: fields of every agent.
        tally: running totals of each population.
        sizes: of axes, which its own arrays and those of later systems may use.
        arrays: of a batch.
        features: what agents know of one another.
        own: what agents know of themselves alone; their numbers are counted by themselves.
        shown: names of those of `own` in arrays that frames hold of everyone, as they do fields of agents.
        around: what all agents of a world know of it: numbers of these arrays of the state, "i4" of shape () or (n,).
        rows: sets of things that agents know of.
        materials: that tiles can be of.
        natures: kinds of creatures, which the system `creatures` moves; it must be named, too.
        causes: of deaths.
        events: kinds of entries of the log.
        terms: what agents are rewarded for.
        choices: columns of an action.
        life: fields of the record of a life.
        verbs: what it does in a tick.
        check: of the configurations of a batch and its saved arrays by name, before compiled code sees them: raises a
            ConfigError for what cannot be. Types and shapes are right by then.
        plants: puts its tiles onto a generated map, in place: f(tiles, config, rng) of uint8 [side, side] of materials,
            the configuration of the world, and a `numpy.random.Generator` that is its own on each map. The border stays
            lava, and the ring on which agents enter stays grass.
        fits: refuses a map that its worlds cannot be made of, wherever it comes from: f(tiles, config) raises a
            ConfigError.
    """

    name: str
    about: str
    section: type[Section] | None = None
    needs: tuple[str, ...] = ()
    instead: tuple[tuple[Callable[..., Any], Callable[..., Any]], ...] = ()
    bodies: Callable[[Any], int] | None = None
    shared: tuple[Shared, ...] = ()
    numbers: tuple[Number, ...] = ()
    agent: tuple[Column, ...] = ()
    tally: tuple[Column, ...] = ()
    sizes: tuple[Size, ...] = ()
    arrays: tuple[Array, ...] = ()
    features: tuple[Feature, ...] = ()
    own: tuple[Feature, ...] = ()
    shown: tuple[str, ...] = ()
    around: tuple[str, ...] = ()
    rows: tuple[Rows, ...] = ()
    materials: tuple[Tile, ...] = ()
    natures: tuple[Nature, ...] = ()
    causes: tuple[DeathCause, ...] = ()
    events: tuple[EventType, ...] = ()
    terms: tuple[Term, ...] = ()
    choices: tuple[Choice, ...] = ()
    life: tuple[Column, ...] = ()
    verbs: tuple[Verb, ...] = ()
    check: Callable[[Any, Mapping[str, Any]], None] | None = None
    plants: Callable[[np.ndarray, Any, np.random.Generator], None] | None = None
    fits: Callable[[np.ndarray, Any], None] | None = None


def shared(table: str, *names: str) -> tuple[Shared, ...]:
    """Fields of a table that all worlds of a batch must share, as they are."""
    return tuple(Shared(f"{table}.{name}", _field(table, name)) for name in names)


def _field(table: str, name: str) -> Callable[[Any], Any]:
    return lambda config: getattr(getattr(config, table), name)
