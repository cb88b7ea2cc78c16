"""Warnings that strangers can cause, never more than the log can bear."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

_MOST = 256  # keys that are told apart


class Rarely:
    """Writes at most one warning a key in `seconds`, which then says how many were left out.

    Args:
        log: to write to.
        seconds: from one warning to the next.
        clock: what tells the time.
    """

    def __init__(self, log: logging.Logger, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._log, self._seconds, self._clock = log, seconds, clock
        self._next: dict[str, float] = {}
        self._left_out: Counter[str] = Counter()

    def warning(self, key: str, message: str) -> None:
        """Warns, or counts the warning as left out."""
        now = self._clock()
        if now < self._next.get(key, now):
            self._left_out[key] += 1
            return
        if len(self._next) >= _MOST:
            self._next.clear()
            self._left_out.clear()
        self._next[key] = now + self._seconds
        more = self._left_out.pop(key, 0)
        self._log.warning("%s%s", message, f" ({more} more since the last line)" if more else "")
