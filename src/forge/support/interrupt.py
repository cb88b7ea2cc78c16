"""Ctrl-C: a process that was asked to end says so in a sentence, wherever it is struck."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn


class Interrupt:
    """Hears Ctrl-C for the command that a process runs.

    Where modules are imported, libraries turn a KeyboardInterrupt into errors of their own, or lose it; nothing is at
    risk there, and the process ends at once. Elsewhere it is a KeyboardInterrupt, as always.

    Args:
        command: for the sentence.
        listen: False leaves signals as they are: they belong to the process that calls a command as a function.

    Attributes:
        seen: whether Ctrl-C was pressed.
    """

    def __init__(self, command: str, listen: bool) -> None:
        self.seen, self._said = False, f"forge {command}: stopped before it began\n"
        self._listen = listen and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN  # as below nohup
        if self._listen:
            signal.signal(signal.SIGINT, self._leave)

    @contextlib.contextmanager
    def importing(self) -> Iterator[None]:
        """Within, as before it, the process ends at once; behind it there may be something to put in order first."""
        try:
            yield
        finally:
            if self._listen:
                signal.signal(signal.SIGINT, self._raise)

    def conclude(self) -> None:
        """Nothing is left to be said: from here on Ctrl-C ends the process without a word."""
        if self._listen:
            signal.signal(signal.SIGINT, signal.SIG_DFL)

    def _raise(self, number: int, frame: FrameType | None) -> NoReturn:
        self.seen = True
        raise KeyboardInterrupt

    def _leave(self, number: int, frame: FrameType | None) -> NoReturn:
        os.write(2, self._said.encode())
        os._exit(128 + number)
