"""A kernel that is called again and again with the same arrays: taken from Python once, not at every call.

Numba takes each array of a call apart anew, some 150 ns each; the state of a batch of worlds has dozens of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from forge.blade.threads.pool import run
from forge.blade.threads.share import BEHIND, words


class Job:
    """A kernel and its arguments.

    Args:
        keep: compiled code that keeps arguments in a room, as `forge.blade.threads.share.kept` makes it: called with a
            pool, the room, an int64 array, and `args`; returns how many bytes they take beyond the room's BEHIND words.
        conduct: compiled code that has the items done: called with a pool, the number of threads, the room, and what
            `run` is given.
        args: of the kernel; its arrays must stay where they are.

    Attributes:
        room: int64, as `forge.blade.threads.share.do_kept` wants it. It holds as long as this does.
    """

    def __init__(self, keep: Callable[..., int], conduct: Callable[..., Any], *args: Any) -> None:
        self.args = args  # nothing else may hold the arrays
        self._conduct = conduct
        pool, room = np.zeros(words(1), np.int64), np.zeros(1, np.int64)
        self.room = np.zeros(BEHIND + 1 + keep(pool, room, *args) // 8, np.int64)
        keep(pool, self.room, *args)

    def run(self, threads: int, *more: Any) -> None:
        """Has every item done, by so many threads at most.

        Raises:
            RuntimeError: if the kernel failed.
        """
        run(self._conduct, threads, self.room, *more)
