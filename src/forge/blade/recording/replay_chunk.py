"""Chunks of a replay: the tables of consecutive frames end to end, columns turned into small numbers, then compressed.

A column is coded by one of three rules, which its field names:

    plain  the values themselves
    row    each value less the one in the row before, the first less 0
    slot   rows sorted by the column `slot` of the table (a stable sort); then each less the one before it that has the
           same slot, the first less 0

Differences d are kept modulo their width and stored as 2 d for d >= 0 and −2 d − 1 for d < 0. The bytes of a column are
stored by their place: the lowest byte of every row, then the next higher one of every row, and so on.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from forge.blade.recording.frame import Frame, draw_tiles
from forge.blade.recording.frame_schema import Field, FrameError, FrameLayout, Section, Table, check_tables
from forge.blade.recording.replay_file import Header
from forge.blade.recording.replay_interventions import INTERVENTIONS, steps_of
from forge.blade.state.observation import read_only
from forge.blade.world.scenario import Step

#: More bytes than a chunk of any world holds, in the file's columns and in those of this release: 256 ticks of 8,192
#: agents who all attack and harvest in each, on the largest map, have 250 MB. A file that claims more is damaged.
LIMIT = 2**28

_COUNT = np.dtype("<u4")
_LIVES = ("births", "deaths")


def pack(frames: Sequence[Frame], interventions: Sequence[Table], level: int) -> bytes:
    """Compresses consecutive frames with zlib.

    Args:
        frames: the first of them a key frame.
        interventions: for each frame what was done to the world before it, as INTERVENTIONS says.
        level: of zlib, 0 .. 9.
    """
    sections = (*frames[0].layout.sections, INTERVENTIONS)
    held = {name: [getattr(frame, name) for frame in frames] for name in frames[0].layout.names}
    held[INTERVENTIONS.name] = list(interventions)
    counts = [[len(held[s.name][k][s.fields[0].name]) for s in sections] for k in range(len(frames))]
    parts = [_by_place(np.array(counts, _COUNT).ravel())]
    for section in sections:
        tables = held[section.name]
        joined = {field.name: np.concatenate([table[field.name] for table in tables]) for field in section.fields}
        rows = len(joined[section.fields[0].name])
        used = {field.coding for field in section.fields}
        orders = {coding: order_of(joined, rows) for coding, order_of in _ORDER.items() if coding in used}
        for field in section.fields:
            column, order = joined[field.name], orders.get(field.coding)
            parts.append(_by_place(_differences(column, order) if order else column))
    return zlib.compress(b"".join(parts), level)


class Chunk(NamedTuple):
    """Consecutive frames, decoded."""

    first: int  # tick of the first
    world: int
    side: int
    starts: Mapping[str, np.ndarray]  # int64 [frames + 1] for each section: where the rows of each frame begin
    tables: Mapping[str, Table]  # the rows of all frames, read-only
    layout: FrameLayout

    @classmethod
    def unpack(cls, data: bytes, header: Header, first: int, ticks: int) -> Self:
        """Reads what `pack` wrote with the sections of a file, and makes of it what the file's layout asks for.

        Raises:
            FrameError: if the data are damaged.
        """
        counts, found = _decompress(data, header, ticks)
        names = [section.name for section in header.sections]
        none = np.zeros(ticks, np.int64)
        starts, tables = {}, {}
        for section in (*header.layout.sections, INTERVENTIONS):
            mine = counts[:, names.index(section.name)] if section.name in names else none
            starts[section.name] = np.concatenate([[0], np.cumsum(mine)])
            tables[section.name] = _conform(section, found.get(section.name, {}), int(mine.sum()))
        check_tables(tables, header.side, header.populations, layout=header.layout)
        if starts["plane"][1] != header.side**2:
            raise FrameError("a chunk must begin with a key frame")
        return cls(first, header.world, header.side, starts, tables, header.layout)

    @staticmethod
    def lives(data: bytes, header: Header, first: int, ticks: int) -> tuple[Table, Table]:
        """The births and deaths of a chunk alone, each with a column `tick` (int64): what else there is isn't decoded.

        Raises:
            FrameError: if the data are damaged.
        """
        counts, found = _decompress(data, header, ticks, _LIVES)
        names = [section.name for section in header.sections]
        tables: dict[str, Table] = {}
        for section in header.layout.sections:
            mine = counts[:, names.index(section.name)] if section.name in names and section.name in _LIVES else None
            rows = 0 if mine is None else int(mine.sum())
            tables[section.name] = _conform(section, found.get(section.name, {}), rows)
            if mine is not None:
                tables[section.name] = {
                    **tables[section.name],
                    "tick": np.repeat(np.arange(first, first + ticks), mine),
                }
        check_tables(tables, header.side, header.populations, layout=header.layout)
        return tables["births"], tables["deaths"]

    @staticmethod
    def steps(data: bytes, header: Header, ticks: int) -> Iterator[Step]:
        """What was done to the world, as a chunk of so many ticks has it: what else there is isn't decoded.

        Raises:
            FrameError: if the data are damaged.
        """
        _, found = _decompress(data, header, ticks, (INTERVENTIONS.name,))
        if table := found.get(INTERVENTIONS.name):
            yield from steps_of(_conform(INTERVENTIONS, table, len(next(iter(table.values())))))

    def frame(self, tick: int, key: bool = False) -> Frame:
        """The frame of a tick of this chunk, read-only; with `key`, as a key frame."""
        k = tick - self.first
        tables: dict[str, Any] = {}
        for section in self.layout.sections:
            begin, end = self.starts[section.name][k : k + 2]
            tables[section.name] = {name: column[begin:end] for name, column in self.tables[section.name].items()}
        frame = Frame(tick, self.world, self.side, **tables, layout=self.layout)
        return frame.with_plane(self.materials(tick) if key else None)

    def materials(self, tick: int) -> np.ndarray:
        """The map as of a tick of this chunk: uint8 [side, side], the caller's own."""
        plane = self.tables["plane"]["material"][: self.side**2].reshape(self.side, self.side).copy()
        begin, end = self.starts["tiles"][1], self.starts["tiles"][tick - self.first + 1]
        draw_tiles(plane, {name: column[begin:end] for name, column in self.tables["tiles"].items()})
        return plane


