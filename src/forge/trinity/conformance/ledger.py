"""Ledgers: who lives, who has died, and what every tick must therefore tell. Conformance checks keep them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np


class ConformanceError(AssertionError):
    """An environment broke a promise; the message says which, where and by what."""


def require(holds: Any, promise: str) -> None:
    """Raises ConformanceError with the promise that was broken, unless it holds."""
    if not holds:
        raise ConformanceError(promise)


class LifeLedger:
    """The lives of one world, told apart by names that are never used twice."""

    def __init__(self, living: Iterable[Hashable]) -> None:
        self.living = set(living)
        self.gone: set[Hashable] = set()

    def turn(self, rewarded: Iterable[Hashable], living: Iterable[Hashable]) -> set[Hashable]:
        """Enters a tick, told by who got a reward for it and who lives after it; returns the newborn."""
        rewarded, living = list(rewarded), set(living)
        require(
            len(rewarded) == len(set(rewarded)) and set(rewarded) == self.living,
            f"everyone who acted gets one reward, the dying too, and nobody else: acted {_some(self.living)}, "
            f"rewarded {_some(rewarded)}",
        )
        require(not living & self.gone, f"ids are never used again: {_some(living & self.gone)} had died before")
        newborn = living - self.living
        self.gone |= self.living - living
        self.living = living
        return newborn


class SlotLedger:
    """The slots of a batch, in which one life succeeds another. All arrays are [n] slots."""

    def __init__(self, alive: np.ndarray, ids: np.ndarray, worlds: np.ndarray) -> None:
        self.alive, self.ids, self.worlds = np.array(alive, bool), np.array(ids), np.array(worlds)
        self.known = {*self._lives(self.alive)}

    def turn(
        self,
        alive: np.ndarray,
        ids: np.ndarray,
        born: np.ndarray,
        died: np.ndarray,
        reward: np.ndarray,
        terminated: np.ndarray,
    ) -> None:
        """Enters a tick as it was told."""
        was, same = self.alive, np.asarray(ids) == self.ids
        promises = {
            "only who lived dies": ~died | was,
            "who neither died nor was born is as before": died | born | ((alive == was) & same),
            "whoever was born is alive": ~born | alive,
            "a birth takes an empty slot or one whose agent died": ~born | ~was | died,
            "a death without a birth leaves the slot empty": ~died | born | ~alive,
            "an empty slot has the id -1": alive | (np.asarray(ids) == -1),
            "an empty slot gets no reward": was | (reward == 0),
            "a termination is a death": ~terminated | died,
        }
        for promise, kept in promises.items():
            require(np.all(kept), f"{promise}: broken in slot {np.flatnonzero(~np.asarray(kept))[:1]}")
        self.alive, self.ids = np.array(alive, bool), np.array(ids)
        newborn = {*self._lives(np.asarray(born, bool))}
        require(not newborn & self.known, f"ids are never used again: {_some(newborn & self.known)} (world, id)")
        self.known |= newborn

    def _lives(self, where: np.ndarray) -> list[tuple[int, int]]:
        return list(zip(self.worlds[where].tolist(), self.ids[where].tolist(), strict=True))


def _some(names: Iterable[Hashable]) -> str:
    listed = sorted(map(str, names))
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "") or "nobody"
