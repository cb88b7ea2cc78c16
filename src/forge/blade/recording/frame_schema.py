"""What a frame holds, declared once.

The byte layout and its check, replay files, the documentation and the description for clients are all made from these
tables. `SECTIONS` are those of a world of our own systems; `forge.blade.recording.frame_layout` adds what others
declare.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Literal, NamedTuple, TypeAlias, cast

import numpy as np

from forge.blade.game.game import GAME
from forge.blade.mechanics.ids import UNKNOWN, Move, Style
from forge.blade.schema.nature import Look
from forge.blade.schema.system import EventType, Tile
from forge.blade.schema.versions import Format, Since

#: Every array of an encoded frame starts at a multiple of this many bytes.
ALIGNMENT = 8

#: The columns of a section of a frame, by name: one-dimensional arrays of one length, typed as the schema says.
Table: TypeAlias = Mapping[str, np.ndarray]

#: What a system declares a column as: a field of agents, or what they chose; "" is a column that every frame has.
Declared: TypeAlias = Literal["", "field", "choice"]


class FrameError(ValueError):
    """Bytes or columns that are no frame."""


#: Counts the columns of frames. It is the last character of what an encoded one begins with.
FRAMES = Format("frames", 1, FrameError)
_MARK = b"NMF"
#: The number an encoded frame begins with; its bytes are the characters NMF1.
MAGIC = int.from_bytes(_MARK + b"%d" % FRAMES.newest, "little")


class Field(NamedTuple):
    """One column of a table."""

    name: str
    type: np.dtype[Any]  # little endian
    unit: str
    meaning: str
    coding: str = "plain"  # how replays compress it: see `forge.blade.recording.replay_chunk`
    since: Since = Since(before=0)  # version of frames that has it first, and what stands for it in older replays
    names: tuple[str, ...] = ()  # what its values 0, 1, 2, ... are called
    declared: Declared = ""
    system: str = ""  # that declares it
    range: tuple[float, float] | None = None  # least and greatest value, where they are known

    @property
    def unknown(self) -> int | float:
        """What stands, in frames for a fair viewer, for what its agent does not know: NaN, or the furthest from 0."""
        if self.type.kind == "f":
            return math.nan
        return int(np.iinfo(self.type).min if self.type.kind == "i" else np.iinfo(self.type).max)


class Section(NamedTuple):
    """One table of a frame: columns of equal length."""

    name: str
    meaning: str
    fields: tuple[Field, ...]


def _field(name: str, code: str, unit: str, meaning: str, coding: str = "plain", **more: Any) -> Field:
    return Field(name, np.dtype(code).newbyteorder("<"), unit, meaning, coding, **more)


def _names(enum: type[IntEnum]) -> tuple[str, ...]:
    return tuple(member.name.lower() for member in enum)


def _plain(*fields: Field) -> tuple[Field, ...]:
    return tuple(field._replace(coding="plain") for field in fields)


_UNKNOWN = Since(before=UNKNOWN)
_ID = "births of its world before it, modulo 2^32"
_AGE = _field("age", "i4", "ticks", "ticks lived", "slot")
_ROW = _field("row", "u2", "tiles", "row on the map, southwards", "slot")
_COL = _field("col", "u2", "tiles", "column on the map, eastwards", "slot")
_POPULATION = _field("population", "u1", "", "index of its population", "slot")


class FrameLayout(NamedTuple):
    """What frames of one world hold.

    Attributes:
        sections: the tables, in the order in which they are encoded: those of `NAMES`, which every frame has, and
            behind them those that `forge.blade.recording.further_tables` makes.
        materials: that tiles can be of, by number.
        deeds: what is in the table `deeds`, by the number in its column `what`; empty where there is no such table.
        creatures: the kinds in the column `creature` of the table `creatures`, from 1 on; empty where that has none.
    """

    sections: tuple[Section, ...]
    materials: tuple[Tile, ...]
    deeds: tuple[EventType, ...] = ()
    creatures: tuple[Look, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the tables."""
        return tuple(section.name for section in self.sections)

    @property
    def header(self) -> np.dtype[Any]:
        """The record that an encoded frame begins with."""
        return _header(self.names)

    @property
    def declared(self) -> tuple[Field, ...]:
        """The columns of agents behind those that every frame has."""
        return tuple(field for field in self.sections[0].fields if field.declared)


