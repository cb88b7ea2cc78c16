"""Replay files: every frame of one world, compressed, in which a viewer seeks. The format is in docs/replays.md."""

from __future__ import annotations

import bisect
import contextlib
import copy
import os
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np

from forge.blade.config.config import Config
from forge.blade.game.game import from_outside
from forge.blade.recording.frame import Frame, FrameSource
from forge.blade.recording.frame_layout import frame_layout
from forge.blade.recording.frame_schema import FrameError, FrameLayout, Table, describe
from forge.blade.recording.replay_chunk import Chunk, pack
from forge.blade.recording.replay_file import (
    MAX_TICKS_A_CHUNK,
    Entry,
    ReplayError,
    chunk_bytes,
    end_bytes,
    read_chunk,
    read_index,
    read_start,
    scan,
    start_bytes,
)
from forge.blade.recording.replay_interventions import INTERVENTIONS, table_of
from forge.blade.schema import versions
from forge.blade.world.scenario import Scenario, Step
from forge.blade.world.world import Made, World
from forge.support.checks import ConfigError, shown
from forge.support.durable import explain, write_atomic
from forge.support.numeric import integer
from forge.support.paths import path_of
from forge.support.plugins import SOURCES, tell_changes, written_with

__all__ = ["MAX_TICKS_A_CHUNK", "Replay", "ReplayError", "ReplayWriter"]

_DAMAGED_AT_THE_END = 16  # chunks that are looked into from the end on, where a writer was stopped


