"""How much was traded when, of each kind and in each book: in bounded memory, however long a world goes on."""

from __future__ import annotations

import numpy as np

from forge.blade.grown.kinds import COUNT

#: Spans of time that are told apart at most.
SPANS = 128


class Volumes:
    """Counts units and gold by span. Spans are of one tick at first; where there would be too many, two become one.

    Args:
        books: of the exchange.
    """

    def __init__(self, books: int) -> None:
        self._books = books
        self.clear()

    def clear(self) -> None:
        """Forgets all."""
        #: The first tick that was counted; None before any. How many ticks a span has.
        self.since: int | None = None
        self.ticks_a_span = 1
        self._spans = 0
        self._units = np.zeros((SPANS, self._books, COUNT), np.int64)
        self._gold = np.zeros_like(self._units)

    def add(self, tick: int, books: np.ndarray, kinds: np.ndarray, gold: np.ndarray) -> None:
        """Counts the trades of a tick: integers [n]. Ticks never fall."""
        if self.since is None:
            self.since = tick
        while tick - self.since >= SPANS * self.ticks_a_span:
            self._units, self._gold = self._merged(self._units), self._merged(self._gold)
            self.ticks_a_span *= 2
        span = (tick - self.since) // self.ticks_a_span
        self._spans = span + 1
        np.add.at(self._units[span], (books, kinds), 1)
        np.add.at(self._gold[span], (books, kinds), gold)

    def _merged(self, counts: np.ndarray) -> np.ndarray:
        merged = np.zeros_like(counts)
        merged[: SPANS // 2] = counts.reshape(SPANS // 2, 2, self._books, COUNT).sum(1)
        return merged

    def of(self, book: int) -> tuple[np.ndarray, np.ndarray]:
        """Units, and the gold that was paid for them, int64 [spans, kinds], up to the newest span."""
        return self._units[: self._spans, book].copy(), self._gold[: self._spans, book].copy()
