"""What happened: a typed log of births, deaths, attacks, harvests and drinks, and a record of every life.

Recording never changes the world. Each kind is switched on by itself and costs nothing while it is off.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from forge.blade.grid import tread
from forge.blade.ids import NONE, EventKind, Material
from forge.blade.jit import inline
from forge.blade.record import record

#: One event, 40 bytes. What `other` and `value` hold depends on the kind: see `docs/observations.md`.
EVENT = np.dtype(
    [
        ("tick", "i8"),  # the tick in which it happened, counted from 0; −1 for births at a reset
        ("agent", "i8"),  # id of who was born, died, attacked, harvested or drank
        ("other", "i8"),  # attack: id of the target; else −1
        ("row", "i2"),  # where the agent stood
        ("col", "i2"),
        ("value", "i4"),  # attack: damage; death: age; harvest, drink: amount offered; birth: 0
        ("world", "i4"),  # index in the batch
        ("kind", "u1"),  # EventKind
        ("detail", "u1"),  # death: Cause; attack: Style; else 0
        ("population", "u1"),  # of the agent
        ("other_population", "u1"),  # of the target; 255 where there is none
    ]
)

#: One life, finished or not. It is saved: see `forge.blade.record`.
LIFE = record(
    [
        ("id", "i8"),
        ("birth", "i8"),  # tick in which it entered; −1 at a reset
        ("reward", "f8"),  # sum of its rewards
        ("lifetime", "i4"),  # ticks survived
        ("ticks", "i4", (len(Material),)),  # ticks spent on each material, that of a death by attack not counted
        ("tiles", "i4", (len(Material),)),  # distinct tiles first visited as each material
        ("world", "i4"),
        ("population", "u1"),
        ("cause", "u1"),  # Cause
        ("pad", "u2"),
    ]
)

NOBODY = 255
_BIRTH, _DEATH = int(EventKind.BIRTH), int(EventKind.DEATH)


class Recording(NamedTuple):
    """What a batch of worlds records: the event log, finished lives, visits by tile and population. It is saved."""

    events: bool = False
    lives: bool = False
    visits: bool = False


def events_a_tick(slots: int) -> int:
    """An upper bound: every agent attacks, harvests, drinks and dies, and one is born."""
    return 4 * slots + 1


@inline
def start_log(state, w):
    """Empties the log of the previous tick and counts the agent steps of this one."""
    for population in range(state.members.shape[1]):
        state.tally[w, population].ticks += state.members[w, population]
    state.event_count[w] = 0
    state.finished_count[w] = 0


@inline
def log_event(state, w, kind, slot, detail, value, other):
    """Appends an event about the agent in `slot`; `other` is a slot or NONE."""
    if state.events.shape[1] == 0:
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
