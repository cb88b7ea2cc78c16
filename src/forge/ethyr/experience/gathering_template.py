"""What gathering the samples of a schema is made from: `forge.ethyr.experience.gathering` fills in its places.

It is never imported itself. `told` holds the arrays of the state named in `Gathering.told`, in that order; `more` is a
`More` of the samples.
"""

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.compiled.vector import copy16
from forge.blade.systems.sight import target_bits
from forge.blade.threads.share import lanes_for, parallel
from forge.ethyr.experience.rollout import NO_SAMPLE
from forge.ethyr.kernels.layout import MOST

# import functions


@inline
def clipped(number):
    """A number as a column of an entity row holds it."""
    return np.int16(max(-MOST, min(MOST, number)))


@inline
def describe(me, agent, entities, p, entity):
    """Writes the features of an agent, as an observer sees it, into an entity row."""
    # each feature
    # each column behind them


@inline
def mark(bits, entities, p, entity):
    """Writes target bits into an entity row."""
    # each column of target bits


@inline
def copy_options(valid, at, options):
    """Copies which options are valid, given each of those that they depend on, one row behind the other."""
    count = options.size
    if count < 16:
        for given in range(options.shape[0]):
            for k in range(options.shape[1]):
                valid[at + given * options.shape[1] + k] = options[given, k]
    else:
        for part in range(0, count - 16, 16):
            copy16(valid, at + part, options, part)
        copy16(valid, at + count - 16, options, count - 16)


@inline
def gather_world(
    w, agents, window, seen, seen_count, moves, targets, told, windows, entities, first, valid_moves, seats,
    sample_of, first_row, first_entity, more, place,
):  # fmt: skip
    """Copies the observations of one world into the rows reserved for it, in the order of slots.

    What is told of the world itself goes into row `place` + w of the tables of worlds. Of a population that has −1 in
    `seats` nothing is copied.
    """
    size, learned = windows.shape[2] * windows.shape[3], targets.shape[2] > 0
    # each table of the world
    for slot in range(seen_count.shape[1]):
        sample_of[w, slot] = NO_SAMPLE
        if not agents[w, slot].alive:
            continue
        p = seats[agents[w, slot].population]
        if p < 0:
            continue
        row, entity = first_row[w, p], first_entity[w, p]
        sample_of[w, slot] = row
        first[p, row] = entity
        valid_moves[p, row] = moves[w, slot]
        source, target = (w * window.shape[1] + slot) * size, (p * windows.shape[1] + row) * size
        for part in range(0, size, 16):
            copy16(windows, target + part, window, source + part)
        for entry in range(seen_count[w, slot]):
            describe(agents[w, slot], agents[w, seen[w, slot, entry]], entities, p, entity)
            if learned:
                mark(targets[w, slot, entry], entities, p, entity)
            entity += 1
        # each table of an agent
        first_row[w, p] = row + 1
        first_entity[w, p] = entity


_SLOT_NS = 30  # about what gathering costs for a slot, alive or not
launch_gathers = parallel(gather_world, 0)


@jit
def gather_all(pool, threads, observation, told, rows, more, place):
    """Copies the observations of all worlds into the rows reserved for them; arrays as `gather_world` has them."""
    agents = observation[0]
    args = observation + (told,) + rows + (more, np.int64(place))
    launch_gathers(pool, lanes_for(_SLOT_NS * agents.size, threads), agents.shape[0], args)


@jit
def describe_view(rules, observers, others, observer, other, place, first, entities):
    """Writes the features of observers, and of those in their views, into their entity rows.

    Args:
        rules: of their world.
        observers: records of agents [n].
        others: records of agents [m].
        observer, other: int64 [pairs], who of the one sees whom of the other.
        place: int64 [pairs], the row of each pair.
        first: int32 [n + 1], the rows of the observers themselves.
        entities: int16 [rows, columns].
    """
    into = entities.reshape((1, entities.shape[0], entities.shape[1]))
    for i in range(observers.shape[0]):
        describe(observers[i], observers[i], into, 0, first[i])
        if rules.learned:
            mark((1 << rules.styles) - 1, into, 0, first[i])
    for k in range(observer.shape[0]):
        me, seen = observers[observer[k]], others[other[k]]
        describe(me, seen, into, 0, place[k])
        if rules.learned:
            mark(target_bits(rules, me, seen), into, 0, place[k])
