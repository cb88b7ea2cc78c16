"""The kinds of interventions, each a frozen dataclass, and what their numbers mean and may be, said once for all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from forge.blade.config.config import Config
from forge.blade.game.game import GAME
from forge.blade.schema.record import Column
from forge.blade.schema.section import MAX_POINTS
from forge.blade.schema.system import MOST_MATERIALS
from forge.blade.systems.spawn import MAX_POPULATIONS
from forge.blade.systems.terrain import MAX_SIDE
from forge.support.checks import ConfigError, did_you_mean
from forge.support.numeric import integer, text_of

#: Ages that are given stay below this [ticks]: room for as many ticks more, before an age of 32 bits is full.
MAX_AGE = 2**30
#: A system from outside may declare as many fields as an agent has bytes; this many is more than any has.
MAX_FIELDS = 2**15
_MAX_ID = 2**53

Range = tuple[int, int]


class Quantity(NamedTuple):
    """What a field of an intervention means, whatever the kind, and what it may be."""

    meaning: str
    unit: str
    limits: Range  # whatever the world
    within: Callable[[Config], Range] | None = None  # in a world of this configuration

    def allowed(self, config: Config) -> Range:
        """The least and the most in a world."""
        return self.within(config) if self.within is not None else self.limits


def _playable(config: Config) -> Range:
    return config.terrain.low, config.terrain.high


#: Every field of every kind.
QUANTITIES: Mapping[str, Quantity] = {
    "agent": Quantity("id of the agent", "", (0, _MAX_ID)),
    "population": Quantity("its population", "", (0, MAX_POPULATIONS), lambda c: (0, c.populations - 1)),
    "row": Quantity("row on the map, southwards", "tiles", (0, MAX_SIDE - 1), _playable),
    "col": Quantity("column on the map, eastwards", "tiles", (0, MAX_SIDE - 1), _playable),
    "health": Quantity("health", "points", (1, MAX_POINTS), lambda c: (1, c.vitals.health)),
    "food": Quantity("food", "points", (0, MAX_POINTS), lambda c: (0, c.vitals.food)),
    "water": Quantity("water", "points", (0, MAX_POINTS), lambda c: (0, c.vitals.water)),
    "freeze": Quantity("ticks for which it cannot move", "ticks", (0, MAX_POINTS), lambda c: (0, c.combat.mage_freeze)),
    "age": Quantity("ticks lived", "ticks", (0, MAX_AGE)),
    "material": Quantity(
        "what the tile is made of", "", (0, MOST_MATERIALS - 1), lambda c: (0, len(c.schema.materials) - 1)
    ),
    "field": Quantity(
        "which of the fields that systems from outside declare, in their order",
        "",
        (0, MAX_FIELDS),
        lambda c: (0, len(outside_fields(c)) - 1),
    ),
    "value": Quantity("what it becomes", "", (1 - 2**31, 2**31 - 1)),
}


def outside_fields(config: Config) -> list[Column]:
    """The fields of agents that systems from outside declare, those that hold one whole number each, in their order."""
    every = (column for system in config.schema.guests for column in system.agent)
    return [column for column in every if column.shape == () and np.dtype(column.type).kind in "iu"]


_NAMES = {tile.number: tile.name for tile in GAME.materials}
_NUMBERS = {name: number for number, name in _NAMES.items()}


@dataclass(frozen=True)
class Intervention:
    """One thing that is done to a world between two ticks. Fields that are None are not given.

    Raises:
        ConfigError: if a field is not what it can be in any world.
    """

    kind: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.kind = cls.__name__.lower()

    def __post_init__(self) -> None:
        for f in dataclasses.fields(self):
            given = getattr(self, f.name)
            if given is not None or f.default is dataclasses.MISSING:
                object.__setattr__(self, f.name, self._checked(f.name, given))

    def _checked(self, name: str, given: Any) -> int | str:
        return integer(f"{self.kind}.{name}", given, *QUANTITIES[name].limits)

    def known_to(self, config: Config) -> Self:
        """The same in numbers alone, as worlds of a configuration know what it names.

        Raises:
            ConfigError: if they do not know it.
        """
        return self

    def given(self) -> dict[str, Any]:
        """The fields that are given: numbers, and names of materials that systems from outside declare."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    def to_table(self) -> dict[str, int | str]:
        """Its kind and the fields that are given, as plain values; a material by its name."""
        return {"kind": self.kind} | {
            name: _NAMES.get(value, value) if name == "material" else value for name, value in self.given().items()
        }

    @staticmethod
    def from_table(table: Any) -> Intervention:
        """The intervention of such a table.

        Raises:
            ConfigError: naming what is wrong in it.
        """
        if not isinstance(table, Mapping) or "kind" not in table:
            raise ConfigError(f"an intervention is a table with a kind: {', '.join(KINDS)}")
        if not isinstance(table["kind"], str) or table["kind"] not in KINDS:
            raise ConfigError(did_you_mean("kind of intervention", table["kind"], list(KINDS)))
        kind = KINDS[table["kind"]]
        fields, values = dataclasses.fields(kind), {name: value for name, value in table.items() if name != "kind"}
        for name in values:
            if name not in (known := [f.name for f in fields]):
                raise ConfigError(did_you_mean(f"field of {kind.kind}", name, known))
        if missing := [f.name for f in fields if f.default is dataclasses.MISSING and f.name not in values]:
            raise ConfigError(f"{kind.kind} needs {' and '.join(missing)}, which it lacks")
        return kind(**values)

    def __str__(self) -> str:
        fields = {name: value for name, value in self.to_table().items() if name != "kind"}
        return f"{self.kind}({', '.join(f'{name}={value}' for name, value in fields.items())})"


