"""A desk for extensions without a server: what they say is kept, what they want done is done at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from tests.patience import PATIENCE


class HandDesk:
    """Keeps what viewers are told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[int, Mapping[str, Any] | bytes]] = []
        self._more = threading.Condition()

    def tell(self, viewer: int, message: Mapping[str, Any] | bytes) -> None:
        with self._more:
            self.told.append((viewer, message))
            self._more.notify_all()

    def call(self, work: Callable[[], None]) -> None:
        work()

    def wait(self, count: int) -> list[tuple[int, Any]]:
        """Waits until `count` messages were told in all, and returns them."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.told) >= count, PATIENCE), f"told so far: {self.told}"
            return list(self.told)

    def take(self) -> list[tuple[int, Any]]:
        """What was told since the last time."""
        with self._more:
            told, self.told = self.told, []
            return told
