"""What a replay holds, read from its file: its census, and when somebody died or was killed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from forge.blade.mechanics.ids import Cause
from forge.blade.recording.replay import Replay
from forge.embyr.past.census import Sample, message_of, most_samples
from forge.embyr.past.live_past import TOLD, TRACE_TICKS, trace_of
from forge.embyr.streaming.event_log import HAPPENED, rows_of, tables
from forge.embyr.streaming.kinds import Kinds

_LOOKED_BACK = 512  # ticks in which births and deaths are looked for


class ReplayPast:
    """Reads a replay for whoever asks about its past, in one thread, which must not be that of the world.

    Args:
        path: of the file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._replay = Replay(path)
        ticks, populations = self._replay.ticks, self._replay.populations
        self._populations = populations
        count = min(len(ticks), most_samples(populations))
        self._sampled = np.unique(np.linspace(ticks.start, ticks.stop - 1, count).astype(np.int64))
        self._samples: list[Sample] = []
        self._found: dict[str, list[np.ndarray]] = {"death": [], "kill": []}
        #: Parts in which it is read.
        self.chunks = self._replay.chunks
        #: Whether all of it has been read.
        self.whole = False

    def read(self) -> Iterator[None]:
        """Reads the file chunk by chunk: births and deaths alone, which say how many live.

        Raises:
            ReplayError: if it is damaged.
        """
        first = self._replay.frame(self._replay.ticks.start)
        # who lives after the first tick, less what happened in it, which its chunk tells again
        counts = self._count(first.agents["population"])
        counts += self._count(first.deaths["population"]) - self._count(first.births["population"])
        births = deaths = kills = 0
        for ticks, born, died in self._replay.lives():
            changes = np.zeros((len(ticks), self._populations), np.int64)
            for table, sign in ((born, 1), (died, -1)):
                np.add.at(changes, (table["tick"] - ticks.start, table["population"]), sign)
            living = counts + np.cumsum(changes, 0)
            killed = died["tick"][died["cause"] == Cause.ATTACK]
            self._found["death"].append(np.unique(died["tick"]))
            self._found["kill"].append(np.unique(killed))
            for tick in self._sampled[(self._sampled >= ticks.start) & (self._sampled < ticks.stop)]:
                so_far = [births, deaths, kills]
                for i, happened in enumerate((born["tick"], died["tick"], killed)):
                    so_far[i] += int(np.searchsorted(happened, tick, "right"))
                self._samples.append(Sample(int(tick), living[tick - ticks.start], *so_far))
            counts = living[-1]
            births, deaths, kills = births + len(born["tick"]), deaths + len(died["tick"]), kills + len(killed)
            yield
        self.whole = True

    def chart(self) -> dict[str, Any] | None:
        """The message `history`, as far as the file has been read."""
        return message_of(self._samples, self.whole) if self._samples else None

    def happened(self, tick: int) -> dict[str, Any]:
        """The message `past`: the last births and deaths up to a tick."""
        begin, found, rows = self._replay.ticks.start, [np.zeros(0, HAPPENED)], 0
        tick = min(tick, self._replay.ticks.stop - 1)
        stop = max(begin, tick + 1 - _LOOKED_BACK)
        at = tick
        while at >= stop and rows < TOLD:
            frame = self._replay.frame(at)
            found.append(rows_of(at, frame.births, frame.deaths, frame.attacks, Kinds.shown(frame)))
            rows += len(found[-1])
            at -= 1
        told = np.concatenate(found[::-1])[-TOLD:]
        return {"type": "past", "tick": tick, **tables(told), "more": at >= begin or rows > TOLD}

    def trace(self, id: int, tick: int) -> dict[str, Any]:
        """The message `trace`: the vitals of an agent up to a tick."""
        ticks = self._replay.ticks
        last = min(tick, ticks.stop - 1)
        span = range(max(ticks.start, last + 1 - TRACE_TICKS), last + 1)
        return trace_of(id, [(at, self._replay.frame(at).agents) for at in span])

    def find(self, what: str, tick: int, forward: bool) -> int | None:
        """The next or the previous tick in which somebody died, or was killed; None if there is none."""
        ticks = np.concatenate([np.zeros(0, np.int64), *self._found[what]])
        place = int(np.searchsorted(ticks, tick, "right" if forward else "left")) - (not forward)
        return int(ticks[place]) if 0 <= place < len(ticks) else None

    def _count(self, populations: np.ndarray) -> np.ndarray:
        return np.bincount(populations, minlength=self._populations)
