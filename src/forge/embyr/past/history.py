"""What viewers are told of the past, so that whoever comes late, or seeks, sees charts and lists that are filled."""

from __future__ import annotations

import functools
import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from forge.blade.recording.frame import Frame
from forge.blade.recording.replay import Replay, ReplayError
from forge.blade.world.world import World
from forge.embyr.past.live_past import LivePast
from forge.embyr.past.replay_past import ReplayPast
from forge.embyr.streaming.extension import Extension
from forge.embyr.streaming.pace import Refused
from forge.embyr.streaming.stream import FrameStream
from forge.embyr.wire.protocol import Find, Message, Recall, Trace

log = logging.getLogger("forge.embyr")
_PARTS = 8  # times that viewers are told how far a replay has been read
_END = object()


class History(Extension):
    """Remembers the world that is shown, or reads the replay it is given. Answers in a thread of its own.

    Args:
        stream: of the frames that are shown.
        populations: of the world.
    """

    handles = (Recall, Trace, Find)

    def __init__(self, stream: FrameStream, populations: int) -> None:
        self.live = LivePast(stream, populations)
        self._replay: Replay | None = None
        self._viewers: set[int] = set()
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._reading = False
        self._finds: list[tuple[int, Find]] = []  # that wait until a replay has been read
        self._shown, self._beginning = False, threading.Lock()
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)

    def read(self, replay: Replay) -> None:
        """Tells of a replay instead of a world; to be called before anybody watches."""
        self._replay, self._reading = replay, True

    def abilities(self) -> Mapping[str, Any]:
        """Viewers may ask about the past."""
        return {"history": True}

    def came(self, viewer: int) -> None:
        """Tells how many lived when."""
        self._viewers.add(viewer)
        self._work.put(lambda: self._tell_chart((viewer,)))
        self._begin()

    def gone(self, viewer: int) -> None:
        """A viewer has left."""
        self._viewers.discard(viewer)

    def receive(self, viewer: int, message: Message) -> None:
        """Takes a question."""
        if isinstance(message, Find) and self._replay is None:
            raise Refused("to find a moment needs a replay: this world has no past to go back to")
        self._work.put(lambda: self._answer(viewer, message))

    def after(self, world: World | None, frame: Frame) -> None:
        """Remembers what a frame shows of a world."""
        if world is not None:
            self.live.remember(world, frame)
        if not self._shown:
            self._shown = True
            self._begin()

    def _begin(self) -> None:
        """Starts the thread once there is something to tell of, and somebody to be told."""
        with self._beginning:
            if self._shown and self._viewers and self._thread.ident is None:
                self._thread.start()

    def close(self) -> None:
        """Ends the thread."""
        self._work.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        reading = iter(()) if self._replay is None else self._read()
        more = True  # to be read
        while True:
            try:
                work = self._work.get(block=not more)
            except queue.Empty:
                more = next(reading, _END) is not _END
                continue
            if work is None:
                return
            try:
                work()
            except ReplayError as error:
                log.warning("%s", error)

    def _read(self) -> Iterator[None]:
        """Reads a replay, and tells everybody how far that is."""
        assert self._replay is not None
        past = self._past
        assert isinstance(past, ReplayPast)
        chunks = max(1, past.chunks // _PARTS)
        try:
            for number, _ in enumerate(past.read(), 1):
                if number % chunks == 0:
                    self._tell_chart(tuple(self._viewers))
                yield
        except ReplayError as error:
            log.warning("%s", error)
        self._tell_chart(tuple(self._viewers))
        self._reading = False
        for viewer, find in self._finds:
            self._answer(viewer, find)

    @functools.cached_property
    def _past(self) -> LivePast | ReplayPast:
        return self.live if self._replay is None else ReplayPast(self._replay.path)

    def _tell_chart(self, viewers: Sequence[int]) -> None:
        if (chart := self._past.chart()) is not None:
            for viewer in viewers:
                self.desk.tell(viewer, chart)

    def _answer(self, viewer: int, message: Message) -> None:
        past = self._past
        match message:
            case Recall(tick):
                self.desk.tell(viewer, past.happened(tick))
            case Trace(id, tick):
                self.desk.tell(viewer, past.trace(id, tick))
            case Find() if self._reading:
                self._finds.append((viewer, message))
            case Find(what, tick, forward) if isinstance(past, ReplayPast):
                found = {"type": "found", "what": what, "forward": forward, "tick": past.find(what, tick, forward)}
                self.desk.tell(viewer, found)
