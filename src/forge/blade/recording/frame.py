"""Frames: what a viewer may see of one world at one tick, as columns of numbers and as bytes to be mapped in place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from forge.blade.mechanics.ids import NONE, UNKNOWN, EventKind
from forge.blade.mechanics.tile import materials_of
from forge.blade.recording.captured import further_tables
from forge.blade.recording.frame_layout import declared_columns, frame_layout, shown_columns
from forge.blade.recording.frame_schema import (
    ALIGNMENT,
    MAGIC,
    OURS,
    FrameError,
    FrameLayout,
    Section,
    Table,
    check_magic,
    check_tables,
    frame_bytes,
    padded,
)
from forge.blade.state.observation import read_only
from forge.blade.world.world import World

_PAD = bytes(ALIGNMENT)
_NOBODY = np.array([NONE])
# Sections filled from the event log: the kind of event, and for each column the field of EVENT it comes from.
_LOGGED = {
    "attacks": (
        EventKind.ATTACK,
        {"attacker": "agent", "target": "other", "damage": "value", "style": "detail"},
    ),
    "births": (
        EventKind.BIRTH,
        {"id": "agent", "row": "row", "col": "col", "population": "population"},
    ),
    "deaths": (
        EventKind.DEATH,
        {"id": "agent", "age": "value", "row": "row", "col": "col", "population": "population", "cause": "detail"},
    ),
}


@dataclass(frozen=True, eq=False)
class Frame:
    """One world after one tick. The columns of its tables are those of its layout."""

    tick: int  # ticks that the world has finished
    world: int  # index in its batch
    side: int  # rows and columns of the map [tiles]
    agents: Table  # everyone alive after the tick, by slot
    tiles: Table  # tiles of another material than in the previous frame
    plane: Table  # all tiles in a key frame, nothing in any other
    attacks: Table
    births: Table
    deaths: Table
    layout: FrameLayout = OURS
    creatures: Table = field(default_factory=dict)  # what is there and is no agent; no column in a world without such
    deeds: Table = field(default_factory=dict)  # what was done besides; no column in a world where nothing can be

    @property
    def key(self) -> bool:
        """Whether the frame holds the whole map, so that a viewer can start from it."""
        return len(self.plane["material"]) > 0

    def lookup(self, ids: np.ndarray, *columns: str) -> tuple[np.ndarray, ...]:
        """What the frame says of agents that lived after the tick or died in it.

        Args:
            ids: integers [n], as in the frame's tables.
            columns: of both `agents` and `deaths`: row, col, population, age.

        Returns:
            For each column int64 [n]; −1 for who is not in the frame.
        """
        tables = self.agents, self.deaths
        known, *told = (np.concatenate([_NOBODY, *(t[name] for t in tables)]) for name in ("id", *columns))
        order = np.argsort(known)
        found = order[np.minimum(np.searchsorted(known, ids, sorter=order), len(known) - 1)]
        found = np.where(known[found] == ids, found, 0)
        return tuple(column[found] for column in told)

    def with_plane(self, materials: np.ndarray | None) -> Self:
        """The same frame as a key frame with the map `materials`, uint8 [side, side]; None takes the map out."""
        plane = np.zeros(0, np.uint8) if materials is None else materials.ravel().copy()
        return dataclasses.replace(self, plane={"material": plane})


class FrameSource:
    """Captures frame after frame of one world, and remembers its map to tell which tiles have changed.

    Attacks, births, deaths, moves and styles in a frame are those of the world's last tick; its `tiles` have changed
    since the previous frame of this source, however many ticks ago that was.

    Args:
        world: a batch of worlds that records events.
        w: index of the world to watch.

    Raises:
        ConfigError: if the batch does not record events.
        IndexError: if it has no world `w`.
    """

    def __init__(self, world: World, w: int = 0) -> None:
        if not 0 <= w < world.count:
            raise IndexError(f"w = {w} is out of range; the batch holds the worlds 0 .. {world.count - 1}")
        world._must_record("events")
        self.world, self.w = world, w
        self._materials: np.ndarray | None = None

    @property
    def materials(self) -> np.ndarray | None:
        """The map as of the last frame, uint8 [side, side], read-only; None before the first."""
        return None if self._materials is None else read_only(self._materials)

    def frame(self, key: bool = False) -> Frame:
        """What is to be seen now. The first frame is a key frame, later ones where `key` asks for it."""
        frame = capture(self.world, self.w, self._materials)
        if self._materials is None:
            self._materials = frame.plane["material"].reshape(frame.side, frame.side).copy()
            return frame
        draw_tiles(self._materials, frame.tiles)
        return frame.with_plane(self._materials) if key else frame


def capture(world: World, w: int = 0, previous: np.ndarray | None = None) -> Frame:
    """Takes one frame.

    Args:
        world: a batch of worlds that records events.
        w: index of the world to watch.
        previous: its map as of the previous frame, uint8 [side, side]. None makes a key frame without changes.

    Returns:
        The frame, in memory of its own.

    Raises:
        ConfigError: if the batch does not record events.
    """
    world._must_record("events")
    materials = materials_of(world._plane(world.state.tiles)[w])
    changed = np.flatnonzero(materials != previous) if previous is not None else np.zeros(0, np.intp)
    layout = frame_layout(world.configs[w])
    tables = {
        **further_tables(world, w, _events(world, w), layout),
        "agents": _agents(world, w),
        "tiles": {"index": changed, "material": materials.ravel()[changed]},
        "plane": {"material": materials.ravel() if previous is None else np.zeros(0, np.uint8)},
    }
    return Frame(
        tick=int(world.state.tick[w]),
        world=w,
        side=materials.shape[0],
        **{section.name: typed(section, tables[section.name]) for section in layout.sections if section.name in tables},
        **happenings(world, w),
        layout=layout,
    )


def happenings(world: World, w: int = 0) -> dict[str, Table]:
    """The attacks, births and deaths of a world's last tick, as a frame holds them, in memory of their own.

    Args:
        world: a batch of worlds that records events.
        w: index of the world.
    """
    events = _events(world, w)
    return {
        section.name: typed(section, _logged(events, *_LOGGED[section.name]))
        for section in OURS.sections
        if section.name in _LOGGED
    }


def _events(world: World, w: int) -> np.ndarray:
    events: np.ndarray = world.state.events[w, : world.state.event_count[w]]
    return events


def _agents(world: World, w: int) -> Table:
    state = world.state
    slots = state.living[w, : state.living_count[w]]
    records = state.agents[w, slots]
    actions = np.where((records["age"] == 0)[:, None], UNKNOWN, state.actions[w, slots])
    chosen = {name: actions[:, i] for i, name in enumerate(("move", "style"))}
    declared = declared_columns(world.config.schema, records, actions)
    shown = shown_columns(world.config.schema, state, w, slots)
    return {**{name: records[name] for name in records.dtype.names}, "slot": slots, **chosen, **declared, **shown}


def _logged(events: np.ndarray, kind: EventKind, columns: Mapping[str, str]) -> Table:
    chosen = events[events["kind"] == kind]
    return {name: chosen[origin] for name, origin in columns.items()}


def typed(section: Section, table: Table) -> Table:
    """The columns of a section, from those of a table, in memory of their own."""
    return {column.name: table[column.name].astype(column.type) for column in section.fields}


def draw_tiles(materials: np.ndarray, tiles: Table) -> None:
    """Brings a map, uint8 [side, side], up to date with changed tiles, in their order."""
    materials.reshape(-1)[tiles["index"]] = tiles["material"]


def encode(frame: Frame, partial: bool = False) -> bytes:
    """The frame as one message: the header, then every column in the order of the schema, each padded to 8 bytes.

    Args:
        frame: to encode.
        partial: whether it may leave open what tiles are made of, as UNKNOWN.

    Raises:
        FrameError: if a table is not what the schema says.
    """
    tables = {name: getattr(frame, name) for name in frame.layout.names}
    counts = check_tables(tables, frame.side, partial=partial, layout=frame.layout)
    header = np.zeros((), frame.layout.header)
    scalars = {
        "magic": MAGIC,
        "bytes": frame_bytes(counts, frame.layout),
        "tick": frame.tick,
        "world": frame.world,
        "side": frame.side,
    }
    for name, value in (scalars | counts).items():
        header[name] = value
    parts = [header.tobytes()]
    for section in frame.layout.sections:
        for column in section.fields:
            data = getattr(frame, section.name)[column.name].tobytes()
            parts += [data, _PAD[: padded(len(data)) - len(data)]]
    return b"".join(parts)


def decode(message: bytes | bytearray | memoryview, partial: bool = False, layout: FrameLayout = OURS) -> Frame:
    """Reads what `encode` wrote. The columns are views into `message`: nothing is copied.

    Args:
        message: of one frame.
        partial: as of `encode`.
        layout: of that frame.

    Raises:
        FrameError: if the message is cut short, too long or holds numbers that cannot be.
    """
    size, kind = memoryview(message).nbytes, layout.header
    if size < kind.itemsize:
        raise FrameError(f"a frame begins with a header of {kind.itemsize} bytes, but the message has {size} in all")
    header = np.frombuffer(message, kind, 1)[0]
    check_magic(int(header["magic"]))
    counts = {name: int(header[name]) for name in layout.names}
    needed = frame_bytes(counts, layout)
    if not size == header["bytes"] == needed:
        raise FrameError(f"the message has {size} bytes; its header says {header['bytes']}, its tables need {needed}")
    tables: dict[str, dict[str, np.ndarray]] = {name: {} for name in layout.names}
    offset = kind.itemsize
    for section in layout.sections:
        for told in section.fields:
            column = np.frombuffer(message, told.type, counts[section.name], offset)
            tables[section.name][told.name] = column
            offset += padded(column.nbytes)
    frame = Frame(int(header["tick"]), int(header["world"]), int(header["side"]), **tables, layout=layout)
    check_tables(tables, frame.side, partial=partial, layout=layout)
    return frame
