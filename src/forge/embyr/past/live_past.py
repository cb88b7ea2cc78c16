"""What is remembered of a world that is played: its census, its last births and deaths, how its agents fared lately."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

import numpy as np

from forge.blade.mechanics.ids import Cause
from forge.blade.recording.frame import Frame, happenings
from forge.blade.recording.frame_schema import Table
from forge.blade.world.world import World
from forge.embyr.past.census import Census, Sample, message_of
from forge.embyr.streaming.event_log import tables
from forge.embyr.streaming.kinds import Kinds
from forge.embyr.streaming.stream import FrameStream

#: Ticks that an agent's vitals are told of.
TRACE_TICKS = 120
#: Births and deaths that are told of at once.
TOLD = 80
VITALS = ("health", "food", "water")
_TRACED = ("id", *VITALS)


class LivePast:
    """Remembers a world: `remember`, `note` and `sample` in its thread, all else from any.

    Args:
        stream: that its frames are put into.
        populations: of the world.
    """

    def __init__(self, stream: FrameStream, populations: int) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._census = Census(populations)
        self._world: tuple[World, int] | None = None
        self._agents: deque[tuple[int, Table]] = deque(maxlen=TRACE_TICKS)

    def remember(self, world: World, frame: Frame) -> None:
        """Takes what a frame shows. It copies nothing that is large."""
        self._turn_to(world, frame.world)
        with self._lock:
            if self._agents and self._agents[-1][0] >= frame.tick:
                self._agents.clear()
            self._agents.append((frame.tick, {name: frame.agents[name] for name in _TRACED}))
        self._sample(world, frame.world)

    def note(self, world: World, w: int = 0) -> None:
        """Takes what happened in a tick of which there is no frame, in a world that records events."""
        self._turn_to(world, w)
        logged = happenings(world, w)
        tick, kinds = int(world.state.tick[w]), Kinds.living(world, w)
        self._stream.note(tick, logged["births"], logged["deaths"], logged["attacks"], kinds)
        self._sample(world, w)

    def sample(self, world: World, w: int) -> None:
        """Takes a sample of who lives, if it is time for one; it costs next to nothing."""
        self._turn_to(world, w)
        self._sample(world, w)

    def _turn_to(self, world: World, w: int) -> None:
        """Forgets all where the world is another one."""
        if self._world is not None and self._world[0] is world and self._world[1] == w:
            return
        with self._lock:
            self._world = world, w
            self._census.clear()
            self._agents.clear()

    def _sample(self, world: World, w: int) -> None:
        tick = int(world.state.tick[w])
        if not self._census.wants(tick):
            return
        tally = world.state.tally[w]
        sample = Sample(
            tick,
            world.state.members[w].copy(),
            int(tally["births"].sum()),
            int(tally["deaths"].sum()),
            int(tally["deaths"][:, Cause.ATTACK].sum()),
        )
        with self._lock:
            self._census.add(sample)

    def chart(self) -> dict[str, Any] | None:
        """The message `history`; None before there is anything."""
        with self._lock:
            samples = list(self._census.samples)
        return message_of(samples, whole=True) if samples else None

    def happened(self, tick: int) -> dict[str, Any]:
        """The message `past`: the last births and deaths up to a tick."""
        rows = self._stream.last_events(tick)
        with self._lock:
            newest = self._census.samples[-1:]
        happened = sum(sample.births + sample.deaths for sample in newest)
        told = rows[-TOLD:]
        return {"type": "past", "tick": tick, **tables(told), "more": len(told) < max(len(rows), happened)}

    def trace(self, id: int, tick: int) -> dict[str, Any]:
        """The message `trace`: the vitals of an agent up to a tick."""
        with self._lock:
            agents = [(at, table) for at, table in self._agents if at <= tick]
        return trace_of(id, agents)


def trace_of(id: int, agents: list[tuple[int, Table]]) -> dict[str, Any]:
    """The message `trace` from the agents of some ticks."""
    found = [(tick, table, np.flatnonzero(table["id"] == id)) for tick, table in agents]
    lived = [(tick, table, places[0]) for tick, table, places in found if len(places)]
    columns = {name: np.array([table[name][place] for _, table, place in lived], np.int64) for name in VITALS}
    return {"type": "trace", "id": id, "tick": np.array([tick for tick, *_ in lived], np.int64), **columns}
