"""How a replay file is laid out: a start, chunks one behind the other, an index at the end. See docs/replays.md.

The start is written whole, then the file only grows. Where the index is missing, the chunks are found one by one.
"""

from __future__ import annotations

import itertools
import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from forge.blade.config import MAX_SIDE
from forge.blade.frame_schema import Field, Section

#: Major and minor version of the format. A reader reads its own major version and all before it.
VERSION = (1, 0)
MAGIC = b"NMREPLAY"

_START = struct.Struct("<8sHHI")  # magic, major, minor, bytes of the header
_CHUNK = struct.Struct("<4sIqQ")  # mark, ticks, first tick, bytes of the compressed data that follow
_ENTRY = struct.Struct("<QqQ")  # offset of a chunk, its first tick, its ticks
_END = struct.Struct("<QQI4s")  # offset of the index, its entries, its CRC-32, mark
_CHUNK_MARK, _END_MARK = b"CHNK", b"DONE"

_TYPES = {np.dtype(f"{kind}{size}").name: np.dtype(f"<{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)}
_CODINGS = ("plain", "row", "slot")


class ReplayError(ValueError):
    """A file that is no replay or is damaged, or a tick that it does not hold."""


class Entry(NamedTuple):
    """Where a chunk is, and what it holds."""

    offset: int
    first: int  # tick of its first frame
    ticks: int


class Header(NamedTuple):
    """The start of a file."""

    version: tuple[int, int]
    values: dict[str, Any]
    sections: tuple[Section, ...]  # as the writer knew them
    world: int
    side: int


def start_bytes(values: Mapping[str, Any]) -> bytes:
    """The start of a file with these values in its header.

    Raises:
        TypeError, ValueError: if JSON cannot say them.
    """
    text = json.dumps(values, allow_nan=False).encode()
    return _START.pack(MAGIC, *VERSION, len(text)) + text


def chunk_bytes(first: int, ticks: int, data: bytes) -> bytes:
    """A chunk: its mark, what it holds, its compressed data."""
    return _CHUNK.pack(_CHUNK_MARK, ticks, first, len(data)) + data


def end_bytes(entries: Sequence[Entry], offset: int) -> bytes:
    """The end of a file: an index that begins at `offset`, and where to find it."""
    index = b"".join(_ENTRY.pack(*entry) for entry in entries)
    return index + _END.pack(offset, len(entries), zlib.crc32(index), _END_MARK)


def read_start(file: BinaryIO) -> Header:
    """Reads the start of a file.

    Raises:
        ReplayError: if it is not that of a replay, or newer than this release knows.
    """
    start = file.read(_START.size)
    if len(start) < _START.size or not start.startswith(MAGIC):
        raise ReplayError(f"not a replay: it begins with {start[: len(MAGIC)]!r}, a replay with {MAGIC!r}")
    _, *version, length = _START.unpack(start)
    if version[0] > VERSION[0]:
        raise ReplayError(
            f"the replay has format {version[0]}.{version[1]}; this release reads formats up to "
            f"{VERSION[0]}, a newer release of Neural MMO reads it"
        )
    text = file.read(min(length, _size(file)))
    try:
        return _header((version[0], version[1]), json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReplayError(f"the header of the replay is damaged: {type(error).__name__}: {error}") from error


def _header(version: tuple[int, int], values: dict[str, Any]) -> Header:
    sections = tuple(_section(described) for described in values["frame"]["sections"])
    _check_unique("sections", [section.name for section in sections])
    world, side = values["world"], values["side"]
    for name, kind in (("config", dict), ("populations", int), ("metadata", dict), ("world", int), ("side", int)):
        if type(values[name]) is not kind:
            raise TypeError(f"{name} is {values[name]!r}, not of type {kind.__name__}")
    if not 1 <= side <= MAX_SIDE:
        raise ValueError(f"side = {side} is out of range; allowed are 1 .. {MAX_SIDE}")
    return Header(version, values, sections, world, side)


def _section(described: Mapping[str, Any]) -> Section:
    fields = tuple(Field(f["name"], _TYPES[f["type"]], "", "", f["coding"]) for f in described["fields"])
    _check_unique(f"fields of {described['name']}", [field.name for field in fields])
    codings = {field.name: field.coding for field in fields}
    if not set(codings.values()) <= set(_CODINGS):
        raise ValueError(f"the codings of {described['name']} are {codings}; known are {', '.join(_CODINGS)}")
    if "slot" in codings.values() and codings.get("slot", "slot") == "slot":
        raise ValueError(f"{described['name']} is sorted by slot, but has no slots that can be read first")
    return Section(described["name"], "", fields)


def _check_unique(what: str, names: Sequence[str]) -> None:
    if not names or len(set(names)) < len(names):
        raise ValueError(f"the {what} are {', '.join(names) or 'none'}; each must be there once")


def read_index(file: BinaryIO) -> list[Entry] | None:
    """The chunks by the index, or None if the file has no whole index: its writer was killed, or still writes."""
    size = _size(file)
    if size < _START.size + _END.size:
        return None
    file.seek(size - _END.size)
    offset, count, checksum, mark = _END.unpack(file.read(_END.size))
    if mark != _END_MARK or offset + count * _ENTRY.size + _END.size != size:
        return None
    file.seek(offset)
    index = file.read(count * _ENTRY.size)
    if zlib.crc32(index) != checksum:
        return None
    entries = [Entry(*entry) for entry in _ENTRY.iter_unpack(index)]
    consecutive = all(a.first + a.ticks == b.first for a, b in itertools.pairwise(entries))
    return entries if consecutive and all(entry.ticks > 0 for entry in entries) else None


def scan(file: BinaryIO) -> Iterator[Entry]:
    """The chunks one by one, from where the header ends and `file` must stand. The last may be cut short."""
    size, expected = _size(file), None
    while (offset := file.tell()) + _CHUNK.size <= size:
        mark, ticks, first, length = _CHUNK.unpack(file.read(_CHUNK.size))
        if mark != _CHUNK_MARK or expected not in (None, first):
            return
        yield Entry(offset, first, ticks)
        expected = first + ticks
        file.seek(offset + _CHUNK.size + length)


def read_chunk(file: BinaryIO, entry: Entry) -> bytes:
    """The compressed data of a chunk.

    Raises:
        ReplayError: if it is not where it should be.
    """
    size = _size(file)
    file.seek(min(entry.offset, size))
    start = file.read(_CHUNK.size)
    if len(start) == _CHUNK.size:
        mark, ticks, first, length = _CHUNK.unpack(start)
        if (mark, ticks, first) == (_CHUNK_MARK, entry.ticks, entry.first) and file.tell() + length <= size:
            return file.read(length)
    raise ReplayError(
        f"the replay is damaged: no chunk of {entry.ticks} ticks from {entry.first} on stands at byte {entry.offset}"
    )


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size
