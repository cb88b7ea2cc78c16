"""What frames of one world hold: the columns that every frame has, and what systems declare besides.

The layout of a world is made from its declarations (`frame_layout`), that of a file from its description (`layout_of`).
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

import numpy as np

from forge.blade.config.config import Config
from forge.blade.game.game import GAME
from forge.blade.mechanics.ids import UNKNOWN
from forge.blade.recording.frame_schema import OURS, Declared, Field, FrameLayout, Table, sections_of
from forge.blade.recording.further_tables import (
    COMMON,
    CREATURES,
    DEEDS,
    deed,
    deeds_of,
    further_sections,
    further_systems,
)
from forge.blade.schema.nature import Look
from forge.blade.schema.record import FILLING, Column, settled
from forge.blade.schema.schema import Schema
from forge.blade.schema.system import Choice, EventType, Feature, System, Tile
from forge.blade.schema.versions import Since
from forge.blade.state.state import State
from forge.support.checks import ConfigError

#: Columns of a table, and names of one kind: what stands for "unknown" is none of them.
MOST = UNKNOWN
#: Letters of a name, and of any other text of a description.
MOST_LETTERS, MOST_TEXT = 100, 1000

#: Of columns, by the names that descriptions have for them; those of floats came with version 2.0 of replays.
TYPES = {
    np.dtype(f"{kind}{size}").name: np.dtype(f"<{kind}{size}")
    for kind, sizes in (("i", (1, 2, 4, 8)), ("u", (1, 2, 4, 8)), ("f", (4, 8)))
    for size in sizes
}

_KNOWN = {field.name for field in OURS.sections[0].fields}
# Fields and choices of ours that are among those, or need not be: who is in a frame is alive, and a target is an entry
# of a list that frames do not have, where attacks name who was struck.
_FIELDS = ({*(GAME.agent.names or ())} & _KNOWN) | {"alive", *FILLING}
_CHOICES = ({*GAME.names("choices")} & _KNOWN) | {"target"}
_PARTS = ("meaning", "value", "detail", "other")
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


class _Place(NamedTuple):
    """Where a column of agents comes from."""

    column: str  # of frames
    field: str  # of agents, or the choice
    at: tuple[int, ...]  # place in the value of the field, if that has a shape

    def of(self, agents: np.ndarray) -> np.ndarray:
        """The column [n], a view into records of agents [n]."""
        numbers: np.ndarray = agents[self.field]
        where: tuple[Any, ...] = (slice(None), *self.at)
        return numbers[where]


class _Columns(NamedTuple):
    """The columns of agents that systems declare besides those of every frame."""

    fields: tuple[Field, ...]  # without the names of options and without ranges, which a configuration sets
    read: tuple[_Place, ...]  # from the records of agents
    shown: tuple[tuple[str, Feature], ...]  # column of frames, and what agents know of themselves in an array
    chosen: tuple[tuple[str, int], ...]  # from their actions: column of frames, and of these


def frame_layout(config: Config) -> FrameLayout:
    """What frames of a world with this configuration hold.

    Behind the columns that every frame has come, in the order of the systems, all other fields of agents, then what
    is shown of arrays, then what agents chose. A field with a shape is a column for each of its numbers, `bag_0`,
    `bag_1`, ... Before a name that is taken stands that of the system: `poison.slot`.

    Where systems have bodies on the map, there is a table `creatures` of them, with the fields that those systems
    declare; where they log events, a table `deeds`.

    Raises:
        ConfigError: if there are more columns, materials, causes, options or kinds of deeds than frames have room for.
    """
    return OURS if config.schema is GAME and not _columns(GAME).fields else _layout(config)


@functools.lru_cache(maxsize=64)
def _layout(config: Config) -> FrameLayout:
    schema, columns = config.schema, _columns(config.schema)
    options = {name: schema.choices[number].options(config) for name, number in columns.chosen}
    ranges = {
        feature.name: (feature.low(config), feature.high(config))
        for feature in (*schema.features, *schema.own)
        if feature.read is None and not feature.array
    }
    known = {place.column: ranges.get(place.field) for place in columns.read}
    known |= {name: (feature.low(config), feature.high(config)) for name, feature in columns.shown}
    fields = [
        field._replace(names=tuple(options.get(field.name, field.names)), range=known.get(field.name))
        for field in columns.fields
        if options.get(field.name, True)
    ]
    _check_room("columns of agents", len(_KNOWN) + len(fields))
    for what, names in (("materials", schema.materials), ("causes of death", schema.causes), *options.items()):
        _check_room(what if isinstance(names, tuple) else f"options of {what}", len(names))
    deeds = deeds_of(schema)
    _check_room("kinds of events", len(deeds))
    with_bodies = {system.name for system in further_systems(schema)}
    of_bodies = {place.column for place in columns.read}
    bodies = [f for f in fields if f.name in of_bodies and f.system in with_bodies] if with_bodies else None
    sections = sections_of(schema.names("materials"), schema.names("causes"), fields)
    tables = (*sections, *further_sections(bodies, deeds))
    return FrameLayout(tables, schema.materials, deeds, tuple(nature.look for nature in schema.natures))


def _check_room(what: str, count: int) -> None:
    if count > MOST:
        raise ConfigError(f"the systems declare {count} {what}; frames have room for {MOST}")


@functools.cache
def _columns(schema: Schema) -> _Columns:
    fields: list[Field] = []
    read: list[_Place] = []
    shown: list[tuple[str, Feature]] = []
    chosen: list[tuple[str, int]] = []
    taken = set(_KNOWN)
    for system in schema.systems:
        for column in settled(system.agent, schema):
            for at in np.ndindex(cast("tuple[int, ...]", column.shape)) if column.name not in _FIELDS else ():
                name = _free("_".join(map(str, (column.name, *at))), system.name, taken)
                which = f", at {list(at)}" if at else ""
                fields.append(_field(system, name, column, which))
                read.append(_Place(name, column.name, at))
    types = {array.name: array.type for array in schema.arrays}
    for system in schema.systems:
        for feature in (feature for feature in system.own if feature.name in system.shown):
            name = _free(feature.name, system.name, taken)
            fields.append(_shown(system, name, feature, types[feature.array]))
            shown.append((name, feature))
    for system in schema.systems:
        for choice in system.choices:
            if choice.name in _CHOICES:
                continue
            name = _free(choice.name, system.name, taken)
            fields.append(_choice(system, name, choice))
            chosen.append((name, schema.names("choices").index(choice.name)))
    return _Columns(tuple(fields), tuple(read), tuple(shown), tuple(chosen))


def _free(name: str, system: str, taken: set[str]) -> str:
    while name in taken:
        name = f"{system}.{name}"
    taken.add(name)
    return name


def _field(system: System, name: str, column: Column, which: str) -> Field:
    truth = np.dtype(column.type).kind == "b"
    kind = np.dtype("u1" if truth else column.type).newbyteorder("<")
    names = column.names or (("no", "yes") if truth else ())
    more = {"names": names, "declared": "field", "system": system.name}
    return Field(name, kind, column.unit, column.meaning + which, "slot", **more)  # type: ignore[arg-type]


def _shown(system: System, name: str, feature: Feature, code: str) -> Field:
    more = {"declared": "field", "system": system.name}
    return Field(name, np.dtype(code).newbyteorder("<"), feature.unit, feature.meaning, "slot", **more)  # type: ignore[arg-type]


def _choice(system: System, name: str, choice: Choice) -> Field:
    more = {"since": Since(before=UNKNOWN), "declared": "choice", "system": system.name}
    return Field(name, np.dtype("u1"), "", choice.meaning, **more)  # type: ignore[arg-type]


def declared_columns(schema: Schema, agents: np.ndarray, actions: np.ndarray | None) -> Table:
    """What systems declare besides the columns that every frame has.

    Args:
        schema: of the world.
        agents: its records of agents [n].
        actions: of the same, uint8 [n, columns]; None where nobody's is known.

    Returns:
        Arrays [n] by the names of the columns.
    """
    columns = _columns(schema)
    table = {place.column: place.of(agents) for place in columns.read}
    for name, number in columns.chosen:
        table[name] = np.full(len(agents), UNKNOWN, np.uint8) if actions is None else actions[:, number]
    return table


def shown_columns(schema: Schema, state: State, w: int, slots: np.ndarray) -> Table:
    """What systems show of arrays of the state.

    Args:
        schema: of the worlds.
        state: of them.
        w: index of the world.
        slots: of its agents, integers [n].

    Returns:
        Arrays [n] by the names of the columns.
    """
    table = {}
    for name, feature in _columns(schema).shown:
        rows = getattr(state, feature.array)[w, slots]
        table[name] = rows if feature.at is None else rows[:, feature.at]
    return table


def put_declared(schema: Schema, table: Table, agents: np.ndarray) -> None:
    """Fills in records of agents [n] what `declared_columns` took from such."""
    for place in _columns(schema).read:
        place.of(agents)[:] = table[place.column]


def seen_columns(schema: Schema) -> tuple[set[str], set[str]]:
    """The columns of `declared_columns` that agents observe: of one another, and of themselves, those included."""
    others = {feature.name for feature in schema.features if feature.read is None}
    mine = others | {feature.name for feature in schema.own if feature.read is None and not feature.array}
    columns = _columns(schema)
    seen = [{place.column for place in columns.read if place.field in names} for names in (others, mine)]
    return seen[0], seen[1] | {name for name, _ in (*columns.shown, *columns.chosen)}


def layout_of(description: Mapping[str, Any]) -> FrameLayout:
    """What frames hold by their description, as `describe` gave it and JSON kept it.

    Columns and tables that this release does not know, and that no system declared, are left out.

    Raises:
        KeyError, TypeError, ValueError: if it is none.
    """
    sections = {section["name"]: section["fields"] for section in description["sections"]}
    further = [_described_field(f) for f in sections["agents"] if f.get("declared") in ("field", "choice")]
    if len(further) + len(_KNOWN) > MOST:
        raise ValueError(f"{len(further)} further columns of agents; the most is {MOST - len(_KNOWN)}")
    if clash := sorted({field.name for field in further} & _KNOWN):
        raise ValueError(f"a system declares {clash[0]}, a column that every frame has")
    (causes,) = (_names("cause", f["names"]) for f in sections["deaths"] if f["name"] == "cause")
    tiles = description.get("materials")
    materials = OURS.materials if tiles is None else tuple(_tiles(tiles))
    deeds = tuple(_deeds(description["deeds"])) if DEEDS in sections else ()
    tables = further_sections(_bodies(sections[CREATURES]) if CREATURES in sections else None, deeds)
    ours = sections_of([tile.name for tile in materials], causes, further)
    return FrameLayout((*ours, *tables), materials, deeds, tuple(_looks(description.get("creatures", []))))


def _bodies(told: Any) -> list[Field]:
    """What systems declared of what is on the map and is no agent."""
    fields = [_described_field(field) for field in told if field.get("declared") == "field"]
    if clash := {field.name for field in fields} & {field.name for field in COMMON}:
        raise ValueError(f"a system declares {min(clash)}, a column that all creatures have")
    return fields


def _deeds(told: Any) -> Iterator[EventType]:
    if not isinstance(told, list) or not 0 < len(told) <= MOST:
        raise ValueError(f"deeds are no list of 1 to {MOST}")
    for one in told:
        name = _text("a deed", one["name"], MOST_LETTERS)
        meaning, value, detail, other = (_text(f"the {part} of {name}", one[part], MOST_TEXT) for part in _PARTS)
        yield deed(name, meaning, value, detail, other, _names(f"kinds of {name}", one["names"]))


def _described_field(told: Mapping[str, Any]) -> Field:
    name = _text("a column", told["name"], MOST_LETTERS)
    limits = [_number(f"{end} of {name}", told[end]) for end in ("low", "high") if "low" in told or "high" in told]
    if limits and limits[0] > limits[1]:
        raise ValueError(f"{name} lies between {limits[0]} and {limits[1]}")
    return Field(
        name,
        TYPES[told["type"]],
        _text(f"the unit of {name}", told["unit"], MOST_LETTERS),
        _text(f"the meaning of {name}", told["meaning"], MOST_TEXT),
        told["coding"],
        Since(before=UNKNOWN if told["declared"] == "choice" else 0),
        _names(name, told["names"]),
        cast(Declared, told["declared"]),
        _text(f"the system of {name}", told["system"], MOST_LETTERS),
        (limits[0], limits[1]) if limits else None,
    )


def _tiles(told: Any) -> Iterator[Tile]:
    if not isinstance(told, list) or not len(OURS.materials) <= len(told) <= MOST:
        raise ValueError(f"materials are no list of {len(OURS.materials)} to {MOST}")
    for number, tile in enumerate(told):
        name = _text("a material", tile["name"], MOST_LETTERS)
        colour = _colour(name, tile["colour"])
        meaning = _text(f"the meaning of {name}", tile["meaning"], MOST_TEXT)
        height = _number(f"the height of {name}", tile["height"])
        if not isinstance(tile["enterable"], bool):
            raise ValueError(f"whether {name} can be entered is {tile['enterable']!r:.60}")
        yield Tile(name, meaning, colour, height, tile["enterable"], number)


def _looks(told: Any) -> Iterator[Look]:
    if not isinstance(told, list) or len(told) > MOST:
        raise ValueError(f"creatures are no list of at most {MOST}")
    for look in told:
        name = _text("a creature", look["name"], MOST_LETTERS)
        if not isinstance(look["hunts"], bool):
            raise ValueError(f"whether {name} hunts is {look['hunts']!r:.60}")
        yield Look(name, _colour(name, look["colour"]), look["hunts"])


def _colour(name: str, told: Any) -> str:
    colour = _text(f"the colour of {name}", told, MOST_LETTERS)
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f'{name} has the colour {colour!r}; allowed is "#rrggbb"')
    return colour


def _names(what: str, told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or len(told) > MOST:
        raise ValueError(f"the names of {what} are no list of at most {MOST}")
    return tuple(_text(f"a name of {what}", name, MOST_LETTERS) for name in cast(Iterable[Any], told))


def _text(what: str, told: Any, most: int) -> str:
    if not isinstance(told, str) or len(told) > most:
        raise ValueError(f"{what} is {told!r:.60}; allowed are at most {most} letters")
    return told


def _number(what: str, told: Any) -> float:
    if type(told) not in (int, float) or not (math.isfinite(told) and abs(told) < 2**64):
        raise ValueError(f"{what} is {told!r:.60}; allowed are numbers")
    return cast(float, told)
