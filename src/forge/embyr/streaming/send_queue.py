"""What waits for one viewer, never more than a fixed amount."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from forge.embyr.wire.protocol import Close, ProtocolError, text_of

#: Types of messages of which only the newest is of use.
REPLACED = ("agent", "life", "exchange", "fame", "state", "training", "history", "past", "trace", "found")
#: What is of no use to a viewer before it has drawn the frames that came before.
_PACED = ("agent", "life", "exchange", "fame", "history", "grid")


class SendQueue:
    """Messages for one viewer, in the event loop's thread.

    Args:
        most: texts that wait at most, apart from those of which only the newest waits.
    """

    def __init__(self, most: int) -> None:
        self._texts: deque[str] = deque()
        self._newest: dict[str, str | bytes] = {}
        self._most = most
        #: Set whenever there may be something to send.
        self.stirred = asyncio.Event()

    def put(self, message: Mapping[str, Any] | bytes) -> None:
        """Adds a message.

        Raises:
            ProtocolError: if too many wait already.
        """
        if isinstance(message, bytes):
            self._newest["grid"] = message
        elif message["type"] in REPLACED:
            self._newest[message["type"]] = text_of(message)
        else:
            if len(self._texts) >= self._most:
                raise ProtocolError(f"{self._most} messages wait to be read", Close.LIMITS)
            self._texts.append(text_of(message))
        self.stirred.set()

    def take(self, paced: bool) -> list[str | bytes]:
        """Takes out what may be sent now; what keeps pace with frames only if `paced`."""
        taken: list[str | bytes] = list(self._texts)
        self._texts.clear()
        kinds = [kind for kind in self._newest if paced or kind not in _PACED]
        return taken + [self._newest.pop(kind) for kind in kinds]
