"""The pace of what is watched: when the next tick is due, and what its viewers have asked for, from any thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from forge.embyr.wire.protocol import FASTEST, SLOWEST, Control


class Refused(ValueError):
    """A control that what is watched does not have."""


class Advance(NamedTuple):
    """Play one tick."""


class Seek(NamedTuple):
    """Show this tick."""

    tick: int


class Call(NamedTuple):
    """Do something in the thread of the world."""

    work: Callable[[], None]


Order: TypeAlias = Advance | Seek | Call


class Settings(NamedTuple):
    """What a viewer is told of the pace."""

    paused: bool
    speed: float
    loop: bool


class Pace:
    """Says what is to be done next, in the thread that iterates over it; everything else may be called from any thread.

    Ticks keep to a schedule: one that comes late does not delay those behind it, unless it comes later than
    `_PATIENCE` seconds, after which the lost time is not made up for.

    Args:
        tick_seconds: time between two ticks at speed 1.
        speed: how many times as fast.
        paused: whether to wait for `play` or `step` at the start.
        ticks: that can be sought, both ends included; None where there is nothing to seek.
        controls: whether viewers may change anything.
    """

    _PATIENCE = 0.25

    def __init__(
        self,
        tick_seconds: float = 0.6,
        speed: float = 1.0,
        paused: bool = False,
        ticks: tuple[int, int] | None = None,
        controls: bool = True,
    ) -> None:
        if not 0 < tick_seconds <= 3600:
            raise ValueError(f"tick_seconds = {tick_seconds} must be above 0 and at most 3600")
        if not SLOWEST <= speed <= FASTEST:
            raise ValueError(f"speed = {speed} is out of range; allowed are {SLOWEST:g} .. {FASTEST:g}")
        self.tick_seconds, self.ticks, self.controls = tick_seconds, ticks, controls
        self._settings = Settings(paused, float(speed), False)
        self._changed = threading.Condition()
        self._calls: deque[Callable[[], None]] = deque()
        self._steps = 0
        self._seek: int | None = None
        self._due = 0.0
        self._stopped = False
        #: Are called, from any thread, whenever the settings have changed.
        self.listeners: list[Callable[[], None]] = []
        #: The least time between two ticks, whatever speed is asked for [seconds].
        self.least_seconds = 0.0

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return self._settings

    def set(self, **settings: Any) -> None:
        """Changes `paused`, `speed` or `loop`."""
        with self._changed:
            self._settings = self._settings._replace(**settings)
            self._due = min(self._due, time.monotonic() + self._interval)
            self._changed.notify_all()
        for listener in self.listeners:
            listener()

    def step(self) -> None:
        """Plays one tick, and pauses."""
        with self._changed:
            self._steps = self._steps + 1 if self._settings.paused else 1
            self.set(paused=True)

    def seek(self, tick: int) -> None:
        """Shows another tick of a replay; of several that are asked for, the last."""
        with self._changed:
            self._seek = tick
            self._steps = 0
            self._changed.notify_all()

    def call(self, work: Callable[[], None]) -> None:
        """Has the thread that iterates do this between two ticks, also while paused."""
        with self._changed:
            self._calls.append(work)
            self._changed.notify_all()

    def stop(self) -> None:
        """Ends the iteration."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def obey(self, control: Control) -> None:
        """Does what a viewer asks for.

        Raises:
            Refused: if that cannot be done with what is watched.
        """
        if not self.controls:
            raise Refused("the pace of this world is not for its viewers to change")
        match control.do:
            case "pause" | "play":
                self.set(paused=control.do == "pause")
            case "step":
                self.step()
            case "speed":
                self.set(speed=float(control.value))
            case "checkpoint":
                raise Refused("no run is watched here whose checkpoints could be chosen")
            case _ if self.ticks is None:
                raise Refused(f"{control.do} needs a replay: this world has no past to go back to")
            case "loop":
                self.set(loop=control.value)
            case "seek":
                first, last = self.ticks
                if not first <= control.value <= last:
                    raise Refused(f"the replay holds the ticks {first} to {last}, not {control.value}")
                self.seek(control.value)

    def __iter__(self) -> Iterator[Order]:
        """Orders, as they fall due, until it is stopped."""
        self._due = time.monotonic() + self._interval
        while (order := self._next()) is not None:
            yield order

    def calls(self) -> Iterator[Callable[[], None]]:
        """What is to be called now, without waiting: for a loop that has a pace of its own."""
        while self._calls:
            yield self._calls.popleft()

    @property
    def _interval(self) -> float:
        return max(self.tick_seconds / self._settings.speed, self.least_seconds)

    def _next(self) -> Order | None:
        with self._changed:
            while not self._stopped:
                if self._calls:
                    return Call(self._calls.popleft())
                if self._seek is not None:
                    tick, self._seek = self._seek, None
                    self._due = time.monotonic() + self._interval
                    return Seek(tick)
                if self._steps:
                    self._steps -= 1
                    return Advance()
                if self._settings.paused:
                    self._changed.wait()
                    self._due = max(self._due, time.monotonic())
                elif (left := self._due - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    self._due += self._interval if left > -self._PATIENCE else self._interval - left
                    return Advance()
        return None
