"""Where agents have been, attacked and traded, counted tile by tile from the frames that were shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from forge.blade.recording.frame import Frame
from forge.blade.recording.replay import Replay


class Heatmaps(Protocol):
    """What has been counted so far."""

    #: First and last tick that were counted; None before any.
    ticks: tuple[int, int] | None

    def shown(self, frame: Frame) -> None:
        """The next frame."""
        ...

    def count(self, name: str, population: int) -> tuple[np.ndarray, bool]:
        """Counts int64 [S, S] of "visits", "attacks" or "trades", the caller's own, and whether they are complete."""
        ...


class Tally:
    """Counts by population and tile. An array is made for a population when there is something to count in it.

    Args:
        side: of the map [tiles].
    """

    def __init__(self, side: int) -> None:
        self.side = side
        self._counts: dict[tuple[str, int], np.ndarray] = {}

    def add(self, frame: Frame) -> None:
        """Counts who stands where, from where who attacked, and where both sides of a trade stood."""
        agents = frame.agents
        self._add("visits", agents["population"], agents["row"], agents["col"])
        if len(frame.attacks["attacker"]):
            self._add("attacks", *frame.lookup(frame.attacks["attacker"], "population", "row", "col"))
        for number in (number for number, deed in enumerate(frame.layout.deeds) if deed.name == "trade"):
            trades = frame.deeds["what"] == number
            for side in ("agent", "other"):
                found = frame.lookup(frame.deeds[side][trades], "population", "row", "col")
                self._add("trades", *(column[found[0] >= 0] for column in found))

    def _add(self, name: str, population: np.ndarray, row: np.ndarray, col: np.ndarray) -> None:
        place = row.astype(np.int64) * self.side + col
        for p in np.unique(population).tolist():
            if (name, p) not in self._counts:
                self._counts[name, p] = np.zeros(self.side * self.side, np.int64)
            np.add.at(self._counts[name, p], place[population == p], 1)

    def count(self, name: str, population: int) -> np.ndarray:
        """Counts int64 [S, S], the caller's own."""
        counts = self._counts.get((name, population))
        return (np.zeros(self.side**2, np.int64) if counts is None else counts.copy()).reshape(self.side, self.side)


class LiveHeatmaps:
    """Counts every frame as it is shown. `shown` and `count` may be called from different threads.

    Args:
        side: of the map [tiles].
    """

    def __init__(self, side: int) -> None:
        self.ticks: tuple[int, int] | None = None
        self._tally = Tally(side)

    def shown(self, frame: Frame) -> None:
        """Counts a frame, unless it shows a tick again."""
        if self.ticks is not None and frame.tick <= self.ticks[1]:
            return
        self._tally.add(frame)
        self.ticks = (self.ticks[0] if self.ticks else frame.tick, frame.tick)

    def count(self, name: str, population: int) -> tuple[np.ndarray, bool]:
        """See `Heatmaps`."""
        return self._tally.count(name, population), True


class ReplayHeatmaps:
    """Counts a replay from its first tick to the one that is shown, some frames at a call.

    Args:
        replay: that is played.
        seconds: that one call of `count` may take.
        clock: what tells the time.
    """

    def __init__(self, replay: Replay, seconds: float = 0.5, clock: Callable[[], float] = time.monotonic) -> None:
        self._replay = Replay(replay.path)  # reads on its own, beside the one that plays
        self._seconds, self._clock = seconds, clock
        self._wanted = self._replay.ticks.start
        self._begin()

    def _begin(self) -> None:
        self.ticks: tuple[int, int] | None = None
        self._tally = Tally(int(self._replay.header["side"]))

    def shown(self, frame: Frame) -> None:
        """Sets the tick to count up to."""
        self._wanted = frame.tick

    def count(self, name: str, population: int) -> tuple[np.ndarray, bool]:
        """See `Heatmaps`; a call for an earlier tick than before begins anew."""
        wanted, end = self._wanted, self._clock() + self._seconds
        if self.ticks is not None and self.ticks[1] > wanted:
            self._begin()
        first = self._replay.ticks.start
        for tick in range(first if self.ticks is None else self.ticks[1] + 1, wanted + 1):
            self._tally.add(self._replay.frame(tick))
            self.ticks = (first, tick)
            if self._clock() >= end:
                break
        return self._tally.count(name, population), self.ticks is not None and self.ticks[1] == wanted


def heatmaps(side: int, replay: Replay | None) -> Heatmaps:
    """What counts for a world with a map of this side, or for a replay."""
    return LiveHeatmaps(side) if replay is None else ReplayHeatmaps(replay)
