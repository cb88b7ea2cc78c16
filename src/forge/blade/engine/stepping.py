"""What compiled code does with a batch: worlds on threads, each by one thread in one order, so threads change no bit.

Only the parts of a tick know the rules; what calls them, in their order, is here, and is the same for all worlds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forge.blade.compiled.jit import inline, jit
from forge.blade.compiled.reference import call_at
from forge.blade.engine.engine import Engine
from forge.blade.engine.parts import ACT, CLOSE_UP, COUNT_MEMBERS, DRAW_CAP, ENTER, LOOK, PARTS, PUT_IN, READY, TAKE_OUT
from forge.blade.threads.job import Job
from forge.blade.threads.share import conduct_kept, kept, lanes_for

#: About what a tick costs, for a world and for each of its agents [ns].
_WORLD_NS, _AGENT_NS = 500, 60


@inline
def do(parts, part, state, w):
    """One part of a tick of world w: `parts` are addresses, int64 [PARTS], and `state` is that of the state."""
    if call_at(parts[part], state, w) != 0:
        raise RuntimeError("a part of a tick failed in compiled code: beyond an array's end")


@inline
def play(parts, state, tick, w):
    """Steps world w by one tick: `State.actions` in; agents, rewards, deaths and observations out."""
    for part in range(ACT, LOOK + 1):
        do(parts, part, state, w)
    tick[w] += 1


@inline
def look_again(parts, state, tick, w):
    """Observes as at the end of the last tick, when the agents are other than they were then."""
    tick[w] -= 1
    do(parts, LOOK, state, w)
    tick[w] += 1


keep_play = kept(play, 3)


@jit(_nrt=False)
def keep(pool, room, parts, state, tick):
    """Keeps what `play` is given, as `forge.blade.threads.job.Job` wants it."""
    return keep_play(pool, room, (parts, state, tick))


@jit(_nrt=False)
def play_all(pool, threads, room, living_count):
    """Steps every world of what is kept in `room`."""
    worlds, work = living_count.shape[0], 0
    for w in range(worlds):
        work += _WORLD_NS + _AGENT_NS * living_count[w]
    conduct_kept(pool, lanes_for(work, threads), worlds, room)


@jit(_nrt=False)
def begin_all(parts, state, tick):
    """Starts every world, which is empty: draws its cap, lets the first agent in, and observes."""
    for w in range(tick.shape[0]):
        do(parts, READY, state, w)
        do(parts, DRAW_CAP, state, w)
        do(parts, ENTER, state, w)
        do(parts, LOOK, state, w)
        tick[w] = 0


@jit(_nrt=False)
def resume_all(parts, state, tick):
    """Finds what a snapshot leaves out, in worlds whose saved fields and `living` have been filled in."""
    for w in range(tick.shape[0]):
        do(parts, READY, state, w)
        do(parts, COUNT_MEMBERS, state, w)
        look_again(parts, state, tick, w)


@jit(_nrt=False)
def cull_all(parts, state, tick, chosen):
    """Takes the chosen, bool [W, N], all of whom live, out of their worlds, and observes again; returns how many."""
    total = 0
    for w in range(chosen.shape[0]):
        culled = 0
        for slot in range(chosen.shape[1]):
            if chosen[w, slot]:
                do(parts, TAKE_OUT, state, w * chosen.shape[1] + slot)
                culled += 1
        if culled > 0:
            do(parts, CLOSE_UP, state, w)
            look_again(parts, state, tick, w)
        total += culled
    return total


@jit(_nrt=False)
def do_one(parts, state, part, place):
    """One part, for an agent."""
    do(parts, part, state, place)


class Ticks:
    """What compiled code does with a state, which is taken from Python once.

    Args:
        engine: the kernels of its schema.
        state: of a batch; its arrays must stay where they are.
    """

    def __init__(self, engine: Engine, state: Any) -> None:
        self.state = state
        parts, nothing = np.zeros(len(PARTS), np.int64), np.zeros(0, np.int64)
        self._room = np.zeros(1 + engine.open_state(state, nothing, parts) // 8, np.int64)
        engine.open_state(state, self._room, parts)
        self._given = parts, self._room.ctypes.data, state.tick
        self._job = Job(keep, play_all, *self._given)

    def begin(self) -> None:
        """Starts every world."""
        begin_all(*self._given)

    def resume(self) -> None:
        """Finds what a snapshot leaves out."""
        resume_all(*self._given)

    def cull(self, chosen: np.ndarray) -> int:
        """Takes the living among `chosen`, bool [W, N], out of the worlds; returns how many."""
        living = self.state.agents["alive"][:, : chosen.shape[1]] > 0
        return int(cull_all(*self._given, chosen & living))

    def take_out(self, slot: int) -> None:
        """Takes an agent of the first world out of it."""
        do_one(*self._given[:2], TAKE_OUT, slot)

    def put_in(self, slot: int) -> None:
        """Gives an agent that was put into the first world what newborns have."""
        do_one(*self._given[:2], PUT_IN, slot)

    def play(self, threads: int) -> None:
        """One tick in every world."""
        self._job.run(threads, self.state.living_count)

    @property
    def room(self) -> np.ndarray:
        """For `forge.blade.threads.share.do_kept`, whose items are ticks of a world; it holds as long as this does."""
        return self._job.room
