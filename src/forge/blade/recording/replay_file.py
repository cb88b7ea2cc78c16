"""How a replay file is laid out: a start, chunks one behind the other, an index at the end. See docs/replays.md.

The start is written whole, then the file only grows. Where the index is missing, the chunks are found one by one. The
checksums of the start and of chunks came with version 1.1, in places where readers of 1.0 pass over them.
"""

from __future__ import annotations

import itertools
import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

from forge.blade.recording.frame_layout import TYPES, layout_of
from forge.blade.recording.frame_schema import MOST_POPULATIONS, OURS, SECTIONS, Field, FrameLayout, Section
from forge.blade.schema.versions import Since, lacking, stood_for
from forge.blade.systems.terrain import MAX_SIDE

#: Major and minor version of the format of worlds of our own systems, and of others: their frames hold what these
#: declare; version 2.1 is that of frames with tables that not every world has. A reader reads its own major version and
#: all before it.
VERSION, DECLARED, FURTHER = (1, 1), (2, 0), (2, 1)
MAGIC = b"NMREPLAY"
#: Most ticks of a chunk.
MAX_TICKS_A_CHUNK = 256
#: Since which minor version of major version 1 the header says something.
HEADER = {
    "config": Since(0),
    "populations": Since(0),
    "world": Since(0),
    "side": Since(0),
    "metadata": Since(0),
    "frame": Since(0),
    "configuration": Since(1, before=1),  # version of the configuration
}

_START = struct.Struct("<8sHHI")  # magic, major, minor, bytes of the header
_CHUNK = struct.Struct("<4sIqQ")  # mark, ticks, first tick, bytes of the compressed data that follow
_ENTRY = struct.Struct("<QqQ")  # offset of a chunk, its first tick, its ticks
_END = struct.Struct("<QQI4s")  # offset of the index, its entries, its CRC-32, mark
_CRC = struct.Struct("<I")  # behind the data of a chunk: the CRC-32 of all that is before it in the chunk
_CHUNK_MARK, _END_MARK = b"CHNK", b"DONE"
_CHECKED = (1, 1)  # since this version there are checksums
_CHECKSUM = b', "checksum": '  # the last entry of the header: the CRC-32 of all that is before it in the file, 10 wide
_CHECKSUM_DIGITS = 10

_LONGEST = 2**23  # bytes of a header
_MOST_COLUMNS = 255  # tables of a file, and columns of a table
_LAST_TICK = 2**53

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
    layout: FrameLayout  # what its frames are read as
    world: int
    side: int
    populations: int

    @property
    def checked(self) -> bool:
        """Whether chunks end with a checksum."""
        return self.version >= _CHECKED


def start_bytes(values: Mapping[str, Any], layout: FrameLayout = OURS) -> bytes:
    """The start of a file with these values in its header.

    Args:
        values: of the header.
        layout: of the frames.

    Raises:
        TypeError, ValueError: if JSON cannot say them, or a reader would refuse them as too long or nested too deep.
    """
    try:
        text = json.dumps(values, allow_nan=False).encode()
        json.loads(text)
    except RecursionError as error:
        raise ValueError("the header is nested too deep for JSON") from error
    head = text[:-1] + _CHECKSUM
    length = len(head) + _CHECKSUM_DIGITS + 1
    if length > _LONGEST:
        raise ValueError(f"the header has {length} bytes as JSON; the most is {_LONGEST}")
    start = _START.pack(MAGIC, *_version_of(layout), length) + head
    return start + b"%*d}" % (_CHECKSUM_DIGITS, zlib.crc32(start))


def _version_of(layout: FrameLayout) -> tuple[int, int]:
    if layout == OURS:
        return VERSION
    return DECLARED if layout.names == OURS.names else FURTHER


def chunk_bytes(first: int, ticks: int, data: bytes) -> bytes:
    """A chunk: its mark, what it holds, its compressed data, a checksum."""
    chunk = _CHUNK.pack(_CHUNK_MARK, ticks, first, len(data) + _CRC.size) + data
    return chunk + _CRC.pack(zlib.crc32(chunk))


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
    if version[0] > DECLARED[0]:
        raise ReplayError(
            f"the replay has format {version[0]}.{version[1]}; this release reads formats up to "
            f"{DECLARED[0]}, a newer release of Neural MMO reads it"
        )
    if length > _LONGEST:
        raise ReplayError(f"the header of the replay claims {length} bytes; the most is {_LONGEST}")
    text = file.read(length)
    try:
        if len(text) < length:
            raise ValueError(f"{len(text)} of its {length} bytes are there")
        _check_header(start, text, (version[0], version[1]) >= _CHECKED)
        return _header((version[0], version[1]), json.loads(text))
    except RecursionError as error:
        raise ReplayError("the header of the replay is damaged: it is nested too deep") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReplayError(f"the header of the replay is damaged: {type(error).__name__}: {error!s:.300}") from error


