"""Processes that work for this one: each has its threads, none hears Ctrl-C, and all end once this one lets go of them.

What lets go is the end of a pipe: closed on purpose, or by the end of the process that held it, however that came. An
event of `multiprocessing` would not do: to set one waits for each that sleeps on it, also for one that was killed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection

import torch

from forge.blade.threads.cores import VARIABLE, cores
from forge.support.host.memory import memory

CONTEXT = multiprocessing.get_context("spawn")
#: Memory that a process of a study takes at most, with room to spare [bytes].
MEMORY = 3 * 10**9
#: Windows waits for 63 things at a time: two of each process, and some more.
_MOST = 30 if sys.platform == "win32" else sys.maxsize


def places(wished: int = 0) -> int:
    """How many processes work at a time: as many as are wished, or as this machine has a core and the memory for."""
    there = memory()
    fit = cores() if there is None else min(cores(), there // MEMORY)
    return min(max(1, wished or fit), _MOST)


def share_out(jobs: int, processes: int, cores: int) -> list[int]:
    """Threads of each of so many jobs of about the same length, in their order.

    Where they don't come out even, the last ones share all cores, which the others will have left about then.
    """
    last = jobs % processes
    return [max(1, cores // processes)] * (jobs - last) + [max(1, cores // max(1, last))] * last


def begin(threads: int) -> None:
    """What a process does first: does everything on so many threads, and leaves Ctrl-C to the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ[VARIABLE] = str(threads)
    torch.set_num_threads(threads)


def when_let_go(lifeline: Connection, do: Callable[[], None]) -> None:
    """Calls `do` from a thread of its own once nobody holds the other end of a pipe through which nothing comes."""

    def wait() -> None:
        with contextlib.suppress(EOFError, OSError):
            lifeline.recv_bytes()
        do()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


@contextlib.contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Within, Ctrl-C waits; processes that are started within don't hear it from their first instruction on.

    Windows has no such thing: there they don't from `begin` on.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # the first process would start it, and end with Ctrl-C heard again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
