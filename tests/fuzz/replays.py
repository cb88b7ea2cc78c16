"""Damage to replays that no checksum sees: the file is written anew around it."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from random import Random

from forge.blade.recording.replay_file import Entry, chunk_bytes, end_bytes, start_bytes
from tests.blade.watching import CHUNK, chunks_of
from tests.fuzz.containers import zeros
from tests.fuzz.damage import EXTREMES, damaged
from tests.fuzz.values import change

#: Ticks, first tick, compressed data.
Chunk = tuple[int, int, bytes]


def mutate_replay(draws: Random, data: bytes) -> bytes:
    """A replay in which something in the header, in a chunk or in the index is another, with right checksums."""
    header, chunks = json.loads(data[16 : 16 + struct.unpack_from("<I", data, 12)[0]]), _chunks(data)
    kind = draws.random()
    if kind < 0.3:
        header = change(draws, header)
        if not isinstance(header, dict):
            header = {"header": header}
    elif kind < 0.75:
        at = draws.randrange(len(chunks))
        chunks[at] = _other_chunk(draws, chunks[at])
    elif kind < 0.85:
        draws.shuffle(chunks)
        chunks = chunks[: draws.randint(0, len(chunks))] or chunks * 2
    return _written(draws, header, chunks, lie=kind > 0.85)


def _chunks(data: bytes) -> list[Chunk]:
    found = []
    for begin, end in chunks_of(data):
        _, ticks, first, _ = CHUNK.unpack_from(data, begin)
        checksum = 4 if struct.unpack_from("<HH", data, 8) >= (1, 1) else 0
        found.append((ticks, first, data[begin + CHUNK.size : end - checksum]))
    return found


def _other_chunk(draws: Random, chunk: Chunk) -> Chunk:
    ticks, first, packed = chunk
    kind = draws.random()
    if kind < 0.15:
        return draws.choice((*EXTREMES, ticks + 1, ticks - 1)) % 2**32, first, packed
    if kind < 0.3:
        return ticks, draws.choice((*EXTREMES, first + 1, -(2**63))), packed
    if kind < 0.4:
        return ticks, first, damaged(draws, packed)
    if kind < 0.45:  # rows without end: what it claims, and what it is
        head = zlib.compress(struct.pack("<I", draws.choice((2**32 - 1, 2**20))) * 6 * ticks)
        return ticks, first, draws.choice((head, b"\x78\xda" + zeros(3)))
    raw = bytearray(zlib.decompress(packed))
    for _ in range(draws.choice((1, 1, 2, 5))):
        at = draws.randrange(len(raw)) if draws.random() < 0.8 else draws.randrange(min(len(raw), 24 * ticks))
        raw[at] = draws.choice((0, 1, 2, 127, 128, 254, 255, draws.randrange(256)))
    if kind > 0.9:
        raw = bytearray(damaged(draws, bytes(raw)))
    return ticks, first, zlib.compress(bytes(raw), 1)


def _written(draws: Random, header: dict[str, object], chunks: Sequence[Chunk], lie: bool) -> bytes:
    """The file, with an index that is right or not, or without one."""
    file, entries = start_bytes(header), []
    for ticks, first, packed in chunks:
        entries.append(Entry(len(file), first, ticks))
        file += chunk_bytes(first, ticks, packed)
    if draws.random() < 0.3:
        return file
    offset = len(file)
    if lie:
        at = draws.randrange(len(entries))
        wrong = draws.choice((*EXTREMES, len(file), 16))
        entries[at] = entries[at]._replace(**{draws.choice(Entry._fields): wrong})
        offset = draws.choice((offset, offset, 0, 2**63, 2**64 - 1, offset + 20))
    return file + end_bytes(entries, offset)