def _check_header(start: bytes, text: bytes, must: bool) -> None:
    """Refuses a header whose checksum is wrong; where it must have one, also without."""
    head, told = text[: -_CHECKSUM_DIGITS - 1], text[-_CHECKSUM_DIGITS - 1 :]
    if not head.endswith(_CHECKSUM):
        if must:
            raise ValueError("it does not end with a checksum")
    elif told != b"%*d}" % (_CHECKSUM_DIGITS, zlib.crc32(start + head)):
        raise ValueError("its checksum is another")


def _header(version: tuple[int, int], values: dict[str, Any]) -> Header:
    values.pop("checksum", None)
    minor = (0, version[1], VERSION[1])[min(version[0], 2)]  # version 2.0 has what 1.1 has
    if missing := lacking(HEADER, values, minor):
        raise KeyError(", ".join(missing))
    values |= stood_for(HEADER, values, minor)
    for name, kind in (("config", dict), ("metadata", dict), ("frame", dict)):
        _check_type(name, values[name], kind)
    limits = {"populations": (1, MOST_POPULATIONS), "world": (0, 2**32 - 1), "side": (1, MAX_SIDE)}
    for name, (low, high) in limits.items():
        _check_type(name, values[name], int)
        if not low <= values[name] <= high:
            raise ValueError(f"{name} = {_number(values[name])} is out of range; allowed are {low} .. {high}")
    sections = _sections(values["frame"], 0 if version < (1, 0) else values["frame"].get("version", 1))
    layout = layout_of(values["frame"]) if version >= DECLARED else OURS
    return Header(version, values, sections, layout, values["world"], values["side"], values["populations"])


def _sections(frame: Mapping[str, Any], version: int) -> tuple[Section, ...]:
    """The tables of a file, which holds frames of a version: it must have the columns that these have."""
    _check_type("version of frames", version, int)
    sections = tuple(_section(described) for described in frame["sections"])
    _check_unique("sections", [section.name for section in sections])
    found = {section.name: [field.name for field in section.fields] for section in sections}
    for section in SECTIONS:
        known = {field.name: field.since for field in section.fields}
        if missing := lacking(known, found.get(section.name, ()), version):
            raise ValueError(f"the columns {', '.join(missing)} of {section.name} are missing")
    return sections


def _check_type(name: str, value: Any, kind: type) -> None:
    if type(value) is not kind:
        raise TypeError(f"{name} is {_number(value)}, not of type {kind.__name__}")


def _number(value: Any) -> str:
    """A value for an error; integers beyond 4,300 digits are none that Python writes out."""
    return f"{value!r:.100}" if not isinstance(value, int) or value.bit_length() < 100 else "a number of many digits"


def _section(described: Mapping[str, Any]) -> Section:
    fields = tuple(Field(f["name"], TYPES[f["type"]], "", "", f["coding"]) for f in described["fields"])
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
    if len(names) > _MOST_COLUMNS:
        raise ValueError(f"there are {len(names)} {what}; the most is {_MOST_COLUMNS}")


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
    return entries if consecutive and all(_can_be(entry) for entry in entries) else None


def _can_be(entry: Entry) -> bool:
    return 0 < entry.ticks <= MAX_TICKS_A_CHUNK and 0 <= entry.first < _LAST_TICK


def scan(file: BinaryIO) -> Iterator[Entry]:
    """The whole chunks one by one, from where the header ends and `file` must stand."""
    size, expected = _size(file), None
    while (offset := file.tell()) + _CHUNK.size <= size:
        mark, ticks, first, length = _CHUNK.unpack(file.read(_CHUNK.size))
        entry, end = Entry(offset, first, ticks), offset + _CHUNK.size + length
        if mark != _CHUNK_MARK or expected not in (None, first) or end > size or not _can_be(entry):
            return
        yield entry
        expected = first + ticks
        file.seek(end)


def read_chunk(file: BinaryIO, entry: Entry, checked: bool) -> bytes:
    """The compressed data of a chunk.

    Args:
        file: of the replay.
        entry: where the chunk is.
        checked: whether a checksum follows its data.

    Raises:
        ReplayError: if it is not where it should be, or its checksum is wrong.
    """
    size = _size(file)
    file.seek(min(entry.offset, size))
    start = file.read(_CHUNK.size)
    if len(start) == _CHUNK.size:
        mark, ticks, first, length = _CHUNK.unpack(start)
        if (mark, ticks, first) == (_CHUNK_MARK, entry.ticks, entry.first) and file.tell() + length <= size:
            data = file.read(length)
            return _without_checksum(start, data, entry) if checked else data
    raise ReplayError(
        f"the replay is damaged: no chunk of {entry.ticks} ticks from {entry.first} on stands at byte {entry.offset}"
    )


def _without_checksum(start: bytes, data: bytes, entry: Entry) -> bytes:
    packed, told = data[: -_CRC.size], data[-_CRC.size :]
    if told != _CRC.pack(zlib.crc32(packed, zlib.crc32(start))):
        raise ReplayError(f"the replay is damaged: the chunk of the ticks from {entry.first} on has another checksum")
    return packed


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size
