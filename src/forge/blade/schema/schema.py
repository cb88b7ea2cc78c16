"""A schema: everything that a world's systems declare, taken together."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from forge.blade.schema.checks import check_array_of, check_given, check_needs, check_system
from forge.blade.schema.layout import Layout, Sizes, check_told
from forge.blade.schema.nature import Nature
from forge.blade.schema.ordering import replaced, verbs_by_phase
from forge.blade.schema.record import FILLING, PAD, Column, check_since, columns_of, record, settled
from forge.blade.schema.system import (
    MOST_MATERIALS,
    NEXT,
    SEEN,
    Array,
    Choice,
    DeathCause,
    EventType,
    Feature,
    Number,
    Rows,
    Shared,
    System,
    Term,
    Tile,
)
from forge.support.checks import ConfigError

#: What holds the declarations of all systems.
WHOLE = System(
    "schema",
    "everyone's record, and every world's numbers",
    arrays=(
        Array("agents", "agent", lambda z: (z.B,), "everyone's record; empty slots are all zeros", saved=True),
        Array("rules", "rules", lambda z: (), "the numbers of each world's configuration"),
    ),
)


class Schema:
    """What systems declare, in their order.

    Args:
        systems: of the worlds.
        outside: those that follow, each by the name under which a configuration has it: `module:NAME`, or that of one
            of ours that not every world has.

    Attributes:
        systems: all of them.
        outside: the names of those that follow.
        materials, causes, events, terms, choices: of all systems; what counts in files is the place in these.
        natures: kinds of creatures of all systems; the number of each is 1 + its place here.
        verbs: of each phase, with who declares it.
        agent: the record of an agent: the fields of all systems, the widest first, filled up to a multiple of 8 bytes.
        tally: the record of a population's totals.
        life: the record of a life.
        rules: the record of a world's numbers, the widest first. Of what comes from outside it holds the numbers, too:
            `material_NAME`, `cause_NAME`, `event_NAME`, `term_NAME` and `choice_NAME`.
        arrays: of a batch, those that are saved first; among them `agents` and `rules`, which hold what all declare.
        features, own: by number, which is their column.
        around: the names of arrays that say what all know of their world.
        rows: sets of things that agents know of, each with its features by number.
        shared: fields of a configuration that all worlds of a batch share.

    Raises:
        ConfigError: naming the system and the declaration that cannot be.
        TypeError: if something is newer than snapshots are.
    """

    def __init__(self, systems: Sequence[System], outside: Mapping[str, System] | None = None) -> None:
        guests = outside or {}
        self.outside, self.systems = tuple(guests), (*systems, *guests.values())
        for system in self.systems:
            check_system(system)
        check_needs(self.systems)
        _check_names("system", ((f"system {s.name!r}", [s.name]) for s in self.systems))
        self._named("size", "sizes")
        self.materials: tuple[Tile, ...] = self._numbered("material", "materials")
        if len(self.materials) > MOST_MATERIALS:
            raise ConfigError(f"the systems declare {len(self.materials)} materials; allowed are {MOST_MATERIALS}")
        self.natures: tuple[Nature, ...] = self._named("creature", "natures")
        self.causes: tuple[DeathCause, ...] = self._numbered("cause", "causes")
        self.events: tuple[EventType, ...] = tuple(
            event._replace(names=event.names(self)) if callable(event.names) else event
            for event in self._numbered("event", "events")
        )
        self.terms: tuple[Term, ...] = self._numbered("term", "terms")
        self.choices: tuple[Choice, ...] = tuple(
            choice._replace(matters=replaced(choice.matters, self.systems))
            for choice in self._numbered("choice", "choices")
        )
        check_given(self.choices)
        self.verbs = verbs_by_phase(self.systems)
        self.agent = record(_filled(settled(self._named("field of agents", "agent"), self), closed=bool(guests)))
        self.tally = record(settled(self._named("total", "tally"), self))
        self.life = record(_filled(settled(self._named("field of lives", "life"), self), 4))
        self._numbers = self._numbers_in_order()
        self.rules = np.dtype([_field(number) for _, number in self._numbers], align=True)
        # what is saved first: in the order of systems alone, the compiled tick took some 3 % longer
        self.arrays: tuple[Array, ...] = tuple(
            sorted(self._named("array", "arrays"), key=lambda array: not array.saved)
        )
        check_since({array.name: array.since for array in self.arrays})
        self.features: tuple[Feature, ...] = self._features("feature", "features")
        self.own: tuple[Feature, ...] = self._features("feature of oneself", "own")
        self._check_features()
        self.around: tuple[str, ...] = tuple(name for system in self.systems for name in system.around)
        self.rows: tuple[Rows, ...] = self._sets_of_rows()
        self.shared: tuple[Shared, ...] = (
            *self._named("shared field", "shared"),
            *(Shared(f"the count of {nature.name}", nature.count) for nature in self.natures),  # sets how many slots
        )

    def _named(self, what: str, kind: str) -> tuple[Any, ...]:
        """All of one kind that the systems declare, in their order."""
        every = (WHOLE, *self.systems)
        _check_names(what, ((f"system {s.name!r}", [one.name for one in getattr(s, kind)]) for s in every))
        return tuple(one for system in every for one in getattr(system, kind))

    def _numbered(self, what: str, kind: str) -> tuple[Any, ...]:
        """All of one kind by their numbers: those that say theirs, then the others in the order of their systems."""
        every = self._named(what, kind)
        ours = sorted((one for one in every if one.number != NEXT), key=lambda one: one.number)
        if (numbers := [one.number for one in ours]) != list(range(len(ours))):
            raise ConfigError(f"numbers of {what}s must be 0 .. {len(ours) - 1}, each once, not {numbers}")
        others = [one for one in every if one.number == NEXT]
        return (*ours, *(one._replace(number=len(ours) + k) for k, one in enumerate(others)))

    def _features(self, what: str, kind: str) -> tuple[Feature, ...]:
        return tuple(f._replace(read=replaced(f.read, self.systems)) for f in self._numbered(what, kind))

    def _sets_of_rows(self) -> tuple[Rows, ...]:
        """All sets of rows, in the order of their systems.

        Raises:
            ConfigError: if one has the name of a choice, or a choice is one of what does not exist.
        """
        every = self._named("set of rows", "rows")
        names = {rows.name for rows in every}
        for system in self.systems:
            for choice in system.choices:
                who = f"choice {choice.name!r} of system {system.name!r}"
                if choice.name in names:
                    raise ConfigError(f"{who} has the name of a set of rows: name one of the two otherwise")
                if choice.of and choice.of not in {SEEN, *names}:
                    allowed = ", ".join(map(repr, (SEEN, *sorted(names))))
                    raise ConfigError(f"{who} is one of {choice.of!r}, which is unknown; allowed are {allowed}")
        return tuple(
            rows._replace(features=tuple(f._replace(number=k) for k, f in enumerate(rows.features))) for rows in every
        )

    def _check_features(self) -> None:
        fields = {column.name for column in columns_of(self.agent)}
        types = {array.name: array.type for array in self.arrays}
        for system in self.systems:
            for feature in (*system.features, *system.own):
                if feature.array:
                    check_array_of(system, feature, types)
                elif feature.read is None and feature.name not in fields:
                    raise ConfigError(
                        f"feature {feature.name!r} of system {system.name!r} is no field of agents, and does not say "
                        "how it is read"
                    )

    def _numbers_in_order(self) -> list[tuple[System, Number]]:
        """As they lie in the record, the widest first, each with who declares it.

        A field that holds nothing closes the record. So none begins with the whole of another schema's, which Numba
        takes for a kind of that other, and warns of, where both are compiled in one process.
        """
        self._named("number", "numbers")
        numbers = [
            (system, number._replace(shape=number.shape(self)) if callable(number.shape) else number)
            for system in self.systems
            for number in (*system.numbers, *self._places(system))
        ]
        closing = (WHOLE, Number(PAD, "u1", value=lambda config, edge: 0))
        return [*sorted(numbers, key=lambda one: -np.dtype(one[1].type).itemsize), closing]

    def _places(self, system: System) -> Iterator[Number]:
        """The numbers of what a system from outside declares: they depend on who else is there."""
        if system in self.guests:
            for kind in ("materials", "causes", "events", "terms", "choices"):
                for one in getattr(system, kind):
                    place = self.names(kind).index(one.name)
                    yield Number(f"{kind[:-1]}_{one.name}", value=lambda config, edge, place=place: place)  # type: ignore[misc]

    @property
    def guests(self) -> tuple[System, ...]:
        """The systems from outside."""
        return self.systems[len(self.systems) - len(self.outside) :]

    def bodies(self, config: Any) -> int:
        """How many slots there are behind those of agents, for what the systems have on the map besides."""
        return sum(system.bodies(config) for system in self.systems if system.bodies)

    @property
    def modules(self) -> tuple[tuple[str, Path], ...]:
        """The module of each system from outside, and its file."""
        names = dict.fromkeys(name.partition(":")[0] for name in self.outside if ":" in name)
        return tuple((name, Path(str(sys.modules[name].__file__))) for name in names)

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of all "materials", "natures", "causes", "events", "terms" or "choices", in their order."""
        return tuple(one.name for one in getattr(self, kind))

    def numbers_of(self, config: Any, margin: int) -> np.ndarray:
        """The `rules` record of one world.

        Args:
            config: of the world.
            margin: tiles of lava around its map.
        """
        values = (
            number.value(config, margin) if number.value else getattr(getattr(config, system.name), number.name)
            for system, number in self._numbers
        )
        return np.array(tuple(values), self.rules)[()]

    def sizes(self, configs: Sequence[Any], recording: Any) -> Sizes:
        """The lengths of the axes of a batch's arrays."""
        found = Sizes(configs=configs, config=configs[0], recording=recording, schema=self)
        for size in (size for system in self.systems for size in system.sizes):
            setattr(found, size.name, size.of(found))
        return found

    def layout(self, configs: Sequence[Any], recording: Any) -> dict[str, Layout]:
        """What the arrays of a batch look like, by name.

        Raises:
            ConfigError: if an array that tells agents something is not of the shape in which it says it, or options
                are not as many as what they are of.
        """
        sizes = self.sizes(configs, recording)
        records = {"agent": self.agent, "tally": self.tally, "rules": self.rules, "life": self.life}
        found = {}
        for array in self.arrays:
            kind = array.type(sizes) if callable(array.type) else records.get(array.type, array.type)
            found[array.name] = Layout((len(configs), *array.shape(sizes)), np.dtype(kind))
        check_told(sizes, found)
        return found


