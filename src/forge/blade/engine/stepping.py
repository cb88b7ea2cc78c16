"""The ticks of a batch: worlds on threads, each by one thread in one order, so threads change no result."""

from __future__ import annotations

from typing import Any

from forge.blade.compiled.jit import jit
from forge.blade.engine.engine import Engine
from forge.blade.threads.job import Job
from forge.blade.threads.share import conduct_kept, lanes_for

#: About what a tick costs, for a world and for each of its agents [ns].
_WORLD_NS, _AGENT_NS = 500, 60


@jit(_nrt=False)
def tick_all(pool, threads, room, living_count):
    """Steps every world whose state is kept in `room`."""
    worlds, work = living_count.shape[0], 0
    for w in range(worlds):
        work += _WORLD_NS + _AGENT_NS * living_count[w]
    conduct_kept(pool, lanes_for(work, threads), worlds, room)


class Ticks:
    """Steps a batch; its state is taken from Python once."""

    def __init__(self, engine: Engine, state: Any) -> None:
        self.state = state
        self._job = Job(engine.keep_state, tick_all, state)

    def play(self, threads: int) -> None:
        """One tick in every world."""
        self._job.run(threads, self.state.living_count)
