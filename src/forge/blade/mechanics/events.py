"""What happened: a typed log of births, deaths, attacks, harvests and drinks, and a record of every life.

Recording never changes the world. Each kind is switched on by itself and costs nothing while it is off.
"""

from __future__ import annotations

from typing import NamedTuple

from forge.blade.compiled.jit import inline
from forge.blade.mechanics.grid import tread
from forge.blade.mechanics.ids import NONE, EventKind
from forge.blade.schema.record import Column, record

#: One event, 40 bytes. What `other`, `value` and `detail` hold depends on the kind.
EVENT = record(
    [
        Column("tick", "i8", "the tick in which it happened, counted from 0; −1 for births at a reset", "ticks"),
        Column("agent", "i8", "id of who was born, died, attacked, harvested or drank"),
        Column("other", "i8", "attack: id of the target; else −1"),
        Column("row", "i2", "row on which the agent stood, southwards", "tiles"),
        Column("col", "i2", "column on which the agent stood, eastwards", "tiles"),
        Column(
            "value", "i4", "attack: damage; death: age; harvest, drink: what was offered; birth: 0", "points, ticks"
        ),
        Column("world", "i4", "index of the world in the batch"),
        Column("kind", "u1", "what happened: an `EventKind`"),
        Column("detail", "u1", "death: a `Cause`; attack: a `Style`; else 0"),
        Column("population", "u1", "population of the agent"),
        Column("other_population", "u1", "attack: population of the target; else 255"),
    ]
)

NOBODY = 255
_BIRTH, _DEATH = int(EventKind.BIRTH), int(EventKind.DEATH)


class Recording(NamedTuple):
    """What a batch of worlds records, each kind by itself. It is saved in snapshots, and never changes a world."""

    events: bool = False  # births, deaths, attacks, harvests and drinks of the last step, for `World.events`
    lives: bool = False  # a record of every life that ended in the last step, for `World.lives`
    visits: bool = False  # agent ticks by tile and population since the reset, for `World.visits`


def events_a_tick(slots: int, each: int, births: int) -> int:
    """An upper bound of the entries of a tick.

    Args:
        slots: of a world.
        each: entries for each agent, but for births.
        births: at most.
    """
    return each * slots + births


@inline
def start_log(state, w):
    """Empties the log of the previous tick and counts the agent steps of this one."""
    for population in range(state.members.shape[1]):
        state.tally[w, population].ticks += state.members[w, population]
    state.event_count[w] = 0
    state.finished_count[w] = 0


@inline
def log_event(state, w, kind, slot, detail, value, other):
    """Appends an event about the agent in `slot`; `other` is a slot or NONE. A full log takes no more."""
    room = state.events.shape[1]
    if room == 0 or state.event_count[w] >= room:
        return
    agent = state.agents[w, slot]
    event = state.events[w, state.event_count[w]]
    state.event_count[w] += 1
    event.tick = state.tick[w]
    event.agent = agent.id
    event.row = agent.row
    event.col = agent.col
    event.value = value
    event.world = w
    event.kind = kind
    event.detail = detail
    event.population = agent.population
    event.other = NONE
    event.other_population = NOBODY
    if other != NONE:
        event.other = state.agents[w, other].id
        event.other_population = state.agents[w, other].population


@inline
def log_birth(state, w, slot):
    """Opens the records of a newborn, and counts it; its birth belongs to the tick that is ending."""
    state.tally[w, state.agents[w, slot].population].births += 1
    log_event(state, w, _BIRTH, slot, 0, 0, NONE)
    if state.lives.shape[1] == 0:
        return
    agent = state.agents[w, slot]
    life = state.lives[w, slot]
    life.id = agent.id
    life.birth = state.tick[w]
    life.reward = 0.0
    life.lifetime = 0
    life.ticks[:] = 0
    life.tiles[:] = 0
    life.world = w
    life.population = agent.population
    life.cause = 0
    state.trails[w, slot] = 0


@inline
def log_tick(state, w, slot, material):
    """Counts the tile that a living agent stands on, before that is harvested."""
    agent = state.agents[w, slot]
    if state.visits.shape[1] > 0:
        state.visits[w, agent.population, agent.row, agent.col] += 1
    if state.lives.shape[1] > 0:
        life = state.lives[w, slot]
        life.ticks[material] += 1
        if tread(state.trails[w, slot], state.rules[w], agent):
            life.tiles[material] += 1


@inline
def log_reward(state, w, slot, survived):
    """Adds a tick to the life in `slot`: its reward, and whether it was survived."""
    if state.lives.shape[1] > 0:
        state.lives[w, slot].lifetime += survived
        state.lives[w, slot].reward += state.reward[w, slot]


@inline
def log_death(state, w, slot, cause):
    """Closes the records of an agent that is about to leave, and counts it."""
    agent = state.agents[w, slot]
    tally = state.tally[w, agent.population]
    tally.deaths[cause] += 1
    tally.lifetime += agent.age
    log_event(state, w, _DEATH, slot, cause, agent.age, NONE)
    if state.lives.shape[1] > 0:
        state.lives[w, slot].cause = cause
        state.finished[w, state.finished_count[w]] = state.lives[w, slot]
        state.finished_count[w] += 1
