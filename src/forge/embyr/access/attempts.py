"""Tokens that are tried: each address has a few for nothing, then its tries are looked at slowly, one after another."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

_MOST = 4096  # addresses that are remembered


class Attempts:
    """How long an address must wait until its next token is looked at.

    A try is counted before the token is looked at and given back if it is right, so that tries at the same time gain
    nothing, and so that a try which must wait says nothing of its token.

    Args:
        rate: wrong tokens a second.
        burst: wrong tokens that need not wait.
        line: the longest wait [seconds]; what would wait longer is turned away.
        clock: what tells the time.
    """

    def __init__(self, rate: float, burst: int, line: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.line, self.clock = rate, burst, line, clock
        self._paid: OrderedDict[str, float] = OrderedDict()  # until when the tries of an address are paid for

    def wait(self, address: str) -> float | None:
        """Counts a try; returns the seconds to wait for it, or None, uncounted, if there are too many before it."""
        now = self.clock()
        paid = max(now, self._paid.get(address, now))
        wait = max(0.0, paid - now - (self.burst - 1) / self.rate)
        if wait > self.line:
            return None
        self._paid[address] = paid + 1 / self.rate
        self._paid.move_to_end(address)
        if len(self._paid) > _MOST:
            self._paid.popitem(last=False)
        return wait

    def right(self, address: str) -> None:
        """Gives back a try whose token was right."""
        if address in self._paid:
            self._paid[address] -= 1 / self.rate
