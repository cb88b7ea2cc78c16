"""A schema: everything that a world's systems declare, taken together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from forge.blade.schema.record import PAD, Column, check_since, record
from forge.blade.schema.system import Array, Feature, Number, Shared, System
from forge.support.checks import ConfigError


class Layout(NamedTuple):
    """What an array of the state looks like."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Sizes(SimpleNamespace):
    """A batch, and the lengths of the axes of its arrays, each an attribute by its name.

    Attributes:
        configs: of the worlds.
        config: of world 0.
        recording: what they record.
    """


#: What holds the declarations of all systems.
WHOLE = System(
    "schema",
    "everyone's record, and every world's numbers",
    arrays=(
        Array("agents", "agent", lambda z: (z.N,), "everyone's record; empty slots are all zeros", saved=True),
        Array("rules", "rules", lambda z: (), "the numbers of each world's configuration"),
    ),
)


class Schema:
    """What systems declare, in their order.

    Args:
        systems: of the worlds.

    Attributes:
        systems: as given.
        agent: the record of an agent: the fields of all systems, the widest first, filled up to a multiple of 8 bytes.
        tally: the record of a population's totals.
        rules: the record of a world's numbers, the widest first.
        arrays: of a batch, those that are saved first; among them `agents` and `rules`, which hold what all declare.
        features: by column.
        shared: fields of a configuration that all worlds of a batch share.

    Raises:
        ConfigError: if two systems declare the same name, or columns of features are not 0, 1, 2 …
        TypeError: if something is newer than snapshots are.
    """

    def __init__(self, systems: Sequence[System]) -> None:
        self.systems = tuple(systems)
        _check_names("system", ((f"system {s.name!r}", [s.name]) for s in systems))
        self._named("size", "sizes")
        self.agent = record(_filled(self._named("field of agents", "agent")))
        self.tally = record(self._named("total", "tally"))
        self._numbers = self._numbers_in_order()
        self.rules = np.dtype([_field(number) for _, number in self._numbers], align=True)
        # what is saved first: in the order of systems alone, the compiled tick took some 3 % longer
        self.arrays: tuple[Array, ...] = tuple(
            sorted(self._named("array", "arrays"), key=lambda array: not array.saved)
        )
        check_since({array.name: array.since for array in self.arrays})
        self.features: tuple[Feature, ...] = tuple(sorted(self._named("feature", "features"), key=lambda f: f.column))
        self.shared: tuple[Shared, ...] = self._named("shared field", "shared")
        if (columns := [f.column for f in self.features]) != list(range(len(columns))):
            raise ConfigError(f"columns of features must be 0 .. {len(columns) - 1}, each once, not {columns}")

    def _named(self, what: str, kind: str) -> tuple[Any, ...]:
        """All of one kind that the systems declare, in their order."""
        every = (WHOLE, *self.systems)
        _check_names(what, ((f"system {s.name!r}", [one.name for one in getattr(s, kind)]) for s in every))
        return tuple(one for system in every for one in getattr(system, kind))

    def _numbers_in_order(self) -> list[tuple[System, Number]]:
        """As they lie in the record, the widest first, each with who declares it."""
        self._named("number", "numbers")
        numbers = [(system, number) for system in self.systems for number in system.numbers]
        return sorted(numbers, key=lambda one: -np.dtype(one[1].type).itemsize)

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
        found = Sizes(configs=configs, config=configs[0], recording=recording)
        for size in (size for system in self.systems for size in system.sizes):
            setattr(found, size.name, size.of(found))
        return found

    def layout(self, configs: Sequence[Any], recording: Any) -> dict[str, Layout]:
        """What the arrays of a batch look like, by name."""
        sizes, records = self.sizes(configs, recording), {"agent": self.agent, "tally": self.tally, "rules": self.rules}
        found = {}
        for array in self.arrays:
            kind = array.type(sizes) if callable(array.type) else records.get(array.type, array.type)
            found[array.name] = Layout((len(configs), *array.shape(sizes)), np.dtype(kind))
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


def _filled(columns: Sequence[Column]) -> list[Column]:
    """Columns in the order in which they lie in a record, the widest first, and what fills it up to 8 bytes."""
    ordered = sorted(columns, key=lambda column: -np.dtype(column.type).itemsize)
    size = sum(np.dtype((column.type, column.shape)).itemsize for column in ordered)
    rest = -size % 8
    return [*ordered, *(Column(f"{PAD}{k or ''}", f"u{width}", "nothing") for k, width in enumerate(_widths(rest)))]


def _widths(rest: int) -> list[int]:
    """Powers of two whose sum is `rest`, the smallest first, as alignment wants it."""
    return [1 << bit for bit in range(3) if rest >> bit & 1]
