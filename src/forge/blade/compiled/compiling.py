"""Says that Numba compiles while it does: the first step of a world takes seconds, and later ones microseconds."""

from __future__ import annotations

import contextlib
import gc
from typing import Any

from numba.core import event

from forge.support.waiting import Task, doing

#: As `gc.set_threshold` takes them. A compiler makes objects by the million and keeps most, and with Python's own
#: thresholds a twentieth of its time goes into looking through them again and again.
_COLLECTING = 50_000, 20, 20


class _Compiling(event.Listener):
    """Follows what Numba tells of itself; kernels that a kernel calls are compiled within."""

    def __init__(self) -> None:
        self._within: list[contextlib.AbstractContextManager[Task]] = []
        self._before = gc.get_threshold()

    def on_start(self, happened: Any) -> None:
        if not self._within:
            self._before = gc.get_threshold()
            gc.set_threshold(*_COLLECTING)
        self._within.append(doing("compiling"))
        self._within[-1].__enter__()

    def on_end(self, happened: Any) -> None:
        self._within.pop().__exit__(None, None, None)
        if not self._within:
            gc.set_threshold(*self._before)


def announce() -> None:
    """From now on, whatever is compiled is `doing("compiling")`."""
    event.register("numba:compile", _Compiling())
