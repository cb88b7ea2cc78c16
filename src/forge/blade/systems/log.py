"""The log: what happened in a tick, and records of lives and of places; each is of length 0 where it is off."""

from __future__ import annotations

from forge.blade.mechanics.events import EVENT, LIFE, events_a_tick
from forge.blade.schema.system import Array, Size, System

SYSTEM = System(
    "log",
    "what happened, if somebody records it",
    sizes=(
        Size("E", lambda z: events_a_tick(z.N) if z.recording.events else 0),
        Size("lifers", lambda z: z.N if z.recording.lives else 0),
        Size("visitors", lambda z: z.P if z.recording.visits else 0),
    ),
    arrays=(
        Array("events", EVENT, lambda z: (z.E,), "of the last tick, a list"),
        Array("event_count", "i4", lambda z: (), "how many there are"),
        Array("lives", LIFE, lambda z: (z.lifers,), "the lives being lived", recorded=True),
        Array("finished", LIFE, lambda z: (z.lifers,), "lives that ended in the last tick, a list"),
        Array("finished_count", "i4", lambda z: (), "how many there are"),
        Array(
            "trails",
            "u1",
            lambda z: (z.lifers, z.S * z.S // 8 + 1),
            "bit set of the tiles each agent has visited",
            recorded=True,
        ),
        Array("visits", "i8", lambda z: (z.visitors, z.S, z.S), "ticks spent on each tile", recorded=True),
    ),
)
