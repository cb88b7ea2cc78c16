"""The log: what happened in a tick, and records of lives and of places; each is of length 0 where it is off."""

from __future__ import annotations

from typing import Any

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.events import EVENT, events_a_tick, log_tick, start_log
from forge.blade.mechanics.grid import tile_index
from forge.blade.mechanics.ids import SURVIVES, EventKind
from forge.blade.mechanics.tile import material
from forge.blade.schema.phase import Phase, Verb
from forge.blade.schema.record import Column
from forge.blade.schema.system import Array, EventType, Size, System


@inline
def stand(state, w, slot, counting):
    """Counts the tile that a living agent stands on, before that is harvested."""
    agent = state.agents[w, slot]
    log_tick(state, w, slot, material(state.tiles[w, tile_index(state.rules[w], agent.row, agent.col)]))
    return SURVIVES


def _events_a_tick(sizes: Any) -> int:
    schema = sizes.schema
    each = sum(event.each for event in schema.events if event.number != EventKind.BIRTH)
    births = sum(sizes.N if verb.many else 1 for _, verb in schema.verbs[Phase.ENTER])
    return events_a_tick(sizes.B, each, births)


def _by_material(schema: Any) -> tuple[int, ...]:
    return (len(schema.materials),)


SYSTEM = System(
    "log",
    "what happened, if somebody records it",
    events=(
        EventType("birth", "an agent entered", number=int(EventKind.BIRTH)),
        EventType("death", "an agent died", "its age [ticks]", "its `Cause`", number=int(EventKind.DEATH)),
    ),
    verbs=(
        Verb(
            Phase.START, start_log, "The log of the last tick is emptied, and this tick is counted for everyone alive."
        ),
        Verb(Phase.STAND, stand, "The tile that it stands on is counted in its life, before that is harvested."),
    ),
    life=(
        Column("id", "i8", "id of the agent", "births"),
        Column("birth", "i8", "tick in which it entered; −1 at a reset", "ticks"),
        Column("reward", "f8", "sum of its rewards", "reward"),
        Column("lifetime", "i4", "ticks survived", "ticks"),
        Column("ticks", "i4", "ticks spent on each material, without a death by attack", "ticks", _by_material),
        Column("tiles", "i4", "distinct tiles first visited as each material", "tiles", _by_material),
        Column("world", "i4", "index of the world in the batch", "index"),
        Column("population", "u1", "population of the agent", "index"),
        Column("cause", "u1", "why it died: a `Cause`; of a life that goes on, 0", "index"),
    ),
    sizes=(
        Size("E", lambda z: _events_a_tick(z) if z.recording.events else 0),
        Size("lifers", lambda z: z.N if z.recording.lives else 0),
        Size("visitors", lambda z: z.P if z.recording.visits else 0),
    ),
    arrays=(
        Array("events", EVENT, lambda z: (z.E,), "of the last tick, a list"),
        Array("event_count", "i4", lambda z: (), "how many there are"),
        Array("lives", "life", lambda z: (z.lifers,), "the lives being lived", recorded=True),
        Array("finished", "life", lambda z: (z.lifers,), "lives that ended in the last tick, a list"),
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
