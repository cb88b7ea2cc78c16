"""Writes a replay by hand, in the format's version 0.9, which had other fields: nothing of forge is used.

`python -m tests.blade.old_replay tests/golden/old.replay` made the file that is checked in.

The map has side 4. Three ticks, 7 to 9, in two chunks. Two agents, ids 3 and 5 in slots 0 and 4; the second dies in
tick 9. There are no move, style, damage and freeze, no age of the dead and no table of births; ids are half as wide as
today; and there is a mood and a table of songs of which nobody knows any more.
"""

from __future__ import annotations

import json
import struct
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

SIZES = {"uint8": 1, "uint16": 2, "int16": 2, "uint32": 4, "int32": 4, "int64": 8}
#: The tables and their columns: name, type, coding.
FIELDS = {
    "agents": [
        ("id", "uint16", "plain"),
        ("mood", "int16", "slot"),
        ("slot", "uint16", "row"),
        ("row", "uint16", "slot"),
        ("col", "uint16", "plain"),
        ("health", "int16", "slot"),
        ("food", "int16", "row"),
        ("water", "int16", "plain"),
        ("age", "int32", "slot"),
        ("population", "uint8", "slot"),
    ],
    "songs": [("singer", "uint32", "plain"), ("verse", "uint8", "row")],
    "tiles": [("index", "uint32", "row"), ("material", "uint8", "plain")],
    "plane": [("material", "uint8", "plain")],
    "attacks": [
        ("attacker", "uint16", "plain"),
        ("target", "uint16", "row"),
        ("damage", "int32", "plain"),
        ("style", "uint8", "plain"),
    ],
    "deaths": [
        ("id", "uint16", "plain"),
        ("row", "uint16", "plain"),
        ("col", "uint16", "plain"),
        ("cause", "uint8", "plain"),
    ],
}
PLANE = [0, 0, 0, 0, 0, 4, 2, 0, 0, 4, 2, 0, 0, 0, 0, 0]


#: Each tick, and the rows of the tables that have any. Columns as in FIELDS.
TICKS = {
    7: {
        "agents": [(3, -9, 0, 1, 1, 10, 30, 31, 2, 0), (5, 4, 4, 2, 2, 8, 20, 21, 50, 1)],
        "plane": [(m,) for m in PLANE],
        "songs": [(3, 200), (5, 100)],
    },
    8: {
        "agents": [(3, -9, 0, 2, 1, 10, 32, 30, 3, 0), (5, 5, 4, 1, 2, 1, 19, 20, 51, 1)],
        "tiles": [(9, 3)],
        "attacks": [(3, 5, 7, 2)],
        "songs": [(5, 101)],
    },
    9: {
        "agents": [(3, 300, 0, 2, 1, 9, 31, 29, 4, 0)],
        "tiles": [(5, 3), (9, 4)],
        "plane": [(m,) for m in PLANE[:5] + [3] + PLANE[6:]],
        "attacks": [(3, 5, 10, 0), (5, 3, 1, 2)],
        "deaths": [(5, 1, 2, 0)],
    },
}


def fold(difference: int, bits: int) -> int:
    """Small numbers of either sign as small numbers that are not negative, modulo 2^bits."""
    half = 2 ** (bits - 1)
    d = (difference + half) % (2 * half) - half
    return 2 * d if d >= 0 else -2 * d - 1


def differences(values: list[int], bits: int, keys: list[int]) -> list[int]:
    """What the codings `row` (all keys are equal) and `slot` (they are the slots) store."""
    stored = []
    before: dict[int, int] = {}
    for i in sorted(range(len(values)), key=lambda i: keys[i]):
        stored.append(fold(values[i] - before.get(keys[i], 0), bits))
        before[keys[i]] = values[i]
    return stored


def by_place(values: list[int], size: int) -> bytes:
    """The bytes of a column: the lowest of each value, then the next of each."""
    return bytes(value >> 8 * place & 255 for place in range(size) for value in values)


Ticks = Mapping[int, Mapping[str, Sequence[Sequence[int]]]]
Fields = Mapping[str, Sequence[tuple[str, str, str]]]


def raw_chunk(ticks: Ticks, tables: Fields) -> bytes:
    """What a chunk of these ticks holds before it is compressed."""
    counts = [len(content.get(name, ())) for content in ticks.values() for name in tables]
    raw = by_place(counts, 4)
    for name, fields in tables.items():
        rows = [row for content in ticks.values() for row in content.get(name, ())]
        columns = {field: [row[i] for row in rows] for i, (field, _, _) in enumerate(fields)}
        for field, kind, coding in fields:
            values, size = columns[field], SIZES[kind]
            if coding != "plain":
                values = differences(values, 8 * size, columns["slot"] if coding == "slot" else [0] * len(rows))
            raw += by_place(values, size)
    return raw


def chunk(*ticks: int) -> bytes:
    """The chunk of consecutive ticks."""
    data = zlib.compress(raw_chunk({tick: TICKS[tick] for tick in ticks}, FIELDS))
    return struct.pack("<4sIqQ", b"CHNK", len(ticks), ticks[0], len(data)) + data


def old_replay() -> bytes:
    """The whole file."""
    sections = [
        {"name": name, "fields": [dict(zip(("name", "type", "coding"), field)) for field in fields]}
        for name, fields in FIELDS.items()
    ]
    header = {
        "config": {"terrain": {"side": 4, "border": 1}, "bards": {"most": 2}},
        "populations": 2,
        "world": 6,
        "side": 4,
        "metadata": {"made": "by hand"},
        "frame": {"sections": sections},
    }
    text = json.dumps(header).encode()
    file = struct.pack("<8sHHI", b"NMREPLAY", 0, 9, len(text)) + text
    index = b""
    for ticks in ([7, 8], [9]):
        index += struct.pack("<QqQ", len(file), ticks[0], len(ticks))
        file += chunk(*ticks)
    return file + index + struct.pack("<QQI4s", len(file), 2, zlib.crc32(index), b"DONE")


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(old_replay())
