"""One tick of the world: the rulebook as an ordered list. See docs/rules.md."""

from __future__ import annotations

from forge.blade.compiled.jit import inline, jit
from forge.blade.compiled.random import draw_below
from forge.blade.mechanics.events import start_log
from forge.blade.mechanics.grid import index_by_row
from forge.blade.systems.combat import attack
from forge.blade.systems.death import cull, die
from forge.blade.systems.movement import move
from forge.blade.systems.regrowth import regrow
from forge.blade.systems.reward import forget_deeds
from forge.blade.systems.sight import observe
from forge.blade.systems.spawn import spawn
from forge.blade.systems.vitals import live
from forge.blade.threads.share import lanes_for, parallel


@inline
def tick(state, w):
    """Steps world w by one tick: `State.actions` in; agents, rewards, deaths and observations out."""
    start_log(state, w)
    forget_deeds(state, w)
    move(state, w)
    attack(state, w)
    deaths = live(state, w)
    if deaths > 0:
        die(state, w, deaths)
    regrow(state, w)
    spawn(state, w)
    observe(state, w)
    state.tick[w] += 1


@inline
def begin(state, w):
    """Starts an empty world: draws its cap, lets the first agent in, and observes. The clock stands at −1 meanwhile."""
    start_log(state, w)
    if state.rules[w].random_cap:
        state.cap[w] = 1 + draw_below(state.stream, w, state.rules[w].slots)
    else:
        state.cap[w] = state.rules[w].slots
    state.tick[w] = -1
    index_by_row(state, w)
    spawn(state, w)
    observe(state, w)
    state.tick[w] = 0


@inline
def resume(state, w):
    """Recomputes what a snapshot leaves out, for a world whose saved fields and `living` have been filled in."""
    state.members[w] = 0
    for k in range(state.living_count[w]):
        state.members[w, state.agents[w, state.living[w, k]].population] += 1
    look_again(state, w)


@inline
def look_again(state, w):
    """Observes as at the end of the last tick, when the agents are other than they were then."""
    index_by_row(state, w)
    state.tick[w] -= 1
    observe(state, w)
    state.tick[w] += 1


#: About what a tick costs, for a world and for each of its agents [ns].
_WORLD_NS, _AGENT_NS = 500, 60
launch_ticks = parallel(tick, 1)


@jit(_nrt=False)
def tick_all(pool, threads, state):
    """Steps every world, worlds on threads; each by one thread in one order, so threads don't change results."""
    work = 0
    for w in range(state.tick.shape[0]):
        work += _WORLD_NS + _AGENT_NS * state.living_count[w]
    launch_ticks(pool, lanes_for(work, threads), state.tick.shape[0], (state,))


@jit(_nrt=False)
def begin_each(state):
    """Starts every world."""
    for w in range(state.tick.shape[0]):
        begin(state, w)


@jit(_nrt=False)
def resume_each(state):
    """Recomputes the derived fields of every world."""
    for w in range(state.tick.shape[0]):
        resume(state, w)


@jit(_nrt=False)
def cull_each(state, chosen):
    """Takes the living among `chosen`, bool [W, N], out of every world, and observes again; returns how many."""
    total = 0
    for w in range(state.tick.shape[0]):
        culled = cull(state, w, chosen)
        if culled > 0:
            look_again(state, w)
        total += culled
    return total
