"""Kernels that threads share, to try the pool with; importable, so that they are cached."""

import numpy as np

from forge.blade.compiled.jit import jit
from forge.blade.threads.atomic import add, load, pause
from forge.blade.threads.share import conduct_kept, kept, parallel

_PATIENCE = 1 << 33  # looks at a word: minutes


@jit
def count_one(item, done):
    """Counts how often an item is done."""
    done[item] += 1


@jit
def meet_one(item, words, met):
    """Waits until as many threads as there are items are in their items at once."""
    add(words, 0, 1)
    for _ in range(_PATIENCE):
        if load(words, 0) >= met.size:
            met[item] = 1
            return
        pause()


@jit
def fail_one(item, done, limit):
    """Fails from an item on."""
    if item >= limit:
        raise ValueError("this item cannot be done")
    done[item] += 1


launch_count, launch_meet, launch_fail = parallel(count_one, 0), parallel(meet_one, 0), parallel(fail_one, 0)


@jit
def count_all(pool, threads, done):
    """Does every item of `done`, int64 [items]."""
    launch_count(pool, threads, done.size, (done,))


@jit
def meet_all(pool, threads, words, met):
    """Sets met[item] for every item in which all met."""
    launch_meet(pool, threads, met.size, (words, met))


@jit
def fail_all(pool, threads, done, limit):
    """Does the items below a limit, and fails at those above."""
    launch_fail(pool, threads, done.size, (done, np.int64(limit)))


keep_count, keep_fail = kept(count_one, 0), kept(fail_one, 0)


@jit(_nrt=False)
def keep_done(pool, room, done):
    """Keeps what `count_kept` counts in."""
    return keep_count(pool, room, (done,))


@jit(_nrt=False)
def keep_limit(pool, room, done, limit):
    """Keeps the same, and where it fails."""
    return keep_fail(pool, room, (done, np.int64(limit)))


@jit(_nrt=False)
def conduct_all(pool, threads, room, items):
    """Does so many items of what is kept."""
    conduct_kept(pool, threads, items, room)
