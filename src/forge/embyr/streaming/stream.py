"""The frames of one world on their way to many viewers, each of which gets the newest one it can take."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque
from typing import NamedTuple

import numpy as np

from forge.blade.recording.frame import Frame, draw_tiles, encode
from forge.blade.recording.frame_schema import Table
from forge.embyr.streaming.event_log import EventLog, Mark
from forge.embyr.streaming.kinds import Kinds
from forge.embyr.wire.protocol import text_of

_SAMPLES = 32  # frames that the rate is measured over


class Seen(NamedTuple):
    """What a viewer has been sent: the number of its last frame, 0 for none, and what had happened by then."""

    number: int = 0
    mark: Mark = Mark()


class News(NamedTuple):
    """What a viewer is to be sent next."""

    earlier: tuple[str, ...]  # messages `events`: births, deaths and attacks of frames that were left out
    frame: bytes  # encoded
    tick: int  # of the frame
    seen: Seen  # what it has been sent then


class FrameStream:
    """Keeps the newest frame, since which frame each tile is what it is, and what happened in frames left out.

    The world's thread puts frames in, the server's takes news out. A frame has a number, 1, 2, ... in the order of
    `put`; a viewer that has seen number n is told everything that has changed and happened since.
    """

    def __init__(self, partial: bool = False) -> None:
        self._partial = partial  # whether frames may leave open what tiles are made of
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._materials = np.zeros((0, 0), np.uint8)
        self._changed = np.zeros(0, np.int64)  # number of the frame that changed each tile last
        self._key = 0  # viewers that have seen no frame from this number on begin anew
        self._messages: dict[int, bytes] = {}  # of the newest frame, by what their viewers have seen
        self._earlier: dict[Seen, tuple[str, ...]] = {}
        #: What happened lately.
        self.events = EventLog()
        self._began = Seen()  # where the world that is shown began; the first with what was noted before any frame
        self._before = self._after = Mark()  # what had happened before the newest frame, and with it
        self._noted: tuple[int, Mark] | None = None  # the last tick without a frame, and what had happened before it
        self._pace: deque[tuple[float, int]] = deque(maxlen=_SAMPLES)
        #: Number of the newest frame; 0 before the first.
        self.number = 0
        #: Its tick.
        self.tick = 0

    def put(self, frame: Frame, resumes: bool = False, unseen: tuple[int, int] = (0, 0)) -> None:
        """Takes the next frame. A key frame starts every viewer anew; any other continues the one before.

        Args:
            frame: the first must be a key frame.
            resumes: whether a key frame shows the world that was shown before, be it at another tick. What happened
                before is then told to whoever has missed it; of another world, nobody is told more.
            unseen: births and deaths since the frame before that are neither in this one nor were noted.

        Raises:
            ValueError: if the first frame is not a key frame.
        """
        with self._lock:
            if frame.key:
                self._materials = frame.plane["material"].reshape(frame.side, frame.side).copy()
                self._changed = np.zeros(frame.side * frame.side, np.int64)
                self._key = self.number + 1
                self._pace.clear()
                if not resumes and self._frame is not None:
                    self._began = Seen(self.number + 1, self.events.mark)
            elif self._frame is None:
                raise ValueError("the first frame must be a key frame")
            else:
                draw_tiles(self._materials, frame.tiles)
                self._changed[frame.tiles["index"]] = self.number + 1
            self.events.count(*unseen)
            if self._noted is not None and self._noted[0] == frame.tick:
                self._before = self._noted[1]
            else:
                self._before = self.events.mark
                self.events.add(frame.tick, frame.births, frame.deaths, frame.attacks, Kinds.shown(frame))
            self._after, self._noted = self.events.mark, None
            self._frame, self.tick = frame, frame.tick
            self._messages.clear()
            self._earlier.clear()
            if self._silent():
                self._pace.clear()
            self._pace.append((time.monotonic(), frame.tick))
            self.number += 1

    def note(
        self, tick: int, births: Table, deaths: Table, attacks: Table, kinds: Kinds, unseen: tuple[int, int] = (0, 0)
    ) -> None:  # fmt: skip
        """Takes what happened in a tick of which there is no frame; `unseen` as in `put`."""
        with self._lock:
            self.events.count(*unseen)
            self._noted = tick, self.events.mark
            self.events.add(tick, births, deaths, attacks, kinds)

    def news(self, seen: Seen) -> News | None:
        """What a viewer that has been sent no more than `seen` is to be sent; None if there is nothing new."""
        with self._lock:
            if self._frame is None or seen.number >= self.number:
                return None
            since = seen.number if seen.number >= self._key else 0
            if since not in self._messages:
                self._messages[since] = encode(self._since(self._frame, since), self._partial)
            now = Seen(self.number, self._after)
            return News(self._missed(seen), self._messages[since], self._frame.tick, now)

    def last_events(self, tick: int) -> np.ndarray:
        """The births and deaths of the world that is shown up to a tick, as far as they are kept: HAPPENED [n]."""
        with self._lock:
            rows = self.events.rows(self._began.mark.rows, self.events.mark.rows)
        return rows[rows["tick"] <= tick]

    def _missed(self, seen: Seen) -> tuple[str, ...]:
        """What happened between a viewer's last frame and the newest; nothing for one that comes only now."""
        if seen.number == 0:
            return ()
        if seen not in self._earlier:
            begun = seen if seen.number >= self._began.number else self._began
            self._earlier[seen] = tuple(map(text_of, self.events.messages(begun.mark, self._before)))
        return self._earlier[seen]

    def rate(self) -> float:
        """Ticks a second, measured over the last frames; 0 when the last one is long ago."""
        with self._lock:
            if len(self._pace) < 2 or self._silent():
                return 0.0
            (start, first), (end, last) = self._pace[0], self._pace[-1]
            return (last - first) / max(end - start, 1e-9)

    def _silent(self) -> bool:
        """Whether the last frame is longer ago than frames usually are apart: there was a pause."""
        if not self._pace:
            return False
        usual = (self._pace[-1][0] - self._pace[0][0]) / max(len(self._pace) - 1, 1)
        return time.monotonic() - self._pace[-1][0] > 2 + 2 * usual

    def _since(self, frame: Frame, since: int) -> Frame:
        if since == 0:
            return frame.with_plane(self._materials)
        if since == self.number - 1:
            return frame
        index = np.flatnonzero(self._changed > since)
        tiles = {"index": index.astype("<u4"), "material": self._materials.ravel()[index]}
        return dataclasses.replace(frame, tiles=tiles)
