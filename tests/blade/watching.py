"""What tests of frames and replays share: random play that is watched, and the comparison of two frames."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from forge.blade import Chaos, Config, Recording, World
from forge.blade.recording.frame import Frame
from forge.blade.recording.replay import ReplayWriter
from tests.blade.worlds import patchwork, wanderer

#: The start of a chunk of a replay: mark, ticks, first tick, bytes of data.
CHUNK = struct.Struct("<4sIqQ")
EVENTS = Recording(events=True)
SMALL = Chaos(**{"terrain.side": 16, "terrain.border": 2, "spawn.cap": 32, "combat.immunity": 2})


def world_of(config: Config = SMALL, seed: int = 0) -> World:
    """A world that records events, on a patchwork, started."""
    world = World(config, seed=seed, threads=1, maps=[patchwork(config.terrain, seed)], record=EVENTS)
    world.reset()
    return world


def play(world: World, ticks: int, seed: int = 0, care: float = 0.9) -> Iterator[int]:
    """Steps a world with random actions; yields after each step, and once before the first."""
    rng, choose = np.random.default_rng(seed), wanderer(care)
    yield int(world.state.tick[0])
    for _ in range(ticks):
        world.step(choose(rng, world.observe(), world.config))
        yield int(world.state.tick[0])


def same(one: Frame, other: Frame) -> bool:
    """Whether two frames hold the same, column by column."""
    scalars = (one.tick, one.world, one.side) == (other.tick, other.world, other.side)
    return scalars and all(
        np.array_equal(getattr(one, s.name)[f.name], getattr(other, s.name)[f.name])
        for s in one.layout.sections
        for f in s.fields
    )


def record(path: Path, ticks: int = 23, ticks_a_chunk: int = 8) -> None:
    """A replay of the ticks 0 .. `ticks` of a small world."""
    world = world_of()
    with ReplayWriter(path, world, ticks_a_chunk=ticks_a_chunk) as replay:
        for _ in play(world, ticks):
            replay.append()


def chunks_of(data: bytes) -> list[tuple[int, int]]:
    """Where each chunk begins and ends."""
    (length,) = struct.unpack_from("<I", data, 12)
    places, at = [], 16 + length
    while data[at : at + 4] == b"CHNK":
        end = at + CHUNK.size + CHUNK.unpack_from(data, at)[3]
        places.append((at, end))
        at = end
    return places


def restarted(
    data: bytes, version: tuple[int, int] | None = None, change: Callable[[Any], object] = lambda header: None
) -> bytes:
    """A replay with another version or header, and a right checksum for it, but without its index."""
    begin = chunks_of(data)[0][0]
    header = json.loads(data[16:begin])
    del header["checksum"]
    change(header)
    text = json.dumps(header).encode()[:-1] + b', "checksum": '
    start = data[:8] + struct.pack("<HHI", *(version or struct.unpack_from("<HH", data, 8)), len(text) + 11) + text
    return start + b"%10d}" % zlib.crc32(start) + data[begin : chunks_of(data)[-1][1]]