def sections_of(materials: Sequence[str], causes: Sequence[str], further: Iterable[Field] = ()) -> tuple[Section, ...]:
    """The tables of a frame, in the order in which they are encoded.

    Args:
        materials: their names, by number.
        causes: of deaths, the same.
        further: columns of agents behind those that every frame has.
    """
    material = _field(
        "material",
        "u1",
        "",
        "what the tile is made of now; unknown to a fair viewer that has not seen it",
        names=tuple(materials),
    )
    return (
        Section(
            "agents",
            "everyone alive after the tick, by slot",
            (
                _field("id", "u4", "", _ID, "slot"),
                _AGE,
                _field("damage", "i4", "points", "damage of the attacks that hit it in this tick"),
                _field("slot", "u2", "", "its place in actions and observations", "row"),
                _ROW,
                _COL,
                _field("health", "i2", "points", "health; at 0 it dies", "slot"),
                _field("food", "i2", "points", "food; at 0 health falls", "slot"),
                _field("water", "i2", "points", "water; at 0 health falls", "slot"),
                _field("freeze", "i2", "ticks", "it cannot move while this is above 0", "slot"),
                _POPULATION,
                _field("move", "u1", "", "the move it chose in this tick", since=_UNKNOWN, names=_names(Move)),
                _field(
                    "style", "u1", "", "the attack style it chose in this tick", since=_UNKNOWN, names=_names(Style)
                ),
                *further,
            ),
        ),
        Section(
            "tiles",
            "tiles that are of another material than in the previous frame",
            (_field("index", "u4", "", "row · side + column", "row"), material),
        ),
        Section(
            "plane",
            "all side · side tiles in reading order in a key frame, nothing in any other",
            (material,),
        ),
        Section(
            "attacks",
            "attacks of the tick that took effect",
            (
                _field("attacker", "u4", "", "id of who attacked", "row"),
                _field("target", "u4", "", "id of whom", "row"),
                _field("damage", "i4", "points", "health taken"),
                _field("style", "u1", "", "how", names=_names(Style)),
            ),
        ),
        Section(
            "births",
            "who entered the world at the end of the tick",
            (_field("id", "u4", "", _ID, "row"), *_plain(_ROW, _COL, _POPULATION)),
        ),
        Section(
            "deaths",
            "who died in the tick",
            (
                _field("id", "u4", "", _ID, "row"),
                *_plain(_AGE, _ROW, _COL, _POPULATION),
                _field("cause", "u1", "", "of what", names=tuple(causes)),
            ),
        ),
    )


#: The tables of a frame of a world of our own systems.
SECTIONS = sections_of(GAME.names("materials"), GAME.names("causes"))
#: What such frames hold.
OURS = FrameLayout(SECTIONS, GAME.materials)
NAMES = tuple(section.name for section in SECTIONS)

# What the values of these columns stay below, given the side of the map and the numbers of populations and materials,
# so that a viewer may use them as indices.
_BELOW: dict[str, Callable[[int, int, int], int]] = {
    "row": lambda side, populations, materials: side,
    "col": lambda side, populations, materials: side,
    "index": lambda side, populations, materials: side * side,
    "material": lambda side, populations, materials: materials,
    "population": lambda side, populations, materials: populations,
}
#: No world has more populations.
MOST_POPULATIONS = 255


