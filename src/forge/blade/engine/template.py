"""What the tick of a schema is made from: `forge.blade.engine.engine` replaces each line `# each PHASE` by its verbs.

It is never imported itself. The order of phases is that of the rulebook, `forge.blade.schema.phase`.
"""

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.compiled.random import draw_below
from forge.blade.compiled.reference import addressed, put_down  # noqa: F401 - those who find addresses ask it
from forge.blade.mechanics.events import log_birth, log_death, log_reward
from forge.blade.mechanics.grid import first_in_rotation, index_by_row, insert_in_index, leave, tile_index
from forge.blade.mechanics.ids import NONE, SURVIVES  # noqa: F401 - verbs that enter return it
from forge.blade.systems.life import close_ranks, strike_from_index
from forge.blade.systems.reward import counts_deeds, pay, pay_survival  # noqa: F401 - how deeds are counted asks it

# import verbs


@inline
def act(state, w):
    """The first part of a tick: all move, and act on one another."""
    # each START
    # each MOVE
    # each ACT


@inline
def live_and_die(state, w):
    """The second part: everyone lives a tick, and who has died leaves."""
    deaths = live(state, w)
    state.deaths[w] = deaths
    # each SPOILS
    if deaths > 0:
        die(state, w, deaths)
        state.deaths[w] = 0  # who leaves between ticks is not of this one


@inline
def grow(state, w):
    """The third part: the land changes."""
    # each GROW


@inline
def live(state, w):
    """The phases of each agent, in rotating order. Lists who must die in `State.dying`; returns how many."""
    # each way to count


@inline
def live_all(state, w, counting):
    """Everyone's tick; `counting`: whether deeds are counted for rewards."""
    rules, living = state.rules[w], state.living[w]
    reward, terminated = state.reward[w], state.terminated[w]
    reward[:] = 0
    terminated[:] = False
    dying, deaths = state.dying[w], 0
    count = np.int64(state.living_count[w])
    first = first_in_rotation(living, count, state.tick[w] % rules.slots)
    for k in range(first, first + count):
        slot = np.int64(living[k if k < count else k - count])
        cause = live_one(state, w, slot, counting)
        survived = cause == SURVIVES
        reward[slot] = pay(state, w, slot, survived) if counting else pay_survival(rules, survived)
        log_reward(state, w, slot, survived)
        if not survived:
            terminated[slot] = True
            dying[deaths] = slot
            deaths += 1
            log_death(state, w, slot, cause)
    return deaths


@inline
def live_one(state, w, slot, counting):
    """One agent's tick. Returns its cause of death or SURVIVES."""
    # each SUFFER
    # each STAND
    # each GROUND
    # each FORAGE
    # each BODY
    state.agents[w, slot].age += 1
    return SURVIVES


@inline
def die(state, w, deaths):
    """Removes everyone listed in `State.dying`."""
    for k in range(deaths):
        slot = np.int64(state.dying[w, k])
        strike_from_index(state, w, slot)
        remove(state, w, slot)
    close_ranks(state, w)


@inline
def remove(state, w, slot):
    """Takes one agent off the map and empties its slot."""
    # each DEATH
    agent = state.agents[w, slot]
    leave(state.tiles[w], state.surplus[w], tile_index(state.rules[w], agent.row, agent.col))
    state.members[w, agent.population] -= 1
    state.agents[w, slot] = state.nobody[w]
    # each emptied array


@inline
def enter(state, w):
    """Lets newcomers in."""
    # each ENTER


@inline
def welcome(state, w, slot):
    """Gives who has entered what it has from birth, and opens its records."""
    insert_in_index(state, w, slot)
    # each life field
    # each BIRTH
    log_birth(state, w, slot)


@inline
def look(state, w):
    """Fills the observation of everyone alive."""
    # each OBSERVE


@inline
def ready(state, w):
    """Between ticks: finds what follows from how a world is made."""
    # each READY


@inline
def draw_cap(state, w):
    """What an empty world needs before the first agent enters."""
    # each START
    if state.rules[w].random_cap:
        state.cap[w] = 1 + draw_below(state.stream, w, state.rules[w].slots)
    else:
        state.cap[w] = state.rules[w].slots
    state.tick[w] = -1
    index_by_row(state, w)


@inline
def count_members(state, w):
    """Between ticks: what a snapshot leaves out of who lives."""
    state.members[w] = 0
    for k in range(state.living_count[w]):
        state.members[w, state.agents[w, state.living[w, k]].population] += 1
    index_by_row(state, w)


@inline
def take_out(state, place):
    """Between ticks: an agent leaves. Of it nothing is recorded but what is lost with it."""
    slots = state.actions.shape[1]
    remove(state, place // slots, place % slots)


@inline
def put_in(state, place):
    """Between ticks: an agent that was put into a world is given what newborns have, and its records."""
    slots = state.actions.shape[1]
    w, slot = place // slots, place % slots  # noqa: F841 - for what is put here:
    # each life field
    # each BIRTH


@inline
def close_up(state, w):
    """Between ticks: those who have left are in no list any more."""
    close_ranks(state, w)
    index_by_row(state, w)


# each address


@jit(_nrt=False)
def open_state(state, room, parts):
    """Puts a state down in `room`, int64, if that is large enough, and the addresses of the PARTS in `parts`, int64.

    Parts call no other part, and whoever plays them calls addresses. So each is compiled once, and nothing holds the
    whole tick.

    Returns:
        How many bytes of room the state takes.
    """
    # each part
    return put_down(room, state)


@inline
def know(agent, me, row):
    """Fills a row, int32 [F], with what `me` knows of `agent`."""
    # each feature


@jit
def list_entities(agents, seen, seen_count, worlds, slots, entities):
    """Fills int32 [n, K, F] with the features of all that n observers have in view; rows of nobody stay as they are."""
    for n in range(worlds.shape[0]):
        w, slot = worlds[n], slots[n]
        me = agents[w, slot]
        for entry in range(seen_count[w, slot]):
            know(agents[w, np.int64(seen[w, slot, entry])], me, entities[n, entry])


@jit
def list_own(agents, told, worlds, slots, own):
    """Fills int32 [n, own features] with what n agents know of themselves alone; `told` are arrays that hold some."""
    for n in range(worlds.shape[0]):
        w, slot = worlds[n], slots[n]
        agent, row = agents[w, slot], own[n]  # noqa: F841 - for what is put here:
        # each own feature
