"""How much one viewer, and all of them together, may ask for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Limits(NamedTuple):
    """What a connection may do before it is closed."""

    viewers: int = 128  # who have greeted
    reserved: int = 8  # places more for those who have control by a token
    strangers: int = 512  # connections that have not greeted
    strangers_an_address: int = 64
    request_seconds: float = 5.0  # from the connection, or the last answer, to the end of a request
    answer_seconds: float = 60.0  # that the answer may take to leave
    hello_seconds: float = 3.0  # from a WebSocket's opening to its greeting
    wrong_tokens: int = 10  # of an address that are looked at without delay
    wrong_tokens_a_second: float = 1.0  # of an address beyond these
    token_seconds: float = 3.0  # that a token waits at most to be looked at
    message_bytes: int = 4096
    messages_a_second: float = 60.0  # acknowledgements not counted
    burst: int = 120
    acks_a_second: float = 400.0
    unacknowledged: int = 2  # frames
    send_seconds: float = 30.0  # that one message may take to leave
    waiting: int = 256  # texts that wait for one viewer

    def table(self) -> str:
        """As a Markdown table, for the documentation."""
        rows = (
            ("viewers who have greeted", f"{self.viewers}, and {self.reserved} more who have control by a token"),
            ("connections that have not greeted", f"{self.strangers}, {self.strangers_an_address} of one address"),
            ("a request", f"whole {self.request_seconds:g} s after the connection, or after the last answer"),
            ("an answer", f"taken within {self.answer_seconds:g} s"),
            ("greeting", f"within {self.hello_seconds:g} s of the WebSocket's opening"),
            (
                "wrong tokens of an address",
                f"{self.wrong_tokens} at once, then {self.wrong_tokens_a_second:g} a second; "
                f"tries that would wait longer than {self.token_seconds:g} s are turned away",
            ),
            ("message", f"{self.message_bytes:,} bytes of text"),
            (
                "messages",
                f"{self.messages_a_second:g} a second, {self.burst} at once; acknowledgements have their own limit, "
                f"{self.acks_a_second:g} a second",
            ),
            ("unread", f"a message that cannot be delivered for {self.send_seconds:g} s, or {self.waiting} that wait"),
        )
        return "\n".join(f"| {what} | {how} |" for what, how in (("limit", ""), ("---", "---"), *rows))


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
