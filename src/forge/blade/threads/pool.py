"""The threads that share out a kernel's items: one pool a process, made when it is first needed."""

from __future__ import annotations

import atexit
import ctypes
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from forge.blade.threads.share import BELL, FAILED, FIRST, LINE, STOPPED, serve, stop, words

Result = TypeVar("Result")

#: Threads at most.
MOST = 1024


class Pool:
    """Threads of this process that wait for jobs in compiled code, and their words; see `share`."""

    def __init__(self) -> None:
        self.words = aligned(words(MOST))
        self.busy = threading.Lock()
        stopped = np.zeros(words(1), np.int64)
        stopped[STOPPED] = 1
        serve(stopped, 0)  # compiles it here: a fork while another thread compiles would leave the compiler locked
        self._threads: list[threading.Thread] = []
        self._add_bell(0)

    def grow(self, threads: int) -> None:
        """Sees to it that there are so many threads, the caller's included."""
        while len(self._threads) + 1 < threads:
            lane = len(self._threads) + 1
            self._add_bell(lane)
            # waiting in compiled code they do not hold the lock of the interpreter, and end with the process
            thread = threading.Thread(target=serve, args=(self.words, lane), name=f"forge-{lane}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Ends the threads: none may be in compiled code when the interpreter lets go of it."""
        stop(self.words, len(self._threads) + 1)
        for thread in self._threads:
            thread.join()

    def _add_bell(self, lane: int) -> None:
        """A lock of Python's, held: who acquires it sleeps until somebody releases it, on every system."""
        make, acquire = ctypes.pythonapi.PyThread_allocate_lock, ctypes.pythonapi.PyThread_acquire_lock
        make.restype, acquire.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_int]
        bell = make()
        if not bell:
            raise MemoryError("the system has no lock left for another thread")
        acquire(bell, 1)
        self.words[FIRST + lane * LINE + BELL] = bell


def aligned(size: int) -> np.ndarray:
    """Zeros int64 [size] that begin on a cache line."""
    raw = np.zeros(size + LINE, np.int64)
    first = -raw.ctypes.data % (8 * LINE) // 8
    return raw[first : first + size]


_pool: Pool | None = None
_making = threading.Lock()


def run(kernel: Callable[..., Result], threads: int, *args: Any) -> Result:
    """What kernel(pool, threads, *args) returns, which shares its items out among at most so many threads.

    The threads do one job at a time: a call that finds them busy with another's does its items alone.

    Raises:
        RuntimeError: if the kernel failed.
    """
    pool = _ready() if threads > 1 else None
    if pool is None or not pool.busy.acquire(blocking=False):
        room = np.zeros(words(1), np.int64)
        result = kernel(room, 1, *args)
        failed = room[FAILED]
    else:
        try:
            pool.grow(threads)
            pool.words[FAILED] = 0
            result = kernel(pool.words, threads, *args)
            failed = pool.words[FAILED]
        finally:
            pool.busy.release()
    if failed:
        raise RuntimeError(f"{kernel.__name__} failed in compiled code: out of memory, or beyond an array's end")
    return result


def _ready() -> Pool:
    global _pool
    if _pool is None:
        with _making:
            if _pool is None:
                _pool = Pool()
                atexit.register(_pool.close)
    return _pool


def _forget() -> None:
    """In a process made by fork, which has none of the threads: it makes a pool of its own when it needs one."""
    global _pool, _making
    if _pool is not None:
        atexit.unregister(_pool.close)
    _pool, _making = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