def _scalars(names: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
    """The header of an encoded frame with these tables: one count for each follows from the declaration."""
    return (
        ("magic", "u4", f"{MAGIC}, the characters {_MARK.decode()}{FRAMES.newest}"),
        ("bytes", "u4", "length of the whole message"),
        ("tick", "i8", "ticks that the world has finished"),
        ("world", "u4", "index of the world in its batch"),
        ("side", "u4", "rows and columns of the map [tiles]"),
        *((name, "u4", f"rows of the table `{name}`") for name in names),
    )


def padded(size: int) -> int:
    """`size` rounded up to the next multiple of the alignment."""
    return size + -size % ALIGNMENT


@functools.cache
def _header(names: tuple[str, ...]) -> np.dtype[Any]:
    # The tick aligns it to 8 bytes, and the fields are ordered so that none needs a gap before it.
    return np.dtype([(name, np.dtype(code).newbyteorder("<")) for name, code, _ in _scalars(names)], align=True)


def frame_bytes(counts: Mapping[str, int], layout: FrameLayout = OURS) -> int:
    """Length of an encoded frame whose tables have these many rows."""
    columns = ((field.type.itemsize, counts[section.name]) for section in layout.sections for field in section.fields)
    return layout.header.itemsize + sum(padded(size * count) for size, count in columns)


def check_magic(number: int) -> None:
    """Checks the number that a message begins with.

    Raises:
        FrameError: if it is not that of a frame, or of one newer than this release knows.
    """
    if number == MAGIC:
        return
    *mark, version = number.to_bytes(4, "little")
    if bytes(mark) == _MARK and chr(version).isdecimal():
        FRAMES.version(version - ord("0"), "the message")
    raise FrameError(f"a frame begins with the number {MAGIC:#x}, but the message with {number:#x}")


def check_tables(
    tables: Mapping[str, Table],
    side: int,
    populations: int = MOST_POPULATIONS,
    partial: bool = False,
    layout: FrameLayout = OURS,
) -> dict[str, int]:
    """Checks that tables are what the schema says, and that their places lie on a map of this side.

    Args:
        tables: of a frame.
        side: of the map.
        populations: of the world.
        partial: whether a material may be UNKNOWN.
        layout: what frames of that world hold.

    Returns:
        The number of rows of each.

    Raises:
        FrameError: naming the section and column that is wrong.
    """
    counts = {}
    for section in layout.sections:
        table = tables[section.name]
        counts[section.name] = len(table[section.fields[0].name])
        for field in section.fields:
            _check_column(section, field, table[field.name], counts[section.name])
            if field.name in _BELOW and not field.declared:
                column = table[field.name]
                known = column[column != UNKNOWN] if partial and field.name == "material" else column
                _check_below(section, field, known, _BELOW[field.name](side, populations, len(layout.materials)))
    if counts["plane"] not in (0, side * side):
        raise FrameError(f"plane has {counts['plane']} tiles; a map of side {side} has {side * side}")
    return counts


def _check_column(section: Section, field: Field, column: np.ndarray, count: int) -> None:
    if column.dtype != field.type or column.shape != (count,):
        raise FrameError(
            f"{section.name}.{field.name} is {column.dtype} of shape {column.shape}; "
            f"wanted is {field.type} of shape ({count},)"
        )


def _check_below(section: Section, field: Field, column: np.ndarray, limit: int) -> None:
    if column.size and (highest := int(column.max())) >= limit:
        raise FrameError(f"{section.name}.{field.name} holds {highest}; allowed are 0 .. {limit - 1}")


def describe(besides: Iterable[Section] = (), layout: FrameLayout = OURS) -> dict[str, Any]:
    """A layout as plain values, for JSON: what a client needs to decode a frame and to name what is in it.

    Args:
        besides: tables that stand behind those of frames, in a file.
        layout: what frames hold.
    """
    header = layout.header
    offsets = {name: place[1] for name, place in (header.fields or {}).items()}
    scalars = [
        {"name": name, "type": header[name].name, "offset": offsets[name], "meaning": meaning}
        for name, _, meaning in _scalars(layout.names)
    ]
    return {
        "version": FRAMES.newest,
        "magic": MAGIC,
        "byte_order": "little",
        "alignment": ALIGNMENT,
        "header_bytes": header.itemsize,
        "header": scalars,
        "sections": [
            {"name": s.name, "meaning": s.meaning, "fields": [_describe_field(f) for f in s.fields]}
            for s in (*layout.sections, *besides)
        ],
        "unknown": UNKNOWN,
        **({} if layout.materials == OURS.materials else {"materials": [*map(_describe_material, layout.materials)]}),
        **({"deeds": [*map(_describe_deed, layout.deeds)]} if layout.deeds else {}),
        **({"creatures": [look._asdict() for look in layout.creatures]} if layout.creatures else {}),
    }


def _describe_field(field: Field) -> dict[str, Any]:
    about = {
        "name": field.name,
        "type": field.type.name,
        "unit": field.unit,
        "meaning": field.meaning,
        "coding": field.coding,
        "since": field.since.version,
        "names": list(field.names),
        "default": field.since.before,
    }
    if field.declared:
        unknown = None if math.isnan(field.unknown) else field.unknown
        about |= {"declared": field.declared, "system": field.system, "unknown": unknown}
    if field.range is not None:
        about |= dict(zip(("low", "high"), field.range, strict=True))
    return about


def _describe_material(tile: Tile) -> dict[str, Any]:
    return {name: getattr(tile, name) for name in ("name", "meaning", "colour", "height", "enterable")}


def _describe_deed(event: EventType) -> dict[str, Any]:
    told = {name: getattr(event, name) for name in ("name", "meaning", "value", "detail", "other")}
    return {**told, "names": list(cast("tuple[str, ...]", event.names))}


def field_tables() -> str:
    """The header and the sections as Markdown tables, for the documentation."""
    about = describe()
    header = ((f"`{s['name']}`", s["type"], str(s["offset"]), s["meaning"]) for s in about["header"])
    parts = ["### Header", _table(("field", "type", "offset", "meaning"), header)]
    return "\n\n".join([*parts, *map(section_table, OURS.sections)]) + "\n"


def section_table(section: Section) -> str:
    """One section as a Markdown table under a heading."""
    rows = ((f"`{f.name}`", f.type.name, f.unit, f.meaning + _legend(f.names), f.coding) for f in section.fields)
    table = _table(("field", "type", "unit", "meaning", "coding in replays"), rows)
    return f"### `{section.name}`: {section.meaning}\n\n{table}"


def _legend(names: Sequence[str]) -> str:
    return ": " + ", ".join(f"{value} {name}" for value, name in enumerate(names)) if names else ""


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head)]
    lines += [("---",) * len(lines[0]), *map(tuple, rows)]
    return "\n".join(f"| {' | '.join(cell or '–' for cell in line)} |" for line in lines)
