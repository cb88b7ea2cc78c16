"""Replay files: every frame of one world, compressed, in which a viewer seeks. The format is in docs/replays.md."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np

from forge.blade.cache import write_atomic
from forge.blade.checks import ConfigError
from forge.blade.config import MAX_SIDE, Config
from forge.blade.frame import Frame, FrameSource
from forge.blade.frame_schema import Field, FrameError, Section, describe
from forge.blade.replay_chunk import CODINGS, Chunk, pack
from forge.blade.world import World

#: Major and minor version of the format. A reader reads its own major version and all before it.
VERSION = (1, 0)
MAGIC = b"NMREPLAY"
MAX_TICKS_A_CHUNK = 256

_START = struct.Struct("<8sHHI")  # magic, major, minor, bytes of the header
_CHUNK = struct.Struct("<4sIqQ")  # mark, ticks, first tick, bytes of the compressed data that follow
_END = struct.Struct("<QQI4s")  # offset of the index, its entries, CRC-32 of the index, mark
_ENTRY = np.dtype([("offset", "<u8"), ("first", "<i8"), ("ticks", "<u8")])
_CHUNK_MARK, _END_MARK = b"CHNK", b"DONE"
_TYPES = {np.dtype(f"{kind}{size}").name: np.dtype(f"<{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)}


class ReplayError(ValueError):
    """A file that is no replay or is damaged, or a tick that it does not hold."""


class ReplayWriter:
    """Records one world. Use it in a `with` block and call `append` after the reset and after every step.

    The file is there under its name from the first moment, and holds every chunk that was filled: whatever ends the
    process, at most the ticks of the last chunk are lost.

    Args:
        path: of the file; one that is there is replaced.
        world: a batch of worlds that records events.
        w: index of the world to record.
        metadata: anything that JSON can say, such as the names of the populations' policies.
        ticks_a_chunk: a reader decompresses this many ticks to seek to one, 1 .. 256.
        level: of zlib, 0 .. 9.

    Raises:
        ConfigError: if the batch does not record events, or an argument is out of range.
        TypeError, ValueError: if JSON cannot say the metadata.
        OSError: if the file cannot be written.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        world: World,
        w: int = 0,
        metadata: Mapping[str, Any] | None = None,
        ticks_a_chunk: int = 64,
        level: int = 6,
    ) -> None:
        for name, value, low, high in (("ticks_a_chunk", ticks_a_chunk, 1, MAX_TICKS_A_CHUNK), ("level", level, 0, 9)):
            if not low <= value <= high:
                raise ConfigError(f"{name} = {value} is out of range; allowed are {low} .. {high}")
        self.path = Path(path)
        self._source = FrameSource(world, w)
        self._ticks_a_chunk, self._level = ticks_a_chunk, level
        self._frames: list[Frame] = []
        self._entries: list[tuple[int, int, int]] = []
        self._next: int | None = None
        start = _start(world, w, metadata or {})
        write_atomic(self.path, start)
        self._file = self.path.open("ab")
        self._end = len(start)

    def append(self) -> Frame:
        """Records the world as it is now, and returns the frame.

        Raises:
            ValueError: if the world has not made exactly one step since the last call, or the file is closed.
            OSError: if the file cannot be written.
        """
        if self._file.closed:
            raise ValueError(f"{self.path} is closed")
        frame = self._source.frame()
        if self._next not in (None, frame.tick):
            raise ValueError(f"a replay holds every tick: tick {self._next} comes next, but the world is at tick {frame.tick}")
        self._next = frame.tick + 1
        self._frames.append(frame if self._frames else frame.with_plane(self._source.materials))
        if len(self._frames) == self._ticks_a_chunk:
            self._write_chunk()
        return frame

    def close(self) -> None:
        """Writes what is left and the index, which makes opening faster. A second call does nothing."""
        if self._file.closed:
            return
        with self._file:
            if self._frames:
                self._write_chunk()
            index = np.array(self._entries, _ENTRY).tobytes()
            self._file.write(index + _END.pack(self._end, len(self._entries), zlib.crc32(index), _END_MARK))

    def _write_chunk(self) -> None:
        data, first, ticks = pack(self._frames, self._level), self._frames[0].tick, len(self._frames)
        self._frames = []
        try:
            self._file.write(_CHUNK.pack(_CHUNK_MARK, ticks, first, len(data)) + data)
            self._file.flush()
        except OSError:
            self._give_up()
            raise
        self._entries.append((self._end, first, ticks))
        self._end += _CHUNK.size + len(data)
