"""The frames of one world on their way to many viewers, each of which gets the newest one it can take."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque

import numpy as np

from forge.blade.frame import Frame, draw_tiles, encode

_SAMPLES = 32  # frames that the rate is measured over


class FrameStream:
    """Keeps the newest frame, and since which frame each tile is what it is.

    The world's thread puts frames in, the server's takes messages out. A frame has a number, 1, 2, ... in the order of
    `put`; a viewer that has seen number n gets a message with everything that has changed since.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._materials = np.zeros((0, 0), np.uint8)
        self._changed = np.zeros(0, np.int64)  # number of the frame that changed each tile last
        self._key = 0  # viewers that have seen no frame from this number on begin anew
        self._messages: dict[int, bytes] = {}  # of the newest frame, by what their viewers have seen
        self._pace: deque[tuple[float, int]] = deque(maxlen=_SAMPLES)
        #: Number of the newest frame; 0 before the first.
        self.number = 0
        #: Its tick.
        self.tick = 0

    def put(self, frame: Frame) -> None:
        """Takes the next frame. A key frame starts every viewer anew; any other continues the one before.

        Raises:
            ValueError: if the first frame is not a key frame.
        """
        with self._lock:
            if frame.key:
                self._materials = frame.plane["material"].reshape(frame.side, frame.side).copy()
                self._changed = np.zeros(frame.side * frame.side, np.int64)
                self._key = self.number + 1
                self._pace.clear()
            elif self._frame is None:
                raise ValueError("the first frame must be a key frame")
            else:
                draw_tiles(self._materials, frame.tiles)
                self._changed[frame.tiles["index"]] = self.number + 1
            self._frame, self.tick = frame, frame.tick
            self._messages.clear()
            if self._silent():
                self._pace.clear()
            self._pace.append((time.monotonic(), frame.tick))
            self.number += 1

    def message(self, seen: int) -> tuple[bytes, int, int] | None:
        """What a viewer that has seen frame `seen` (0: none) is to be sent.

        Returns:
            The encoded frame, its number and its tick; None if there is nothing new.
        """
        with self._lock:
            if self._frame is None or seen >= self.number:
                return None
            since = seen if seen >= self._key else 0
            if since not in self._messages:
                self._messages[since] = encode(self._since(self._frame, since))
            return self._messages[since], self.number, self._frame.tick

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
