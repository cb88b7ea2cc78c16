"""How much one viewer, and all of them together, may ask for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Limits(NamedTuple):
    """What a connection may do before it is closed."""

    connections: int = 128
    message_bytes: int = 4096
    messages_a_second: float = 60.0  # acknowledgements not counted
    burst: int = 120
    acks_a_second: float = 400.0
    unacknowledged: int = 2  # frames
    hello_seconds: float = 10.0  # from the connection to its first message
    send_seconds: float = 30.0  # that one message may take to leave
    waiting: int = 256  # texts that wait for one viewer


class Bucket:
    """A token bucket: lets `burst` pass at once and `rate` a second over time."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self.burst, self.clock = rate, burst, clock
        self._left, self._at = float(burst), clock()

    def take(self) -> bool:
        """Whether one more may pass now."""
        now = self.clock()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