def _check_names(what: str, declared: Iterable[tuple[str, list[str]]]) -> None:
    """Refuses a name that stands for two things."""
    owner: dict[str, str] = {}
    for system, names in declared:
        for name in names:
            if name in owner:
                raise ConfigError(f"{what} {name!r} is declared twice: by {owner[name]} and by {system}")
            owner[name] = system


def _field(number: Number) -> tuple[Any, ...]:
    return (number.name, number.type, number.shape) if number.shape else (number.name, number.type)


def _filled(columns: Sequence[Column], to: int = 8, closed: bool = False) -> list[Column]:
    """Columns in the order in which they lie in a record, the widest first, and what fills it up to so many bytes.

    `closed`: something does, in any case. See `Schema._numbers_in_order`.
    """
    ordered = sorted(columns, key=lambda column: -np.dtype(column.type).itemsize)
    size = sum(np.dtype((column.type, column.shape)).itemsize for column in ordered)
    rest = -size % to or to * closed
    return [*ordered, *(Column(FILLING[k], f"u{width}", "nothing") for k, width in enumerate(_widths(rest)))]


def _widths(rest: int) -> list[int]:
    """Powers of two whose sum is `rest`, the smallest first, as alignment wants it."""
    return [1 << bit for bit in range(4) if rest >> bit & 1]
