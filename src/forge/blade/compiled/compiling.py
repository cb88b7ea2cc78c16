"""Says that Numba compiles while it does: the first step of a world takes seconds, and later ones microseconds."""

from __future__ import annotations

import contextlib
from typing import Any

from numba.core import event

from forge.support.waiting import Task, doing


class _Compiling(event.Listener):
    """Follows what Numba tells of itself; kernels that a kernel calls are compiled within."""

    def __init__(self) -> None:
        self._within: list[contextlib.AbstractContextManager[Task]] = []

    def on_start(self, happened: Any) -> None:
        self._within.append(doing("compiling"))
        self._within[-1].__enter__()

    def on_end(self, happened: Any) -> None:
        self._within.pop().__exit__(None, None, None)


def announce() -> None:
    """From now on, whatever is compiled is `doing("compiling")`."""
    event.register("numba:compile", _Compiling())