class Order(NamedTuple):
    """The order in which the rows of a table are compared with one another."""

    rows: np.ndarray  # int64 [n]: their numbers
    first: np.ndarray  # bool [n]: which of them are compared with 0


def _as_they_are(table: Table, rows: int) -> Order:
    return Order(np.arange(rows), np.arange(rows) == 0)


def _by_slot(table: Table, rows: int) -> Order:
    order = np.argsort(table["slot"], kind="stable")
    slots = table["slot"][order]
    return Order(order, (np.arange(rows) == 0) | (slots != np.roll(slots, 1)))


# How each coding that compares rows orders them. The column `slot` is decoded before the others are sorted by it.
_ORDER = {"row": _as_they_are, "slot": _by_slot}


def _decompress(
    data: bytes, header: Header, ticks: int, wanted: Sequence[str] | None = None
) -> tuple[np.ndarray, dict[str, Table]]:
    """Row counts int64 [ticks, sections], and the columns of every section, or of those that are wanted."""
    sections = header.sections
    unpacked = _Unpacked(data)
    size = _COUNT.itemsize * ticks * len(sections)
    head = unpacked.take(size)
    if len(head) != size:
        raise FrameError(f"a chunk of {ticks} ticks ends within its row counts")
    counts = _from_places(head, _COUNT).reshape(ticks, len(sections)).astype(np.int64)
    rows = dict(zip([section.name for section in sections], counts.sum(0).tolist()))
    made = (*header.layout.sections, INTERVENTIONS)
    claimed = sum(_row_bytes(section) * rows.get(section.name, 0) for section in (*sections, *made))
    if claimed > LIMIT:
        raise FrameError(f"a chunk claims to hold {claimed} bytes; the most is {LIMIT}")
    found = {}
    for section in sections:
        if wanted is None or section.name in wanted:
            found[section.name] = _decode_table(section, rows[section.name], unpacked)
        else:
            unpacked.skip(_row_bytes(section) * rows[section.name])
    unpacked.end()
    return counts, found