class ReplayWriter:
    """Records one world. Use it in a `with` block and call `append` after the reset and after every step.

    The file stands under its name from the first moment and holds every chunk that was filled: whatever ends the
    process costs at most the ticks of the last chunk.

    Args:
        path: of the file; one that is there is replaced.
        world: a batch of worlds that records events.
        w: index of the world to record.
        metadata: anything that JSON can say, such as the names of the populations' policies.
        ticks_a_chunk: how many ticks a reader decompresses to seek to one of them, 1 .. 256.
        level: of zlib, 0 .. 9.

    Raises:
        ConfigError: if the batch does not record events, or an argument is out of range.
        TypeError, ValueError: if JSON cannot say the metadata.
        IndexError: if there is no world `w`.
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
        self._ticks_a_chunk = integer("ticks_a_chunk", ticks_a_chunk, 1, MAX_TICKS_A_CHUNK)
        self._level = integer("level", level, 0, 9)
        if not isinstance(world, World):
            raise ConfigError(f"world = {shown(world)} must be a forge.blade.World, not {type(world).__name__}")
        if metadata is not None and not isinstance(metadata, Mapping):
            raise ConfigError(f"metadata = {shown(metadata)} must be a table, not {type(metadata).__name__}")
        self.path = path_of(path)
        self._source = FrameSource(world, w)
        self._frames: list[Frame] = []
        self._interventions: list[Table] = []
        self._known: tuple[Made, ...] = ()
        self._entries: list[Entry] = []
        self._next: int | None = None
        layout = frame_layout(world.configs[w])
        start = start_bytes(_header(world, w, metadata or {}, layout), layout)
        write_atomic(self.path, start)
        self._file = self.path.open("ab")
        self._end = len(start)

    def append(self) -> Frame:
        """Records the world as it is now, and returns the frame.

        Raises:
            ValueError: if the world has not begun, or not made exactly one step since the last call, or if the file is
                closed.
            OSError: if the file cannot be written; it is then closed and holds what was written before.
        """
        if self._file.closed:
            raise ValueError(f"{self.path} is closed")
        if not self._source.world.started:
            raise ValueError("the world has not begun: call its reset before the first append")
        tick = int(self._source.world.state.tick[self._source.w])
        if self._next not in (None, tick):
            raise ValueError(f"a replay holds every tick: {self._next} comes next, but the world is at tick {tick}")
        self._interventions.append(table_of(self._done(first=self._next is None)))
        self._next = tick + 1
        frame = self._source.frame()
        self._frames.append(frame if self._frames else frame.with_plane(self._source.materials))
        if len(self._frames) == self._ticks_a_chunk:
            self._write_chunk()
        return frame

    def _done(self, first: bool) -> list[Made]:
        """What has been done to the world since the last frame; before the first, at the tick of that."""
        world, w = self._source.world, self._source.w
        before, self._known = {id(made) for made in self._known}, world.interventions(w)
        earliest = int(world.state.tick[w]) if first else 0
        return [made for made in self._known if id(made) not in before and made.tick >= earliest]

    def close(self) -> None:
        """Writes what is left and the index, which makes opening faster. A second call does nothing."""
        if self._file.closed:
            return
        if self._frames:
            self._write_chunk()
        self._write(end_bytes(self._entries, self._end))
        self._file.close()

    def _write_chunk(self) -> None:
        first, ticks = self._frames[0].tick, len(self._frames)
        chunk = chunk_bytes(first, ticks, pack(self._frames, self._interventions, self._level))
        self._write(chunk)
        self._entries.append(Entry(self._end, first, ticks))
        self._end += len(chunk)
        self._frames, self._interventions = [], []

    def _write(self, data: bytes) -> None:
        try:
            self._file.write(data)
            self._file.flush()
        except OSError as error:  # nothing may be written behind a part of a chunk
            with contextlib.suppress(OSError):
                self._file.close()
            raise explain(error, self.path, len(data)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _header(world: World, w: int, metadata: Mapping[str, Any], layout: FrameLayout) -> dict[str, Any]:
    config = world.configs[w]
    written = written_with(from_outside(config.systems))
    return {
        "configuration": versions.CONFIGURATION.newest,
        "config": config.to_dict(),
        "populations": config.populations,
        "world": w,
        "side": config.terrain.side,
        "metadata": dict(metadata),
        "frame": describe([INTERVENTIONS], layout),
        **({SOURCES: written} if written else {}),
    }


class Replay:
    """A replay for reading. The file is open only while something is read; the last chunk read is kept.

    Args:
        path: of the file.

    Warns:
        ConfigWarning: if a module of its systems, which the user has named, has changed since it was written.

    Raises:
        ReplayError: if it is not a replay, is damaged, or has a format newer than this release knows.
        OSError: if it cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = path_of(path)
        self._held: tuple[Entry, Chunk] | None = None
        with self._errors(), self.path.open("rb") as file:
            self._start = read_start(file)
            begin = file.tell()
            index = read_index(file)
            #: False if the writer did not get to close the file, or still writes: it ends with its last whole chunk.
            self.complete = index is not None
            if index is None:
                file.seek(begin)
                index = list(scan(file))
        self._index = index
        if not self.complete:
            self._drop_damaged_end()
        self._tell_changes()

    def _tell_changes(self) -> None:
        """Warns where a module that the user knows has changed since."""
        try:
            tell_changes(self._start.values.get(SOURCES, {}), f"replay {self.path}")
        except ConfigError as error:
            raise ReplayError(f"the header of the replay is damaged: {error}") from error

    def _drop_damaged_end(self) -> None:
        """A machine that lost power may have reserved room for chunks and never filled it."""
        for _ in range(min(_DAMAGED_AT_THE_END, len(self._index))):
            try:
                self._chunk(self._index[-1].first)
                return
            except ReplayError:
                self._index.pop()

    @property
    def version(self) -> tuple[int, int]:
        """Major and minor version of the format of the file."""
        return self._start.version

    @property
    def header(self) -> dict[str, Any]:
        """What the writer said, as plain values, a copy.

        They are `config`, `configuration` (its version), `populations`, `world`, `side`, `metadata` and `frame`, and
        `sources` where there are systems from outside: a digest of the module of each.
        """
        return copy.deepcopy(self._start.values)

    @property
    def config(self) -> Config:
        """The configuration of the world, without its systems from outside.

        A replay never imports a module. Of a world with such systems this is the rest: the sections of our own. The
        names of those systems, `config["systems"]` of the header, and their sections stand in `header` as plain values;
        `Config.from_dict(header["config"])` makes the whole of them, if the modules are there and trusted.

        Raises:
            ConfigError: if this release knows no such configuration, which `header["config"]` holds as plain values, or
                the file contradicts it.
        """
        header = self._start.values
        version = versions.CONFIGURATION.version(header["configuration"], f"the configuration in {self.path}")
        config = Config.without_systems(header["config"], version)
        for name, value in (("side", config.terrain.side), ("populations", config.populations)):
            if value != header[name]:
                raise ConfigError(f"{self.path} says {name} = {header[name]}, but its configuration says {value}")
        return config

    @property
    def layout(self) -> FrameLayout:
        """What its frames hold, also of systems from outside, as the file says."""
        return self._start.layout

    @property
    def populations(self) -> int:
        """Number of populations, P."""
        return int(self.header["populations"])

    @property
    def metadata(self) -> dict[str, Any]:
        """What the writer was given to keep."""
        return dict(self.header["metadata"])

    @property
    def ticks(self) -> range:
        """The ticks it holds."""
        if not self._index:
            return range(0)
        return range(self._index[0].first, self._index[-1].first + self._index[-1].ticks)

    def __len__(self) -> int:
        return len(self.ticks)

    def __iter__(self) -> Iterator[Frame]:
        """All frames in order, the first as a key frame."""
        ticks = self.ticks
        return (self.frame(tick, key=tick == ticks.start) for tick in ticks)

    def frame(self, tick: int, key: bool = False) -> Frame:
        """The frame of one tick as it was captured, read-only; with `key` as a key frame, to start a viewer from.

        Raises:
            ReplayError: if the replay does not hold the tick, or is damaged there.
        """
        return self._chunk(tick).frame(tick, key)

    def materials(self, tick: int) -> np.ndarray:
        """The map as of a tick: uint8 [side, side], the caller's own.

        Raises:
            ReplayError: if the replay does not hold the tick, or is damaged there.
        """
        return self._chunk(tick).materials(tick)

    @property
    def chunks(self) -> int:
        """Number of chunks, in each of which a reader must look to find one tick."""
        return len(self._index)

    def lives(self) -> Iterator[tuple[range, Table, Table]]:
        """Births and deaths of the whole replay, chunk by chunk: nothing else is decoded.

        Yields:
            The ticks of a chunk; its births and its deaths, as in frames, each with a column `tick`, int64.

        Raises:
            ReplayError: if the replay is damaged.
        """
        for entry in self._index:
            with self._errors(), self.path.open("rb") as file:
                data = read_chunk(file, entry, self._start.checked)
                births, deaths = Chunk.lives(data, self._start, entry.first, entry.ticks)
            yield range(entry.first, entry.first + entry.ticks), births, deaths

    def scenario(self) -> Scenario:
        """All interventions that were made while it was written, and before its first frame at the tick of that.

        Raises:
            ReplayError: if the replay is damaged, or holds kinds that this release does not know.
        """
        steps: list[Step] = []
        for entry in self._index:
            with self._errors(), self.path.open("rb") as file:
                steps += Chunk.steps(read_chunk(file, entry, self._start.checked), self._start, entry.ticks)
        return Scenario(tuple(steps))

    def _chunk(self, tick: int) -> Chunk:
        if tick not in self.ticks:
            there = f"the ticks {self.ticks.start} .. {self.ticks.stop - 1}" if self._index else "no tick"
            raise ReplayError(f"{self.path} holds {there}; {tick} was asked for")
        entry = self._index[bisect.bisect_right(self._index, tick, key=lambda entry: entry.first) - 1]
        held = self._held
        if held is not None and held[0] == entry:
            return held[1]
        with self._errors(), self.path.open("rb") as file:
            chunk = Chunk.unpack(read_chunk(file, entry, self._start.checked), self._start, entry.first, entry.ticks)
        self._held = (entry, chunk)
        return chunk

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        """Says which file is wrong."""
        try:
            yield
        except (ReplayError, FrameError) as error:
            raise ReplayError(f"{self.path}: {error}") from error