@dataclass(frozen=True)
class Place(Intervention):
    """A new agent enters the world, in the lowest free slot of its population, with the next id.

    What is not given is as a newborn has it: full vitals, freeze 0, age 0.
    """

    population: int
    row: int
    col: int
    health: int | None = None
    food: int | None = None
    water: int | None = None
    freeze: int | None = None
    age: int | None = None


@dataclass(frozen=True)
class Move(Intervention):
    """An agent stands on another tile."""

    agent: int
    row: int
    col: int


@dataclass(frozen=True)
class Change(Intervention):
    """Numbers of an agent become these; what is not given stays as it is."""

    agent: int
    health: int | None = None
    food: int | None = None
    water: int | None = None
    freeze: int | None = None
    age: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _something(self)


@dataclass(frozen=True)
class Give(Intervention):
    """An agent gains so much, or loses it where that is below 0, as far as there is room.

    Food and water stay within 0 and their maxima, health within 1 and its maximum: nobody is killed by it.
    """

    agent: int
    health: int | None = None
    food: int | None = None
    water: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        _something(self)

    def _checked(self, name: str, given: Any) -> int | str:
        most = QUANTITIES[name].limits[1]
        return super()._checked(name, given) if name == "agent" else integer(f"give.{name}", given, -most, most)


@dataclass(frozen=True)
class Set(Intervention):
    """A field of an agent that a system from outside declares becomes this; it may be given by its name.

    Which fields there are is looked up in the world in which it is made.
    """

    agent: int
    field: int | str
    value: int

    def _checked(self, name: str, given: Any) -> int | str:
        text = text_of(given) if name == "field" else None
        return super()._checked(name, given) if text is None else text

    def known_to(self, config: Config) -> Self:
        """The same with the number of its field."""
        names = [column.name for column in outside_fields(config)]
        if isinstance(self.field, int):
            return self
        if self.field not in names:
            where = did_you_mean("field of systems from outside", self.field, names)
            raise ConfigError(where if names else f"{self.field!r} is no field of a system from outside: there is none")
        return dataclasses.replace(self, field=names.index(self.field))


@dataclass(frozen=True)
class Remove(Intervention):
    """An agent leaves the world. It is no death of the rules."""

    agent: int


@dataclass(frozen=True)
class Tile(Intervention):
    """A tile becomes of another material, which may be given by its name.

    The name of a material that a system from outside declares is looked up in the world in which it is made. Scrub
    counts as harvested now: it regrows. The border stays lava, and the ring on which agents enter stays grass.
    """

    row: int
    col: int
    material: int | str

    def _checked(self, name: str, given: Any) -> int | str:
        text = text_of(given) if name == "material" else None
        return super()._checked(name, given) if text is None else _NUMBERS.get(text, text)

    def known_to(self, config: Config) -> Self:
        """The same with the number of its material."""
        if isinstance(self.material, int):
            return self
        return dataclasses.replace(self, material=material_of(config, self.material))


#: The kinds by name, in the order in which replays number them.
KINDS: Mapping[str, type[Intervention]] = {kind.kind: kind for kind in (Place, Move, Change, Give, Remove, Tile, Set)}


def _something(entry: Intervention) -> None:
    if entry.given().keys() == {"agent"}:
        names = [f.name for f in dataclasses.fields(entry) if f.name != "agent"]
        raise ConfigError(f"{entry} says nothing; it needs one of {', '.join(names)}")


def material_of(config: Config, name: str) -> int:
    """The number of a material in worlds of a configuration.

    Raises:
        ConfigError: if they have none of that name.
    """
    names = list(config.schema.names("materials"))
    if name not in names:
        raise ConfigError(did_you_mean("material", name, names))
    return names.index(name)