def _row_bytes(section: Section) -> int:
    return sum(field.type.itemsize for field in section.fields)


class _Unpacked:
    """What a chunk holds, decompressed piece by piece as it is asked for."""

    def __init__(self, data: bytes) -> None:
        self._unzip, self._rest = zlib.decompressobj(), data

    def take(self, size: int) -> bytes:
        """The next so many bytes, or fewer if it ends before."""
        if size == 0:  # which zlib would take for no limit
            return b""
        try:
            piece = self._unzip.decompress(self._rest, size)
        except zlib.error as error:
            raise FrameError(f"a chunk cannot be decompressed: {error}") from error
        self._rest = self._unzip.unconsumed_tail
        return piece

    def skip(self, size: int) -> None:
        """Passes over so many bytes."""
        if len(self.take(size)) != size:
            raise FrameError("a chunk ends within its columns")

    def column(self, rows: int, dtype: np.dtype[Any]) -> np.ndarray:
        """The next column."""
        data = self.take(rows * dtype.itemsize)
        if len(data) != rows * dtype.itemsize:
            raise FrameError(f"a chunk ends within its columns: it lacks {rows * dtype.itemsize - len(data)} bytes")
        return _from_places(data, dtype)

    def end(self) -> None:
        """Nothing is left, and zlib's own checksum is right."""
        if self.take(1) or not self._unzip.eof or self._unzip.unused_data:
            raise FrameError("a chunk holds more than its tables need, or does not end where they do")


def _decode_table(section: Section, rows: int, unpacked: _Unpacked) -> Table:
    """Takes the columns of a table off the front of what is unpacked."""
    table = {field.name: unpacked.column(rows, field.type) for field in section.fields}
    for coding, order_of in _ORDER.items():
        if coded := [field for field in section.fields if field.coding == coding]:
            order = order_of(table, rows)
            table |= {field.name: _sums(table[field.name], order, field.type) for field in coded}
    return table


def _conform(section: Section, found: Table, rows: int) -> Table:
    """The table of a layout, without columns it doesn't know, and with what stood for those that lack."""
    table = {}
    for field in section.fields:
        column = found.get(field.name)
        table[field.name] = read_only(
            np.full(rows, field.since.before, field.type) if column is None else _cast(section, field, column)
        )
    return table


def _cast(section: Section, field: Field, column: np.ndarray) -> np.ndarray:
    if column.dtype == field.type:
        return column
    cast = column.astype(field.type)
    if not np.array_equal(cast, column):
        raise FrameError(f"{section.name}.{field.name} holds {column.dtype} numbers that do not fit {field.type}")
    return cast


def _differences(column: np.ndarray, order: Order) -> np.ndarray:
    values = _unsigned(column)[order.rows]
    before = np.where(order.first, 0, np.roll(values, 1))
    signed = (values - before).view(f"<i{column.itemsize}")
    return (signed << 1) ^ (signed >> (8 * column.itemsize - 1))


def _sums(differences: np.ndarray, order: Order, dtype: np.dtype[Any]) -> np.ndarray:
    """Undoes `_differences`: sums in the given order, started anew at every first row."""
    folded = _unsigned(differences)
    steps = (folded >> 1) ^ -(folded & 1)
    totals = np.cumsum(steps, dtype=steps.dtype)
    begins = np.flatnonzero(order.first)
    lengths = np.diff(begins, append=len(steps))
    column = np.empty_like(totals)
    column[order.rows] = totals - np.repeat(totals[begins] - steps[begins], lengths)
    return column.view(dtype)


def _unsigned(column: np.ndarray) -> np.ndarray:
    return column.view(f"<u{column.itemsize}")


def _by_place(column: np.ndarray) -> bytes:
    return column.view(np.uint8).reshape(-1, column.itemsize).T.tobytes()


def _from_places(data: bytes, dtype: np.dtype[Any]) -> np.ndarray:
    return np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(dtype.itemsize, -1).T).view(dtype).ravel()
